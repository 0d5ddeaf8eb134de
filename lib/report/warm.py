"""A papermill engine that runs a notebook in this process, where everything is imported already.

Starting a kernel and importing the workbook in it takes longer than a report. Here one IPython shell, without anybody's
profile, runs notebook after notebook, each in a namespace of its own.
"""

import io
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine
from traitlets.config import Config


class WarmEngine(Engine):
    """Registered as ``workbook-warm``: ``papermill IN OUT --engine workbook-warm``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells in order, and stop at the first that fails."""
        shell = _shell()
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, index)
                if cell.cell_type == "code" and cell.source.strip() and not _run(shell, cell):
                    nb_man.cell_exception(cell, index)
                    break
                nb_man.cell_complete(cell, index)
        finally:
            # Nothing of one client is there when the next one's notebook runs.
            shell.reset(new_session=True, aggressive=False)


def _shell() -> InteractiveShell:
    quiet = Config()
    quiet.HistoryManager.enabled = False
    # No cell's result is kept; emptying such a store would collect garbage for longer than a cell runs.
    quiet.InteractiveShell.cache_size = 0
    quiet.InteractiveShell.colors = "nocolor"
    return InteractiveShell.instance(config=quiet)


def _run(shell: InteractiveShell, cell: Any) -> bool:
    """Run one cell, and keep what it displays and what its last line shows. Returns whether it went well."""
    shown = CapturingDisplayPublisher()
    before, trap = shell.display_pub, shell.display_trap.hook
    shell.display_pub = shown
    shell.display_trap.hook = CapturingDisplayHook(shell=shell, outputs=shown.outputs)
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            result = shell.run_cell(cell.source, store_history=False)
    finally:
        shell.display_pub, shell.display_trap.hook = before, trap
    cell.outputs = [
        new_output("display_data", data=dict(seen["data"]), metadata=dict(seen.get("metadata") or {}))
        for seen in shown.outputs
    ]
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        cell.outputs.append(new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[]))
    return error is None
