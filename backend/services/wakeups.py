"""Wakes the coroutines of one process that wait for news of a job."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Wakeups:
    """Who waits for which job. All methods belong to one event loop's thread, but any may read
    `waiting`.

    Attributes:
        closing: the process is about to end; waiting is pointless.
    """

    def __init__(self) -> None:
        self.closing = False
        self._waiting: dict[str, set[asyncio.Event]] = {}

    @contextmanager
    def listening(self, job_id: str) -> Iterator[asyncio.Event]:
        """Gives an event that is set at every ring for the job. Clear it before looking."""
        event = asyncio.Event()
        if self.closing:
            event.set()
        self._waiting.setdefault(job_id, set()).add(event)
        try:
            yield event
        finally:
            events = self._waiting[job_id]
            events.discard(event)
            if not events:
                del self._waiting[job_id]

    @property
    def waiting(self) -> int:
        """How many requests and streams wait at the moment."""
        # The list is made in one step; a dict that grows meanwhile cannot be iterated.
        return sum(map(len, list(self._waiting.values())))

    def ring(self, job_id: str) -> None:
        """Wakes everyone who waits for the job."""
        for event in self._waiting.get(job_id, ()):
            event.set()

    def close(self) -> None:
        """Wakes everyone for good, so that open requests end before the process does."""
        self.closing = True
        for events in self._waiting.values():
            for event in events:
                event.set()


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Waits for an event, at most for so long. Returns whether it was set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
