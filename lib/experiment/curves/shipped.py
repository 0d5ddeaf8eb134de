"""Curves that come with the workbook: computed once, committed, shown where none has been computed yet."""

from pathlib import Path

from lib import paths
from lib.errors import InputError
from lib.experiment.config import ExperimentConfig
from lib.experiment.curves.curve import Curve
from lib.experiment.curves.run import stored_curves
from lib.experiment.curves.storing import read_record, written
from lib.experiment.curves.table import CURVES
from lib.files import write_text

SHIPPED = "shipped with the workbook"


def shipped_folder() -> Path:
    """Return where the committed curves lie."""
    return paths.DATA / "curves"


def publish(curve: Curve, folder: Path | None = None) -> Path:
    """Write a curve to where it is committed, and say where: outcomes, settings, versions, date, fingerprints.

    Raises:
        InputError: the curve is of a client's own data, which are never to be committed.
    """
    if not curve.record["sample"]["is_sample_company"] or curve.record["config"]["own"]:
        raise InputError(f"curve {curve.id}: only curves of the sample company are published, not of own data.")
    target = (folder or shipped_folder()) / f"{curve.id}.json"
    write_text(target, written(curve.record))
    return target


def shipped_curves(folder: Path | None = None) -> dict[str, Curve]:
    """Read the committed curves, by id in the order of ``CURVES``; a curve that is not there is left out."""
    read = {id_: read_record((folder or shipped_folder()) / f"{id_}.json") for id_ in CURVES}
    return {id_: Curve(record, SHIPPED) for id_, record in read.items() if record}


def shown_curves(config: ExperimentConfig | None = None) -> dict[str, Curve]:
    """Return for each curve the one to show: computed on this machine if there is one, else the shipped one.

    Each says in its heading which it is, when it was computed and with which model.
    """
    found = shipped_curves() | stored_curves(config)
    return {id_: found[id_] for id_ in CURVES if id_ in found}
