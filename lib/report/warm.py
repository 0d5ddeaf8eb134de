"""A papermill engine that runs a notebook in this process, where everything is imported already.

Starting a kernel and importing the workbook in it takes longer than a report. Here one IPython shell, without anybody's
profile, runs notebook after notebook, each in a namespace of its own.
"""

from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output
from papermill.engines import Engine
from traitlets.config import Config

NAME = "workbook-warm"


class WarmEngine(Engine):
    """Registered as ``workbook-warm``: ``papermill IN OUT --engine workbook-warm``."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run the cells in order, and stop at the first that fails."""
        shell = _shell()
        shell.reset(new_session=True, aggressive=False)
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            if cell.cell_type == "code" and cell.source.strip() and not _run(shell, cell):
                nb_man.cell_exception(cell, index)
                break
            nb_man.cell_complete(cell, index)
        shell.reset(new_session=True, aggressive=False)


def _shell() -> InteractiveShell:
    quiet = Config()
    quiet.HistoryManager.enabled = False
    quiet.InteractiveShell.colors = "nocolor"
    return InteractiveShell.instance(config=quiet)


def _run(shell: InteractiveShell, cell: Any) -> bool:
    with capture_output() as seen:
        result = shell.run_cell(cell.source, store_history=False)
    cell.outputs = [
        new_output("display_data", data=dict(output.data), metadata=dict(output.metadata or {}))
        for output in seen.outputs
    ]
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        cell.outputs.append(new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[]))
    return error is None
