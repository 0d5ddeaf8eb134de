"""The same sample with one thing varied: facts changed since training, pages, training pairs.

Every variant keeps the ids of the questions, so that the answers to one and the same question can be compared
along a curve.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import replace

from lib.errors import InputError
from lib.experiment.world import words
from lib.experiment.world.company import make_thing
from lib.experiment.world.facts import ATTRIBUTES, KINDS
from lib.experiment.world.sample import CHANGED_ON
from lib.experiment.world.types import Document, Question, Sample

MOST_DOCUMENTS = 10_000
_TAUGHT = ("seen_fact", "changed_fact")

# A fact: the id of the document that states it, and the attribute.
_Fact = tuple[str, str]


def with_share_changed(sample: Sample, share: float, seed: int = 0) -> Sample:
    """Let ``share`` (0 to 1) of the taught facts that are asked have changed since training, and no other.

    The taught facts are those of the questions of kind ``seen_fact`` and ``changed_fact``. Afterwards a question
    is a ``changed_fact`` where its fact has changed and a ``seen_fact`` where not, under its old id; values,
    answers and today's pages agree, also those of questions over two pages. No new value is in a training pair.
    With one ``seed`` the facts changed at a smaller share are among those at a larger one. Training pairs stay.
    Raises ``InputError`` for another share or a sample that is not the sample company.
    """
    _check_sample_company(sample)
    if not 0 <= share <= 1:
        raise InputError(f"share {share} is not a share of the facts: allowed are 0 to 1")
    generator = random.Random(f"share changed {sample.seed} {seed}")
    taught = sorted((question for question in sample.questions if question.kind in _TAUGHT), key=lambda q: q.id)
    generator.shuffle(taught)
    told = " ".join(pair.answer for pair in sample.training_pairs)
    pages = {document.id: document for document in sample.documents_at_training}
    # Each fact's value at training and today; drawn for all of them, so that a fact changes alike at every share.
    values: dict[_Fact, tuple[str, str]] = {}
    for number, question in enumerate(taught):
        (document_id,) = question.document_ids
        then = question.old_value or question.value
        now = question.value if question.old_value else _new_value(generator, question, told, pages[document_id].text)
        values[document_id, question.attribute] = (then, now if number < round(share * len(taught)) else then)
    for (document_id, _), (then, now) in values.items():
        if now != then:
            page = pages[document_id]
            metadata = {**page.metadata, "updated": CHANGED_ON}
            pages[document_id] = replace(page, text=_swapped(page.text, then, now), metadata=metadata)
    return replace(
        sample,
        documents=tuple(pages[document.id] for document in sample.documents),
        questions=tuple(_as_of_today(question, values) for question in sample.questions),
    )


def with_more_documents(sample: Sample, total: int) -> Sample:
    """Make the help centre hold ``total`` pages (at most 10,000).

    More than there are: pages of other things are added, whose names are two nouns, as no name of the sample,
    of what is asked for in vain, or of a training company is. Fewer: the pages of the questions are kept first,
    in the questions' order; questions and training pairs whose pages are gone are dropped. Smaller samples
    are part of larger ones. Raises ``InputError`` for another total or a sample that is not the sample company.
    """
    _check_sample_company(sample)
    if not 1 <= total <= MOST_DOCUMENTS:
        raise InputError(f"total {total} is not a number of pages: allowed are 1 to {MOST_DOCUMENTS:,}")
    missing = total - len(sample.documents)
    if missing >= 0:
        added = _other_pages(sample)[:missing]
        return replace(
            sample,
            documents=sample.documents + added,
            documents_at_training=sample.documents_at_training + added,
        )
    needed = [identity for question in sample.questions for identity in question.document_ids]
    ranked = dict.fromkeys([*needed, *(document.id for document in sample.documents)])
    kept = set(list(ranked)[:total])
    return replace(
        sample,
        documents=tuple(document for document in sample.documents if document.id in kept),
        documents_at_training=tuple(document for document in sample.documents_at_training if document.id in kept),
        questions=tuple(question for question in sample.questions if kept.issuperset(question.document_ids)),
        training_pairs=tuple(pair for pair in sample.training_pairs if kept.issuperset(pair.document_ids)),
    )


def with_training_pairs(sample: Sample, n: int) -> Sample:
    """Keep the first ``n`` training pairs: a fair smaller set, and part of every larger one.

    Questions stay as they are. With fewer pairs not every ``seen_fact`` is in one any more: what is lost by that is
    what the curve over training examples shows. Raises ``InputError`` where there are fewer than ``n``.
    """
    if not 0 <= n <= len(sample.training_pairs):
        raise InputError(f"training pairs {n}: this sample has {len(sample.training_pairs)}, so 0 to that are allowed")
    return replace(sample, training_pairs=sample.training_pairs[:n])


def _check_sample_company(sample: Sample) -> None:
    if not sample.is_sample_company:
        raise InputError(f"sample {sample.name}: only the sample company's pages can be varied, not own documents")


def _new_value(generator: random.Random, question: Question, told: str, page: str) -> str:
    """Draw a value that no training answer and no other fact of the page has."""
    while True:
        value = ATTRIBUTES[question.attribute].value(generator)
        if not _found(told, value) and not _found(page, value):
            return value


def _as_of_today(question: Question, values: Mapping[_Fact, tuple[str, str]]) -> Question:
    """Give the question with the answer that is right today."""
    if question.kind not in (*_TAUGHT, "multi_hop"):
        return question
    then, now = values.get((question.document_ids[-1], question.attribute), (question.value, question.value))
    answer = _swapped(question.answer, question.value, now)
    if question.kind == "multi_hop":
        return replace(question, answer=answer, value=now)
    kind, old_value = ("changed_fact", then) if now != then else ("seen_fact", "")
    return replace(question, answer=answer, value=now, kind=kind, old_value=old_value)


def _found(text: str, value: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None


def _swapped(text: str, old: str, new: str) -> str:
    """Put ``new`` in the place of ``old``, which stands once in ``text`` as whole words."""
    swapped, count = re.subn(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text)
    if count != 1:
        raise LookupError(f"{old!r} stands {count} times in {text!r}, not once")
    return swapped


def _other_pages(sample: Sample) -> tuple[Document, ...]:
    """Write pages of as many other things as can ever be added, always the same ones for a seed."""
    generator = random.Random(f"more documents {sample.seed}")
    pairs = [(first, second) for first in words.NOUNS for second in words.NOUNS if first != second]
    generator.shuffle(pairs)
    # More pages than pairs of nouns: the last ones are of another kind of thing than the first of that pair.
    kinds = [generator.choice([kind for kind in KINDS if kind != "team"]) for _ in pairs]
    kinds[::8] = ["team"] * len(kinds[::8])
    names = [f"{first} {second} {kind}" for (first, second), kind in zip(pairs, kinds, strict=True)]
    names += [f"{first} {second} {_OTHER_KIND[kind]}" for (first, second), kind in zip(pairs, kinds, strict=True)]
    names = names[:MOST_DOCUMENTS]
    teams = [name for name in names if name.endswith(" team")]
    numbers = generator.sample(range(10_000, 100_000), len(names))
    made = []
    for name, number in zip(names, numbers, strict=True):
        kind = name.rsplit(" ", 1)[1]
        others = generator.sample(names, 4)
        made.append(make_thing(generator, kind, name, f"{kind}-{number}", teams, others).document())
    return tuple(made)


_OTHER_KIND = dict(zip(KINDS, [*list(KINDS)[1:], next(iter(KINDS))], strict=True))
