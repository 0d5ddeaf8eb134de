"""From one client file to its report: run the notebook, export it, print it, say what it was made from."""

import copy
import hashlib
import json
import logging
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from lib.client import load_client
from lib.errors import InputError
from lib.files import write_text
from lib.paths import NOTEBOOKS
from lib.report.case import Case, case_of
from lib.report.chromium import PdfError, find_chromium, print_pdf
from lib.report.exporter import to_html
from lib.report.logo import logo_uri
from lib.report.manifest import manifest
from lib.report.measured import experiment_result

NOTEBOOK = NOTEBOOKS / "report.ipynb"
CELL_TIMEOUT_SECONDS = 1800
"""Long enough for the experiment on a slow machine where no stored run serves."""
QUIET_KERNEL = "--log-level=50"
INTERACTIVE_TAGS = ("interactive", "nbval-skip")


@dataclass(frozen=True)
class Report:
    """The files of one finished report, and remarks on what was left out."""

    html: Path
    manifest: Path
    pdf: Path | None
    remarks: tuple[str, ...] = field(default=())


def make_report(client_file: Path, folder: Path, *, experiment: Any = None, pdf: bool = True) -> Report:
    """Write ``folder/NAME.html``, ``NAME.manifest.json`` and, where a Chromium is found, ``NAME.pdf``.

    ``experiment`` is what the notebook's parameter of that name takes. Raises :class:`InputError` for a
    client file of no use; nothing is left half-written.
    """
    case = case_of(load_client(client_file), client_file)
    logo_uri(case.client.report.logo, case.folder)
    notebook = run_notebook({"client_file": str(client_file.resolve()), "experiment": experiment})
    look = case.client.report
    page = to_html(notebook, _title(case), look.colour, bool(look.confidential))
    target = folder / f"{client_file.stem}.html"
    write_text(target, page)
    printed, remarks = _print(target, pdf)
    described = manifest(case, experiment_result(experiment)) | {"html_sha256": _sha256(target)}
    listing = folder / f"{client_file.stem}.manifest.json"
    write_text(listing, json.dumps(described, indent=2, ensure_ascii=False) + "\n")
    return Report(target, listing, printed, remarks)


def run_notebook(parameters: dict[str, Any]) -> NotebookNode:
    """Run the report's notebook with papermill, without its interactive cells, in a folder of its own.

    Raises :class:`papermill.exceptions.PapermillExecutionError` where a cell fails.
    """
    import papermill

    # It cannot read several names on one line and would warn; the client model checks the names.
    logging.getLogger("papermill").setLevel(logging.ERROR)

    with tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as folder:
        executed = papermill.execute_notebook(
            prepared(nbformat.read(NOTEBOOK, as_version=4)),
            None,
            parameters=parameters,
            cwd=folder,
            kernel_name="python3",
            execution_timeout=CELL_TIMEOUT_SECONDS,
            progress_bar=False,
            log_output=False,
            extra_arguments=[QUIET_KERNEL],
        )
    return pinned(executed)


def prepared(notebook: NotebookNode) -> NotebookNode:
    """Give the notebook as it is run: without interactive cells and without old outputs."""
    ready = copy.deepcopy(notebook)
    ready.cells = [cell for cell in ready.cells if not set(cell.metadata.get("tags", [])) & set(INTERACTIVE_TAGS)]
    for cell in ready.cells:
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return ready


def pinned(notebook: NotebookNode) -> NotebookNode:
    """Give every cell without a lasting id one: papermill invents one for the parameters that it injects."""
    for cell in notebook.cells:
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    return notebook


def planned(files: list[Path]) -> list[Path]:
    """Check that no two client files would write the same report.

    Raises :class:`InputError` where they would, or where there is none.
    """
    if not files:
        raise InputError("report: no client file is given; allowed are one or more paths of client files.")
    seen: dict[str, Path] = {}
    for file in files:
        # Names that differ in case alone are one file on Windows and macOS.
        other = seen.setdefault(file.stem.casefold(), file)
        if other is not file:
            raise InputError(f"report: {other} and {file} would both write {file.stem}.html; rename one of them.")
    return files


def _print(page: Path, wanted: bool) -> tuple[Path | None, tuple[str, ...]]:
    target = page.with_suffix(".pdf")
    # A PDF of an older run beside a newer page would be taken for its print.
    target.unlink(missing_ok=True)
    if not wanted:
        return None, ()
    chromium = find_chromium()
    if chromium is None:
        return None, ("no PDF: no Chromium, Chrome or Edge was found (the variable CHROMIUM can name one)",)
    try:
        print_pdf(page, target, chromium)
    except PdfError as error:
        return None, (f"no PDF: {error}",)
    return target, ()


def _title(case: Case) -> str:
    return f"{case.title}: {case.client.client.name}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
