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

# So many answers are written down together; an interruption loses at most these.
_SLICE = 128
_TRAINING = "training.json"


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
        generate: Callable[[Sequence[str]], list["Generation"]],
        prompts: Sequence[str],
        max_new_tokens: int,
        done: Callable[[int], None],
    ) -> list["Generation"]:
        """Answer each prompt, in order: from the file where it is known, else by ``generate`` and into the file."""
        from lib.experiment.models import Generation

        keys = [text_fingerprint(prompt, str(max_new_tokens)) for prompt in prompts]
        known = sum(key in self._known for key in keys)
        self.kept += known
        if known:
            done(known)
        missing = dict.fromkeys(key for key in keys if key not in self._known)
        by_key = dict(zip(keys, prompts, strict=True))
        # Prompts of like length together, so that slices are as fast as all at once.
        order = sorted(missing, key=lambda key: -len(by_key[key]))
        for start in range(0, len(order), _SLICE):
            some = order[start : start + _SLICE]
            made = generate([by_key[key] for key in some])
            self._keep(some, made)
            done(sum(key in set(some) for key in keys))
        return [Generation(**self._known[key]) for key in keys]

    def _keep(self, keys: Sequence[str], made: Sequence["Generation"]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [asdict(generation) for generation in made]
        text = "".join(
            json.dumps({"key": key, **row}, ensure_ascii=False) + "\n" for key, row in zip(keys, rows, strict=True)
        )
        with self.path.open("a", encoding="utf-8", newline="") as file:
            file.write(text)
        self._known.update(zip(keys, rows, strict=True))


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
