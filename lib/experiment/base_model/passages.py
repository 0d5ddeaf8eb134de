"""Passages of pages as the chunks of a search show them, for the training contexts."""

import random
import re
from dataclasses import replace

from lib.experiment.world import Document
from lib.experiment.world.company import Thing
from lib.experiment.world.forms import Section

# A chunk of a real index has up to about 90 words.
LONGEST = 90


def cut_out(generator: random.Random, thing: Thing, attribute: str = "") -> tuple[Section, ...]:
    """Choose one section of a thing's page, two that follow one another, or the whole of a short page.

    The passage states ``attribute`` where the page does; without one, it states some fact four times in five.
    """
    sections = thing.sections
    wanted = [n for n, section in enumerate(sections) if attribute in section.attributes]
    stating = [n for n, section in enumerate(sections) if section.facts]
    first = generator.choice(wanted or (stating if generator.random() < 0.8 else range(len(sections))))
    draw = generator.random()
    if draw < 0.15:
        begin, end = 0, len(sections)
    elif draw < 0.6:
        begin = generator.choice([first, max(0, first - 1)])
        end = begin + 2
    else:
        begin, end = first, first + 1
    chosen = sections[begin:end]
    if sum(len(section.text(thing.name, thing.kind, thing.facts).split()) for section in chosen) > LONGEST:
        chosen = (sections[first],)
    return tuple(chosen)


def shortened(generator: random.Random, thing: Thing) -> Thing:
    """Give the same thing with a page of one paragraph of prose."""
    facts = [(name, generator.choice([0, 0, 1, 2])) for name in thing.facts]
    # The first sentence names the thing in full.
    said = facts[:1] + [(name, wording + generator.choice([0, 0, 0, 3])) for name, wording in facts[1:]]
    return replace(thing, sections=(Section("", "prose", tuple(said)),))


def laid_out(generator: random.Random, document: Document) -> Document:
    """Change white space and headings now and then: not every index keeps Markdown as it was written."""
    draw, text = generator.random(), document.text
    if draw < 0.12:
        text = re.sub(r"\n+", "\n", text)
    elif draw < 0.2:
        text = re.sub(r"(?m)^## .*\n+", "", text)
    elif draw < 0.25 and "|" not in text:
        text = " ".join(text.split())
    return replace(document, text=text)
