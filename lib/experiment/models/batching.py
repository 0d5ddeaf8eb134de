"""Which prompts are answered together, and what they have in common."""

from collections.abc import Iterator, Sequence

# Prompts of like length share a batch of at most so many.
PROMPTS_IN_BATCH = 128


def batches(lengths: Sequence[int], most: int, tokens: int) -> Iterator[list[int]]:
    """Yield numbers of prompts of like length, longest first, so that memory runs out at once or never.

    A batch holds at most ``most`` prompts and, padding counted, ``tokens`` tokens.
    """
    batch: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda n: (-lengths[n], n)):
        if batch and (len(batch) == most or (len(batch) + 1) * lengths[batch[0]] > tokens):
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch


def shared_prefix(ids: Sequence[Sequence[int]]) -> list[int]:
    """Return the tokens that every prompt begins with, less one: a prompt's last token is always read anew."""
    if len(ids) < 2:
        return []
    first, last = min(ids), max(ids)
    same = next((place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return list(first[: max(0, min(same, *map(len, ids)) - 1)])
