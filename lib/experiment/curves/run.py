"""Computing curves, or giving the stored ones."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from lib.errors import InputError
from lib.experiment import store
from lib.experiment.config import ExperimentConfig
from lib.experiment.curves.curve import Curve
from lib.experiment.curves.entry import CurveEntry
from lib.experiment.curves.keys import curve_config, curve_key
from lib.experiment.curves.measuring.remembering import RememberingEmbedder
from lib.experiment.curves.point import CurvePoint, packed, questions_of
from lib.experiment.curves.storing import CurveFolder, records
from lib.experiment.curves.table import chosen_curves
from lib.experiment.data import data_for
from lib.experiment.fingerprints import value_fingerprint
from lib.experiment.models import SAMPLE_MODEL, LanguageModel, model_fingerprint
from lib.experiment.models.address import endpoint_name, refuse_remote
from lib.experiment.progress import Progress, silent
from lib.experiment.run import open_workbench
from lib.experiment.versions import package_versions
from lib.experiment.workbench import Workbench
from lib.experiment.world import Sample
from lib.retrieval.embedder import embedder_fingerprint

STORED = "computed on this machine"


def run_curves(
    config: ExperimentConfig | None = None,
    curves: Sequence[str] | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
    *,
    data_must_stay_in_house: bool = False,
) -> list[Curve]:
    """Compute curves, or give the stored ones of the same inputs.

    A curve that was interrupted goes on with the places that are not measured yet. All of them together take
    about 25 minutes on two cores with the workbook's model.

    Args:
        config: the model, the sample and all other settings; the workbook's defaults if not given.
        curves: ids out of ``CURVES``; all that can be had if not given.
        fresh: compute again, even where something is stored.
        progress: told how far it is; bars on stderr if not given.
        data_must_stay_in_house: refuse a model behind an endpoint that is not on this machine or network.

    Raises:
        InputError: an id is unknown, or a curve that was named cannot be had from these data and this model.
    """
    config = config or ExperimentConfig()
    for name in (config.model, config.tuned_closed_book, config.tuned_with_pages):
        refuse_remote(name, data_must_stay_in_house)
    entries = _possible(chosen_curves(curves), config, named=bool(curves))
    found: dict[str, Curve] = {}
    for entry in entries:
        if not fresh and (record := _stored(entry, config)):
            found[entry.id] = Curve(record, STORED)
    with ExitStack() as stack:
        bench = None
        for entry in entries:
            if entry.id not in found:
                bench = bench or stack.enter_context(open_workbench(config, fresh=fresh, progress=progress))
                found[entry.id] = _computed(entry, config, bench, fresh)
    return [found[entry.id] for entry in entries]


def stored_curves(config: ExperimentConfig | None = None, any_key: bool = False) -> dict[str, Curve]:
    """Return the curves computed on this machine, by id.

    Args:
        config: settings that they must have been computed with; the workbook's defaults if not given.
        any_key: give the newest curve of each id, whatever the settings, data, model and code it was computed
            with; its heading says when and with which model.
    """
    if any_key:
        return {record["id"]: Curve(record, STORED) for record in records() if _known(record)}
    config = config or ExperimentConfig()
    entries = [entry for entry in chosen_curves() if not _reason_against(entry, config)]
    stored = {entry.id: _stored(entry, config) for entry in entries}
    return {id_: Curve(record, STORED) for id_, record in stored.items() if record}


def measured(
    entry: CurveEntry, bench: Workbench, sample: Sample, progress: Progress = silent, kept: CurveFolder | None = None
) -> tuple[list[CurvePoint], float]:
    """Measure a curve's places one after the other.

    Args:
        entry: which curve.
        bench: with the models and the server; its configuration is the curve's.
        sample: what is varied.
        progress: told how many places are measured.
        kept: where places measured before are found and new ones are written down; nowhere if not given.

    Returns:
        The points, and the seconds that measuring them took (before an interruption too).
    """
    known = kept.measured() if kept else {}
    points: list[CurvePoint] = []
    total = 0.0
    stage = f"Curve: {entry.title}"
    for number, place in enumerate(entry.points):
        progress(stage, number, len(entry.points))
        if place not in known:
            started = time.perf_counter()
            found = entry.measure_at(bench, sample, entry, place)
            known[place] = found, time.perf_counter() - started
            if kept:
                kept.keep(place, *known[place])
        points += known[place][0]
        total += known[place][1]
    progress(stage, len(entry.points), len(entry.points))
    return points, total


def _computed(entry: CurveEntry, config: ExperimentConfig, bench: Workbench, fresh: bool) -> Curve:
    config = curve_config(entry, config)
    sample = data_for(config).sample
    kept = CurveFolder(entry.id, curve_key(entry, config, sample, bench.model.fingerprint, bench.embedder.fingerprint))
    with store.one_at_a_time(kept.key):
        # Another process may have finished it while this one waited.
        if not fresh and (record := kept.read()):
            return Curve(record, STORED)
        if fresh:
            kept.forget()
        # One bar for the curve, in place of one for each of its many answer passes and trainings.
        embedder = RememberingEmbedder.of(bench.embedder)
        own = replace(bench, config=config, embedder=embedder, progress=silent, on_loss=None)
        points, seconds = measured(entry, own, sample, bench.progress, kept)
        record = _record(entry, config, own, sample, kept.key, points, seconds)
        kept.finish(record)
    return Curve(record, STORED)


def _record(
    entry: CurveEntry,
    config: ExperimentConfig,
    bench: Workbench,
    sample: Sample,
    key: str,
    points: list[CurvePoint],
    seconds: float,
) -> dict[str, Any]:
    questions, model = questions_of(points), bench.model
    return {
        "id": entry.id,
        "key": key,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "config": config.to_dict(),
        "model": {
            "name": model.name,
            "fingerprint": model.fingerprint,
            "parameters": model.model.num_parameters() if isinstance(model, LanguageModel) else None,
            "is_sample_model": model.name == SAMPLE_MODEL,
        },
        "embedder": {"name": bench.embedder.name, "fingerprint": bench.embedder.fingerprint},
        "sample": {
            "name": sample.name,
            "fingerprint": value_fingerprint(repr(sample)),
            "is_sample_company": sample.is_sample_company,
        },
        "versions": package_versions(),
        "seconds": round(seconds, 1),
        "questions": questions,
        "points": packed(points, questions),
    }


def _stored(entry: CurveEntry, config: ExperimentConfig) -> dict[str, Any] | None:
    """Find a finished curve of the same inputs without loading a model, where its files tell which it is."""
    prints = model_fingerprint(config.model), embedder_fingerprint(config.embedder)
    if None in prints:
        return None
    config = curve_config(entry, config)
    return CurveFolder(entry.id, curve_key(entry, config, _sample(config), *prints)).read()


def _sample(config: ExperimentConfig) -> Sample:
    """Make the sample; curves of one call mostly share it."""
    return data_for(config).sample if config.own else _company(config)


@cache
def _company(config: ExperimentConfig) -> Sample:
    return data_for(config).sample


def _possible(entries: list[CurveEntry], config: ExperimentConfig, named: bool) -> list[CurveEntry]:
    """Leave out what cannot be had; refuse it where it was asked for by name."""
    reasons = {entry.id: _reason_against(entry, config) for entry in entries}
    refused = [(id_, reason) for id_, reason in reasons.items() if reason]
    if refused and (named or len(refused) == len(entries)):
        raise InputError(f"curve {refused[0][0]}: {refused[0][1]}.")
    return [entry for entry in entries if not reasons[entry.id]]


def _reason_against(entry: CurveEntry, config: ExperimentConfig) -> str | None:
    if entry.needs_company and config.own:
        return "only the sample company can be varied in this way, not own documents"
    if entry.trains and endpoint_name(config.model):
        return f"{config.model} cannot be trained here"
    return None


def _known(record: dict[str, Any]) -> bool:
    return record["id"] in {entry.id for entry in chosen_curves()}
