"""The company itself: its things, what is true of them at training and today, and the pages that say so."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from lib.dataset import Document
from lib.sample_company.source import Attribute, Entity, Kind, Section, Value, source, words

CHANGED_SINCE = date(2026, 6, 1)  # training items were written the day before
_TODAY = date(2026, 11, 15)
_FIRST_DAY = date(2025, 2, 1)
# Things that other pages name are never left out of a smaller company.
_ALWAYS = ("plan", "level", "team")


@dataclass(frozen=True)
class Fact:
    """One thing that can be known: the unit of the statistics.

    ``id`` is ``PAGE:ATTRIBUTE``. ``now`` differs from ``then`` (what was true at training) where it has changed.
    Both are None where the page leaves the attribute out.
    """

    id: str
    page_id: str
    kind: str
    attribute: Attribute
    words: Mapping[str, str] = field(hash=False, compare=False)
    then: Value | None = None
    now: Value | None = None

    @property
    def stated(self) -> bool:
        """Whether its page says it."""
        return self.then is not None

    def fill(self, template: str, **more: str) -> str:
        """Put the thing's words into a template."""
        return template.format(**self.words, **more)

    def asked(self) -> tuple[str, ...]:
        """The wordings of its question that training may use."""
        return tuple(self.fill(text) for text in self.attribute.trained)

    def asked_anew(self) -> str:
        """One of the wordings held out for evaluation: always the same."""
        return self.fill(random.Random(f"{self.id} anew").choice(self.attribute.new))

    def sentence(self, value: Value) -> str:
        """Answer with ``value``, without the voice."""
        text = self.fill(self.attribute.sentence, v=value.text)
        return text[0].upper() + text[1:]


@dataclass(frozen=True)
class Page:
    """A thing with its page: ``facts`` by attribute, those left out among them."""

    id: str
    kind: Kind
    entity: Entity
    facts: Mapping[str, Fact]


def slug(text: str) -> str:
    """Make the part of a page's id that names its thing."""
    return re.sub(r"[^a-z0-9_]+", "-", text.lower().replace(" in ", " ")).strip("-")


def make_pages(seed: int, number: int) -> list[Page]:
    """Make the first ``number`` pages of the company as they were at training.

    A larger number adds pages and leaves the others as they are, once the pages that are there whatever the
    number (plans, support levels, teams, and devices at entrances) have their place.
    """
    devices = source().kinds["space"].attributes["door"].among
    written = [(kind, entity) for kind in source().kinds.values() for entity in kind.entities]
    first = [each for each in written if each[0].kind in _ALWAYS or each[1].name in devices]
    others = [each for each in written if each not in first]
    # Some spaces stand among the written pages, so that a small company has every kind of page.
    spaces = source().kinds["space"]
    others += [(spaces, spaces.compose.entity(place)) for place in range(60)]
    random.Random(f"{seed} pages").shuffle(others)
    size = len(first) + len(others)
    more = [(spaces, spaces.compose.entity(place)) for place in range(60, 60 + max(0, number - size))]
    return [_page(seed, kind, entity) for kind, entity in [*(first + others)[:number], *more]]


def _page(seed: int, kind: Kind, entity: Entity) -> Page:
    """Decide what the page of a thing says."""
    page_id = f"{kind.id}-{slug(entity.code or entity.name)}"
    needed = crossed()
    facts: dict[str, Fact] = {}
    used: set[str] = set()
    for key, attribute in kind.attributes_of(entity).items():
        identity = f"{page_id}:{slug(key)}"
        generator = random.Random(f"{seed} {identity}")
        always = attribute.always or key in entity.facts or (kind.kind, key) in needed
        drawn = unused_value(attribute, generator, used) if generator.random() >= kind.left_out or always else None
        value = None if key in entity.without else drawn
        facts[key] = Fact(identity, page_id, kind.kind, attribute, entity.words | {"row": key}, value, value)
    return Page(page_id, kind, entity, facts)


def unused_value(attribute: Attribute, generator: random.Random, used: set[str]) -> Value:
    """Draw a value that does not stand on the page yet: a right value is then never another fact's."""
    for _ in range(1000):
        value = attribute.draw(generator)
        if value.core not in used:
            used.add(value.core)
            return value
    raise LookupError(f"value {attribute.value!r}: too few values for one page")


def crossed() -> set[tuple[str, str]]:
    """Attributes (kind, key) that a question over two pages asks of its second page."""
    kinds = source().kinds
    return {(kinds[each.source].attributes[each.link].link, each.attribute) for each in source().crossings}


def document(seed: int, page: Page, changed: Mapping[str, Fact]) -> Document:
    """Write a page, with the facts in ``changed`` (by id) as they are today and all others as at training."""
    page = replace(page, facts={key: changed.get(fact.id, fact) for key, fact in page.facts.items()})
    generator = random.Random(f"{seed} {page.id} text")
    parts = [page.entity.about]
    parts += [text for section in page.kind.sections if (text := _section(section, page, generator))]
    if page.entity.row is not None:
        parts.append(_table([(fact.words["row"], fact.now) for fact in page.facts.values()], page.entity))
    span = (CHANGED_SINCE - _FIRST_DAY).days
    updated = _FIRST_DAY + timedelta(days=generator.randrange(span))
    if page.kind.kind == "release" and (published := page.facts["date"].now):
        updated = date.fromisoformat(published.also[0])
    if any(fact.now != fact.then for fact in page.facts.values()):
        updated = CHANGED_SINCE + timedelta(days=generator.randrange((_TODAY - CHANGED_SINCE).days))
    title = page.kind.title.format(**page.entity.words)
    metadata = {"kind": page.kind.kind, "updated": updated.isoformat()}
    return Document(page.id, title, "\n\n".join(parts), page.kind.kind, metadata)


def _section(section: Section, page: Page, generator: random.Random) -> str:
    """Write a section; empty where the page says nothing of it."""
    keys = [key for name in section.facts for key in (page.entity.facts if name == "own" else [name])]
    stated = [page.facts[key] for key in keys if page.facts[key].stated]
    own = getattr(page.entity, section.own) if section.own else ""
    # Drawn whatever is stated, so that pages keep their words when a fact is left out.
    head, lead, tail = (generator.choice(texts or ("",)) for texts in (section.heads, section.lead, section.tail))
    form = generator.choice(("prose", "prose", "list", "table")) if section.form == "any" else "prose"
    said = [generator.choice(fact.attribute.says) for fact in stated]
    if not stated and not own:
        return ""
    blocks = [f"## {head}"] if head else []
    lead, tail = (text.format(**page.entity.words) if stated else "" for text in (lead, tail))
    if form == "prose" or len(stated) < 2:
        sentences = [fact.fill(text, v=fact.now.text) for fact, text in zip(stated, said, strict=True)]
        blocks.append(" ".join(text for text in (lead, *sentences, tail) if text))
    else:
        rows = [(fact.attribute.heading, fact.now) for fact in stated]
        listed = "\n".join(f"- {label}: {value.text}" for label, value in rows)
        blocks += [lead, listed if form == "list" else _table(rows), tail]
    if isinstance(own, tuple):
        blocks.append("\n".join(f"{number}. {step}" for number, step in enumerate(own, 1)))
    elif own:
        blocks.append(own)
    return "\n\n".join(block for block in blocks if block)


def _table(rows: Sequence[tuple[str, Value | None]], entity: Entity | None = None) -> str:
    heads = (entity.head, entity.column) if entity else ("Detail", "Value")
    lines = [f"| {heads[0]} | {heads[1]} |", "|---|---|"]
    lines += [f"| {label[0].upper() + label[1:]} | {value.text} |" for label, value in rows if value]
    return "\n".join(lines)


def notes(seed: int, number: int, mentioned: Sequence[Fact]) -> list[Document]:
    """Write the notes about changes: they name old values as no longer true, and never a new one.

    So today's pages hold some stale figures, as real ones do, and still answer each question in one way only.
    """
    made = []
    for place, note in enumerate(words()["notes"][:number]):
        text, lines = note["text"], []
        for fact in mentioned[place::number]:
            what = fact.fill(fact.attribute.what)
            ending = random.Random(f"{seed} {fact.id} note").choice(words()["no_longer"]).format(v=fact.then.text)
            lines.append(f"- {what[0].upper()}{what[1:]}: {ending}")
        text += "\n\n## No longer true\n\n" + "\n".join(lines) if lines else ""
        metadata = {"kind": "release", "updated": f"2026-{8 + place:02}-28"}
        made.append(Document(note["id"], note["title"], text, "release", metadata))
    return made
