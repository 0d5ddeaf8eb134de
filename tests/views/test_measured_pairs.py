"""The table of pairs reads from the better arm to the worse, with what is more than chance in bold."""

from lib.experiment import ExperimentResult
from lib.paths import RUNS
from lib.views.experiment import measured_pairs


def test_each_pair_reads_from_the_better_arm_with_its_interval_and_test():
    rows = []
    for arm, rights in (
        ("lora", [True] * 20 + [False] * 80),
        ("rag", [True] * 60 + [False] * 40),
        ("base", [False] * 80 + [True] * 20),
    ):
        rows += [
            {"arm": arm, "question_id": f"q{number}", "kind": "seen_fact", "right": right}
            for number, right in enumerate(rights)
        ]
    arms = [{"id": arm, "title": arm.upper(), "stands_for": "rag"} for arm in ("lora", "rag", "base")]
    table = measured_pairs(ExperimentResult({"id": "made-up", "arms": arms, "answers": rows}, RUNS))
    assert [row[0] for row in table.rows] == ["RAG over LORA", "LORA over BASE", "RAG over BASE"]
    # 40 questions on which RAG alone is right: p is 2 ÷ 2^40.
    assert table.rows[0][1] == "40" and table.rows[0][3] == "< 0.001"
    low, high = map(int, table.rows[0][2].split(" to "))
    assert 0 < low < 40 < high
    assert table.rows[1][1] == "0" and table.rows[1][3] == "1.000"
    assert table.strong == [0, 2]
