"""Pitfalls to tick off, and what an industry usually needs. Both are data under ``data/plan``."""

from dataclasses import dataclass
from functools import cache

from lib.client import ClientFile
from lib.costs import Costs
from lib.errors import InputError
from lib.files import read_yaml
from lib.paths import DATA


@dataclass(frozen=True)
class ChecklistItem:
    """One pitfall, as a sentence that is true once it is avoided."""

    id: str
    applies: str
    text: str


@dataclass(frozen=True)
class Checklist:
    """The items of one architecture and which of them are ticked."""

    items: tuple[ChecklistItem, ...]
    done: frozenset[str]

    @property
    def open(self) -> tuple[ChecklistItem, ...]:
        """List what is not ticked."""
        return tuple(item for item in self.items if item.id not in self.done)


@dataclass(frozen=True)
class IndustryNote:
    """What which-approach says of an industry; ``says`` is the arm that its words come to."""

    id: str
    words: tuple[str, ...]
    need: str
    usual: str
    mind: str
    says: str


@cache
def checklist_items() -> tuple[ChecklistItem, ...]:
    """Read all items, in the order of the file."""
    return tuple(ChecklistItem(**row) for row in read_yaml(DATA / "plan" / "checklist.yaml"))


@cache
def industry_notes() -> tuple[IndustryNote, ...]:
    """Read the notes on industries."""
    rows = read_yaml(DATA / "plan" / "industries.yaml")
    return tuple(IndustryNote(**row | {"words": tuple(row["words"])}) for row in rows)


def checklist(client: ClientFile, arm: str, costs: Costs) -> Checklist:
    """Return the items that concern ``arm``, and those of them that ``plan.done`` ticks.

    Raises:
        InputError: ``plan.done`` holds something that is no item.
    """
    known = {item.id for item in checklist_items()}
    for id_ in client.plan.done or ():
        if id_ not in known:
            raise InputError(f"plan.done holds {id_!r}; allowed are {', '.join(sorted(known))}.")
    components = costs.components[arm]
    kinds = {"retrieval": "vector_store" in components, "training": "training" in components}
    items = tuple(item for item in checklist_items() if kinds[item.applies])
    return Checklist(items, frozenset(client.plan.done or ()) & {item.id for item in items})


def industry_note(client: ClientFile) -> IndustryNote | None:
    """Find the note on the client's industry by the words of its name; ``None`` where there is none."""
    industry = client.client.industry.lower()
    return next((note for note in industry_notes() if any(word in industry for word in note.words)), None)
