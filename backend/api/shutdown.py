"""Lets open requests end when the process is told to."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def at_termination(callback: Callable[[], None]) -> Iterator[None]:
    """Runs the callback in the event loop at SIGTERM or SIGINT, then the server's own handler.

    The server waits for open requests before it tells the lifespan to end, and event streams and
    waiting requests would stay open for minutes. Outside the main thread nothing is installed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    previous: dict[signal.Signals, Any] = {}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        earlier = previous[signal.Signals(number)]
        if callable(earlier):
            earlier(number, frame)
        elif earlier is signal.SIG_DFL:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    for number in _SIGNALS:
        previous[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, earlier in previous.items():
            if signal.getsignal(number) is handle:
                signal.signal(number, earlier)
