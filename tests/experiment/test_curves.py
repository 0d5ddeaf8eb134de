"""A curve is measured point by point, kept, read back and read aloud by one caption."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from lib import paths
from lib.errors import InputError
from lib.experiment import ExperimentResult, reference_run, silent
from lib.experiment.curves import CURVES, Curve, CurvePoint, Measuring, curve_json, read_curve, run_curves, shown_curves
from lib.experiment.values import states
from lib.stats import Proportion
from lib.views.curves import curve_sentence


def point(series, x, share, low, high):
    return CurvePoint(series, x, "fact", "new wording", Proportion(50, share, low, high))


CURVE = Curve(
    "dose",
    (point("one", 5, 0.1, 0.05, 0.2), point("one", 20, 0.9, 0.8, 0.95), point("five", 5, 0.3, 0.2, 0.4)),
    "m",
    "2026",
)


def test_one_caption_reads_each_line_from_its_first_place_to_its_last():
    said = curve_sentence(CURVE)
    assert "one goes from 10 % at 5 to 90 % at 20, intervals apart" in said and "five goes" not in said
    assert said.startswith(CURVES["dose"].question) and CURVE.panels == [("fact", "new wording")]


def test_a_curve_reads_back_as_it_was_written(tmp_path):
    (tmp_path / "dose.json").write_text(curve_json(CURVE), encoding="utf-8")
    assert read_curve(tmp_path / "dose.json") == CURVE


def test_the_share_of_changed_facts_mixes_the_runs_own_answers(small_run):
    points = list(CURVES["changed"].measure(Measuring(small_run, None)))
    first, last = (next(p for p in points if p.x == x and p.series == small_run.arms["lora"].title) for x in (0, 100))
    assert first.share.share == pytest.approx(small_run.share("lora", "fact", "new_wording").share)
    assert last.share.share == pytest.approx(small_run.share("lora", "fact", "changed").share)
    assert all(p.share.low <= p.share.share <= p.share.high for p in points)


@pytest.mark.parametrize("id_", ["passages", "corpus", "pairs"])
def test_what_a_curve_asks_stands_on_the_pages_that_it_searches(id_, monkeypatch):
    """Facts are dealt with the questions: those of one deal have other values on the pages of another."""
    asked = []

    class Context:
        @contextmanager
        def inputs(self, dataset, _config):
            asked.append(dataset)
            yield SimpleNamespace(lessons={"with_pages": []})

        def train(self, *_):
            return None, {}

    monkeypatch.setattr(Measuring, "answer", lambda *_: ())
    list(CURVES[id_].measure(Measuring(reference_run(), Context())))
    for dataset in asked[:2]:
        texts = {document.id: f"{document.title} {document.text}" for document in dataset.documents}
        known = [question for question in dataset.questions if question.answerable]
        assert known
        for question in known:
            assert all(any(states(texts[id_], value) for value in question.values) for id_ in question.document_ids)


def test_measured_curves_are_kept_and_shown_before_the_shipped_ones(
    small_run, runs_folder, plain_model, tmp_path, monkeypatch
):
    monkeypatch.setattr(paths, "CURVES", tmp_path)
    [made] = run_curves(["changed"], small_run, progress=silent)
    assert shown_curves() == {"changed": made} and len(made.series) == 3


def test_what_is_no_curve_is_refused(small_run):
    with pytest.raises(InputError, match="allowed are all, dose"):
        list(run_curves(["length"], small_run))
    own = small_run.record.model_copy(
        update={"dataset": small_run.record.dataset.model_copy(update={"is_sample_company": False})}
    )
    with pytest.raises(InputError, match="sample company"):
        list(run_curves(None, ExperimentResult(own, small_run.folder)))


def test_every_shipped_curve_can_be_read():
    for path in paths.CURVES.glob("*.json"):
        curve = read_curve(path)
        assert curve.id in CURVES and curve_sentence(curve) and curve.points
