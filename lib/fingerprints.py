"""Short names for contents: what changes when the content does, and only then."""

import hashlib
import json
from pathlib import Path
from typing import Any


def text_fingerprint(*parts: str) -> str:
    """Return the sha256 (hex) of some texts; their borders count."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()


def value_fingerprint(value: Any) -> str:
    """Return the sha256 (hex) of a value that JSON can hold, whatever the order of its keys."""
    return text_fingerprint(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


def folder_fingerprint(folder: Path, pattern: str = "*") -> str:
    """Return the sha256 (hex) over the names and contents of the files in ``folder`` (and below it).

    A model's card (``*.md``) does not count: its words change nothing that is computed.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob(pattern)):
        hidden = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path.suffix != ".md":
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + content)
    return f"sha256:{digest.hexdigest()}"
