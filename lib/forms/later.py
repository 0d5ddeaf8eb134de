"""Doing slower work once a slider has come to rest."""

import asyncio
from collections.abc import Callable

PAUSE_SECONDS = 0.001
"""Time in which a message that has come from the browser meanwhile is read."""


class AfterPause:
    """Runs the last of several functions, after a pause in which no newer one came.

    Where no event loop runs (a script, a test) it runs each at once.
    """

    def __init__(self, pause_seconds: float = PAUSE_SECONDS) -> None:
        """Wait ``pause_seconds`` before running."""
        self._pause = pause_seconds
        self._waiting: asyncio.TimerHandle | None = None

    def __call__(self, function: Callable[[], None]) -> None:
        """Run ``function`` after the pause, in place of the one that waits."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            function()
            return
        if self._waiting:
            self._waiting.cancel()
        self._waiting = loop.call_later(self._pause, function)
