"""A fictional company: things with facts, and the pages that state them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lib.experiment.world import words
from lib.experiment.world.facts import (
    ATTRIBUTES,
    HOPS,
    KINDS,
    Hop,
    refusal,
)
from lib.experiment.world.forms import Section
from lib.experiment.world.pages import lay_out
from lib.experiment.world.types import Document

FACTS_PER_PAGE = 4


@dataclass(frozen=True)
class Thing:
    """One plan, device, team … with its facts (attribute name to value) and how its page is laid out.

    Every fact is stated in exactly one of the ``sections``; ``genre`` says what kind of text the page is.
    """

    kind: str
    name: str
    document_id: str
    facts: dict[str, str]
    genre: str
    sections: tuple[Section, ...]
    updated: str = "2026-01-01"

    @property
    def missing(self) -> list[str]:
        """Names of the attributes of this kind that this thing's page does not state."""
        return [attribute.name for attribute in KINDS[self.kind] if attribute.name not in self.facts]

    def document(self) -> Document:
        """Write the thing's page."""
        return self.passage(self.sections)

    def passage(self, sections: Sequence[Section]) -> Document:
        """Write some of the page's sections, as a search may find them."""
        text = "\n\n".join(section.text(self.name, self.kind, self.facts) for section in sections)
        metadata = {"kind": self.kind, "genre": self.genre, "updated": self.updated}
        return Document(self.document_id, self.kind, self.name, text, metadata)

    def question(self, attribute: str, template: int) -> str:
        """Ask for ``attribute`` in the words of question ``template``."""
        return ATTRIBUTES[attribute].questions[template].format(n=self.name)

    def answer(self, attribute: str) -> str:
        """Give the sentence that answers a question about ``attribute``."""
        return ATTRIBUTES[attribute].sentences[0].format(n=self.name, v=self.facts[attribute])

    def refusal(self, attribute: str) -> str:
        """Give the sentence that answers it where no page states ``attribute``."""
        return refusal(ATTRIBUTES[attribute].sentences[0]).format(n=self.name)

    def changed(self, attribute: str, value: str, updated: str) -> "Thing":
        """Give the same thing after one fact has changed."""
        return replace(self, facts={**self.facts, attribute: value}, updated=updated)


@dataclass(frozen=True)
class Company:
    """A company's name and its things, in no particular order."""

    name: str
    things: tuple[Thing, ...]

    def documents(self) -> tuple[Document, ...]:
        """Write every page."""
        return tuple(thing.document() for thing in self.things)

    def hops(self) -> list[tuple[Thing, Thing, Hop]]:
        """List every two-page question: the thing, its team, the hop."""
        teams = {thing.name: thing for thing in self.things if thing.kind == "team"}
        return [
            (thing, teams[thing.facts["team"]], hop)
            for thing in self.things
            if thing.facts.get("team") in teams
            for hop in HOPS
            if hop.attribute.name in teams[thing.facts["team"]].facts
        ]


def other_company(seed: int, things: int = 8) -> Company:
    """Make a company for training the base model. Its names never use a pair reserved for the sample."""
    return make_company(random.Random(f"other company {seed}"), _OTHER_PAIRS, things)


def make_company(generator: random.Random, pairs: Sequence[tuple[str, str]], things: int) -> Company:
    """Make a company of ``things`` things with distinct names out of ``pairs``.

    In a small company about half of the names share a word with another one, as pages that a search
    returns together do, and which of up to three teams runs a thing has to be read.
    """
    chosen = _related(generator, pairs, things) if things <= 12 else generator.sample(pairs, things)
    team_count = generator.choice([1, 2, 2, 3]) if things <= 12 else things // 8
    kinds = ["team"] * team_count + [generator.choice(_KINDS_BUT_TEAM) for _ in range(things - team_count)]
    if things <= 12 and generator.random() < 0.4:
        # All of one kind: only the names tell the pages apart.
        kinds = ["team"] * team_count + [generator.choice(_KINDS_BUT_TEAM)] * (things - team_count)
    names = [f"{adjective} {noun} {kind}" for (adjective, noun), kind in zip(chosen, kinds, strict=True)]
    numbers = generator.sample(range(100, 1000), things)
    made = [
        make_thing(generator, kind, name, f"{kind}-{number}", names[:team_count], names)
        for kind, name, number in zip(kinds, names, numbers, strict=True)
    ]
    generator.shuffle(made)
    return Company(" ".join(generator.choice(pairs)), tuple(made))


def make_thing(
    generator: random.Random, kind: str, name: str, document_id: str, teams: Sequence[str], names: Sequence[str]
) -> Thing:
    """Make one thing with three to five facts in random order.

    ``teams`` are those that may run it, ``names`` the things that its page may point to.
    """
    count = generator.randint(FACTS_PER_PAGE - 1, min(FACTS_PER_PAGE + 1, len(KINDS[kind]) - 1))
    facts: dict[str, str] = {}
    for attribute in generator.sample(KINDS[kind], count):
        value = ""
        # Two dates on one page are different dates: a value stands on a page once.
        while not value or value in facts.values():
            value = generator.choice(teams) if attribute.name == "team" else attribute.value(generator)
        facts[attribute.name] = value
    genre, sections = lay_out(generator, kind, list(facts), [other for other in names if other != name])
    updated = f"2026-{generator.randint(1, 6):02d}-{generator.randint(1, 28):02d}"
    return Thing(kind, name, document_id, facts, genre, sections, updated)


def _related(generator: random.Random, pairs: Sequence[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    chosen = [generator.choice(pairs)]
    while len(chosen) < count:
        pair = generator.choice(pairs)
        if generator.random() < 0.5:
            first, second = generator.choice(chosen)
            candidate = (first, pair[1]) if generator.random() < 0.5 else (pair[0], second)
            pair = candidate if candidate in _pair_set(pairs) else pair
        if pair not in chosen:
            chosen.append(pair)
    return chosen


_KINDS_BUT_TEAM = [kind for kind in KINDS if kind != "team"]
_OTHER_PAIRS = words.name_pairs(reserved=False)
_OTHER_SET = frozenset(_OTHER_PAIRS)


def _pair_set(pairs: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    return _OTHER_SET if pairs is _OTHER_PAIRS else frozenset(pairs)
