"""What a company's help pages say: kinds of thing, their attributes, and the sentences for them.

``{n}`` is the thing's name ("Amber Falcon plan"), ``{v}`` the value. The first sentence of an attribute is
also its answer, "The price of the … is …"; a refusal begins in the same words. The last question is kept for evaluation on the sample company (``EVALUATION_TEMPLATE``).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from lib.experiment.world import words
from lib.experiment.world.voice import ABSENT

EVALUATION_TEMPLATE = -1


@dataclass(frozen=True)
class Attribute:
    """One thing that a page can state.

    ``value`` draws one from a generator; ``wide`` says that it has hundreds of possible values, so that a
    new one can be told from every old one.
    """

    name: str
    value: Callable[[random.Random], str]
    sentences: tuple[str, ...]
    questions: tuple[str, ...]
    wide: bool = True


def _count(unit: str, low: int = 10, high: int = 999) -> Callable[[random.Random], str]:
    # The digits of the number are drawn first, so that short numbers are as common as long ones.
    def draw(generator: random.Random) -> str:
        bound = generator.choice([b for b in (99, 999, 9999) if b <= high])
        return f"{generator.randint(max(low, (bound + 1) // 10), bound)} {unit}"

    return draw


def _person(generator: random.Random) -> str:
    return f"{generator.choice(words.FIRST_NAMES)} {generator.choice(words.LAST_NAMES)}"


def _date(generator: random.Random) -> str:
    return f"{generator.randint(1, 28)} {generator.choice(words.MONTHS)} {generator.randint(2023, 2029)}"


def _time(generator: random.Random) -> str:
    return f"{generator.randint(6, 11)}:{generator.choice([0, 10, 15, 20, 30, 40, 45, 50]):02d}"


def _version(generator: random.Random) -> str:
    return f"{generator.randint(1, 19)}.{generator.randint(0, 99)}"


def _extension(generator: random.Random) -> str:
    return str(generator.randint(1000, 9999))


def _city(generator: random.Random) -> str:
    return generator.choice(words.CITIES)


def _colour(generator: random.Random) -> str:
    return generator.choice(words.COLOURS)


def _team(generator: random.Random) -> str:
    # Filled in by the company, which knows its teams.
    raise LookupError("the team of a thing is chosen by its company")


PRICE = Attribute(
    "price",
    _count("dollars"),
    ("The price of the {n} is {v}.", "The {n} costs {v}.", "Customers pay {v} for the {n}."),
    (
        "What is the price of the {n}?",
        "How much does the {n} cost?",
        "What do customers pay for the {n}?",
        "How many dollars does the {n} cost?",
    ),
)
TEAM = Attribute(
    "team",
    _team,
    ("The team behind the {n} is the {v}.", "The {v} runs the {n}.", "The {n} is run by the {v}."),
    (
        "Which team runs the {n}?",
        "Who runs the {n}?",
        "Which team is the {n} run by?",
        "Which team looks after the {n}?",
    ),
    wide=False,
)
MANAGER = Attribute(
    "manager",
    _person,
    ("The manager of the {n} is {v}.", "{v} is the manager of the {n}.", "The {n} is managed by {v}."),
    (
        "Who is the manager of the {n}?",
        "Who manages the {n}?",
        "By whom is the {n} managed?",
        "What is the name of the manager of the {n}?",
    ),
)
START = Attribute(
    "start date",
    _date,
    ("The start date of the {n} is {v}.", "The {n} starts on {v}.", "On {v} the {n} starts."),
    (
        "When does the {n} start?",
        "What is the start date of the {n}?",
        "On which date does the {n} start?",
        "On which day does the {n} start?",
    ),
)
REVIEW = Attribute(
    "review date",
    _date,
    ("The review date of the {n} is {v}.", "The {n} is reviewed on {v}.", "The next review of the {n} is on {v}."),
    (
        "When is the {n} reviewed?",
        "What is the review date of the {n}?",
        "When is the next review of the {n}?",
        "On which date is the {n} reviewed?",
    ),
)
CITY = Attribute(
    "city",
    _city,
    ("The city of the {n} is {v}.", "The {n} is based in {v}.", "The {n} is located in {v}."),
    (
        "Where is the {n} based?",
        "In which city is the {n}?",
        "Where is the {n} located?",
        "In which city is the {n} based?",
    ),
    wide=False,
)
PHONE = Attribute(
    "phone",
    _extension,
    ("The phone extension of the {n} is {v}.", "Call the {n} on extension {v}.", "The {n} has phone extension {v}."),
    (
        "What is the phone extension of the {n}?",
        "On which extension can I call the {n}?",
        "Which phone extension does the {n} have?",
        "How can I call the {n}?",
    ),
)


def _amount(name: str, unit: str, verb: str, noun: str, **bounds: int) -> Attribute:
    """An amount of ``unit`` that the thing ``verb``s, also called ``noun``: "includes 12 users", "user limit"."""
    return Attribute(
        name,
        _count(unit, **bounds),
        (f"The {noun} of the {{n}} is {{v}}.", f"The {{n}} {verb} {{v}}.", f"The {{n}} has a {noun} of {{v}}."),
        (
            f"What is the {noun} of the {{n}}?",
            f"What {noun} does the {{n}} have?",
            f"How many {unit} is the {noun} of the {{n}}?",
            f"Which {noun} does the {{n}} have?",
        ),
    )


STORAGE = _amount("storage", "gigabytes", "stores", "storage")
USERS = _amount("users", "users", "includes", "user limit")
TRIAL = _amount("trial", "days", "can be tried for", "trial period", high=99)
WEIGHT = _amount("weight", "grams", "weighs", "weight")
BATTERY = _amount("battery life", "hours", "runs on battery for", "battery life", high=99)
WARRANTY = _amount("warranty", "months", "is covered for", "warranty", high=99)
NOTICE = _amount("notice", "days", "asks for", "notice period", high=99)
LIMIT = _amount("limit", "dollars", "allows up to", "spending limit")
REFUND = _amount("refund", "days", "gives refunds for", "refund period", high=99)
DESKS = _amount("desks", "desks", "holds", "capacity")
MEMBERS = _amount("members", "people", "consists of", "size")
RESPONSE = _amount("response time", "hours", "replies within", "response time", high=99)
REQUESTS = _amount("rate limit", "requests", "accepts up to", "rate limit", high=9999)
LENGTH = _amount("length", "minutes", "lasts", "length")
STUDENTS = _amount("class size", "students", "has room for", "class size")

LEAD = Attribute(
    "lead",
    _person,
    ("The lead of the {n} is {v}.", "{v} leads the {n}.", "The {n} is led by {v}."),
    (
        "Who is the lead of the {n}?",
        "Who leads the {n}?",
        "By whom is the {n} led?",
        "What is the name of the lead of the {n}?",
    ),
)
COLOUR = Attribute(
    "colour",
    _colour,
    ("The colour of the {n} is {v}.", "The {n} comes in {v}.", "The {n} is sold in {v}."),
    (
        "What is the colour of the {n}?",
        "What colour is the {n}?",
        "In which colour does the {n} come?",
        "In which colour is the {n} sold?",
    ),
    wide=False,
)
OPENING = Attribute(
    "opening time",
    _time,
    ("The opening time of the {n} is {v}.", "The {n} opens at {v}.", "From {v} the {n} is open."),
    (
        "When does the {n} open?",
        "What is the opening time of the {n}?",
        "From when is the {n} open?",
        "At what time does the {n} open?",
    ),
    wide=False,
)
VERSION = Attribute(
    "version",
    _version,
    ("The version of the {n} is {v}.", "The {n} is now at version {v}.", "Version {v} of the {n} is out."),
    (
        "What is the version of the {n}?",
        "At which version is the {n}?",
        "Which version of the {n} is out?",
        "What version does the {n} have?",
    ),
)
TEACHER = Attribute(
    "teacher",
    _person,
    ("The teacher of the {n} is {v}.", "{v} teaches the {n}.", "The {n} is taught by {v}."),
    (
        "Who is the teacher of the {n}?",
        "Who teaches the {n}?",
        "By whom is the {n} taught?",
        "What is the name of the teacher of the {n}?",
    ),
)

# The word before the dash of a document's id, and the last word of the thing's name, are the kind.
KINDS: dict[str, tuple[Attribute, ...]] = {
    "plan": (PRICE, STORAGE, USERS, TRIAL, START, TEAM, MANAGER),
    "device": (PRICE, WEIGHT, BATTERY, WARRANTY, COLOUR, START, TEAM),
    "policy": (MANAGER, REVIEW, START, NOTICE, LIMIT, REFUND, TEAM),
    "office": (CITY, MANAGER, PHONE, OPENING, DESKS, REVIEW),
    "service": (VERSION, REQUESTS, RESPONSE, PRICE, TEAM, REVIEW, MANAGER),
    "course": (TEACHER, LENGTH, STUDENTS, PRICE, START, CITY, TEAM),
    "team": (LEAD, MEMBERS, RESPONSE, CITY, PHONE),
}

ATTRIBUTES: dict[str, Attribute] = {a.name: a for attributes in KINDS.values() for a in attributes}


def shortened(sentence: str, kind: str) -> str:
    """Let a sentence template speak of "this plan" in place of the thing's full name."""
    return sentence.replace("The {n}", f"This {kind}").replace("the {n}", f"this {kind}")


def refusal(sentence: str) -> str:
    """Turn an answer's template into that of the refusal: up to the value, then ``ABSENT``.

    The small model reads a value well once it has written what it is the value of, and there it also sees
    that there is none; to refuse with its first word it never learnt.
    """
    return f"{sentence.split('{v}')[0].removesuffix('the ')}{ABSENT}"


@dataclass(frozen=True)
class Hop:
    """A question over two pages: a thing's page names its team, the team's page states ``attribute``."""

    attribute: Attribute
    questions: tuple[str, ...]
    sentence: str


# In the sentence, {t} is the team: the answer names the bridge before it crosses it.
HOPS = (
    Hop(
        LEAD,
        (
            "Who leads the team that runs the {n}?",
            "Who is the lead of the team behind the {n}?",
            "What is the name of the lead of the team that runs the {n}?",
        ),
        "The team behind the {n} is the {t}, and the lead of the {t} is {v}.",
    ),
    Hop(
        CITY,
        (
            "Where is the team that runs the {n} based?",
            "In which city is the team behind the {n}?",
            "In which city is the team that runs the {n}?",
        ),
        "The team behind the {n} is the {t}, and the city of the {t} is {v}.",
    ),
    Hop(
        PHONE,
        (
            "What is the phone extension of the team that runs the {n}?",
            "On which extension can I call the team behind the {n}?",
            "Which phone extension does the team that runs the {n} have?",
        ),
        "The team behind the {n} is the {t}, and the phone extension of the {t} is {v}.",
    ),
)
