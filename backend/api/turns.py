"""Turns at work that keeps a core busy: so much at once, and so much of one caller in the queue."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.domain.errors import TooManyRequests

_RETRY_SECONDS = 10.0


class Turns:
    """Lets callers work in the order they came. For one event loop."""

    def __init__(self, at_once: int, most_of_one: int) -> None:
        """How much is let in.

        Args:
            at_once: works at the same time.
            most_of_one: of one caller, working or waiting; more is refused at once, so that nobody
                makes the others wait for a long time.
        """
        self._free = asyncio.Semaphore(at_once)
        self._most = most_of_one
        self._here: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        """Waits for a turn and holds it.

        Raises:
            TooManyRequests: the caller has as many here as one may.
        """
        if self._here[caller] >= self._most:
            raise TooManyRequests(
                f"{self._most} of your requests are being computed or wait for that; wait for some "
                "of them.",
                retry_after_seconds=_RETRY_SECONDS,
            )
        self._here[caller] += 1
        try:
            async with self._free:
                yield
        finally:
            self._here[caller] -= 1
            if not self._here[caller]:
                del self._here[caller]
