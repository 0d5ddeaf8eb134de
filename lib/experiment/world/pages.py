"""Laying a help page out: which genre, which sections, which fact in which section and form."""

import random
from collections.abc import Sequence

from lib.experiment.world import phrases
from lib.experiment.world.forms import Section

# The plainest wording is the most common, as on real help pages written to a template.
_WORDINGS = (0, 0, 1, 2)
_SHORT_SHARE = 0.4
# How many sections without a fact stand beside one, two or three that state facts.
_TELLING = {1: lambda _: 2, 2: lambda generator: generator.randint(1, 2), 3: lambda _: 1}


def lay_out(
    generator: random.Random, kind: str, attributes: Sequence[str], others: Sequence[str]
) -> tuple[str, tuple[Section, ...]]:
    """Choose a genre and sections that state each of ``attributes`` once; give the genre's name and the sections.

    A page has an introduction and two to four sections. ``others`` are names that it may point to.
    """
    genre = generator.choice(phrases.GENRES[kind])
    groups = _groups(generator, attributes)
    forms = generator.sample(["prose", "bullets", "table", "questions"], len(groups))
    stating: list[Section] = []
    for form, group in zip(forms, groups, strict=True):
        used = {section.heading for section in stating}
        heading = generator.choice([heading for heading in genre.headings[form] if heading not in used])
        stating.append(_stating(generator, heading, form, group))
    telling = _telling(generator, kind, count=_TELLING[len(groups)](generator))
    opening = Section("", "text", lines=(generator.choice(genre.openings),))
    sections = [opening, *stating, *telling]
    if generator.random() < 0.25:
        # Steps or notes may stand before what a reader looks for.
        sections[1:] = generator.sample(sections[1:], len(sections) - 1)
    return genre.name, tuple(_filled(section, generator, kind, others) for section in sections)


def _groups(generator: random.Random, attributes: Sequence[str]) -> list[list[str]]:
    """Cut the facts into two or three runs, now and then into one."""
    count = min(len(attributes), generator.choice([1, 2, 2, 2, 3]))
    cuts = sorted(generator.sample(range(1, len(attributes)), count - 1))
    return [list(attributes[a:b]) for a, b in zip([0, *cuts], [*cuts, len(attributes)], strict=True)]


def _stating(generator: random.Random, heading: str, form: str, attributes: Sequence[str]) -> Section:
    if form == "prose":
        facts = []
        for position, attribute in enumerate(attributes):
            wording = generator.choice(_WORDINGS)
            if position and generator.random() < _SHORT_SHARE:
                wording = generator.choice([wording + 3, 6])
            facts.append((attribute, wording))
        closing = generator.choice(phrases.ASIDES) if generator.random() < 0.6 else ""
        lead = generator.choice(phrases.LEADS) if generator.random() < 0.3 else ""
        return Section(heading, form, tuple(facts), opening=lead, closing=closing)
    facts = tuple((attribute, 0) for attribute in attributes)
    if form == "questions":
        asked = generator.sample(phrases.QUESTIONS, generator.randint(1, 2))
        return Section(heading, form, facts, lines=tuple(f"**{question}**\n{answer}" for question, answer in asked))
    if form == "bullets" and generator.random() < 0.3:
        form = "bold bullets"
    lead = generator.choice(phrases.LEADS) if generator.random() < 0.5 else ""
    closing = generator.choice(phrases.ASIDES) if generator.random() < 0.3 else ""
    return Section(heading, form, facts, opening=lead, closing=closing)


def _telling(generator: random.Random, kind: str, count: int) -> list[Section]:
    """Make ``count`` different sections without a fact: steps, notes, whom to ask."""
    makers = generator.sample([_steps, _notes, _contact], count)
    return [make(generator, kind) for make in makers]


def _steps(generator: random.Random, kind: str) -> Section:
    middle = sorted(generator.sample(range(len(phrases.STEPS)), generator.randint(2, 3)))
    lines = (
        generator.choice(phrases.STEPS_FIRST),
        *(phrases.STEPS[i] for i in middle),
        generator.choice(phrases.STEPS_LAST),
    )
    return Section(generator.choice(phrases.STEPS_HEADINGS[kind]), "steps", lines=lines)


def _notes(generator: random.Random, kind: str) -> Section:
    return Section(generator.choice(phrases.NOTES_HEADINGS), "text", lines=_some(generator, phrases.NOTES))


def _contact(generator: random.Random, kind: str) -> Section:
    return Section(generator.choice(phrases.CONTACT_HEADINGS), "text", lines=_some(generator, phrases.CONTACT))


def _some(generator: random.Random, lines: Sequence[str]) -> tuple[str, ...]:
    """Take four to six lines, in the order of the list."""
    chosen = generator.sample(range(len(lines)), generator.randint(4, 6))
    return tuple(lines[number] for number in sorted(chosen))


def _filled(section: Section, generator: random.Random, kind: str, others: Sequence[str]) -> Section:
    """Put the kind and other names in; the page's own name and the values are put in when it is written."""

    def fill(text: str) -> str:
        text = text.replace("{k}", kind)
        return text.replace("{o}", generator.choice(others)) if "{o}" in text else text

    return Section(
        fill(section.heading),
        section.form,
        section.facts,
        tuple(fill(line) for line in section.lines),
        fill(section.opening),
        fill(section.closing),
    )
