"""One sentence for bad input: file, key, value, what is allowed."""

import difflib
from typing import Any

from pydantic import BaseModel, ValidationError

from lib.client.field import FieldSpec, spec_of
from lib.client.model import ClientFile
from lib.client.yaml_text import shown


def sentence(error: ValidationError, name: str) -> str:
    """Turn the first problem of a validation error into the sentence that the user reads."""
    problem = error.errors(include_url=False)[0]
    section, field = _located(problem["loc"])
    key = ".".join(word for word in (section, field) if word)
    if problem["type"] == "extra_forbidden" and _is_range_key(problem["loc"]):
        return f"{name}: {key} has the key {_key(problem['loc'][-1])}; allowed are low, likely and high."
    if problem["type"] in ("extra_forbidden", "invalid_key"):
        return f"{name}: {_unknown(problem['loc'])}"
    if problem["type"] == "missing" and section in (None, "client"):
        return f"{name}: client.name is missing; allowed is the name of the client."
    spec = _spec(section, field)
    allowed = spec.allowed if spec else "a section with its fields (key: value)"
    return f"{name}: {key or 'the file'} is {shown(problem['input'])}; allowed is {allowed}."


def _located(location: tuple[Any, ...]) -> tuple[str | None, str | None]:
    section = _key(location[0]) if location else None
    field = _key(location[1]) if len(location) > 1 else None
    return section, field


def _is_range_key(location: tuple[Any, ...]) -> bool:
    return len(location) > 2


def _section(section: str | None) -> type[BaseModel] | None:
    info = ClientFile.model_fields.get(section or "")
    return info.annotation if info else None


def _spec(section: str | None, field: str | None) -> FieldSpec | None:
    model = _section(section)
    return spec_of(model.model_fields[field]) if model and field in model.model_fields else None


def _unknown(location: tuple[Any, ...]) -> str:
    model = _section(str(location[0])) if len(location) > 1 else ClientFile
    known = list(model.model_fields)
    word = str(location[-1] if len(location) < 3 else location[1])
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    hint = "did you mean " + " or ".join(near) if near else "allowed are " + ", ".join(known)
    return f"{'.'.join(map(_key, location[:2]))} is not a known key; {hint}."


def _key(word: Any) -> str:
    """Write a key as it stands in a file, no longer than a key could be."""
    word = str(word)
    return word if len(word) <= 60 else word[:57] + "…"
