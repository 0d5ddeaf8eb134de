"""One sentence for bad input: file, key, value, what is allowed."""

import difflib
from typing import Any

from pydantic import BaseModel, ValidationError

from lib.client.field import spec_of
from lib.client.model import ClientFile
from lib.client.yaml_text import shown


def sentence(error: ValidationError, name: str) -> str:
    """Turn the first problem of a validation error into the sentence that the user reads."""
    problem = error.errors(include_url=False)[0]
    location = problem["loc"]
    key = ".".join(map(_key, location[:2]))
    if problem["type"] == "extra_forbidden" and len(location) > 2:
        return f"{name}: {key} has the key {_key(location[-1])}; allowed are low, likely and high."
    if problem["type"] in ("extra_forbidden", "invalid_key"):
        return f"{name}: {_unknown(location)}"
    if problem["type"] == "missing" and key in ("", "client", "client.name"):
        return f"{name}: client.name is missing; allowed is the name of the client."
    section = _section(location)
    known = section and len(location) > 1 and location[1] in section.model_fields
    allowed = spec_of(section.model_fields[location[1]]).allowed if known else "a section with its fields (key: value)"
    return f"{name}: {key or 'the file'} is {shown(problem['input'])}; allowed is {allowed}."


def _section(location: tuple[Any, ...]) -> type[BaseModel] | None:
    info = ClientFile.model_fields.get(str(location[0])) if location else None
    return info.annotation if info else None


def _unknown(location: tuple[Any, ...]) -> str:
    model = _section(location) if len(location) > 1 else ClientFile
    known = list(model.model_fields)
    word = str(location[-1] if len(location) < 3 else location[1])
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    hint = "did you mean " + " or ".join(near) if near else "allowed are " + ", ".join(known)
    return f"{'.'.join(map(_key, location[:2]))} is not a known key; {hint}."


def _key(word: Any) -> str:
    """Write a key as it stands in a file, no longer than a key could be."""
    word = str(word)
    return word if len(word) <= 60 else word[:57] + "…"
