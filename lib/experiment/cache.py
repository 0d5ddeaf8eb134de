"""What outlives an interrupted run: finished answers and trained adapters, each under a key of all that matters."""

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lib.experiment.fingerprints import text_fingerprint, value_fingerprint
from lib.files import write_text

if TYPE_CHECKING:
    from lib.experiment.finetune import Training
    from lib.experiment.models import Generation

_TRAINING = "training.json"

# Prompts to answers; told of each answer as it comes (its place, itself), and of how many each batch brought.
Generate = Callable[[Sequence[str], "Callable[[int, Generation], None]", Callable[[int], None]], "list[Generation]"]


class AnswerCache:
    """Answers of one model (with one adapter, under one set of package versions), one JSON line each.

    A line that was cut off by an interruption is passed over.
    """

    def __init__(self, folder: Path, **key: Any) -> None:
        """Open the file under ``folder`` that belongs to ``key``."""
        self.path = folder / "answers" / f"{value_fingerprint(key)[:24]}.jsonl"
        self.kept = 0
        self._known: dict[str, dict[str, Any]] = {}
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                except ValueError:
                    continue
                self._known[row.pop("key")] = row

    def answer(
        self,
        generate: Generate,
        prompts: Sequence[str],
        max_new_tokens: int,
        done: Callable[[int], None],
    ) -> list["Generation"]:
        """Answer each prompt, in order: from the file where it is known, else by ``generate`` and into the file.

        Args:
            generate: answers the prompts given first, tells each answer with its place as it comes, and how many
                each batch brought.
            prompts: in any order; equal ones are answered once.
            max_new_tokens: where an answer is cut off.
            done: told how many answers there are more.
        """
        from lib.experiment.models import Generation

        keys = [text_fingerprint(prompt, str(max_new_tokens)) for prompt in prompts]
        by_key = dict(zip(keys, prompts, strict=True))
        missing = [key for key in by_key if key not in self._known]
        known = len(keys) - len(missing)
        self.kept += sum(key in self._known for key in keys)
        if known:
            done(known)
        if missing:
            generate([by_key[key] for key in missing], lambda place, made: self._keep(missing[place], made), done)
        return [Generation(**self._known[key]) for key in keys]

    def _keep(self, key: str, made: "Generation") -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        row = asdict(made)
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(json.dumps({"key": key, **row}, ensure_ascii=False) + "\n")
        self._known[key] = row


def kept_training(folder: Path, key: dict[str, Any], train: Callable[[Path], "Training"]) -> tuple["Training", bool]:
    """Return the training of ``key``, and whether it was there already.

    Args:
        folder: the cache.
        key: everything that decides the adapter.
        train: trains into the folder it is given; it may go on from what an interrupted call left there.
    """
    from lib.experiment.finetune import LoraSettings, Training, TrainingEstimate

    home = folder / "adapters" / value_fingerprint(key)[:24]
    notes = home / _TRAINING
    if notes.is_file():
        values = json.loads(notes.read_text(encoding="utf-8"))
        values["settings"] = LoraSettings(**values["settings"])
        values["estimate"] = TrainingEstimate(**values["estimate"]) if values["estimate"] else None
        values |= {"adapter": home / "adapter", "losses": tuple(values["losses"])}
        return Training(**values), True
    made = train(home / "adapter")
    values = {name: value for name, value in asdict(made).items() if name != "adapter"}
    write_text(notes, json.dumps(values, ensure_ascii=False))
    return made, False


def copied(training: "Training", target: Path) -> "Training":
    """Copy an adapter into a run's own folder."""
    from dataclasses import replace

    shutil.copytree(training.adapter, target)
    return replace(training, adapter=target)
