"""How fast somebody may ask: a bucket of points that refills steadily."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """Attributes: per_second: points that come back each second. burst: the most that wait."""

    per_second: float
    burst: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bucket said.

    Attributes:
        left: whole points left in the bucket.
        wait_seconds: after how long the same request would pass; 0 if it did.
    """

    is_admitted: bool
    left: int
    wait_seconds: float = 0.0


class RateLimiter:
    """Buckets by name, in memory. Safe for several threads.

    The number of buckets is bounded; the one unused for longest goes first, which is the fullest
    in all but odd cases and so forgets least.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float], most_buckets: int = 10_000) -> None:
        """Args: clock: monotonic seconds."""
        self.rate = rate
        self._clock = clock
        self._most = most_buckets
        self._lock = threading.Lock()
        # Points left, and when that was so.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str, cost: float) -> Verdict:
        """Takes points out of a bucket, all or none.

        A cost above the burst counts as the burst: else it could never pass.
        """
        rate = self.rate
        cost = min(cost, rate.burst)
        with self._lock:
            now = self._clock()
            left, since = self._buckets.pop(name, (float(rate.burst), now))
            left = min(float(rate.burst), left + max(0.0, now - since) * rate.per_second)
            is_admitted = cost <= left
            if is_admitted:
                left -= cost
            self._buckets[name] = (left, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        wait = 0.0 if is_admitted else (cost - left) / rate.per_second
        return Verdict(is_admitted, math.floor(left), wait)


def job_cost(pictures: int, evaluations: int) -> float:
    """Points of a job: what its pictures take, whatever the machine."""
    return pictures * (1 + evaluations)
