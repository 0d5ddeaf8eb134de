"""An embedder that embeds each text once: neighbouring points of a curve share most of their pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lib.retrieval.embedder import Embedder

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class RememberingEmbedder(Embedder):
    """Another embedder's vectors, kept in memory (4 bytes × dimensions a text) as long as this object lives."""

    documents: dict[str, "np.ndarray"] = field(default_factory=dict, repr=False)
    queries: dict[str, "np.ndarray"] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, embedder: Embedder) -> "RememberingEmbedder":
        """Remember what ``embedder`` embeds from now on."""
        return cls(embedder.name, embedder.fingerprint, embedder.dimensions, embedder.model)

    def embed_documents(self, texts: list[str]) -> "np.ndarray":
        """Embed texts to be found; see ``Embedder``."""
        return _remembered(texts, self.documents, super().embed_documents)

    def embed_queries(self, texts: list[str]) -> "np.ndarray":
        """Embed what is searched for; see ``Embedder``."""
        return _remembered(texts, self.queries, super().embed_queries)


def _remembered(
    texts: list[str], known: dict[str, "np.ndarray"], embed: Callable[[list[str]], "np.ndarray"]
) -> "np.ndarray":
    import numpy as np

    missing = list(dict.fromkeys(text for text in texts if text not in known))
    if missing:
        known.update(zip(missing, embed(missing), strict=True))
    return np.stack([known[text] for text in texts]) if texts else embed(texts)
