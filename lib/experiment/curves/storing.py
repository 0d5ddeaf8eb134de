"""Where curves are kept: one folder each under ``data/runs/curves``; places that are measured outlive an interruption."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib import paths
from lib.experiment.curves.point import CurvePoint, packed, questions_of, unpacked
from lib.experiment.store import short_key
from lib.files import write_text

RECORD = "curve.json"
_DONE = "measured.jsonl"


def folder() -> Path:
    """Return where all stored curves lie."""
    return paths.RUNS / "curves"


@dataclass(frozen=True)
class CurveFolder:
    """The folder of one curve under one key."""

    id: str
    key: str

    @property
    def path(self) -> Path:
        """Where it lies; it need not be there."""
        return folder() / f"{self.id}-{short_key(self.key)}"

    def read(self) -> dict[str, Any] | None:
        """Read the finished curve, if there is one of exactly this key."""
        record = read_record(self.path / RECORD)
        return record if record and record["key"] == self.key else None

    def finish(self, record: dict[str, Any]) -> None:
        """Write the finished curve whole or not at all; the places measured on the way are then no longer needed."""
        write_text(self.path / RECORD, written(record))
        self.forget()

    def measured(self) -> dict[float, tuple[list[CurvePoint], float]]:
        """Return the places measured before an interruption, each with its points and seconds."""
        path = self.path / _DONE
        found = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else []:
            try:
                value = json.loads(line)
            except ValueError:
                # The line that an interruption cut off.
                continue
            if value["key"] == self.key:
                found[value["place"]] = unpacked(value["points"], value["questions"]), value["seconds"]
        return found

    def keep(self, place: float, points: list[CurvePoint], seconds: float) -> None:
        """Append one measured place."""
        questions = questions_of(points)
        value = {"key": self.key, "place": place, "seconds": seconds, "questions": questions}
        line = json.dumps(value | {"points": packed(points, questions)}, ensure_ascii=False)
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / _DONE).open("a", encoding="utf-8", newline="") as file:
            # A line that was cut off must not swallow this one.
            file.write(f"\n{line}\n")

    def forget(self) -> None:
        """Forget the places measured on the way."""
        (self.path / _DONE).unlink(missing_ok=True)


def written(record: dict[str, Any]) -> str:
    """Write a curve's record as JSON."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def read_record(path: Path) -> dict[str, Any] | None:
    """Read a curve's record; ``None`` where there is none or it cannot be read, as it can be computed again."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def records() -> list[dict[str, Any]]:
    """Read all stored curves, oldest first."""
    found = [read_record(path) for path in folder().glob(f"*/{RECORD}")] if folder().is_dir() else []
    return sorted((record for record in found if record), key=lambda record: record["created"])
