"""Bounds of processor time that a slower machine keeps too."""

from __future__ import annotations

import time
from collections.abc import Callable

# What `_work` took where the bounds were measured.
_MEASURED_SECONDS = 0.034


def processor_seconds(work: Callable[[], object], times: int = 3) -> float:
    """Of the best of some times, as other work may hold the processor's caches."""
    taken = []
    for _ in range(times):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def within(seconds: float) -> float:
    """A bound of processor time, longer by as much as this machine is slower at the moment."""
    return seconds * max(1.0, processor_seconds(_work, times=5) / _MEASURED_SECONDS)


def _work() -> None:
    words = [f"{number:x} {number * number}" for number in range(20_000)]
    counts: dict[str, int] = {}
    for word in words:
        for part in word.upper().split():
            counts[part] = counts.get(part, 0) + len(part)
    sorted(counts, key=lambda part: (counts[part], part))
