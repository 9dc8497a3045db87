"""Memory and file handles of processes over time, and whether they grow."""

from __future__ import annotations

import contextlib
import os
import statistics
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_MB = 1e6
# While caches fill, thread pools reach their size and modules are imported late.
WARM_UP_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a process."""

    seconds: float
    resident_mb: float
    handles: int
    threads: int


@dataclass(frozen=True, slots=True)
class Growth:
    """The course of one process, after the warm-up.

    Attributes:
        first_mb, last_mb: median resident memory of the first and of the last third.
        slope_mb_per_hour: of the line through all samples that lies nearest to them.
        first_handles, last_handles: median file handles of both thirds.
    """

    samples: int
    first_mb: float
    last_mb: float
    slope_mb_per_hour: float
    first_handles: float
    last_handles: float
    most_handles: int
    most_threads: int

    @classmethod
    def of(cls, samples: list[Sample]) -> Growth:
        """Of two samples at least."""
        kept = samples[int(len(samples) * WARM_UP_SHARE) :]
        third = max(1, len(kept) // 3)
        first, last = kept[:third], kept[-third:]
        line = statistics.linear_regression(
            [sample.seconds for sample in kept], [sample.resident_mb for sample in kept]
        )
        return cls(
            samples=len(kept),
            first_mb=statistics.median(sample.resident_mb for sample in first),
            last_mb=statistics.median(sample.resident_mb for sample in last),
            slope_mb_per_hour=line.slope * 3600,
            first_handles=statistics.median(sample.handles for sample in first),
            last_handles=statistics.median(sample.handles for sample in last),
            most_handles=max(sample.handles for sample in kept),
            most_threads=max(sample.threads for sample in kept),
        )

    @property
    def grown_mb(self) -> float:
        """From the first third to the last."""
        return self.last_mb - self.first_mb

    def figures(self, name: str) -> dict[str, object]:
        """Rows of a report."""
        percent = 100 * self.grown_mb / self.first_mb
        return {
            f"{name}: resident MB, first and last third": f"{self.first_mb:.1f} {self.last_mb:.1f}"
            f" ({percent:+.1f} %)",
            f"{name}: slope, MB an hour": f"{self.slope_mb_per_hour:+.1f}",
            f"{name}: file handles, first and last third": f"{self.first_handles:g} "
            f"{self.last_handles:g} (at most {self.most_handles})",
            f"{name}: threads at most": self.most_threads,
        }

    def faults(self, name: str, *, most_mb: float, most_handles: int) -> list[str]:
        """Sentences about growth beyond the bounds."""
        found = []
        if self.grown_mb > most_mb:
            found.append(f"{name} grew by {self.grown_mb:.1f} MB, allowed are {most_mb:g}")
        grown_handles = self.last_handles - self.first_handles
        if grown_handles > most_handles:
            found.append(f"{name} holds {grown_handles:g} more handles, allowed are {most_handles}")
        return found


class Watch:
    """Samples processes in a thread of its own for as long as the block lasts, and at both ends.

    Attributes:
        samples: by the process's name, oldest first; of one that ends, none from then on.
    """

    def __init__(self, processes: Mapping[str, int], every_seconds: float) -> None:
        self.samples: dict[str, list[Sample]] = {name: [] for name in processes}
        self._processes = processes
        self._every_seconds = every_seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look_again, daemon=True)
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()

    def _look_again(self) -> None:
        while not self._ended.wait(self._every_seconds):
            self._look()

    def _look(self) -> None:
        for name, pid in self._processes.items():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                self.samples[name].append(sample_of(pid, time.monotonic() - self._started))


def sample_of(pid: int, seconds: float = 0.0) -> Sample:
    """A process as Linux shows it now.

    Raises:
        FileNotFoundError: it is gone.
    """
    folder = Path(f"/proc/{pid}")
    pages = int((folder / "statm").read_text("ascii").split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE") / _MB
    handles, threads = len(os.listdir(folder / "fd")), len(os.listdir(folder / "task"))
    return Sample(seconds, resident, handles, threads)
