"""What the audit of a client's data found, as people read it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lib.experiment.world import Question

if TYPE_CHECKING:
    import pandas as pd

# Worst first: stop = conclude nothing from a run on these data; warn = something is probably wrong; note = good to know.
SEVERITIES = ("stop", "warn", "note")
SHOWN_NAMES = 5
_LONGEST_NAME = 80


@dataclass(frozen=True)
class AuditFinding:
    """One finding: how bad it is, what it is about, one plain sentence with its number, and all the names."""

    severity: str
    topic: str
    sentence: str
    names: tuple[str, ...] = ()

    @property
    def examples(self) -> str:
        """The first five names, and how many more there are; ``""`` where there is nothing to name."""
        shown = [name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…" for name in self.names]
        more = len(shown) - SHOWN_NAMES
        return "; ".join(shown[:SHOWN_NAMES]) + (f"; and {more:,} more" if more > 0 else "")

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.severity}: {self.topic}: {self.sentence}" + (f" ({self.examples})" if self.names else "")


@dataclass(frozen=True)
class Audit:
    """The data audit. ``leaked`` are the ids of the questions that stand in the training file.

    ``documents``, ``questions`` (without the leaked ones) and ``training_pairs`` count what is left to use.
    """

    findings: tuple[AuditFinding, ...]
    documents: int
    questions: int
    training_pairs: int
    leaked: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether nothing should be concluded from a run on these data."""
        return any(finding.severity == "stop" for finding in self.findings)

    @property
    def headline(self) -> str:
        """Say what there is, and how much was found of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        counted = ", ".join(f"{found[severity]} × {severity}" for severity in SEVERITIES if found[severity])
        return (
            f"Data audit: {self.documents:,} documents, {self.questions:,} questions, "
            f"{self.training_pairs:,} training pairs. {counted or 'Nothing found'}."
        )

    def to_frame(self) -> "pd.DataFrame":
        """Give one row a finding, worst first: severity, topic, finding, count and names."""
        import pandas as pd

        columns = ["severity", "topic", "finding", "count", "names"]
        rows = [(one.severity, one.topic, one.sentence, len(one.names), one.examples) for one in self.findings]
        return pd.DataFrame(rows, columns=columns)

    def __str__(self) -> str:
        """Write it for a terminal."""
        return "\n".join([self.headline, *(f"  {finding}" for finding in self.findings)])

    def _repr_html_(self) -> str:
        from markupsafe import Markup, escape

        def cells(values: Sequence[str], tag: str) -> Markup:
            return Markup("").join(Markup("<{0}>{1}</{0}>").format(Markup(tag), value) for value in values)

        # A heading cell that says so is read aloud with each of its cells.
        head = Markup("").join(
            Markup('<th scope="col">{}</th>').format(name) for name in ("Severity", "About", "Finding", "Names")
        )
        rows = [cells((one.severity, one.topic, one.sentence, one.examples), "td") for one in self.findings]
        body = Markup("").join(Markup("<tr>{}</tr>").format(row) for row in rows)
        table = Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(head, body)
        # JupyterLab reads a dollar sign before a digit as LaTeX, and a client's questions may hold some.
        return str(Markup("<p>{}</p>").format(escape(self.headline)) + (table if rows else "")).replace("$", "&#36;")


def in_order(findings: Sequence[AuditFinding]) -> tuple[AuditFinding, ...]:
    """Order findings worst first, otherwise as they came."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def named(question: Question) -> str:
    """Name a question by its id and words."""
    return f"{question.id}: {question.question}"


def counted(number: int, noun: str) -> str:
    """Write ``1 file``, ``2 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def was(number: int) -> str:
    """Give the verb for so many."""
    return "was" if number == 1 else "were"
