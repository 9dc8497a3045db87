"""How long a request will still take, from how long its parts took before."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from backend.domain.errors import StorageFull, StoreUnavailable
from backend.domain.generation import RestyleParams, StageName
from backend.domain.jobs import Progress


class Timings(Protocol):
    """Remembered durations; the job store keeps them across restarts."""

    def timing(self, key: str) -> float | None:
        """Seconds of a unit of work, or None."""

    def remember_timing(self, key: str, seconds: float) -> None:
        """Moves the memory towards a new measurement."""


class Forecast:
    """The plan of one request: which stages lie ahead and what each is expected to cost."""

    def __init__(
        self, timings: Timings, stages: Sequence[StageName], count: int, params: RestyleParams
    ) -> None:
        self._seconds: dict[StageName, float | None] = {}
        for stage in stages:
            unit = None
            with suppress(StoreUnavailable, StorageFull):  # An ETA is not worth a failed job.
                unit = timings.timing(f"stage:{stage}")
            self._seconds[stage] = None if unit is None else unit * _units(stage, count, params)

    def progress(
        self, stage: StageName, step: int, total: int, *, preview: bytes | None = None
    ) -> Progress:
        """A progress report whose ETA covers the rest of this stage and the stages after it."""
        order = list(self._seconds)
        ahead = [self._seconds[later] for later in order[order.index(stage) + 1 :]]
        here = self._seconds[stage]
        eta = None
        if here is not None and None not in ahead:
            eta = here * (1 - step / max(total, 1)) + sum(
                value for value in ahead if value is not None
            )
            eta = round(eta, 2)
        return Progress(stage, step, total, eta, preview)

    @staticmethod
    def remember(
        timings: Timings, stage: StageName, seconds: float, count: int, params: RestyleParams
    ) -> None:
        """Feeds a finished stage back."""
        with suppress(StoreUnavailable, StorageFull):
            timings.remember_timing(f"stage:{stage}", seconds / _units(stage, count, params))


def _units(stage: StageName, count: int, params: RestyleParams) -> float:
    """What a stage's cost grows with: pictures, and for the restyle their denoising steps."""
    if stage is StageName.BRIEF:
        return 1.0
    if stage is StageName.RESTYLE:
        return max(1.0, count * params.steps * params.strength)
    return float(max(count, 1))
