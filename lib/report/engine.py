"""From one client file to its report: run the notebook, export it, print it, say what it was made from."""

import glob
import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from types import MappingProxyType
from typing import Any

import nbformat
from nbformat import NotebookNode

from lib.client import load_client
from lib.costs.workbook import write_xlsx
from lib.errors import InputError
from lib.files import disk_told, made_folder, write_text
from lib.paths import NOTEBOOKS
from lib.report.case import case_of, report_title, running_words
from lib.report.chromium import PdfError, find_chromium, print_pdf
from lib.report.deck import write_pptx
from lib.report.exporter import to_html
from lib.report.logo import logo_uri
from lib.report.manifest import MIME

NOTEBOOK = NOTEBOOKS / "report.ipynb"
ENGINE = "workbook-warm"
"""Our engine by the name under which the project's entry point gives it to papermill: ``lib.report.warm``."""
ATTACHED = (".pdf", ".xlsx", ".pptx")
"""What may lie beside the page, by the ending of its name."""
ONE_AT_A_TIME = Lock()
"""One shell and one working folder a process: threads, as a worker of a cluster may have them, would mix clients."""
INTERACTIVE_TAGS = ("interactive", "nbval-skip")


@dataclass(frozen=True)
class Report:
    """The files of one finished report, and remarks on what was left out."""

    html: Path
    manifest: Path
    pdf: Path | None
    remarks: tuple[str, ...] = field(default=())


def make_report(
    client_file: Path, folder: Path, *, experiment: Any = None, pdf: bool = True, xlsx: bool = False, pptx: bool = False
) -> Report:
    """Write ``folder/NAME.html``, ``NAME.manifest.json`` and, where a Chromium is found, ``NAME.pdf``.

    ``experiment`` is what the notebook's parameter of that name takes; ``xlsx`` attaches the costs as an Excel workbook,
    ``pptx`` five slides. The folder is made if it is missing.

    Raises:
        InputError: the client file is of no use, or the folder cannot be written to; nothing is left half-written.

    Examples:
        >>> import tempfile
        >>> from lib.paths import CLIENTS
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     made = make_report(CLIENTS / "voice-agent.yaml", Path(folder), pdf=False)
        ...     print(made.html.name, made.manifest.name, made.pdf)
        voice-agent.html voice-agent.manifest.json None
    """
    client = load_client(client_file)
    look = client.report
    logo_uri(look.logo, client_file.parent)
    # Prices, costs and decision are computed once, by the notebook; it tells what it was made from.
    notebook = run_notebook({"client_file": str(client_file.resolve()), "experiment": experiment})
    page = to_html(notebook, f"{report_title(client)}: {client.client.name}", look.colour, running_words(client))
    attached = {
        ".xlsx": (lambda path: write_xlsx(client, path, client_file.name, client_file.parent)) if xlsx else None,
        ".pptx": (lambda path: write_pptx(case_of(client, client_file), path)) if pptx else None,
    }
    return written(folder / client_file.stem, page, _manifest(notebook), pdf, attached)


def written(
    stem: Path,
    page: str,
    described: dict[str, Any],
    pdf: bool,
    attached: Mapping[str, Callable[[Path], Any] | None] = MappingProxyType({}),
) -> Report:
    """Write a report's files aside and move them into place together, the manifest last.

    Until the last one has moved no manifest stands there, so that no file is ever taken for another run's.
    ``attached`` has, by the ending of a file's name, what writes it.
    """
    html, printed, listing = (stem.with_name(stem.name + ending) for ending in (".html", ".pdf", ".manifest.json"))
    made_folder(stem.parent)
    sweep(stem)
    with disk_told(html), tempfile.TemporaryDirectory(dir=stem.parent, prefix=f".{stem.name}.") as folder:
        aside = Path(folder)
        fresh = aside / html.name
        write_text(fresh, page)
        remarks = _print(fresh, pdf)
        for ending, write in attached.items():
            if write:
                write(aside / f"{stem.name}{ending}")
        made = {path.name.removeprefix(stem.name): sha256(path.read_bytes()) for path in sorted(aside.iterdir())}
        write_text(aside / listing.name, json.dumps(described | {"files": made}, indent=2, ensure_ascii=False) + "\n")
        listing.unlink(missing_ok=True)
        for ending in (".html", *ATTACHED, ".manifest.json"):
            name = f"{stem.name}{ending}"
            if (aside / name).exists():
                (aside / name).replace(stem.parent / name)
            else:
                # A PDF of an older run beside a newer page would be taken for its print.
                (stem.parent / name).unlink(missing_ok=True)
    return Report(html, listing, printed if printed.exists() else None, remarks)


def sweep(stem: Path) -> None:
    """Remove what a run that was killed left aside; its name ends in eight letters."""
    for left in stem.parent.glob(f".{glob.escape(stem.name)}.????????"):
        shutil.rmtree(left, ignore_errors=True)


def _manifest(notebook: NotebookNode) -> dict[str, Any]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    found = [output.data[MIME] for output in outputs if MIME in output.get("data", {})]
    return dict(found[-1]) if found else {}


def run_notebook(parameters: dict[str, Any]) -> NotebookNode:
    """Run the report's notebook with papermill, without its interactive cells, in a folder of its own.

    Raises :class:`InputError` for input that a cell refuses, and papermill's own error where one fails otherwise.
    """
    import papermill

    # It cannot read several names on one line and would warn; the client model checks the names.
    logging.getLogger("papermill").setLevel(logging.ERROR)

    with ONE_AT_A_TIME, tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as folder:
        try:
            return papermill.execute_notebook(
                prepared(nbformat.read(NOTEBOOK, as_version=4)),
                None,
                parameters=parameters,
                cwd=folder,
                kernel_name="python3",
                engine_name=ENGINE,
                progress_bar=False,
                log_output=False,
            )
        except papermill.PapermillExecutionError as error:
            if error.ename == InputError.__name__:
                raise InputError(error.evalue) from None
            raise


def prepared(notebook: NotebookNode) -> NotebookNode:
    """Take interactive cells and old outputs out of the notebook."""
    notebook.cells = [cell for cell in notebook.cells if not set(cell.metadata.get("tags", [])) & set(INTERACTIVE_TAGS)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def planned(files: list[Path]) -> list[Path]:
    """Check that no two client files would write the same report, nor one the page that compares them.

    Raises :class:`InputError` where they would, or where there is none.
    """
    if not files:
        raise InputError("report: no client file is given; allowed are one or more paths of client files.")
    seen: dict[str, Path] = {"index": Path("the page that compares them")} if len(files) > 1 else {}
    for file in files:
        # Names that differ in case alone are one file on Windows and macOS.
        other = seen.setdefault(file.stem.casefold(), file)
        if other is not file:
            raise InputError(f"report: {other} and {file} would both write {file.stem}.html; rename one of them.")
    return files


def _print(page: Path, wanted: bool) -> tuple[str, ...]:
    """Print ``page`` to a PDF beside it where that is wanted and can be done; the remarks say where it cannot."""
    chromium = find_chromium() if wanted else None
    if chromium is None:
        return ("no PDF: no Chromium, Chrome or Edge was found (the variable CHROMIUM can name one)",) * wanted
    try:
        print_pdf(page, page.with_suffix(".pdf"), chromium)
    except PdfError as error:
        return (f"no PDF: {error}",)
    return ()


def sha256(data: bytes) -> str:
    """Fingerprint bytes."""
    return hashlib.sha256(data).hexdigest()
