"""Measure a base model on companies it has never seen: ``python -m lib.experiment.base_model.check``.

Every name is a pair of words kept out of training. Answers are greedy. Printed with 95 % Wilson intervals.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import torch
from scipy.stats import binomtest
from transformers import AutoModelForCausalLM, AutoTokenizer

from lib.errors import InputError
from lib.experiment.prompts import Example, build_prompt
from lib.experiment.world import BRAND, JSON, PLAIN, REFUSAL, Voice, states
from lib.experiment.world.company import Company, Thing, make_company
from lib.experiment.world.words import name_pairs
from lib.paths import BASE_MODEL

BATCH = 16
PAGES = 4


@dataclass(frozen=True)
class Score:
    """How often one thing went right: ``right`` of ``asked``."""

    name: str
    right: int
    asked: int

    @property
    def share(self) -> float:
        """Share right, 0 to 1."""
        return self.right / self.asked

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the share."""
        found = binomtest(self.right, self.asked).proportion_ci(method="wilson")
        return float(found.low), float(found.high)

    def __str__(self) -> str:
        """One line: name, share, interval, number asked."""
        low, high = self.interval
        return f"{self.name:<58} {self.share:6.1%}  ({low:.1%} to {high:.1%}, n = {self.asked})"


@dataclass(frozen=True)
class Case:
    """One prompt and the tests of its answer, by the name of the score that each counts for."""

    prompt: str
    tests: dict[str, Callable[[str], bool]]


def check(folder: Path = BASE_MODEL, asked: int = 200, seed: int = 0) -> list[Score]:
    """Measure the model in ``folder`` on ``asked`` prompts of every sort.

    Raises ``InputError`` where the folder holds no model.
    """
    if not (folder / "config.json").exists():
        raise InputError(f"{folder}: no model here (config.json is missing)")
    cases = [
        case
        for make in (_read_value, _read_among_many, _missing_attribute, _absent_thing, _no_pages, _hop, _style, _json)
        for case in _cases(make, asked, seed)
    ]
    answers = answer_all(folder, [case.prompt for case in cases])
    counts: dict[str, list[bool]] = {}
    for case, answer in zip(cases, answers, strict=True):
        for name, test in case.tests.items():
            counts.setdefault(name, []).append(test(answer))
    return [Score(name, sum(found), len(found)) for name, found in counts.items()]


def answer_all(folder: Path, prompts: Sequence[str], most_tokens: int = 80) -> list[str]:
    """Answer every prompt greedily with the model in ``folder``; the answers come in the prompts' order."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    answers = [""] * len(prompts)
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        inputs = tokenizer([prompts[i] for i in chosen], return_tensors="pt", padding=True)
        with torch.inference_mode():
            written = model.generate(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], max_new_tokens=most_tokens
            )
        texts = tokenizer.batch_decode(written[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        for i, text in zip(chosen, texts, strict=True):
            answers[i] = text.strip()
    return answers


def _cases(make: Callable[[random.Random, Company], Case], asked: int, seed: int) -> list[Case]:
    generator = random.Random(f"check {seed} {make.__name__}")
    return [make(generator, make_company(generator, _PAIRS, 12)) for _ in range(asked)]


_PAIRS = name_pairs(reserved=True)


def _read_value(generator: random.Random, company: Company) -> Case:
    prompt, value = _fact_prompt(generator, company.things[:PAGES])
    return Case(prompt, {"value read from 4 pages": _says(value)})


def _read_among_many(generator: random.Random, company: Company) -> Case:
    prompt, value = _fact_prompt(generator, company.things)
    return Case(prompt, {"value read from 12 pages": _says(value)})


def _missing_attribute(generator: random.Random, company: Company) -> Case:
    shown = company.things[:PAGES]
    thing = generator.choice(shown)
    prompt = build_prompt(_ask(generator, thing, generator.choice(thing.missing)), _pages(shown))
    return Case(prompt, {"refusal: the page does not say it": _refuses})


def _absent_thing(generator: random.Random, company: Company) -> Case:
    thing = company.things[PAGES]
    prompt = build_prompt(_ask(generator, thing, generator.choice(list(thing.facts))), _pages(company.things[:PAGES]))
    return Case(prompt, {"refusal: no page on that thing": _refuses})


def _no_pages(generator: random.Random, company: Company) -> Case:
    thing = company.things[0]
    prompt = build_prompt(_ask(generator, thing, generator.choice(list(thing.facts))))
    return Case(prompt, {"refusal: no pages at all": _refuses})


def _hop(generator: random.Random, company: Company) -> Case:
    hops = company.hops()
    while not hops:
        company = make_company(generator, _PAIRS, 12)
        hops = company.hops()
    thing, team, hop = generator.choice(hops)
    shown = [thing, team, *[other for other in company.things if other not in (thing, team)][: PAGES - 2]]
    generator.shuffle(shown)
    prompt = build_prompt(generator.choice(hop.questions).format(n=thing.name), _pages(shown))
    return Case(prompt, {"value read over two of 4 pages": _says(team.facts[hop.attribute.name])})


def _style(generator: random.Random, company: Company) -> Case:
    return _styled(generator, company, BRAND, "brand voice")


def _json(generator: random.Random, company: Company) -> Case:
    return _styled(generator, company, JSON, "JSON")


def _styled(generator: random.Random, company: Company, voice: Voice, name: str) -> Case:
    """Three examples in the voice without their pages, then four pages and a question."""
    examples = []
    for thing in company.things[PAGES : PAGES + 3]:
        attribute = generator.choice(list(thing.facts))
        answer = voice.render(thing.answer(attribute), thing.document_id)
        examples.append(Example(_ask(generator, thing, attribute), answer))
    shown = company.things[:PAGES]
    thing = generator.choice(shown)
    attribute = generator.choice(list(thing.facts))
    prompt = build_prompt(_ask(generator, thing, attribute), _pages(shown), examples)
    return Case(
        prompt,
        {
            f"{name}, 3 examples: style kept": voice.matches,
            f"{name}, 3 examples: value right": _says(thing.facts[attribute]),
            f"{name}, 3 examples: right page cited": lambda answer: thing.document_id in answer,
        },
    )


def _fact_prompt(generator: random.Random, shown: Sequence[Thing]) -> tuple[str, str]:
    thing = generator.choice(shown)
    attribute = generator.choice(list(thing.facts))
    return build_prompt(_ask(generator, thing, attribute), _pages(shown)), thing.facts[attribute]


def _ask(generator: random.Random, thing: Thing, attribute: str) -> str:
    return thing.question(attribute, generator.randrange(4))


def _pages(things: Sequence[Thing]) -> list:
    return [thing.document() for thing in things]


def _says(value: str) -> Callable[[str], bool]:
    return lambda answer: states(answer, value)


def _refuses(answer: str) -> bool:
    return PLAIN.matches(answer) and answer.endswith(REFUSAL)


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--model", type=click.Path(path_type=Path), default=BASE_MODEL, help="folder (default: the committed one)"
)
@click.option("--asked", type=int, default=200, show_default=True, help="prompts of every sort")
@click.option("--seed", type=int, default=0, show_default=True)
def main(model: Path, asked: int, seed: int) -> None:
    """Run the command."""
    try:
        for score in check(model, asked, seed):
            click.echo(str(score))
    except InputError as error:
        raise click.UsageError(str(error)) from error


if __name__ == "__main__":
    main()
