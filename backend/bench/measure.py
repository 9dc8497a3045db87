"""Timing that survives a shared machine: interleaved runs, medians, ratios."""

from __future__ import annotations

import resource
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report.

    Attributes:
        what: what was measured.
        ours: median of the product; None if what it needs is not there.
        theirs: median of the baseline, None where there is no baseline.
        unit: of both medians.
        target: from the design, as text.
        note: how it was measured, when the numbers alone could mislead.
    """

    what: str
    ours: float | None
    theirs: float | None
    unit: str
    target: str
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times faster the product is."""
        return None if self.theirs is None or self.ours is None else self.theirs / self.ours

    def __str__(self) -> str:
        if self.ours is None:
            return f"{self.what:58} {'not measured':>34}   target {self.target:14} {self.note}"
        ratio = f"{self.ratio:8.1f}x" if self.ratio is not None else " " * 9
        theirs = f"{self.theirs:10.1f}" if self.theirs is not None else " " * 10
        figures = f"{self.ours:9.1f} {theirs} {self.unit:3} {ratio}"
        return f"{self.what:58} {figures}   target {self.target:14} {self.note}"


class Peak:
    """How much memory of the processor a body takes at most beside what is held before it.

    Attributes:
        bytes: of resident memory, sampled; set when the body has ended.
    """

    bytes = 0
    _EVERY_SECONDS = 0.02

    def __enter__(self) -> Self:
        self._before = self._most = _resident_bytes()
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()
        self.bytes = self._most - self._before

    def _look(self) -> None:
        while not self._ended.wait(self._EVERY_SECONDS):
            self._most = max(self._most, _resident_bytes())


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


def seconds_of(action: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def interleaved(
    ours: Callable[[], object], theirs: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Median seconds of both, taken in turns so that a busy moment hits both alike."""
    ours()
    theirs()
    pairs = [(seconds_of(ours), seconds_of(theirs)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def median_of(action: Callable[[], object], rounds: int) -> float:
    """Median seconds after one call that does not count."""
    action()
    return statistics.median(seconds_of(action) for _ in range(rounds))
