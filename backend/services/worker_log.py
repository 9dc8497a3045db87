"""What a worker's life looks like in the log: its start, its memory and its queue, its end."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend.domain.errors import LogoError
from backend.domain.jobs import JobState

_LOG = logging.getLogger(__name__)
_STATM = Path("/proc/self/statm")

Counts = Callable[[], Mapping[JobState, int]]


@contextmanager
def worker_life(worker_id: str, counts: Counts, every_seconds: float = 60.0) -> Iterator[None]:
    """Logs `worker-started`, then `worker-alive` now and then, then `worker-stopped`.

    Args:
        counts: jobs by state; asked in a thread of its own.
    """
    started = time.monotonic()

    def tell(action: str, message: str, **more: Any) -> None:
        extra = {
            "event.action": action,
            "logo.worker.id": worker_id,
            "logo.worker.memory_bytes": memory_bytes(),
            "logo.worker.uptime_seconds": int(time.monotonic() - started),
            **more,
        }
        _LOG.info(message, worker_id, extra=extra | _queue(counts))

    tell("worker-started", "worker %s has started")
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(every_seconds):
            tell("worker-alive", "worker %s is alive")

    thread = threading.Thread(target=watch, name="worker-life", daemon=True)
    thread.start()
    outcome = "failure"
    try:
        yield
        outcome = "success"
    finally:
        stop.set()
        thread.join(timeout=1)
        tell("worker-stopped", "worker %s has stopped", **{"event.outcome": outcome})


def memory_bytes() -> int | None:
    """What this process holds in memory now; None where the system does not tell."""
    try:
        pages = int(_STATM.read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def _queue(counts: Counts) -> dict[str, int]:
    try:
        found = counts()
    except LogoError:
        # The store's own lines say what is wrong with it.
        return {}
    return {
        "logo.queue.queued": found[JobState.QUEUED],
        "logo.queue.running": found[JobState.RUNNING],
    }
