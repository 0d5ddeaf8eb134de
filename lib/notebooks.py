"""``make notebooks``: execute the workbook's notebooks and save them with their outputs, and nothing else.

Execution times, widget state and random cell ids would make every run a different file; they are left out,
so that a notebook changes in git only when its code or its outputs do. Code is folded, so that a client who looks
over the shoulder reads a story, and every chart gets a picture for readers where no script runs.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from lib.files import write_text
from lib.paths import NOTEBOOKS
from lib.report.chromium import pictures
from lib.views.chart import PLOTLY_MIME

TIMEOUT_SECONDS = 1800


def execute(path: Path) -> None:
    """Execute one notebook in its own folder and save it in place, whole or not at all."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=TIMEOUT_SECONDS, resources={"metadata": {"path": str(path.parent)}}).execute()
    write_text(path, nbformat.writes(pictured(cleaned(notebook))) + "\n")


def cleaned(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Take out what differs between two runs of the same notebook or belongs to one person's session."""
    for key in set(notebook.metadata) - {"kernelspec", "language_info"}:
        del notebook.metadata[key]
    notebook.metadata["language_info"] = {"name": "python"}
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:02d}"
        for key in set(cell.metadata) - {"tags"}:
            del cell.metadata[key]
        if cell.cell_type != "code":
            continue
        if "parameters" not in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}
        for output in cell.outputs:
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        # Progress bars and the libraries' notices belong to one run, not to the page.
        cell.outputs = [each for each in cell.outputs if each.get("name") != "stderr" and each.get("data", True)]
    return notebook


def pictured(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Put a PNG beside every chart, which GitHub and ``nbconvert --to html`` show; without a Chromium none."""
    outputs = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if PLOTLY_MIME in output.get("data", {})
    ]
    for output, picture in zip(outputs, pictures([output.data[PLOTLY_MIME] for output in outputs]), strict=False):
        meta = output.data[PLOTLY_MIME]["layout"].get("meta", {})
        output.data["image/png"] = picture
        output.metadata["image/png"] = {"alt": meta.get("description", "Chart")}
    return notebook


def main() -> None:
    """Execute the named notebooks, or all of them."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(NOTEBOOKS.glob("*.ipynb"))
    for path in paths:
        print(f"executing {path.name} …", flush=True)
        execute(path)


if __name__ == "__main__":
    main()
