"""What a training unlearns: everyday questions and short texts, put to the model before it and after it."""

from functools import cache
from itertools import count
from typing import NamedTuple

from lib import paths
from lib.dataset import Voice
from lib.experiment.prompts import GROUNDING, STOP, UNKNOWN, Page, build_prompt
from lib.experiment.record import Unlearned
from lib.experiment.values import states_any
from lib.files import read_yaml
from lib.models.answering import AnsweringModel
from lib.progress import Progress

_ANSWER_TOKENS = 48


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
        prompts, _ANSWER_TOKENS, stop=STOP, answered=lambda *_: progress(stage, next(done), len(asked))
    )
    return [states_any(voice.bare(one.text), each.values) for one, each in zip(made, asked, strict=True)]


def unlearned(before: list[bool], after: list[bool]) -> list[Unlearned]:
    """Count for each kind of question what is right before and after a training."""
    whats = [each.what for each in _questions()]
    found = []
    for what in dict.fromkeys(whats):
        pairs = [(b, a) for b, a, of in zip(before, after, whats, strict=True) if of == what]
        found.append(
            Unlearned(
                what=what,
                n=len(pairs),
                before=sum(b for b, _ in pairs),
                after=sum(a for _, a in pairs),
                lost=sum(b and not a for b, a in pairs),
            )
        )
    return found
