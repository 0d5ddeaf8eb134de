"""Reading YAML so strictly that every reader of the file sees the same values.

Papermill reads YAML 1.1, other tools 1.2, and the two disagree about ``no``, ``1e5``, ``12:30`` or
``010``. Such a scalar is refused with a hint, and so are duplicate keys, anchors and tags.
"""

import datetime
import re
from typing import Any

import yaml
from pydantic import BaseModel

from lib.errors import InputError

SIZE_LIMIT = 1_000_000

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What YAML 1.2 (core schema) makes of a plain scalar; YAML 1.1 is PyYAML's own answer.
_CORE = (
    ("null", re.compile(r"^(null|Null|NULL|~|)$")),
    ("bool", re.compile(r"^(true|True|TRUE|false|False|FALSE)$")),
    ("int", re.compile(r"^[-+]?[0-9]+$")),
    (
        "float",
        re.compile(r"^([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"),
    ),
)
_LEADING_ZERO = re.compile(r"^[-+]?0[0-9]+$")


def parse(text: str, name: str) -> dict[str, Any]:
    """Parse the text of a client file into plain dictionaries.

    ``name`` is the file as error messages call it.

    Raises:
        InputError: it cannot be used; one sentence.
    """
    try:
        events = list(yaml.parse(text, Loader=_Loader))
        _refuse_aliases(events, name)
        documents = list(yaml.compose_all(text, Loader=_Loader))
        if len(documents) > 1:
            raise InputError(f"{name}: holds {len(documents)} YAML documents; allowed is one.")
        node = documents[0] if documents else None
        value = None if node is None else _value(node, name, ())
    except yaml.YAMLError as error:
        raise InputError(f"{name}: {_problem(error)}; allowed is plain YAML as in data/clients/.") from None
    except RecursionError:
        raise InputError(f"{name}: is nested too deeply; allowed are sections with their keys.") from None
    if value is None:
        raise InputError(f"{name}: client.name is missing (the file is empty); allowed is the name of the client.")
    if not isinstance(value, dict):
        raise InputError(f"{name}: holds {shown(value)}; allowed are sections such as client: {{name: …}}.")
    return value


def shown(value: Any) -> str:
    """Show a bad value in an error sentence as it stands in a file: short, on one line."""
    if value is None or isinstance(value, bool):
        words = {None: "null", True: "true", False: "false"}[value]
    elif isinstance(value, datetime.date):
        words = value.isoformat()
    elif isinstance(value, BaseModel):
        words = ", ".join(f"{key}: {number:g}" for key, number in value).join("{}")
    else:
        words = repr(value).replace("\n", " ")
    return words if len(words) <= 60 else words[:57] + "…"


def _refuse_aliases(events: list[Any], name: str) -> None:
    for event in events:
        if getattr(event, "anchor", None):
            line = event.start_mark.line + 1
            raise InputError(
                f"{name}: line {line} uses the anchor or alias {event.anchor!r}; allowed are plain values."
            )


def _value(node: Any, name: str, key: tuple[str, ...]) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, name, key)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name, (*key, str(index))) for index, item in enumerate(node.value)]
    return _scalar(node, name, key)


def _mapping(node: Any, name: str, key: tuple[str, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        word = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
        if not isinstance(word, str) or key_node.tag == "tag:yaml.org,2002:merge":
            where = ".".join(key) or "the top level"
            raise InputError(f"{name}: {where} has a key that is not a word; allowed are the names of fields.")
        if word in values:
            raise InputError(f"{name}: {'.'.join((*key, word))} stands twice; allowed is once.")
        values[word] = _value(value_node, name, (*key, word))
    return values


def _scalar(node: Any, name: str, key: tuple[str, ...]) -> Any:
    tag = node.tag.removeprefix("tag:yaml.org,2002:")
    where = ".".join(key) or "the file"
    if tag not in ("null", "bool", "int", "float", "str", "timestamp"):
        raise InputError(f"{name}: {where} has the YAML tag {node.tag}; allowed are plain values.")
    if node.style:
        return node.value
    core = next((kind for kind, pattern in _CORE if pattern.match(node.value)), "str")
    # A date is text in YAML 1.2; the fields that take a date read both, all others refuse both.
    expected = "str" if tag == "timestamp" else tag
    if core != expected or _LEADING_ZERO.match(node.value):
        raise InputError(
            f"{name}: {where} is {shown(node.value)}, which YAML readers disagree about; "
            "allowed is a plain number such as 100000, true or false, or text in quotes."
        )
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError:
        # A date such as 2026-02-30, or an integer too long to convert: the field's own check refuses the text.
        return node.value


def _problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = " ".join(
        str(getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read as YAML").split()
    )
    return f"line {mark.line + 1}: {problem}" if mark else problem
