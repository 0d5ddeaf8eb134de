"""Telling how far a long computation is."""

from collections.abc import Callable
from typing import Any

# Called with what is being done, how many steps of it are done, and how many there are.
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _total: int) -> None:
    """Tell nothing."""


def say(progress: Progress, text: str) -> None:
    """Tell a sentence to a ``Progress`` that has a place for it."""
    tell = getattr(progress, "say", None)
    if tell:
        tell(text)


class Bars:
    """One tqdm bar for each stage: a widget in a notebook, on stderr elsewhere. Use as a ``Progress``."""

    def __init__(self) -> None:
        """Open no bar yet."""
        self._stage = ""
        self._note = ""
        self._bar: Any = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Move the bar of ``stage`` to ``done`` of ``total``; close it at the end."""
        from tqdm.auto import tqdm

        if stage != self._stage or self._bar is None:
            self.close()
            self._stage = stage
            self._bar = tqdm(total=total, desc=stage, unit="", leave=True, postfix=self._note or None)
            self._note = ""
        self._bar.update(done - self._bar.n)
        if done >= total:
            self.close()

    def say(self, text: str) -> None:
        """Write a sentence beside the next bar, where what is expected stands beside what it takes."""
        self._note = text

    def close(self) -> None:
        """End the bar that is open, if one is."""
        if self._bar is not None:
            self._bar.close()
        self._bar = None
