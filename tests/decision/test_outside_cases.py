"""Outside cases: read, decided, counted, and parted into bands of stability."""

from pathlib import Path

import pytest

from lib.decision.cases import decide_cases, load_cases
from lib.decision.track_record import TRACK_RECORD_FILE, TrackRecord, bands
from lib.errors import InputError
from lib.files import read_yaml

CASE = 'source: "A blog"\naccept: [rag]\nclient: {name: A}\n'


@pytest.fixture(scope="module")
def record():
    return decide_cases()


def test_at_least_thirty_one_of_thirty_four_cases_come_out_as_shipped_or_advised(record) -> None:
    assert len(record.outcomes) == 34
    assert record.right >= 31


def test_no_band_is_right_significantly_less_often_than_its_stability_says(record) -> None:
    for band in record.bands:
        members = [
            o.decision.stability
            for o in record.outcomes
            if band.stability[0] <= o.decision.stability <= band.stability[1]
        ]
        assert band.high >= sum(members) / len(members)


def test_the_stored_track_record_is_what_the_cases_give_today(record) -> None:
    stored, today = read_yaml(TRACK_RECORD_FILE), record.stored()
    assert stored["guides"] == today["guides"]
    for then, now in zip(stored["cases"], today["cases"], strict=True):
        # Prices move the third decimal; python -m lib cases --store writes it anew.
        assert now.pop("stability") == pytest.approx(then.pop("stability"), abs=0.03), now["case"]
        assert then == now


def test_the_workbook_beats_every_simple_guide(record) -> None:
    assert record.right > max(record.baselines().values())


def test_always_one_answer_is_right_as_often_as_it_is_accepted(record) -> None:
    accepted = sum("rag" in outcome.case.accept for outcome in record.outcomes)
    assert record.baselines()["always rag"] == accepted == 12


def test_every_case_pins_the_date_of_its_prices() -> None:
    assert all(case.client.prices.as_of is not None for case in load_cases())


def test_bands_keep_ties_together_and_never_hold_fewer_than_asked() -> None:
    rows = [(0.9, True), (0.9, False), (0.8, True), (0.8, None), (0.5, False)]
    assert bands(rows, least=2) == (TrackRecord((0.9, 0.9), 1, 1, 0), TrackRecord((0.5, 0.8), 1, 1, 1))
    assert bands(rows, least=1)[-1] == TrackRecord((0.5, 0.5), 0, 1, 0)
    assert bands(rows, least=10) == (TrackRecord((0.5, 0.9), 2, 2, 1),)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (CASE.replace("accept: [rag]\n", ""), "accept is not answered"),
        (CASE.replace("[rag]", "[graph_rag]"), "accept holds 'graph_rag'; allowed are prompt"),
        (CASE + "knowledge: {documents: -1}\n", "knowledge.documents is -1"),
    ],
)
def test_a_bad_case_file_is_one_sentence(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told.replace("[", r"\[")):
        load_cases(tmp_path)
