"""Ctrl-C at a good moment: held while a library works that must not be left halfway."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["held_interrupt"]


@contextmanager
def held_interrupt() -> Iterator[None]:
    """Hold a Ctrl-C until the block has ended, then let it happen.

    netCDF4 and xarray take locks that an interrupt in the middle leaves taken for ever. Outside
    the main thread, which alone gets signals, nothing is held.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came and callable(before):
            before(*came[-1])
