"""Showing what went wrong in a callback: JupyterLab itself shows it nowhere."""

import traceback
from collections.abc import Callable
from typing import Any

from lib.errors import InputError


def report_to(say: Callable[..., None], action: Callable[..., None], *arguments: Any) -> None:
    """Run ``action`` and ``say`` its error; one that is no bad input is raised again after it was shown."""
    try:
        action(*arguments)
    except InputError as error:
        say(str(error), wrong=True)
    except Exception as error:
        say("Unexpected: " + traceback.format_exception_only(error)[-1].strip(), wrong=True)
        raise
