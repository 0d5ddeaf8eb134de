"""What JupyterLab may write into the workbook's notebooks: their cells, never a run's outputs.

What for: a client's figures must not reach git through JupyterLab's own saving. May import: paths.
"""

from pathlib import Path
from typing import Any

import nbformat

from lib.paths import NOTEBOOKS


def keep_outputs(model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """Put the outputs that stand on disk in place of those of the run (a ``pre_save_hook`` of Jupyter).

    Notebooks outside the workbook's folder are left as they are.
    """
    if model.get("type") != "notebook" or model.get("content") is None:
        return
    target = Path(contents_manager.root_dir, path.strip("/")).resolve()
    if target.parent != NOTEBOOKS.resolve():
        return
    stored = nbformat.read(target, as_version=4).cells if target.exists() else []
    known = {cell.get("id"): cell for cell in stored}
    model["content"]["metadata"].pop("widgets", None)
    for cell in model["content"]["cells"]:
        before = known.get(cell.get("id"), {})
        cell["metadata"] = before.get("metadata", cell["metadata"])
        if cell["cell_type"] == "code":
            cell["outputs"] = before.get("outputs", [])
            cell["execution_count"] = before.get("execution_count")
