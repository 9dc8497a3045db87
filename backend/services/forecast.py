"""How long a request will still take, from how long its parts took before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Protocol

from backend.domain.errors import StorageFull, StoreUnavailable
from backend.domain.generation import StageName
from backend.domain.jobs import Progress
from backend.models.speeds import SpeedPlan


class Timings(Protocol):
    """Remembered durations; the job store keeps them across restarts."""

    def timing(self, key: str) -> float | None:
        """Seconds of a unit of work, or None."""

    def remember_timing(self, key: str, seconds: float) -> None:
        """Moves the memory towards a new measurement."""


class Forecast:
    """The plan of one request: which stages lie ahead and what each is expected to cost.

    Args:
        plan: how the restyle is sampled; None if there is none.
        artist: who draws, see `timing_key`.
    """

    def __init__(
        self,
        timings: Timings,
        stages: Sequence[StageName],
        count: int,
        plan: SpeedPlan | None,
        artist: str = "",
    ) -> None:
        self._seconds: dict[StageName, float | None] = {}
        for stage in stages:
            unit = None
            with suppress(StoreUnavailable, StorageFull):  # An ETA is not worth a failed job.
                unit = timings.timing(timing_key(stage, stages, artist, plan))
                if unit is None:  # Work of another sort is a better guide than nothing.
                    unit = timings.timing(f"stage:{stage}")
            self._seconds[stage] = None if unit is None else unit * _units(stage, count, plan)

    @property
    def total_seconds(self) -> float | None:
        """What the whole request is expected to take; None while a stage is unknown."""
        known = [seconds for seconds in self._seconds.values() if seconds is not None]
        return sum(known) if len(known) == len(self._seconds) else None

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

    def begun(self, stage: StageName, pictures: int, plan: SpeedPlan | None) -> Progress:
        """The report of a stage that begins; its steps are those that are to be expected."""
        steps = 1
        if stage is StageName.RESTYLE and plan is not None:
            steps = plan.evaluations
        elif stage in (StageName.UPSCALE, StageName.FINISH):
            steps = pictures
        return self.progress(stage, 0, max(1, steps))

    @staticmethod
    def remember(
        timings: Timings,
        stage: StageName,
        seconds: float,
        count: int,
        plan: SpeedPlan | None,
        stages: Collection[StageName],
        artist: str = "",
    ) -> None:
        """Feeds a finished stage back.

        Args:
            timings: the memory.
            stage: what has ended.
            seconds: how long it took.
            count: of how many pictures.
            plan: of the restyle.
            stages: all stages of the request.
            artist: who drew.
        """
        with suppress(StoreUnavailable, StorageFull):
            timings.remember_timing(
                timing_key(stage, stages, artist, plan), seconds / _units(stage, count, plan)
            )


def timing_key(
    stage: StageName,
    stages: Collection[StageName],
    artist: str = "",
    plan: SpeedPlan | None = None,
) -> str:
    """Under which name a stage's unit cost is remembered.

    Work that differs much in cost has names of its own: one memory for both would tell the truth
    of neither. The finish enlarges what was repainted and leaves drafts as they are; drawings are
    rendered at the size that stored pictures are enlarged to; the artists differ, and variations
    are chosen from more sketches; an evaluation without guidance or a small decoder is cheaper.

    Args:
        stage: one of `stages`.
        stages: of the request.
        artist: who draws and, if so, that they are variations; "" for both artists' new ideas.
        plan: of the restyle.
    """
    sort = ""
    if stage is StageName.FINISH and StageName.RESTYLE not in stages:
        sort = "drafts"
    elif stage is StageName.UPSCALE and StageName.DRAFT not in stages:
        sort = "stored"
    elif stage in (StageName.DRAFT, StageName.UPSCALE):
        sort = artist
    elif stage is StageName.RESTYLE and plan is not None:
        sort = plan.sort
    return f"stage:{stage}:{sort}" if sort else f"stage:{stage}"


def _units(stage: StageName, count: int, plan: SpeedPlan | None) -> float:
    """What a stage's cost grows with: pictures, and for the restyle their evaluations."""
    if stage is StageName.BRIEF:
        return 1.0
    if stage is StageName.RESTYLE and plan is not None:
        return float(max(1, count * plan.evaluations))
    return float(max(count, 1))
