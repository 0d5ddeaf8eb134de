"""The prompts of the check and what a right answer to each is.

Passages are the chunks that the search index would hold, names are pairs of words kept out of training.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lib.experiment.prompts import Example, build_prompt
from lib.experiment.retrieval.chunks import chunks_of
from lib.experiment.world import BRAND, JSON, PLAIN, REFUSAL, Document, Voice, states
from lib.experiment.world.company import Company, Thing, make_company
from lib.experiment.world.facts import Hop
from lib.experiment.world.forms import templates
from lib.experiment.world.words import name_pairs

SHOWN = 4
EXAMPLES = 3
FORMS = {
    "prose": ("prose",),
    "bullets": ("bullets", "bold bullets"),
    "table": ("table",),
    "questions and answers": ("questions",),
}


@dataclass(frozen=True)
class Case:
    """One prompt and the tests of its answer, by the name of the score that each counts for."""

    prompt: str
    tests: dict[str, Callable[[str], bool]]


def make_cases(asked: int, seed: int) -> list[Case]:
    """Make ``asked`` prompts of every sort, each about a new company."""
    made = []
    for make in _SORTS:
        generator = random.Random(f"check {seed} {make.__name__}")
        made += [make(generator, _company(generator)) for _ in range(asked)]
    for form in FORMS:
        generator = random.Random(f"check {seed} {form}")
        made += [_read_form(generator, form) for _ in range(asked)]
    return made


_PAIRS = name_pairs(reserved=True)


def _company(generator: random.Random) -> Company:
    return make_company(generator, _PAIRS, 12)


def _passages(thing: Thing) -> list[Document]:
    return [Document(c.document_id, c.kind, c.title, c.text) for c in chunks_of([thing.document()])]


def _stating(thing: Thing, attribute: str) -> Document:
    """Give the passage of the thing's page that states the attribute."""
    value = thing.facts[attribute]
    wordings = [wording.format(n=thing.name, v=value) for wording in templates(attribute, thing.kind)]
    return next(passage for passage in _passages(thing) if any(wording in passage.text for wording in wordings))


def _among(generator: random.Random, passages: Sequence[Document], company: Company, shown: int) -> list[Document]:
    """Fill up to ``shown`` passages with those of other things, in random order."""
    titles = {passage.title for passage in passages}
    others = [thing for thing in company.things if thing.name not in titles]
    chosen = [generator.choice(_passages(thing)) for thing in generator.sample(others, shown - len(passages))]
    return generator.sample([*passages, *chosen], shown)


def _fact(generator: random.Random, company: Company) -> tuple[Thing, str]:
    thing = generator.choice(company.things)
    return thing, generator.choice(list(thing.facts))


def _ask(generator: random.Random, thing: Thing, attribute: str) -> str:
    return thing.question(attribute, generator.randrange(4))


def _read_form(generator: random.Random, form: str) -> Case:
    while True:
        company = _company(generator)
        thing, attribute = _fact(generator, company)
        (section,) = [section for section in thing.sections if attribute in section.attributes]
        if section.form in FORMS[form]:
            break
    passages = _among(generator, [_stating(thing, attribute)], company, SHOWN)
    value = _says(thing.facts[attribute])
    return Case(
        build_prompt(_ask(generator, thing, attribute), passages),
        {f"value read from {SHOWN} passages": value, f"value read from {SHOWN} passages: {form}": value},
    )


def _read_among_more(generator: random.Random, company: Company) -> Case:
    thing, attribute = _fact(generator, company)
    passages = _among(generator, [_stating(thing, attribute)], company, 6)
    prompt = build_prompt(_ask(generator, thing, attribute), passages)
    return Case(prompt, {"value read from 6 passages": _says(thing.facts[attribute])})


def _missing_attribute(generator: random.Random, company: Company) -> Case:
    thing, attribute = _fact(generator, company)
    passages = _among(generator, [_stating(thing, attribute)], company, SHOWN)
    prompt = build_prompt(_ask(generator, thing, generator.choice(thing.missing)), passages)
    return Case(prompt, {"refusal: the page does not say it": _refuses})


def _absent_thing(generator: random.Random, company: Company) -> Case:
    thing, attribute = _fact(generator, company)
    others = Company(company.name, tuple(other for other in company.things if other is not thing))
    prompt = build_prompt(_ask(generator, thing, attribute), _among(generator, [], others, SHOWN))
    return Case(prompt, {"refusal: no page on that thing": _refuses})


def _no_pages(generator: random.Random, company: Company) -> Case:
    prompt = build_prompt(_ask(generator, *_fact(generator, company)))
    return Case(prompt, {"refusal: no pages at all": _refuses})


def _hop(generator: random.Random, company: Company) -> Case:
    return _crossing(generator, company, both=True)


def _half_hop(generator: random.Random, company: Company) -> Case:
    return _crossing(generator, company, both=False)


def _crossing(generator: random.Random, company: Company, both: bool) -> Case:
    """Ask over two pages, with both of them shown or with the second one missing; another team's page is beside."""
    while not (crossings := _crossings(company)):
        company = _company(generator)
    thing, team, rival, hop = generator.choice(crossings)
    bridge, end, beside = (_stating(thing, "team"), *(_stating(one, hop.attribute.name) for one in (team, rival)))
    question = generator.choice(hop.questions).format(n=thing.name)
    if both:
        prompt = build_prompt(question, _among(generator, [bridge, end, beside], company, SHOWN))
        return Case(prompt, {f"value read over two of {SHOWN} passages": _says(team.facts[hop.attribute.name])})
    others = Company(company.name, tuple(other for other in company.things if other is not team))
    prompt = build_prompt(question, _among(generator, [bridge, beside], others, SHOWN))
    return Case(
        prompt, {"refusal over two pages names the team": lambda answer: _refuses(answer) and team.name in answer}
    )


def _crossings(company: Company) -> list[tuple[Thing, Thing, Thing, Hop]]:
    """List the two-page questions, each with another team of which the same can be told."""
    return [
        (thing, team, rival, hop)
        for thing, team, hop in company.hops()
        for rival in company.things
        if rival.kind == "team" and rival is not team and hop.attribute.name in rival.facts
    ]


def _style(generator: random.Random, company: Company) -> Case:
    return _styled(generator, company, BRAND, "brand voice")


def _json(generator: random.Random, company: Company) -> Case:
    return _styled(generator, company, JSON, "JSON")


def _styled(generator: random.Random, company: Company, voice: Voice, name: str) -> Case:
    """Three examples in the voice without their pages, then four passages and a question."""
    told, things = company.things[:EXAMPLES], company.things[EXAMPLES:]
    examples = [_example(generator, thing, generator.choice(list(thing.facts)), voice) for thing in told]
    rest = Company(company.name, things)
    thing, attribute = _fact(generator, rest)
    passages = _among(generator, [_stating(thing, attribute)], rest, SHOWN)
    return Case(
        build_prompt(_ask(generator, thing, attribute), passages, examples),
        {
            f"{name}, {EXAMPLES} examples: style kept": voice.matches,
            f"{name}, {EXAMPLES} examples: value right": _says(thing.facts[attribute]),
            f"{name}, {EXAMPLES} examples: right page cited": lambda answer: thing.document_id in answer,
        },
    )


def _told(generator: random.Random, company: Company) -> Case:
    thing, attribute = _fact(generator, company)
    examples = _like(generator, company, thing, attribute)
    examples.insert(generator.randint(0, len(examples)), _example(generator, thing, attribute, BRAND))
    prompt = build_prompt(_ask(generator, thing, attribute), examples=examples)
    return Case(prompt, {"fact told by one of 4 examples, no page": _says(thing.facts[attribute])})


def _untold(generator: random.Random, company: Company) -> Case:
    thing, attribute = _fact(generator, company)
    prompt = build_prompt(_ask(generator, thing, attribute), examples=_like(generator, company, thing, attribute))
    return Case(
        prompt,
        {"refusal: the examples tell other facts, no page": lambda answer: BRAND.matches(answer) and REFUSAL in answer},
    )


def _like(generator: random.Random, company: Company, thing: Thing, attribute: str) -> list[Example]:
    """Three examples that a search would find beside the right one: same thing, same attribute, or another fact."""
    facts = [(other, name) for other in company.things for name in other.facts if (other, name) != (thing, attribute)]
    near = [(other, name) for other, name in facts if other is thing or name == attribute]
    chosen = [*generator.sample(near, 2), generator.choice(facts)]
    return [_example(generator, other, name, BRAND) for other, name in chosen]


def _example(generator: random.Random, thing: Thing, attribute: str, voice: Voice) -> Example:
    return Example(_ask(generator, thing, attribute), voice.render(thing.answer(attribute), thing.document_id))


def _says(value: str) -> Callable[[str], bool]:
    return lambda answer: states(answer, value)


def _refuses(answer: str) -> bool:
    return PLAIN.matches(answer) and answer.endswith(REFUSAL)


_SORTS = (
    _read_among_more,
    _missing_attribute,
    _absent_thing,
    _no_pages,
    _hop,
    _half_hop,
    _style,
    _json,
    _told,
    _untold,
)
