"""The prose that the company is written from: one YAML file a kind of page, and the words that all share."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lib.files import read_yaml
from lib.paths import DATA

FOLDER = DATA / "sample_company"

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip


@dataclass(frozen=True)
class Value:
    """A value as pages and answers write it, and other ways to write the same (``also``)."""

    text: str
    also: tuple[str, ...] = ()

    @property
    def core(self) -> str:
        """What may stand on a page once only: the number without its unit, or the whole text."""
        number = re.search(r"\d[\d,.:]*", self.text)
        return number.group() if number else self.text

    @property
    def ways(self) -> tuple[str, ...]:
        """Every way to write it, the usual one first."""
        return (self.text, *self.also)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Strict):
    """What can be known of a thing, how pages say it and how people ask for it.

    ``value`` says what values look like: ``days 7-30/1`` (from, to, step) or ``days 7|14|30``, as well with other
    units, ``number``, ``euros``, ``cents`` and ``percent``; ``time 06:30-11:00``, ``date FROM TO``, ``person``,
    ``weekday``, ``month``, ``choice A|B``, or ``link KIND A|B``: the name of a thing of that kind, one of those
    listed if any are. Texts are templates: ``{v}`` is the value, other fields are the thing's.
    """

    value: str
    what: str
    says: tuple[str, ...]
    answer: str = ""
    asks: tuple[str, ...]  # training wordings beside the general ones
    new: tuple[str, ...]  # wordings held out for evaluation
    label: str = ""
    always: bool = False  # never left out of a page
    fixed: bool = False  # belongs to the past and never changes

    @model_validator(mode="before")
    @classmethod
    def _one_statement(cls, data: dict[str, Any]) -> dict[str, Any]:
        says = data.get("says", data.get("answer", ()))
        return data | {"says": (says,) if isinstance(says, str) else says}

    @property
    def link(self) -> str:
        """The kind of thing that it names; empty for a plain value."""
        return self.value.split()[1] if self.value.startswith("link ") else ""

    @property
    def among(self) -> list[str]:
        """The things that a link may name: those listed, or all of its kind."""
        _, name, *listed = self.value.split(" ", 2)
        return listed[0].split("|") if listed else [entity.name for entity in source().kinds[name].entities]

    @property
    def trained(self) -> tuple[str, ...]:
        """All wordings of its question that training may use, as templates."""
        noun = [words()["asked_for_a_noun"]] if self.what.startswith("the ") else []
        return (*self.asks, *(text.replace("{what}", self.what) for text in (*noun, *words()["asked"])))

    @property
    def sentence(self) -> str:
        """The answer without the voice, as a template."""
        return self.answer or f"{self.what[0].upper()}{self.what[1:]} is {{v}}."

    @property
    def heading(self) -> str:
        """What stands before the value in a list or a table."""
        return self.label or self.what.removeprefix("the ")[0].upper() + self.what.removeprefix("the ")[1:]

    def draw(self, generator: random.Random) -> Value:
        """Draw a value."""
        kind, _, rest = self.value.partition(" ")
        if kind == "link":
            return Value(generator.choice(self.among))
        if kind == "person":
            return Value(f"{generator.choice(words()['first_names'])} {generator.choice(words()['last_names'])}")
        if kind in ("weekday", "month"):
            return Value(generator.choice(_WEEKDAYS if kind == "weekday" else MONTHS))
        if kind == "choice":
            text = generator.choice(rest.split("|"))
            return Value(text, (text.replace(" percent", "%"),) if text.endswith(" percent") else ())
        if kind == "time":
            low, high = (int(part[:2]) * 60 + int(part[3:]) for part in rest.split("-"))
            minutes = generator.randrange(low, high + 1, 15)
            text, short = f"{minutes // 60:02}:{minutes % 60:02}", f"{minutes // 60}:{minutes % 60:02}"
            return Value(text, (short,) if short != text else ())
        if kind == "date":
            first, last = (date.fromisoformat(part) for part in rest.split())
            day = first + timedelta(days=generator.randrange((last - first).days + 1))
            return Value(f"{day.day} {MONTHS[day.month - 1]} {day.year}", (day.isoformat(),))
        if "-" not in rest:
            return _number(kind, int(generator.choice(rest.split("|"))))
        low, high, step = (int(part) for part in re.split("[-/]", rest))
        return _number(kind, generator.randrange(low, high + 1, step))


def _number(kind: str, number: int) -> Value:
    text = f"{number:,}"
    plain = (str(number),) if "," in text else ()
    if kind == "number":
        return Value(text, plain)
    if kind in ("euros", "cents"):
        sign = f"€{text}" if kind == "euros" else f"€0.{number:02}"
        return Value(f"{text} {kind}", (f"{plain[0]} {kind}" if plain else f"EUR {sign[1:]}", sign))
    if kind == "percent":
        return Value(f"{text} percent", (f"{text}%", f"{text} per cent"))
    return Value(f"{text} {kind}", (f"{text}-{kind[:-1]}",))


class Section(_Strict):
    """A part of a page: facts (``own``: those of the page alone) and the page's own text, under a heading."""

    heads: tuple[str, ...] = ()
    lead: tuple[str, ...] = ("",)
    facts: tuple[str, ...] = ()
    tail: tuple[str, ...] = ("",)
    own: str = ""  # the entity's field that stands here: a text, or steps
    form: Literal["prose", "any"] = Field("prose", alias="as")


class Entity(_Strict):
    """One thing that a page is about, with what was written about it alone."""

    name: str
    about: str
    does: str = ""
    do: str = ""
    doing: str = ""
    code: str = ""
    tip: str = ""
    care: str = ""
    note: str = ""
    more: str = ""
    steps: tuple[str, ...] = ()
    facts: Mapping[str, Attribute] = {}
    overrides: Mapping[str, str] = {}  # what values of its kind's attributes look like for it
    without: tuple[str, ...] = ()  # attributes that it cannot have
    head: str = ""
    column: str = ""
    rows: tuple[str, ...] = ()
    row: Attribute | None = None

    @property
    def words(self) -> dict[str, str]:
        """What its templates may name."""
        return {"name": self.name, "do": self.do, "doing": self.doing, "code": self.code}


class Composed(_Strict):
    """Names and descriptions put together from parts, so that there can be as many pages as wanted."""

    words: tuple[str, ...]
    kinds: tuple[str, ...]
    cities: tuple[str, ...]
    building: tuple[str, ...]
    inside: tuple[str, ...]
    around: tuple[str, ...]

    def entity(self, number: int) -> Entity:
        """Make the ``number``-th thing: always the same one, whatever the seed. There are names for 12,800."""
        # Names repeat with another city only once each word has stood with each kind of house.
        names = [(word, kind) for word in self.words for kind in self.kinds]
        random.Random("names").shuffle(names)
        turn, place = divmod(number, len(names))
        word, kind = names[place]
        name = f"{word} {kind} in {self.cities[(place + turn) % len(self.cities)]}"
        generator = random.Random(f"space {number}")
        inside = generator.sample(self.inside, 2)
        building = generator.choice(self.building).replace("{name}", f"{word} {kind}")
        return Entity(name=name, about=" ".join([building, *inside, generator.choice(self.around)]))


class Kind(_Strict):
    """A kind of page: its things, what can be known of them, and how a page is laid out."""

    kind: str
    order: int
    id: str
    title: str
    name: str
    entities: tuple[Entity, ...] = ()
    absent: tuple[str | dict[str, str], ...] = ()  # things of this kind that do not exist
    left_out: float = 0.0  # how often a page leaves an attribute out
    attributes: Mapping[str, Attribute] = {}
    groups: Mapping[str, Mapping[str, str]] = {}  # as ``Entity.overrides``, for things that do the same
    sections: tuple[Section, ...] = ()
    compose: Composed | None = None

    def attributes_of(self, entity: Entity) -> dict[str, Attribute]:
        """Return what can be known of one of its things, that of the thing alone and of its table's rows with it.

        Raises:
            ValueError: the thing overrides what is no attribute.
        """
        overrides = {**self.groups.get(entity.does, {}), **entity.overrides}
        if unknown := set(overrides) - set(self.attributes):
            raise ValueError(f"{self.kind} {entity.name}: overrides {unknown} are no attributes")
        shared = {
            key: each.model_copy(update={"value": overrides[key]}) if key in overrides else each
            for key, each in self.attributes.items()
        }
        rows = {row: entity.row for row in entity.rows if entity.row is not None}
        return shared | dict(entity.facts) | rows


class Crossing(_Strict):
    """A question over two pages: ``link`` on the page of the first, ``attribute`` on that of the second."""

    source: str = Field(alias="from")
    link: str
    attribute: str
    answer: str
    asks: tuple[str, ...]
    new: str


@dataclass(frozen=True)
class Source:
    """Everything that was written by hand."""

    kinds: Mapping[str, Kind]
    crossings: tuple[Crossing, ...]
    general: tuple[tuple[str, str], ...]  # question, answer


@cache
def words() -> Mapping[str, Any]:
    """Read what all kinds of page share."""
    return read_yaml(FOLDER / "words.yaml")


@cache
def source() -> Source:
    """Read the files once."""
    read = {path.stem: read_yaml(path) for path in sorted(FOLDER.glob("*.yaml")) if path.stem != "words"}
    general = tuple((row["q"], row["a"]) for row in read.pop("general"))
    crossings = tuple(Crossing.model_validate(row) for row in read.pop("two_page"))
    kinds = sorted((Kind.model_validate(each) for each in read.values()), key=lambda kind: kind.order)
    return Source({kind.kind: kind for kind in kinds}, crossings, general)
