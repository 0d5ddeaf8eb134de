"""What a curve says is computed from its points: made-up points, whose sentences are known beforehand."""

import math
from pathlib import Path

import pytest

from lib.claims.claim import claims
from lib.experiment.curves import CURVES, Curve, CurvePoint
from lib.experiment.curves.comparing import front, level_from, neighbours
from lib.experiment.curves.measuring.asking import chosen
from lib.experiment.curves.measuring.training_pairs import epochs_for
from lib.experiment.curves.point import packed, questions_of, unpacked
from lib.experiment.statistics import share_of
from lib.experiment.world import sample_company


def point(x, line, measure, right, n=200, label="", **facts):
    """A point at which the first ``right`` of ``n`` questions came out right."""
    return CurvePoint(x, line, measure, {f"q{number}": number < right for number in range(n)}, label, facts)


def made(id_, points):
    questions = questions_of(points)
    record = {
        "id": id_,
        "key": "made up",
        "created": "2026-01-02T03:04:05+00:00",
        "config": {"own": None},
        "model": {"name": "a model", "fingerprint": "f", "parameters": 1_500_000, "is_sample_model": False},
        "sample": {"name": "a company", "is_sample_company": True},
        "questions": questions,
        "points": packed(points, questions),
    }
    return Curve(record)


def changed(closed, looked_up):
    places = (0, 50, 100)
    points = [point(x, "lora", "fact", right) for x, right in zip(places, closed, strict=True)]
    return made(
        "changed", points + [point(x, "rag_few_shot", "fact", n) for x, n in zip(places, looked_up, strict=True)]
    )


def test_points_survive_storing_with_questions_that_were_not_judged():
    points = [
        CurvePoint(1.5, "rag", "fact", {"a": True, "b": False}, "k = 1", {"prompt_tokens": 12.5}),
        CurvePoint(2, "rag", "style", {"b": True, "c": True}),
    ]
    assert unpacked(packed(points, questions_of(points)), questions_of(points)) == points


def test_a_point_has_wilsons_interval():
    share = point(1, "rag", "fact", 98, 100).share
    z = 1.959964
    middle, half = (
        (0.98 + z**2 / 200) / (1 + z**2 / 100),
        z * math.sqrt(0.98 * 0.02 / 100 + z**2 / 40000) / (1 + z**2 / 100),
    )
    assert (share.n, share.share) == (100, 0.98)
    assert (share.low, share.high) == (pytest.approx(middle - half, abs=1e-6), pytest.approx(middle + half, abs=1e-6))


def test_neighbours_are_compared_on_the_questions_that_both_were_asked():
    early = CurvePoint(1, "rag", "fact", {f"q{n}": n < 50 for n in range(100)})
    late = CurvePoint(2, "rag", "fact", {f"q{n}": n < 90 for n in range(20, 120)})
    (step,) = neighbours([[early, late]])
    # q20 to q99 are common: 30 right early, 70 right late.
    assert (step.pairing.n, step.pairing.only_first, step.pairing.only_second) == (80, 40, 0)
    assert step.told_apart and step.pairing.p == pytest.approx(2 * 0.5**40)


def test_a_line_is_level_where_nothing_later_is_told_apart_from_the_best():
    rising = [point(x, "lora", "style", right) for x, right in ((25, 20), (50, 192), (100, 195), (200, 196))]
    assert level_from(rising).x == 50
    assert level_from([*rising[:2], point(100, "lora", "style", 40)]) is None
    assert level_from([point(25, "lora", "style", 10), point(50, "lora", "style", 90)]).x == 50


def test_the_front_holds_what_nothing_beats_for_fewer_tokens():
    cells = [
        point(x, "rag", "right", right, label=str(x)) for x, right in ((20, 10), (30, 5), (90, 80), (90, 70), (300, 80))
    ]
    assert [(cell.x, cell.share.share) for cell in front(cells)] == [(20, 0.05), (90, 0.4)]


def test_changed_facts_that_only_cost_the_model_that_answers_by_heart():
    sentence = changed((80, 40, 0), (160, 158, 159)).sentence
    assert "LoRA, closed book falls from 40 % (33–47) to 0 % (0–2) (n = 200, p < 0.001)" in sentence
    assert "RAG with few-shot goes from 80 % (74–85) to 80 % (73–85), which can be chance" in sentence
    assert "what was learnt by heart does" in sentence and "start-with-rag and five-questions disagree" in sentence
    assert "a gap has to be 4 to 9 points to show" in sentence
    assert "Of 4 pairs of neighbouring points 2 can be told apart" in sentence
    assert "fact right of LoRA, closed book, 0 to 50" in sentence


def test_changed_facts_that_nobody_knew_by_heart_settle_nothing():
    sentence = changed((2, 1, 0), (160, 160, 160)).sentence
    assert "too little to lose (at best 1 % (0–4) before any change)" in sentence
    assert "RAG with few-shot stays where it is" in sentence and "none can be told apart" in sentence


def test_changed_facts_that_cost_retrieval_are_called_a_reason_to_look():
    assert "looking up does not protect" in changed((80, 40, 0), (160, 120, 60)).sentence


def pairs_curve(styles, rights):
    places = (25, 50, 100, 200, 400, 800)
    points = []
    for x, style, right in zip(places, styles, rights, strict=True):
        points.append(point(x, "lora_with_pages", "style", style))
        points.append(point(x, "lora_with_pages", "fact", 120, 150))
        points.append(point(x, "lora_with_pages", "right", right))
    return made("training_pairs", points)


def test_training_examples_name_from_where_the_style_is_kept_and_who_asked_for_more():
    sentence = pairs_curve((60, 196, 197, 198, 198, 199), (40, 150, 152, 153, 151, 154)).sentence
    assert (
        "as good as it gets from 50 examples on (98 % (95–99, n = 200); at the end 100 % (97–100, n = 200))" in sentence
    )
    assert "facts" in sentence.lower() and "stays where it is (80 % (73–86), n = 150)" in sentence
    assert (
        "is as good as it gets from 50 examples on (75 % (69–80, n = 200)): fewer than 100 to 500 (which-approach)"
        in sentence
    )
    assert "10,000 (start-with-rag)" in sentence


def test_training_examples_within_an_articles_range_are_said_to_be():
    sentence = pairs_curve((60, 80, 120, 198, 198, 199), (10, 20, 60, 150, 152, 154)).sentence
    assert (
        "from 200 examples on (75 % (69–80, n = 200)): within 100 to 500 (which-approach) and 200 (decision-matrix)"
        in sentence
    )


def test_training_examples_that_still_help_at_the_end_leave_it_open():
    sentence = pairs_curve((10, 20, 40, 80, 120, 190), (5, 10, 20, 40, 80, 150)).sentence
    assert "still rising at the end: 95 % (91–97, n = 200) with 800 examples" in sentence
    assert "more may still help, as start-with-rag and five-questions would expect" in sentence


def test_the_knowledge_bases_size_is_read_against_the_ideal_retriever():
    points = []
    for x, found, right, fits in ((100, 200, 160, 0.1), (10_000, 150, 120, 0.001)):
        points.append(point(x, "rag_few_shot", "fact", right, passages=2 * x))
        points.append(point(x, "rag_few_shot", "page_found", found, passages=2 * x))
        points.append(point(x, "long_context", "fact", round(200 * fits), share_that_fits=fits))
        points.append(point(x, "long_context", "page_found", round(200 * fits), share_that_fits=fits))
    sentence = made("corpus", points).sentence
    assert "From 100 to 10,000 documents" in sentence
    assert "falls from 100 % (98–100) to 75 % (69–80)" in sentence
    assert "Where it found the page among 10,000 documents, 80 % (73–86, n = 150) were right" in sentence
    assert "The window holds 10.0 % of 100 documents and 0.10 % of 10,000" in sentence
    assert "from 100 documents on RAG with few-shot is ahead of it" in sentence


def cells(**rights):
    tokens = {"few_shot": 100, "rag_few_shot": 400, "lora": 20, "lora_rag": 300, "lora_with_pages": 301}
    return made(
        "prompt_tokens",
        [
            point(tokens[line], line, measure, right, label="k = 2" if "rag" in line or "pages" in line else "")
            for line, right in rights.items()
            for measure in ("right", "substance")
        ],
    )


def test_tokens_that_training_replaces_are_counted():
    sentence = cells(few_shot=5, rag_few_shot=120, lora=20, lora_rag=90, lora_with_pages=130).sentence
    assert "Of 5 cells 3 are on the front" in sentence
    assert "LoRA, closed book with 20 tokens: 10 % (7–15, n = 200)" in sentence
    assert "25 % fewer prompt tokens" in sentence
    assert "is 20 points ahead (p < 0.001), as in RAFT" in sentence


def test_tokens_that_training_does_not_replace_are_said_not_to_be():
    sentence = cells(few_shot=5, rag_few_shot=180, lora=20, lora_rag=90, lora_with_pages=90).sentence
    assert "No tuned cell comes up to the best untuned one" in sentence and "unlike in RAFT" in sentence


def test_the_shortest_good_passages_are_named():
    points = []
    for size, right in ((30, 100), (90, 180), (150, 181)):
        for k in (1, 8):
            facts = {"prompt_tokens": size * k, "cut_prompts": int(size * k > 1000)}
            points.append(point(size, f"k = {k}", "page_found", 190, **facts))
            points.append(point(size, f"k = {k}", "passage_found", right, **facts))
            points.append(point(size, f"k = {k}", "fact", right - 10 * (k == 8), **facts))
    sentence = made("chunk_size", points).sentence
    assert "most with 150 words, k = 1 (90 % (86–94, n = 200), 150 prompt tokens)" in sentence
    assert "The cheapest of these in tokens is 90 words, k = 1" in sentence
    assert "about 117 tokens a passage" in sentence and "shorter than either takes" in sentence
    assert "In 1 of 6 cells some prompts did not fit" in sentence


def test_a_curve_without_one_right_answer_is_read_too():
    for curve in (changed((0, 0, 0), (0, 0, 0)), pairs_curve((0,) * 6, (0,) * 6), cells(few_shot=0, lora=0)):
        assert "nan" not in curve.sentence and curve.sentence.endswith(".")


def test_a_name_from_outside_stays_text():
    curve = changed((80, 40, 0), (160, 158, 159))
    curve.record["sample"]["name"] = "<b>& Sons"
    assert "<b>& Sons" not in curve._repr_html_() and "&lt;b&gt;&amp; Sons" in curve._repr_html_()


@pytest.mark.parametrize("id_", CURVES)
def test_the_articles_figures_are_those_of_the_claims_audit(id_):
    known = {claim.id: claim for claim in claims()}
    for stated in CURVES[id_].stated:
        assert stated.low <= stated.high and stated.source in CURVES[id_].disagreement
        if stated.claim:
            figure, article = known[stated.claim].stated.figure, known[stated.claim].article
            assert (figure.low, figure.high, article) == (stated.low, stated.high, stated.source)


def test_questions_are_taken_in_turn_from_each_kind():
    sample = sample_company(documents=40, questions_per_kind=5, training_pairs=24)
    kinds = [question.kind for question in chosen(sample.questions, 12)]
    assert sorted(kinds.count(kind) for kind in set(kinds)) == [2, 2, 2, 3, 3]
    assert len(chosen(sample.questions, 1000)) == len(sample.questions) == len(set(chosen(sample.questions, 1000)))


def test_a_training_has_at_least_the_steps_of_two_hundred_pairs():
    assert [epochs_for(pairs, 4) for pairs in (25, 50, 100, 200, 400, 800)] == [32, 16, 8, 4, 4, 4]


def test_no_result_is_typed_into_the_readings():
    import re

    folder = Path(CURVES["corpus"].measure_at.__code__.co_filename).parent.parent / "readings"
    texts = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    literal = re.findall(r"(?<![\w.{:])\d+(?:\.\d+)? (?:%|points|tokens|examples)", texts)
    # Only what the docstrings of words.py show as a form.
    assert set(literal) <= {"81 %", "12 points"}


def test_an_interval_of_nothing_is_no_interval():
    assert math.isnan(share_of([]).share)
