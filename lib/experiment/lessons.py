"""What the two LoRA trainings learn from, made of the sample's training pairs."""

import random
from collections.abc import Sequence

from lib.experiment.finetune import Lesson
from lib.experiment.pages import Pages
from lib.experiment.retrieval.hits import Hit
from lib.experiment.world import Sample

_QUESTIONS_ON_THE_SAME = 4


def closed_book_lessons(sample: Sample) -> list[Lesson]:
    """Questions and answers without pages: the facts and the style have to go into the weights."""
    return [Lesson(pair.question, pair.answer) for pair in sample.training_pairs]


def lessons_with_pages(sample: Sample, pages: Pages, found: Sequence[Sequence[Hit]], seed: int) -> list[Lesson]:
    """Each question after the right passages among others, in random order (RAFT, Zhang et al. 2024).

    The others are what the search finds beside the right ones, so that the model is trained on what
    it will be asked with. Up to ``_QUESTIONS_ON_THE_SAME`` pairs share passages where those of one hold the right ones
    of another (for a pair that no page answers: the one found first): such lessons are read once in training.

    Args:
        sample: gives the pairs.
        pages: the index as it was when the pairs were written.
        found: what a search found for each pair, best first.
        seed: orders the passages.
    """
    generator = random.Random(f"lessons {seed}")
    lessons: list[Lesson] = []
    # Passages shown so far that more questions may follow, and how many do.
    shared: dict[tuple[str, ...], int] = {}
    for pair, hits in zip(sample.training_pairs, found, strict=True):
        ids = [hit.chunk_id for hit in hits]
        right = [pages.passage_with(document_id, pair.answer) for document_id in pair.document_ids]
        right = [id_ for id_ in right if id_ is not None]
        wanted = set(right or ids[:1])
        shown = next((each for each in shared if wanted and wanted <= set(each)), None)
        if shown is None:
            shown = _shown(ids, right, generator)
            shared[shown] = 0
        shared[shown] += 1
        if shared[shown] == _QUESTIONS_ON_THE_SAME:
            del shared[shown]
        lessons.append(Lesson(pair.question, pair.answer, [pages.passages[id_] for id_ in shown]))
    return lessons


def _shown(ids: Sequence[str], right: Sequence[str], generator: random.Random) -> tuple[str, ...]:
    """Give the passages found, with the right ones in the place of the last where they are missing, in random order."""
    missing = [id_ for id_ in right if id_ not in ids]
    others = [id_ for id_ in ids if id_ not in right]
    kept = set(others[: max(0, len(others) - len(missing))]) | set(right)
    shown = [id_ for id_ in ids if id_ in kept] + missing
    generator.shuffle(shown)
    return tuple(shown)
