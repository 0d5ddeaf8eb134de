"""LoRA fine-tuning with ``peft`` and ``transformers.Trainer``: standard settings, loss on the answer only."""

from lib.experiment.finetune.estimating import estimate
from lib.experiment.finetune.settings import Lesson, LoraSettings, Training, TrainingEstimate
from lib.experiment.finetune.training import fine_tune

__all__ = ["Lesson", "LoraSettings", "Training", "TrainingEstimate", "estimate", "fine_tune"]
