"""Making a report again from what its manifest holds, and saying what differs; what changed since another one."""

import base64
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lib.client.facts import field_specs
from lib.errors import InputError
from lib.files import read_limited
from lib.views.field_words import field_label, value_words

LIMIT = 20_000_000
NOT_COMPARED = ("inputs", "inputs_sha256", "files", "summary")
ANSWER = ("recommendation", "stability", "total_usd")
ALLOWED = "a report's HTML file with its manifest beside it"


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest. Raises :class:`InputError` where it is none."""
    try:
        found = json.loads(read_limited(path, LIMIT, str(path), ALLOWED))
        found["inputs"]["client"], found["files"][".html"]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{path} is no manifest of a report that can be made again; allowed is {ALLOWED}.") from None
    return found


def verify(page: Path) -> list[str]:
    """Make the report ``page`` again from its manifest alone; list what differs, nothing where it is equal.

    Raises:
        InputError: page or manifest cannot be read, or the inputs no longer make a report.
    """
    from lib.report.engine import make_report, sha256

    written = read_manifest(page.with_suffix(".manifest.json"))
    if sha256(read_limited(page, LIMIT, str(page), ALLOWED)) != written["files"][".html"]:
        return ["The page is not the one that its manifest was written with."]
    run = written["experiment"]
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        client = _laid_out(written, Path(folder))
        again = make_report(client, Path(folder) / "again", experiment=_experiment(run), pdf=False)
        found = read_manifest(again.manifest)
    if found["files"][".html"] == written["files"][".html"]:
        return []
    return differences(written, found) or ["The page differs, though everything that its manifest names is the same."]


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what two manifests differ in: inputs by their label, prices, packages, the answer."""

    def changed(of: Callable[[dict[str, Any]], dict[str, Any]]) -> list[str]:
        old, new = _flat(of(before)), _flat(of(after))

        def said(key: str, value: Any) -> str:
            return value_words(key, value) if key in field_specs() else str(value)

        return [
            f"{field_label(key) if key in field_specs() else key}: {said(key, old.get(key))} → {said(key, new.get(key))}"
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
        ]

    return [
        *changed(lambda told: told["inputs"]["client"]),
        *changed(lambda told: {key: value for key, value in told.items() if key not in NOT_COMPARED}),
        *changed(lambda told: {key: told.get("summary", {}).get(key) for key in ANSWER}),
    ]


def _experiment(run: dict[str, Any] | None) -> Any:
    """Name the run that a manifest tells of as the report takes it."""
    if run is None:
        return False
    from lib.experiment import reference_run

    reference = reference_run()
    return None if reference is not None and reference.id == run["id"] else run["id"]


def _laid_out(manifest: dict[str, Any], folder: Path) -> Path:
    """Write the client file and the files that it names, as the manifest holds them; nothing outside ``folder``."""
    inputs = manifest["inputs"]
    # So deep that a path that leads upwards stays inside.
    inner = folder.resolve().joinpath(*"abcdefgh")
    inner.mkdir(parents=True)
    for section, name, held in (("prices", "file", "price_list"), ("report", "logo", "logo")):
        if inputs[held] is not None:
            target = (inner / inputs["client"][section][name]).resolve()
            # What was named by an absolute path has to stand there still.
            if target.is_relative_to(folder.resolve()):
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(base64.b64decode(inputs[held]))
    path = inner / Path(manifest["client_file"] or "client.yaml").name
    # JSON is YAML.
    path.write_text(json.dumps(inputs["client"], ensure_ascii=False), encoding="utf-8")
    return path


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    flat = {}
    for key, value in values.items():
        flat |= {f"{key}.{name}": each for name, each in value.items()} if isinstance(value, dict) else {key: value}
    return flat
