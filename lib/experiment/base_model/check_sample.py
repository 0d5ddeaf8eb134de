"""Ask a base model about the sample company: ``python -m lib.experiment.base_model.check_sample``.

Each question comes with the passages that hold its answer and with those that share most words with it, four in
all, or five over two pages, or as many as the window holds; that is what a search that misses nothing would find.
Printed by kind of question.
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path

import click

from lib.experiment.base_model.check import Score
from lib.experiment.prompts import Example, build_prompt
from lib.experiment.retrieval.chunks import chunks_of
from lib.experiment.world import QUESTION_KINDS, REFUSAL, Document, Question, Sample, sample_company, states
from lib.paths import BASE_MODEL

OTHERS = 3
LONGEST_ANSWER = 72


def check_sample(model: Path = BASE_MODEL, asked: int = 20, seed: int = 0, examples: int = 0) -> list[Score]:
    """Score ``asked`` questions of each kind, after ``examples`` worked examples from the training pairs.

    The value must be right; without an answer, it must be refused. With examples the brand voice is scored too.
    """
    from lib.experiment.models import load_model

    sample = sample_company(seed)
    passages = [Document(c.document_id, c.kind, c.title, c.text) for c in chunks_of(sample.documents)]
    shown = [Example(pair.question, pair.answer) for pair in _told(sample)[:examples]]
    questions = [
        question
        for kind in QUESTION_KINDS
        for question in [one for one in sample.questions if one.kind == kind][:asked]
    ]
    generator = random.Random(f"check sample {seed}")
    loaded = load_model(str(model))
    prompts = []
    for question in questions:
        gold, others = _found(question, passages)
        while True:
            found = [*gold, *others]
            prompt = build_prompt(question.question, generator.sample(found, len(found)), shown)
            if loaded.count_tokens(prompt) + LONGEST_ANSWER <= loaded.window:
                break
            others.pop()
        prompts.append(prompt)
    answers = [generation.text for generation in loaded.generate(prompts, LONGEST_ANSWER)]
    scores = []
    for kind in QUESTION_KINDS:
        judged = [_right(q, answer) for q, answer in zip(questions, answers, strict=True) if q.kind == kind]
        scores.append(Score(f"{kind}, {examples} examples", sum(judged), len(judged)))
    if examples:
        kept = [sample.voice.matches(answer) for answer in answers]
        scores.append(Score(f"brand voice kept, {examples} examples", sum(kept), len(kept)))
    return scores


def _told(sample: Sample) -> list:
    """Examples about facts: which of them are asked later does not matter, their pages may have changed."""
    return [pair for pair in sample.training_pairs if len(pair.document_ids) == 1]


def _found(question: Question, passages: Sequence[Document]) -> tuple[list[Document], list[Document]]:
    """Give the passages that hold the answer, and others that look like it, the most alike first."""
    wanted = set(re.findall(r"\w+", question.question.lower()))
    ranked = sorted(passages, key=lambda p: -len(wanted & set(re.findall(r"\w+", f"{p.title} {p.text}".lower()))))
    gold = []
    for number, document_id in enumerate(question.document_ids):
        own = [passage for passage in ranked if passage.id == document_id]
        last = number == len(question.document_ids) - 1
        # The first of two pages names the second one's title.
        title = next(passage.title for passage in passages if passage.id == question.document_ids[-1])
        gold.append(next(passage for passage in own if states(passage.text, question.value if last else title)))
    others = [passage for passage in ranked if passage not in gold][: OTHERS + (not gold)]
    return gold, others


def _right(question: Question, answer: str) -> bool:
    if question.kind == "unanswerable":
        return REFUSAL in answer
    return states(answer, question.value) and REFUSAL not in answer


@click.command(help=__doc__.split("\n\n")[0])
@click.option(
    "--model", type=click.Path(path_type=Path), default=BASE_MODEL, help="folder (default: the committed one)"
)
@click.option("--asked", type=int, default=20, show_default=True, help="questions of each kind")
@click.option("--examples", type=int, default=0, show_default=True, help="worked examples before the passages")
def main(model: Path, asked: int, examples: int) -> None:
    """Run the command."""
    for score in check_sample(model, asked, examples=examples):
        click.echo(str(score))


if __name__ == "__main__":
    main()
