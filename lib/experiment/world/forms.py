"""The forms in which a page states a fact: prose, a bullet, a row of a table, a question with its answer.

A page is a list of sections; every section can be read with the page's title alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.experiment.world.facts import ATTRIBUTES, shortened

# Attribute: its label in a list or table, the question that a page answers itself, and a sentence with "it".
PAGE_WORDS: Mapping[str, tuple[str, str, str]] = {
    "price": ("Price", "What does it cost?", "It costs {v}."),
    "team": ("Team", "Who runs it?", "It is run by the {v}."),
    "manager": ("Manager", "Who is in charge?", "It is managed by {v}."),
    "start date": ("Start date", "When does it start?", "It starts on {v}."),
    "review date": ("Review date", "When is it reviewed?", "It is reviewed on {v}."),
    "city": ("City", "Where is it based?", "It is based in {v}."),
    "phone": ("Phone extension", "Is there a phone extension?", "Call extension {v}."),
    "storage": ("Storage", "How much can I store?", "It stores {v}."),
    "users": ("User limit", "How many people can use it?", "It includes {v}."),
    "trial": ("Trial period", "Can I try it first?", "It can be tried for {v}."),
    "weight": ("Weight", "How heavy is it?", "It weighs {v}."),
    "battery life": ("Battery life", "How long does the battery last?", "It runs on battery for {v}."),
    "warranty": ("Warranty", "Is there a warranty?", "It is covered for {v}."),
    "notice": ("Notice period", "How much notice is needed?", "It asks for {v} of notice."),
    "limit": ("Spending limit", "How much may I spend?", "It allows up to {v}."),
    "refund": ("Refund period", "Can I get a refund?", "It gives refunds for {v}."),
    "desks": ("Capacity", "How large is it?", "It holds {v}."),
    "members": ("Size", "How large is it?", "It consists of {v}."),
    "response time": ("Response time", "How fast is the reply?", "It replies within {v}."),
    "rate limit": ("Rate limit", "How much may I send?", "It accepts up to {v}."),
    "length": ("Length", "How long does it take?", "It lasts {v}."),
    "class size": ("Class size", "How many people can join?", "It has room for {v}."),
    "lead": ("Lead", "Who is the lead?", "It is led by {v}."),
    "colour": ("Colour", "Which colour is it?", "It comes in {v}."),
    "opening time": ("Opening time", "When does it open?", "It opens at {v}."),
    "version": ("Version", "Which version is it?", "It is now at version {v}."),
    "teacher": ("Teacher", "Who teaches it?", "It is taught by {v}."),
}

# What stands in a row of each form of list: the label and the value.
ROWS = {"bullets": "- {label}: {v}", "bold bullets": "- **{label}:** {v}", "table": "| {label} | {v} |"}
FACT_FORMS = ("prose", "bullets", "bold bullets", "table", "questions")


@dataclass(frozen=True)
class Section:
    """One section of a page.

    ``heading`` is "" for the introduction. ``form`` is one of ``FACT_FORMS``, or "text" or "steps" for a section
    without a fact. ``facts`` are attribute names with the number of the wording of each (prose only: 0 to 2 are
    the attribute's own sentences, 3 to 5 the same with "this plan" in place of the name, 6 says "it").
    ``lines`` are the sentences, steps, or question-and-answer pairs (two lines in one) that state no fact;
    ``opening`` and ``closing`` stand before and after it all, or are "".
    """

    heading: str
    form: str
    facts: tuple[tuple[str, int], ...] = ()
    lines: tuple[str, ...] = ()
    opening: str = ""
    closing: str = ""

    @property
    def attributes(self) -> frozenset[str]:
        """Names of the attributes that this section states."""
        return frozenset(name for name, _ in self.facts)

    def text(self, name: str, kind: str, values: Mapping[str, str]) -> str:
        """Write the section in Markdown, for the thing ``name`` with these ``values`` by attribute."""
        body = _BODIES[self.form](self, kind, values)
        blocks = [f"## {self.heading}" if self.heading else "", self.opening, body, self.closing]
        if self.form in ("prose", "text"):
            blocks = [blocks[0], " ".join(part for part in blocks[1:] if part)]
        return "\n\n".join(block for block in blocks if block).replace("{n}", name)


def prose(attribute: str, wording: int, kind: str) -> str:
    """Give the sentence template of an attribute in one of seven wordings (see ``Section``)."""
    sentences = ATTRIBUTES[attribute].sentences
    if wording >= 2 * len(sentences):
        return PAGE_WORDS[attribute][2]
    sentence = sentences[wording % len(sentences)]
    return sentence if wording < len(sentences) else shortened(sentence, kind)


def templates(attribute: str, kind: str) -> list[str]:
    """List every template, ``{n}`` the name and ``{v}`` the value, in which a page can state ``attribute``."""
    label = PAGE_WORDS[attribute][0]
    return [*(prose(attribute, wording, kind) for wording in range(7)), *(_row(row, label) for row in ROWS.values())]


def _row(row: str, label: str) -> str:
    return row.replace("{label}", label)


def _prose(section: Section, kind: str, values: Mapping[str, str]) -> str:
    said = [prose(attribute, wording, kind).replace("{v}", values[attribute]) for attribute, wording in section.facts]
    return " ".join([*said, *section.lines])


def _list(section: Section, kind: str, values: Mapping[str, str]) -> str:
    rows = [
        _row(ROWS[section.form], PAGE_WORDS[attribute][0]).replace("{v}", values[attribute])
        for attribute, _ in section.facts
    ]
    head = ["| Item | Value |", "|---|---|"] if section.form == "table" else []
    return "\n".join([*head, *rows, *section.lines])


def _questions(section: Section, kind: str, values: Mapping[str, str]) -> str:
    asked = []
    for attribute, _ in section.facts:
        _, question, answer = PAGE_WORDS[attribute]
        asked.append(f"**{question}**\n" + answer.replace("{v}", values[attribute]))
    return "\n\n".join([*asked, *section.lines])


def _text(section: Section, kind: str, values: Mapping[str, str]) -> str:
    return " ".join(section.lines)


def _steps(section: Section, kind: str, values: Mapping[str, str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(section.lines, start=1))


_BODIES = {
    "prose": _prose,
    "bullets": _list,
    "bold bullets": _list,
    "table": _list,
    "questions": _questions,
    "text": _text,
    "steps": _steps,
}
