"""Where an interrupted training goes on from: the newest whole checkpoint of exactly the same training."""

import importlib.metadata
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from lib.experiment.finetune.rows import Row
from lib.experiment.finetune.settings import LoraSettings
from lib.experiment.fingerprints import value_fingerprint

_PACKAGES = ("torch", "transformers", "peft", "accelerate")


def training_key(base: str, rows: Sequence[Row], settings: LoraSettings, seed: int, precision: str) -> str:
    """Name everything that decides a training's result, as one sha256 (hex).

    Args:
        base: the base model's fingerprint.
        rows: the lessons, cut into tokens.
        settings: of the training.
        seed: of the training.
        precision: ``bf16`` or ``fp32``.
    """
    return value_fingerprint(
        {
            "base": base,
            "rows": rows,
            "settings": asdict(settings),
            "seed": seed,
            "precision": precision,
            "processes": os.environ.get("WORLD_SIZE", "1"),
            "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
        }
    )


def checkpoint_folder(adapter: Path, key: str, checkpoints: Path | None) -> Path:
    """Give the folder for one training's checkpoints, by default beside its adapter."""
    return (checkpoints or adapter.parent / ".checkpoints") / key[:16]


def newest_checkpoint(folder: Path) -> Path | None:
    """Return the newest whole checkpoint, if there is one. The Trainer writes its state last."""
    from transformers.trainer import TRAINER_STATE_NAME

    whole = [path.parent for path in folder.glob(f"checkpoint-*/{TRAINER_STATE_NAME}")]
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def remove_checkpoints(folder: Path) -> None:
    """Remove one training's checkpoints, and the folder of all if none are left."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder.parent.is_dir() and not any(folder.parent.iterdir()):
        folder.parent.rmdir()
