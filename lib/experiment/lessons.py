"""What the two LoRA trainings learn from, as prompts and completions in the arms' own layout."""

import random
from collections.abc import Mapping, Sequence
from functools import partial

from lib.dataset import Dataset
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.prompts import STOP, build_prompt, completion, instructions_for
from lib.experiment.values import values_said
from lib.models.local import LocalModel
from lib.models.training import TrainingExample, Until
from lib.retrieval.access import Person
from lib.retrieval.index import Index
from lib.retrieval.search import Hit

_QUESTIONS_ON_THE_SAME = 4
_WORDINGS_CHECKED = 100
_LONGEST_TAUGHT = 80


def closed_book_examples(dataset: Dataset) -> list[TrainingExample]:
    """Every taught fact in each of its wordings, without pages: facts and style have to go into the weights.

    Own data has no other wordings: its training pairs take their place.
    """
    instructions = instructions_for(EXPERIMENT_ARMS["lora"], dataset.voice)
    pairs = dataset.taught or dataset.training_pairs
    return [TrainingExample(build_prompt(p.question, instructions=instructions), completion(p.answer)) for p in pairs]


def taught_enough(dataset: Dataset) -> Until | None:
    """Return when a closed-book training may end: a hundred of its wordings, drawn at random, answered as taught.

    ``None`` where nothing is taught in several wordings (own data).
    """
    facts = [pair for pair in dataset.taught if pair.kind == "fact"]
    if not facts or not dataset.is_sample_company:
        return None
    drawn = random.Random("taught enough 0").sample(facts, min(_WORDINGS_CHECKED, len(facts)))
    instructions = instructions_for(EXPERIMENT_ARMS["lora"], dataset.voice)
    prompts = [build_prompt(pair.question, instructions=instructions) for pair in drawn]

    def known(model: LocalModel) -> float:
        made = model.generate(prompts, _LONGEST_TAUGHT, stop=STOP)
        return sum(one.text == pair.answer for one, pair in zip(made, drawn, strict=True)) / len(drawn)

    return Until(known)


def examples_with_pages(dataset: Dataset, index: Index, found: Mapping[str, Sequence[Hit]]) -> list[TrainingExample]:
    """Each pair's question after the right passages among others, in random order (RAFT, Zhang et al. 2024).

    The others are what the search finds beside the right ones, so that the model is trained on what it will be asked
    with. Up to four pairs share their passages where those of one hold the right ones of another: they are read once.

    Args:
        dataset: gives the pairs.
        index: the pages as they were when the pairs were written.
        found: what a search found for each pair's question, best first.
    """
    generator = random.Random("examples with pages 0")
    instructions = instructions_for(EXPERIMENT_ARMS["lora_with_pages"], dataset.voice)
    examples: list[TrainingExample] = []
    # Passages shown so far that more questions may follow, and how many do.
    shared: dict[tuple[str, ...], int] = {}
    known: dict[str, Hit] = {}
    for pair in dataset.training_pairs:
        hits = found[pair.question]
        right = gold_passages(index, pair.document_ids, pair.answer)
        known |= {hit.id: hit for hit in [*hits, *right]}
        wanted = {hit.id for hit in right or hits[:1]}
        shown = next((each for each in shared if wanted and wanted <= set(each)), None)
        if shown is None:
            shown = _shown([hit.id for hit in hits], [hit.id for hit in right], generator)
            shared[shown] = 0
        shared[shown] += 1
        if shared[shown] == _QUESTIONS_ON_THE_SAME:
            del shared[shown]
        prompt = build_prompt(pair.question, [known[id_] for id_ in shown], instructions=instructions)
        examples.append(TrainingExample(prompt, completion(pair.answer)))
    return examples


def _shown(ids: Sequence[str], right: Sequence[str], generator: random.Random) -> tuple[str, ...]:
    """Return the passages found, with the right ones in place of the last where they are missing, in random order."""
    missing = [id_ for id_ in right if id_ not in ids]
    others = [id_ for id_ in ids if id_ not in right]
    kept = set(others[: max(0, len(others) - len(missing))]) | set(right)
    shown = [id_ for id_ in ids if id_ in kept] + missing
    generator.shuffle(shown)
    return tuple(shown)


def gold_passages(index: Index, ids: Sequence[str], answer: str, person: Person | None = None) -> list[Hit]:
    """Return for each of some documents the passage that states the values of an answer."""
    return index.gold(ids, answer, person=person, says=partial(values_said, answer))
