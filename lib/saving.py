"""What JupyterLab may write into the workbook's notebooks: their cells, never a run's outputs.

What for: a client's figures must not reach git through JupyterLab's own saving. May import: paths.

Jupyter's server loads this by ``jupyter_server_config.d/decision-workbook.json``, which ``make lab`` points it to; a
JupyterLab that is started by hand finds it with ``JUPYTER_CONFIG_PATH=lib`` (an absolute path from other folders).
"""

from pathlib import Path
from typing import Any

import nbformat

from lib.paths import NOTEBOOKS


def _load_jupyter_server_extension(server: Any) -> None:
    """Register the hook; called by Jupyter's server."""
    server.contents_manager.register_pre_save_hook(keep_outputs)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "lib.saving"}]


def keep_outputs(model: dict[str, Any], path: str, contents_manager: Any, **_: Any) -> None:
    """Put the outputs that stand on disk in place of those of the run.

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
            # An output belongs to the source that made it.
            same = before.get("source") == "".join(cell.get("source", ""))
            cell["outputs"] = before["outputs"] if same else []
            cell["execution_count"] = before["execution_count"] if same else None
