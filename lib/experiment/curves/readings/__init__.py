"""Reading curves aloud: one function for each, all figures computed from the curve at hand."""

from typing import TYPE_CHECKING

from lib.experiment.curves.readings import changed, chunk_size, corpus, prompt_tokens, training_pairs
from lib.experiment.curves.readings.words import told_apart

if TYPE_CHECKING:
    from lib.experiment.curves.curve import Curve

_READINGS = {
    "changed": changed.read,
    "training_pairs": training_pairs.read,
    "corpus": corpus.read,
    "prompt_tokens": prompt_tokens.read,
    "chunk_size": chunk_size.read,
}


def read_aloud(curve: "Curve") -> str:
    """Say what the curve shows, what that answers, and which of its steps can be told apart."""
    return f"{_READINGS[curve.id](curve)} {told_apart(curve)}"
