"""What the two LoRA trainings learn from, in the arms' own layout, and what they unlearn."""

import random
from collections.abc import Mapping, Sequence
from functools import cache, partial
from itertools import count
from typing import NamedTuple

from lib import paths
from lib.dataset import Dataset, Voice
from lib.experiment.arms import EXPERIMENT_ARMS
from lib.experiment.prompts import GROUNDING, STOP, UNKNOWN, Page, build_prompt, completion, instructions_for
from lib.experiment.record import Unlearned
from lib.experiment.values import states_any, values_said
from lib.files import read_yaml
from lib.models.answering import AnsweringModel
from lib.models.local import LocalModel
from lib.models.training import TrainingExample, Until
from lib.progress import Progress
from lib.retrieval.access import Person
from lib.retrieval.index import Index
from lib.retrieval.search import Hit

_QUESTIONS_ON_THE_SAME = 4
_WORDINGS_CHECKED = 100
_LONGEST_TAUGHT = 80
_LONGEST_EVERYDAY = 48


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

    def held(model: LocalModel) -> float:
        made = model.generate(prompts, _LONGEST_TAUGHT, stop=STOP)
        return sum(one.text == pair.answer for one, pair in zip(made, drawn, strict=True)) / len(drawn)

    return Until(held)


def examples_with_pages(dataset: Dataset, index: Index, found: Mapping[str, Sequence[Hit]]) -> list[TrainingExample]:
    """Each pair's question after the right passages among others, in random order (RAFT, Zhang et al. 2024).

    The others are what the search ``found`` beside the right ones (best first), so that the model is trained on what it
    will be asked with. Up to four pairs share their passages where those of one hold the right ones of another: they
    are read once. ``index`` holds the pages as they were when the pairs were written.
    """
    generator = random.Random("examples with pages 0")
    instructions = instructions_for(EXPERIMENT_ARMS["lora_with_pages"], dataset.voice)
    examples: list[TrainingExample] = []
    # Passages shown so far that more questions may follow, and how many do.
    shared: dict[tuple[str, ...], int] = {}
    seen: dict[str, Hit] = {}
    for pair in dataset.training_pairs:
        hits = found[pair.question]
        right = gold_passages(index, pair.document_ids, pair.answer)
        seen |= {hit.id: hit for hit in [*hits, *right]}
        wanted = {hit.id for hit in right or hits[:1]}
        shown = next((each for each in shared if wanted and wanted <= set(each)), None)
        if shown is None:
            shown = _shown([hit.id for hit in hits], [hit.id for hit in right], generator)
            shared[shown] = 0
        shared[shown] += 1
        if shared[shown] == _QUESTIONS_ON_THE_SAME:
            del shared[shown]
        prompt = build_prompt(pair.question, [seen[id_] for id_ in shown], instructions=instructions)
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


# What a training unlearns: everyday questions and short texts, put to the model before it and after it.


class _Asked(NamedTuple):
    what: str
    prompt: str
    values: tuple[str, ...]


@cache
def _questions() -> list[_Asked]:
    """Everyday questions from memory, and questions on a text; none of them is taught, none about the company."""
    asked = []
    for what, rows in read_yaml(paths.DATA / "unlearning.yaml").items():
        for row in rows:
            pages = [Page("note", "A note", row["text"])] if "text" in row else []
            instructions = f"{GROUNDING} {UNKNOWN}" if pages else UNKNOWN
            prompt = build_prompt(row["q"], pages, instructions=instructions)
            asked.append(_Asked(what, prompt, tuple(map(str, row["v"]))))
    return asked


def known(model: AnsweringModel, voice: Voice, progress: Progress, stage: str) -> list[bool]:
    """Ask ``model`` all of them, and say which it answers right, whatever the style."""
    asked, done = _questions(), count(1)
    prompts = [each.prompt for each in asked]
    made = model.generate(
        prompts, _LONGEST_EVERYDAY, stop=STOP, answered=lambda *_: progress(stage, next(done), len(asked))
    )
    return [states_any(voice.bare(one.text), each.values) for one, each in zip(made, asked, strict=True)]


def unlearned(before: list[bool], after: list[bool]) -> list[Unlearned]:
    """Count for each kind of question what is right before and after a training."""
    pairs: dict[str, list[tuple[bool, bool]]] = {}
    for asked, *both in zip(_questions(), before, after, strict=True):
        pairs.setdefault(asked.what, []).append(tuple(both))
    return [
        Unlearned(
            what=what,
            n=len(each),
            before=sum(b for b, _ in each),
            after=sum(a for _, a in each),
            lost=sum(b and not a for b, a in each),
        )
        for what, each in pairs.items()
    ]
