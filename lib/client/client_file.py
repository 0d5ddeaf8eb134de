"""Loading, checking and saving client files; bad input is one sentence: file, key, value, what is allowed."""

import difflib
import io
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from lib.client.field import spec_of
from lib.client.model import ClientFile
from lib.client.yaml_text import SIZE_LIMIT, parse, shown
from lib.errors import InputError
from lib.files import path_from, read_limited, write_text


def load_client(path: str | Path) -> ClientFile:
    """Load and check one client file: YAML of at most 1 MB; ``~`` is the home folder.

    Raises:
        InputError: it cannot be read or used; one sentence says file, key, value and what is allowed.

    Examples:
        >>> from lib.paths import CLIENTS
        >>> client = load_client(CLIENTS / "voice-agent.yaml")
        >>> client.behaviour.style_sensitivity, client.knowledge.documents is None
        (1.0, True)
    """
    path = path_from(str(path), "client file", "the path of a client file (YAML)")
    return check_client(parse(_read(path), str(path)), str(path))


def check_client(values: dict[str, Any], name: str = "client file") -> ClientFile:
    """Check values that came from a form, from papermill or from a file called ``name``."""
    try:
        client = ClientFile.model_validate(values)
    except ValidationError as error:
        raise InputError(_sentence(error, name)) from None
    _check_currency(client, name)
    return client


def _check_currency(client: ClientFile, name: str) -> None:
    """Currency and exchange rate only make sense together."""
    prices = client.prices
    if prices.currency != "USD" and "per_usd" not in prices.model_fields_set:
        raise InputError(
            f"{name}: prices.per_usd is not answered though prices.currency is {prices.currency!r}; "
            "allowed is how much of that currency one US dollar is."
        )
    if prices.currency == "USD" and prices.per_usd != 1:
        answered = "" if "currency" in prices.model_fields_set else " (not answered)"
        raise InputError(
            f"{name}: prices.per_usd is {shown(prices.per_usd)} though prices.currency is USD{answered}; "
            "allowed is the currency that one US dollar is so much of, or an exchange rate of 1."
        )


def answers(client: ClientFile) -> dict[str, dict[str, Any]]:
    """Return only what the client has answered, as plain values ready for YAML or papermill."""
    return client.model_dump(mode="python", exclude_unset=True)


def save_client(client: ClientFile, path: str | Path) -> None:
    """Write the answered fields to ``path``.

    Where the file exists its comments and its order are kept, and only the values that differ change.
    """
    from ruamel.yaml import YAML

    path = Path(path)
    yaml = YAML()
    yaml.width = 120
    existing = yaml.load(_read(path)) if path.exists() else None
    document = existing if isinstance(existing, dict) else {}
    wanted = {section: fields for section, fields in answers(client).items() if fields}
    for section in set(document) - set(wanted):
        del document[section]
    for section, fields in wanted.items():
        _update(document.setdefault(section, {}), fields)
    stream = io.StringIO()
    yaml.dump(document, stream)
    write_text(path, stream.getvalue())


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a client file, for editors that check while typing."""
    schema = ClientFile.model_json_schema()
    for section, rule in schema["properties"].items():
        if section != "client":
            # An empty section (``null``) is one in which nothing is answered.
            schema["properties"][section] = {"anyOf": [rule, {"type": "null"}]}
    return schema


def _update(old: dict[str, Any], new: dict[str, Any]) -> None:
    for key in set(old) - set(new):
        del old[key]
    for key, value in new.items():
        if key not in old or old[key] != value:
            old[key] = value


def _read(path: Path) -> str:
    data = read_limited(path, SIZE_LIMIT, str(path), "a client file (YAML)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path}: byte {shown(data[error.start])} is not UTF-8 text; allowed is a YAML text file."
        ) from None


def _sentence(error: ValidationError, name: str) -> str:
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
