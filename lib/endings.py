"""Ending in order when the process is told to end: every ``finally`` on the way out runs."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_holds = 0
_pending: int | None = None


@contextmanager
def ending_signals_unwind() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into ``SystemExit`` while the block runs.

    A program that handles these signals itself keeps its handlers, and outside the main thread Python
    lets nobody set one; what is left behind then, and after a kill, is swept up by the next start.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)):
            if signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, _unwind)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def ending_signals_wait() -> Iterator[None]:
    """Let such a signal wait until the block, a clean-up, is done."""
    global _holds, _pending
    _holds += 1
    try:
        yield
    finally:
        _holds -= 1
        number = _pending
        if number is not None and not _holds:
            _pending = None
            raise SystemExit(128 + number)


def _unwind(number: int, _frame: object) -> None:
    global _pending
    if _holds:
        _pending = number
    else:
        raise SystemExit(128 + number)
