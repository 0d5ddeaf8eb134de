"""From a notebook's parameters to a checked client file.

Papermill warns about a mistyped parameter and goes on. Here the client model is the gate: whatever
papermill or a person has set is checked, and anything unknown is refused in one sentence.
"""

import datetime
import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lib.client import ClientFile, answers, check_client, load_client
from lib.client.folder import chosen_client
from lib.errors import InputError

SECTIONS = tuple(ClientFile.model_fields)
OWN_PARAMETERS = ("client_file", "experiment")
PLAIN = (type(None), bool, int, float, str, list, tuple, dict, datetime.date)
OF_THE_KERNEL = ("In", "Out")


def client_from(variables: Mapping[str, Any]) -> tuple[ClientFile, Path | None]:
    """Make the client of a notebook from its variables: ``client_file``, its sections, or both.

    A section's fields override those of the file. Without either it is the client chosen last, or the sample.

    Returns:
        The client, and the file it came from, if any.

    Raises:
        InputError: an unknown name, or a value that is not allowed.
    """
    given = {name: value for name, value in variables.items() if _is_parameter(name, value)}
    for name in given:
        if name not in (*OWN_PARAMETERS, *SECTIONS):
            raise InputError(_unknown(name))
    sections = {name: given[name] for name in SECTIONS if given.get(name) is not None}
    client_file = given.get("client_file")
    if not isinstance(client_file, str | None):
        raise InputError(f"client_file is {client_file!r}; allowed is the path of a client file (YAML).")
    if client_file is None and sections:
        return check_client(sections, "parameters"), None
    path = chosen_client(client_file)
    client = load_client(path)
    return (check_client(_merged(answers(client), sections), path.name) if sections else client), path


def _is_parameter(name: str, value: Any) -> bool:
    """Tell plain values that somebody set from IPython's own names, modules, and results of earlier cells."""
    return not name.startswith("_") and name not in OF_THE_KERNEL and isinstance(value, PLAIN)


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for section, fields in over.items():
        both = isinstance(fields, dict) and isinstance(merged.get(section), dict)
        merged[section] = merged[section] | fields if both else fields
    return merged


def _unknown(name: str) -> str:
    known = [*OWN_PARAMETERS, *SECTIONS]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    hint = "did you mean " + " or ".join(near) if near else "allowed are " + ", ".join(known)
    return f"parameters: {name} is not a known parameter; {hint}."
