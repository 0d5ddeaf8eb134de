"""Curves, run for real on a tiny untrained model: everything but the answers is as with a real one."""

from dataclasses import replace

import pytest

from lib.errors import InputError
from lib.experiment import ExperimentConfig, silent
from lib.experiment.config import OwnFiles
from lib.experiment.curves import CURVES, CurvePoint, publish, run_curves, shipped_curves, stored_curves
from lib.experiment.curves import run as curves_run
from lib.experiment.curves.measuring import chunk_size, training_pairs
from lib.retrieval.server import ENVIRONMENT_VARIABLE

SMALL = {
    "changed": {"points": (0, 100), "questions": 6},
    "training_pairs": {"points": (12, 28), "questions": 10},
    "corpus": {"points": (20, 60), "questions": 8},
    "prompt_tokens": {"points": (1, 2), "questions": 5},
    "chunk_size": {"points": (30, 90), "questions": 6},
}


@pytest.fixture(scope="module")
def small_curves():
    """Two places for each curve and a handful of questions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(ENVIRONMENT_VARIABLE, raising=False)
        for id_, fewer in SMALL.items():
            patch.setitem(CURVES, id_, replace(CURVES[id_], **fewer))
        patch.setattr(chunk_size, "PASSAGES", (1, 8))
        patch.setattr(training_pairs, "STEPS_OF", 40)
        yield


@pytest.fixture(scope="module")
def measured(small_curves, small_config, runs_folder):
    return {curve.id: curve for curve in run_curves(small_config, progress=silent)}


@pytest.mark.parametrize("id_", SMALL)
def test_a_curve_has_an_interval_and_n_at_every_place(measured, id_):
    frame = measured[id_].to_frame()
    assert len(frame) and (frame["n"] > 0).all() and (frame["n"] <= SMALL[id_]["questions"]).all()
    assert ((frame["low"] <= frame["share"]) & (frame["share"] <= frame["high"])).all()
    assert set(frame["measure"]) == {panel.measure for panel in CURVES[id_].panels}
    if CURVES[id_].shape == "lines":
        assert set(frame["x"]) == set(SMALL[id_]["points"])


@pytest.mark.parametrize("id_", SMALL)
def test_a_curve_shows_itself_and_reads_itself_aloud(measured, id_):
    curve = measured[id_]
    assert curve.sentence.endswith(".") and "nan" not in curve.sentence and "None" not in curve.sentence
    for shown in (str(curve), curve._repr_html_()):
        assert "95 % Wilson" in shown and curve.record["created"][:10] in shown and "%" in shown


def test_both_trainings_are_shared_by_all_shares_changed(measured, runs_folder):
    outcomes = {point.x: point.outcomes for point in measured["changed"].line("fact", "lora")}
    assert outcomes[0].keys() == outcomes[100].keys(), "the same questions at every share"


def test_more_training_pairs_are_read_fewer_times(measured):
    epochs = {point.x: point.facts["epochs"] for point in measured["training_pairs"].line("style", "lora")}
    assert epochs == {12: 4, 28: 2}, "at least the steps of 40 pairs at the configured one epoch, rounded up"


def test_a_larger_knowledge_base_is_asked_the_same_questions_and_fits_less(measured):
    window = measured["corpus"].line("fact", "long_context")
    assert window[0].outcomes.keys() == window[1].outcomes.keys()
    assert window[0].facts["share_that_fits"] > window[1].facts["share_that_fits"] > 0
    assert window[0].facts["passages"] < window[1].facts["passages"]


def test_every_cell_of_tokens_against_quality_is_measured_once(measured):
    cells = [(point.line, point.label) for point in measured["prompt_tokens"].points if point.measure == "right"]
    assert len(set(cells)) == len(cells)
    # Without pages: base, long context, closed-book LoRA, 3 few-shot, 2 with retrieved examples; with: 3 + 3 for each k.
    assert len(cells) == 1 + 1 + 1 + 3 + 2 + 2 * (3 + 3)
    tokens = {cell: point.x for cell, point in zip(cells, measured["prompt_tokens"].points[::2], strict=True)}
    assert tokens["rag", "k = 1"] < tokens["rag", "k = 2"]
    assert tokens["few_shot", "style in words"] < tokens["few_shot", "2 examples"] < tokens["few_shot", "4 examples"]


def test_a_passage_is_only_found_where_its_page_is(measured):
    curve = measured["chunk_size"]
    for line in curve.line_ids:
        for page, passage in zip(curve.line("page_found", line), curve.line("passage_found", line), strict=True):
            assert all(page.outcomes[id_] for id_, found in passage.outcomes.items() if found)
    one, eight = curve.line("page_found", "k = 1")[0], curve.line("page_found", "k = 8")[0]
    assert all(eight.outcomes[id_] for id_, found in one.outcomes.items() if found), "more passages find no less"


def test_a_stored_curve_is_given_without_computing(measured, small_config, monkeypatch):
    monkeypatch.setattr(curves_run, "open_workbench", _never)
    again = {curve.id: curve for curve in run_curves(small_config, progress=silent)}
    assert {id_: curve.record for id_, curve in again.items()} == {id_: curve.record for id_, curve in measured.items()}
    assert stored_curves(small_config).keys() == measured.keys()
    other = replace(small_config, k=small_config.k + 2)
    assert stored_curves(other) == {} and stored_curves(any_key=True).keys() == measured.keys()


def test_an_interrupted_curve_goes_on_with_the_places_that_are_left(
    small_curves, small_config, runs_folder, monkeypatch
):
    config, entry, places = replace(small_config, seed=1), CURVES["corpus"], []

    def counted(bench, sample, entry_, place):
        places.append(place)
        if places == [20, 60]:
            raise KeyboardInterrupt
        return [CurvePoint(place, "rag_few_shot", measure, {"q1": True}) for measure in ("fact", "page_found")]

    monkeypatch.setitem(CURVES, "corpus", replace(entry, measure_at=counted))
    with pytest.raises(KeyboardInterrupt):
        run_curves(config, ["corpus"], progress=silent)
    assert stored_curves(config) == {}, "what is not finished is not shown"
    (curve,) = run_curves(config, ["corpus"], progress=silent)
    assert places == [20, 60, 60]
    assert {point.x for point in curve.points} == {20, 60}
    run_curves(config, ["corpus"], fresh=True, progress=silent)
    assert places == [20, 60, 60, 20, 60]


def test_published_curves_are_read_back_as_they_were(measured, tmp_path):
    for curve in measured.values():
        publish(curve, tmp_path)
    shipped = shipped_curves(tmp_path)
    assert list(shipped) == list(CURVES)
    assert all(shipped[id_].sentence == measured[id_].sentence for id_ in CURVES)
    assert "shipped" in shipped["corpus"].heading
    assert all(path.stat().st_size < 100_000 for path in tmp_path.iterdir())


def test_a_curve_of_own_data_is_never_published(measured, tmp_path):
    curve = measured["chunk_size"]
    own = replace(curve, record=curve.record | {"sample": {**curve.record["sample"], "is_sample_company": False}})
    with pytest.raises(InputError, match="own data"):
        publish(own, tmp_path)


def test_what_cannot_be_had_is_refused_by_name():
    with pytest.raises(InputError, match="'size' is not a curve; allowed are changed"):
        run_curves(curves=["size"])
    with pytest.raises(InputError, match="curve corpus: only the sample company"):
        run_curves(ExperimentConfig(own=OwnFiles("documents", "questions.csv")), ["corpus"])


def _never(*_arguments, **_named):
    raise AssertionError("nothing is to be computed")
