"""Hosted fine-tunes in the place of LoRA adapters trained here."""

from dataclasses import dataclass

from lib.errors import InputError
from lib.experiment.models.address import ENDPOINT, endpoint_name


@dataclass(frozen=True)
class TunedModels:
    """Which endpoint's fine-tuned model answers in the place of an adapter: ``endpoint:ft:…`` or ``None``.

    ``closed_book`` was trained on questions and answers alone, ``with_pages`` on questions after their pages:
    what ``export_chat_jsonl`` writes for the two trainings.
    """

    closed_book: str | None = None
    with_pages: str | None = None

    def __post_init__(self) -> None:
        """Refuse what names no endpoint's model."""
        for adapter in ("closed_book", "with_pages"):
            model = getattr(self, adapter)
            if model is not None and endpoint_name(model) is None:
                raise InputError(f"tuned.{adapter} is {model!r}; it must be {ENDPOINT} and a fine-tuned model's name.")

    def model_for(self, adapter: str) -> str | None:
        """Give the model that answers in the place of ``adapter`` (``closed_book`` or ``with_pages``)."""
        return {"closed_book": self.closed_book, "with_pages": self.with_pages}[adapter]
