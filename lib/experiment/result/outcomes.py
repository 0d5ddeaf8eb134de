"""The answers of a run as numbers: one matrix a measure, questions by arms."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

# Stands for the questions of every kind together.
ALL_KINDS = "all"


class Outcomes:
    """Reads a record's answers once. A record that lacks a measure has nothing but nan for it."""

    def __init__(self, record: Mapping[str, Any]) -> None:
        """Read the answers' questions; columns are read when they are asked for."""
        self.rows = record["answers"]
        self.arms = [arm["id"] for arm in record["arms"]]
        self._columns: dict[str, np.ndarray] = {}

    @cached_property
    def questions(self) -> dict[str, int]:
        """Question id to its row in every matrix."""
        return {id_: place for place, id_ in enumerate(dict.fromkeys(row["question_id"] for row in self.rows))}

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds of question in the run, as they come."""
        return list(dict.fromkeys(self._first.values()))

    @cached_property
    def clusters(self) -> "np.ndarray":
        """What each question is about (itself where the record does not say), for resampling."""
        import numpy as np

        about = {row["question_id"]: row.get("about") or row["question_id"] for row in self.rows}
        return np.array([about[id_] for id_ in self.questions], dtype=object)

    def of_kind(self, kind: str) -> "np.ndarray":
        """Mark the questions of a kind: one truth value a question."""
        import numpy as np

        return np.array([kind in (ALL_KINDS, self._first[id_]) for id_ in self.questions], dtype=bool)

    def values(self, column: str) -> "np.ndarray":
        """Give a column of the answers as floats, questions × arms; nan where it was not judged."""
        import numpy as np

        if column not in self._columns:
            matrix = np.full((len(self.questions), len(self.arms)), np.nan)
            places = {arm: place for place, arm in enumerate(self.arms)}
            for row in self.rows:
                if row.get(column) is not None and row["arm"] in places:
                    matrix[self.questions[row["question_id"]], places[row["arm"]]] = float(row[column])
            self._columns[column] = matrix
        return self._columns[column]

    def of_arm(self, arm: str, column: str, kind: str = ALL_KINDS) -> "np.ndarray":
        """Give one arm's values over the questions of a kind, nan where not judged."""
        return self.values(column)[self.of_kind(kind), self.arms.index(arm)]

    @cached_property
    def _first(self) -> dict[str, str]:
        """Question id to its kind."""
        kinds: dict[str, str] = {}
        for row in self.rows:
            kinds.setdefault(row["question_id"], row["kind"])
        return kinds
