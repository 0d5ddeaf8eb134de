"""How much memory a block of code took at most, over what was held before it."""

import os
import threading
from contextlib import suppress
from types import TracebackType

_MIB = 1024 * 1024


class PeakMemory:
    """Watches memory while its block runs: the graphics card's where one is used, else the process's.

    ``growth_mib`` is the highest seen so far, less what was held at the start, in MiB.
    """

    def __init__(self, device: str, every: float = 0.02) -> None:
        """Watch ``device`` (``cpu`` or ``cuda``); the process is looked at each ``every`` seconds."""
        self._cuda = device == "cuda"
        if not self._cuda:
            _give_back_free_memory()
        self._every = every
        self._stop = threading.Event()
        self._start = self._highest = 0
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "PeakMemory":
        """Note what is held and begin to watch."""
        self._start = self._highest = self._held()
        if self._cuda:
            import torch

            torch.cuda.reset_peak_memory_stats()
        else:
            self._thread = threading.Thread(target=self._watch, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Look once more and stop."""
        self._look()
        self._stop.set()
        if self._thread:
            self._thread.join()

    @property
    def growth_mib(self) -> float:
        """Return the growth so far, in MiB."""
        self._look()
        return (self._highest - self._start) / _MIB

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            self._look()

    def _look(self) -> None:
        if self._cuda:
            import torch

            self._highest = max(self._highest, torch.cuda.max_memory_allocated())
        else:
            self._highest = max(self._highest, self._held())

    def _held(self) -> int:
        if self._cuda:
            import torch

            return torch.cuda.memory_allocated()
        import psutil

        return psutil.Process(os.getpid()).memory_info().rss


def _give_back_free_memory() -> None:
    """Let the C library return what it keeps for later: what is used again would not count as growth."""
    import ctypes

    # Only glibc has it.
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
