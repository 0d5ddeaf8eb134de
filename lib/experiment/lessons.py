"""What the two LoRA trainings learn from, made of the sample's training pairs."""

import random
from collections.abc import Sequence

from lib.experiment.finetune import Lesson
from lib.experiment.lookups import pages
from lib.experiment.world import Sample


def closed_book_lessons(sample: Sample) -> list[Lesson]:
    """Questions and answers without pages: the facts and the style have to go into the weights."""
    return [Lesson(pair.question, pair.answer) for pair in sample.training_pairs]


def lessons_with_pages(sample: Sample, found: Sequence[Sequence[str]], seed: int) -> list[Lesson]:
    """Each question after the right pages among others, in random order (RAFT, Zhang et al. 2024).

    The others are what the search finds beside the right ones, so that the model is trained on what
    it will be asked with.

    Args:
        sample: gives the pairs, and the pages as they were when the pairs were written.
        found: document ids a search found for each pair, best first.
        seed: orders the pages.
    """
    generator = random.Random(f"lessons {seed}")
    lessons = []
    for pair, ids in zip(sample.training_pairs, found, strict=True):
        missing = [id_ for id_ in pair.document_ids if id_ not in ids]
        others = [id_ for id_ in ids if id_ not in pair.document_ids]
        kept = set(others[: max(0, len(others) - len(missing))]) | set(pair.document_ids)
        shown = [id_ for id_ in ids if id_ in kept] + missing
        generator.shuffle(shown)
        lessons.append(Lesson(pair.question, pair.answer, pages(sample.documents_at_training, shown)))
    return lessons
