"""Several loops in one process: they live and end together."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

_LOG = logging.getLogger(__name__)


class Loop(Protocol):
    """What runs until it is told to stop; `services.working.WorkLoop` is one."""

    def run(self, stop: threading.Event) -> None:
        """Returns some time after `stop` is set."""


def run_together(first: Loop, others: Sequence[Loop], stop: threading.Event) -> None:
    """Runs the first loop in this thread and each other one in its own, until `stop`.

    A loop that fails, or ends by itself, stops the others: half a worker would look alive while
    jobs of a lane wait for ever. The process then ends with a failure, and whoever watches over
    it starts a new one.

    Raises:
        RuntimeError: from what ended a loop, be it an exit, which would look like success.
    """
    failures: list[BaseException] = []

    def guard(loop: Loop) -> None:
        try:
            loop.run(stop)
            if not stop.is_set():
                raise RuntimeError("a loop of the worker ended though nobody stopped it")
        except BaseException as error:  # noqa: BLE001 - told below, in the main thread
            _LOG.critical("a loop of the worker failed, so the worker ends", exc_info=True)
            failures.append(error)
        finally:
            stop.set()

    threads = [
        threading.Thread(target=guard, args=(loop,), name=f"lane-{number}")
        for number, loop in enumerate(others, start=2)
    ]
    for thread in threads:
        thread.start()
    guard(first)
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError("a loop of the worker failed") from failures[0]
