"""A run's scores go into a client file with their intervals, and only where they say something of the client."""

from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from lib.client import load_client
from lib.errors import InputError
from lib.experiment.evidence import evidence_from, feeding_arms, write_evidence
from lib.experiment.measures import MEASURES
from lib.experiment.result import ExperimentResult

FILE = """# What the client told us on Monday
client: {name: Northwind, industry: saas}   # their own words
evidence:
  target_score: 0.9   # agreed with the head of support
  rag_score: 0.7      # graded by hand in spring
"""


def run_of(right: dict[str, int], questions: int = 100, **record: Any) -> ExperimentResult:
    """Make a run in which each arm was right on the first so many questions."""
    rows = [
        {"arm": arm, "question_id": f"q{place}", "kind": "seen_fact"}
        | dict.fromkeys(MEASURES)
        | {"right": place < count}
        for arm, count in right.items()
        for place in range(questions)
    ]
    made = {
        "id": "20260101-000000-abcdefabcdef",
        "model": {"name": "some/model", "is_sample_model": False},
        "sample": {"name": "Northwind", "is_sample_company": False},
        "arms": [{"id": arm, "title": arm.title()} for arm in right],
        "retrieval": {"questions": []},
        "answers": rows,
    }
    return ExperimentResult(made | record, Path("unused"))


def test_each_score_is_that_of_the_arm_which_feeds_it_with_its_wilson_interval() -> None:
    result = run_of({"base": 3, "few_shot": 20, "rag": 55, "rag_few_shot": 60, "lora": 40, "lora_with_pages": 85})
    found = evidence_from(result)
    assert found.arms == {
        "prompt_score": "few_shot",
        "rag_score": "rag_few_shot",
        "fine_tune_score": "lora",
        "hybrid_score": "lora_with_pages",
    }
    assert (found.run, found.eval_examples, found.retrieval_precision) == (result.id, 100, None)
    share = found.scores["rag_score"]
    low, high = proportion_confint(60, 100, method="wilson")
    assert (share.n, share.share) == (100, 0.6)
    assert (share.low, share.high) == pytest.approx((low, high))
    frame = found.to_frame().set_index("field")
    assert frame.loc["evidence.hybrid_score", "share"] == 0.85
    assert "evidence.hybrid_score" in found._repr_html_()


def test_a_run_that_names_the_field_itself_is_believed() -> None:
    result = run_of({"my_rag": 60}, arms=[{"id": "my_rag", "title": "Mine", "feeds": "rag_score"}])
    assert feeding_arms(result.record) == {"rag_score": "my_rag"}


def test_precision_of_retrieval_is_averaged_where_the_run_measured_it() -> None:
    questions = [{"precision": 1.0}, {"precision": 0.5}, {"recall": 1.0}]
    assert evidence_from(run_of({"rag_few_shot": 60}, retrieval={"questions": questions})).retrieval_precision == 0.75


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"model": {"is_sample_model": True}}, "small sample model"),
        ({"sample": {"is_sample_company": True}}, "sample company"),
        ({"sample": {}}, "sample company"),
    ],
)
def test_a_sample_s_run_is_refused_and_the_file_stays_as_it_was(tmp_path: Path, record: dict, said: str) -> None:
    path = tmp_path / "client.yaml"
    path.write_text(FILE, encoding="utf-8")
    with pytest.raises(InputError, match=said) as refused:
        write_evidence(path, run_of({"rag_few_shot": 60}, **record))
    assert "\n" not in str(refused.value) and "20260101-000000-abcdefabcdef" in str(refused.value)
    assert path.read_text(encoding="utf-8") == FILE
    assert [each.name for each in tmp_path.iterdir()] == ["client.yaml"]


def test_a_run_whose_arms_feed_no_score_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"none of its arms \(base, rag\) feeds a score.*rag_few_shot"):
        evidence_from(run_of({"base": 3, "rag": 55}))


def test_a_file_that_is_no_client_file_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "client.yaml"
    path.write_text("client: {name: x}\nevidnce: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="evidnce"):
        write_evidence(path, run_of({"rag_few_shot": 60}))
    assert path.read_text(encoding="utf-8") == "client: {name: x}\nevidnce: {}\n"


def test_written_evidence_keeps_comments_order_and_other_answers_and_says_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "client.yaml"
    path.write_text(FILE, encoding="utf-8")
    result = run_of({"rag_few_shot": 60, "lora_with_pages": 85})
    changes = write_evidence(path, result)
    text = path.read_text(encoding="utf-8")
    for comment in ("# What the client told us on Monday", "# their own words", "# agreed with the head of support"):
        assert comment in text
    evidence = load_client(path).evidence
    assert (evidence.run, evidence.eval_examples, evidence.target_score) == (result.id, 100, 0.9)
    low, high = proportion_confint(85, 100, method="wilson")
    assert evidence.hybrid_score.likely == 0.85
    assert (evidence.hybrid_score.low, evidence.hybrid_score.high) == pytest.approx((low, high), abs=1e-6)
    assert changes["evidence.rag_score"]["from"] == 0.7
    assert changes["evidence.rag_score"]["to"]["likely"] == 0.6
    assert changes["evidence.run"] == {"from": None, "to": result.id}
    assert write_evidence(path, result) == {}, "the file already says it"
    assert path.read_text(encoding="utf-8") == text


def test_all_or_none_right_is_a_range_that_a_client_file_accepts(tmp_path: Path) -> None:
    path = tmp_path / "client.yaml"
    path.write_text("client: {name: x}\n", encoding="utf-8")
    write_evidence(path, run_of({"rag_few_shot": 100, "lora": 0}))
    evidence = load_client(path).evidence
    assert evidence.rag_score.high == evidence.rag_score.likely == 1.0
    assert evidence.fine_tune_score.low == evidence.fine_tune_score.likely == 0.0
