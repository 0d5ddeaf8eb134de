"""A fictional company: things with facts, and the pages that state them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lib.experiment.world import words
from lib.experiment.world.facts import (
    ATTRIBUTES,
    FILLERS,
    HOPS,
    INTRODUCTIONS,
    KINDS,
    SEE_ALSO,
    Hop,
    refusal,
    shortened,
)
from lib.experiment.world.types import Document

FACTS_PER_PAGE = 4
SHORT_SHARE = 0.25


@dataclass(frozen=True)
class Thing:
    """One plan, device, team … with its facts (attribute name to value) and how its page words them.

    ``wording`` holds one sentence number for each fact; ``short`` names the facts whose sentence says "this
    plan" in place of the full name; ``introduction`` and ``ending`` are sentences without a fact, or "".
    """

    kind: str
    name: str
    document_id: str
    facts: dict[str, str]
    wording: dict[str, int]
    short: frozenset[str] = frozenset()
    introduction: str = ""
    ending: str = ""
    updated: str = "2026-01-01"

    @property
    def missing(self) -> list[str]:
        """Names of the attributes of this kind that this thing's page does not state."""
        return [attribute.name for attribute in KINDS[self.kind] if attribute.name not in self.facts]

    def document(self) -> Document:
        """Write the thing's page."""
        sentences = [self.introduction]
        for name, value in self.facts.items():
            sentence = ATTRIBUTES[name].sentences[self.wording[name]]
            sentence = shortened(sentence, self.kind) if name in self.short else sentence
            sentences.append(sentence.format(n=self.name, v=value))
        text = " ".join([*sentences, self.ending]).strip()
        return Document(self.document_id, self.kind, self.name, text, {"kind": self.kind, "updated": self.updated})

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
    returns together do.
    """
    chosen = _related(generator, pairs, things) if things <= 12 else generator.sample(pairs, things)
    team_count = max(1, things // 8)
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
    facts = {
        attribute.name: generator.choice(teams) if attribute.name == "team" else attribute.value(generator)
        for attribute in generator.sample(KINDS[kind], count)
    }
    # The plainest wording is the most common, as on real help pages written to a template.
    wording = {attribute: generator.choice([0, 0, 1, 2]) for attribute in facts}
    # The first sentence names the thing in full.
    short = frozenset(attribute for attribute in list(facts)[1:] if generator.random() < SHORT_SHARE)
    introduction = generator.choice(INTRODUCTIONS).format(n=name) if generator.random() < 0.25 else ""
    ending = _ending(generator, [other for other in names if other != name])
    updated = f"2026-{generator.randint(1, 6):02d}-{generator.randint(1, 28):02d}"
    return Thing(kind, name, document_id, facts, wording, short, introduction, ending, updated)


def _ending(generator: random.Random, others: Sequence[str]) -> str:
    draw = generator.random()
    if draw < 0.2:
        return generator.choice(SEE_ALSO).format(n=generator.choice(others))
    return generator.choice(FILLERS) if draw < 0.5 else ""


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
