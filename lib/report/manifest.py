"""What a report was made from, so that it can be made again."""

import base64
import hashlib
import importlib.metadata
import json
import platform
from dataclasses import dataclass
from typing import Any

from lib.client import ClientFile, answers
from lib.files import path_from, read_limited
from lib.report.case import Case
from lib.simulation import SEED
from lib.views.markup import Page, joined
from lib.views.table import Table

PACKAGES = (
    "decision-workbook",
    "genai-prices",
    "numpy",
    "pandas",
    "plotly",
    "pydantic",
    "papermill",
    "nbconvert",
    "torch",
    "transformers",
    "peft",
    "sentence-transformers",
)


def manifest(case: Case, result: Any = None) -> dict[str, Any]:
    """Collect what decides the report's content, as plain values. ``result`` is the experiment's run, if any."""
    run = None
    if result is not None:
        record = result.record
        run = {"id": record.id, "key": record.key, "config": record.config.model_dump(mode="json")}
        run |= {"versions": record.versions, "model": record.model.name, "data": record.dataset.name}
    return {
        "client_file": case.file.name if case.file else None,
        "inputs_sha256": inputs_hash(case.client),
        "prices_as_of": case.book.as_of.isoformat(),
        "prices_sha256": _prices_hash(case),
        "seed": SEED,
        "experiment": run,
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        # What the report can be made from again, without any other file of the client.
        "inputs": {
            "client": json.loads(json.dumps(answers(case.client), default=str)),
            "price_list": _held(case, case.client.prices.file),
            "logo": _held(case, case.client.report.logo),
        },
        "summary": _summary(case),
    }


HELD_LIMIT = 5_000_000
MIME = "application/vnd.decision-workbook.manifest+json"


@dataclass(frozen=True)
class ManifestPage:
    """The manifest as the last page shows it; the engine that ran the notebook reads it as data."""

    plain: dict[str, Any]
    page: Page

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {MIME: self.plain, "text/html": self.page._repr_html_(), "text/plain": repr(self.page)}


def manifest_table(case: Case, result: Any = None) -> ManifestPage:
    """Show the manifest as the last page shows it."""
    plain = manifest(case, result)
    rows = [
        ["Client file", plain["client_file"] or "given as parameters"],
        ["Fingerprint of the inputs (SHA-256)", plain["inputs_sha256"]],
        ["Date of the prices", plain["prices_as_of"]],
        ["Fingerprint of the prices (SHA-256)", plain["prices_sha256"]],
        ["Seed of the simulation", str(plain["seed"])],
    ]
    if plain["experiment"]:
        rows.append(["Experiment", plain["experiment"]["id"]])
        rows.append(["Training seeds of the experiment", ", ".join(map(str, plain["experiment"]["config"]["seeds"]))])
    rows.append(["Python", plain["python"]])
    rows.append(["Packages", ", ".join(f"{name} {version}" for name, version in plain["packages"].items())])
    table = Table(["What", "Value"], rows, "What this report was made from", wrap=True)
    promise = "The same inputs, prices and package versions give the same report, byte for byte."
    return ManifestPage(plain, joined(Page("<p>{}</p>").format(promise), table))


def _held(case: Case, file: str | None) -> str | None:
    if file is None:
        return None
    path = path_from(file, "a file of the client", "a path counted from the client file", case.folder)
    return base64.b64encode(read_limited(path, HELD_LIMIT, str(path), "a file of the client")).decode("ascii")


def _summary(case: Case) -> dict[str, Any]:
    """Collect what a page over many clients tells of this one; money in US dollars."""
    total = case.overview.figure("horizon_usd", case.planned)
    return {
        "client": case.client.client.name,
        "recommendation": case.decision.recommendation,
        "stability": round(case.decision.stability, 3),
        "total_usd": round(total.expected, 2),
        "p10_usd": round(total.p10, 2),
        "p90_usd": round(total.p90, 2),
        "currency": case.money.currency,
        "per_usd": case.money.per_usd,
        "first_step": case.decision.first_step,
        "ends": list(case.book.warnings),
    }


def inputs_hash(client: ClientFile) -> str:
    """Return the SHA-256 of the answered fields, the same however the file is laid out."""
    return _hash(answers(client))


def _prices_hash(case: Case) -> str:
    prices = {key: [price.low, price.likely, price.high, price.source] for key, price in case.book.items()}
    return _hash(prices)


def _hash(values: Any) -> str:
    text = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
