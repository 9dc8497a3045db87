"""Expected seconds: told from what is remembered, and measured once on a machine that is new."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

from backend.domain.errors import JobCancelled
from backend.domain.generation import LIMITS, LogoRequest, RestyleParams, Speed, StageName
from backend.domain.jobs import Progress
from backend.models.speeds import Planner
from backend.services.chain import DRAFTS_ONLY, RESTYLE_ONLY, Chain, Models, Work
from backend.services.forecast import Forecast, Timings, timing_key
from backend.services.pictures import Picture

_SAMPLE = LogoRequest("a fox", seed=7)
# A first run is slower than all later ones: kernels are chosen and caches filled in it.
_FIRST_EVALUATIONS = 3
# On a processor Stable Diffusion 1.5 takes minutes; then the first job has to tell.
_PATIENCE_SECONDS = 8.0


def seconds_by_speed(timings: Timings, planner: Planner) -> Mapping[str, float | None]:
    """What people wait for: default drafts, and one picture restyled at each speed.

    Keys are "drafts" and the names of the speeds; None where nothing was measured.

    Args:
        timings: the memory.
        planner: what the speeds mean for the pipeline in use.
    """
    drafts = Forecast(timings, DRAFTS_ONLY, int(LIMITS.count.default), None)
    told = {"drafts": drafts.total_seconds}
    for speed in Speed:
        plan = planner(RestyleParams(speed=speed))
        told[str(speed)] = Forecast(timings, RESTYLE_ONLY, 1, plan).total_seconds
    return {name: None if value is None else round(value, 2) for name, value in told.items()}


def measure_what_is_unknown(
    models: Models,
    timings: Timings,
    is_wanted: Callable[[], bool],
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Draws and restyles once, so that forecasts have figures before the first job.

    What is remembered already stays as it is. Ends early, with less measured, when a job comes or
    patience runs out; a stage that fails is left unknown.

    Args:
        models: warm ones.
        timings: the memory.
        is_wanted: whether a job waits for the worker.
        monotonic: a clock in seconds.
    """
    missing = _unmeasured_speeds(models, timings)
    if not missing and not _unknown(timings, DRAFTS_ONLY):
        return
    observer = _Impatient(is_wanted, monotonic)
    warm, measured = Chain(models, _Nothing()), Chain(models, _OnlyNew(timings))
    # Drafts first and to the end: of a machine too slow to restyle they are known all the same.
    for chain in (warm, measured):
        drafts = Work.of_request(observer, "measuring", _SAMPLE, DRAFTS_ONLY)
        chain.run([drafts])
        if drafts.error is not None:
            return
    for speed in missing:
        # Few-step speeds have one sampler for any count of steps, so they are their own warm-up.
        first = RestyleParams(strength=LIMITS.strength.low, steps=_FIRST_EVALUATIONS)
        if models.speed_plan(RestyleParams(speed=speed)).sort:
            first = RestyleParams(speed=speed)
        for chain, params in ((warm, first), (measured, RestyleParams(speed=speed))):
            restyle = _restyle(observer, drafts.pictures[:1], params)
            chain.run([restyle])
            if restyle.error is not None:
                return


def _unmeasured_speeds(models: Models, timings: Timings) -> list[Speed]:
    """One speed of each sort of which nothing is known; the one that the forms offer comes first.

    Sorts differ in what an evaluation costs, see `SpeedPlan.sort`.
    """
    by_sort: dict[str, Speed] = {}
    for speed in (Speed.BALANCED, Speed.DRAFT, Speed.QUALITY):
        plan = models.speed_plan(RestyleParams(speed=speed))
        keys = (timing_key(stage, RESTYLE_ONLY, plan=plan) for stage in RESTYLE_ONLY)
        if any(timings.timing(key) is None for key in keys):
            by_sort.setdefault(plan.sort, speed)
    return list(by_sort.values())


def _restyle(observer: _Impatient, pictures: Sequence[Picture], params: RestyleParams) -> Work:
    return Work(
        observer,
        RESTYLE_ONLY,
        "measuring",
        _SAMPLE.seed,
        _SAMPLE.size_px,
        restyle_params=params,
        pictures=list(pictures),
    )


def _unknown(timings: Timings, stages: Sequence[StageName]) -> bool:
    return any(timings.timing(timing_key(stage, stages)) is None for stage in stages)


class _Nothing:
    """Timings of runs that are no measure."""

    def timing(self, key: str) -> float | None:  # noqa: ARG002
        """See `forecast.Timings`."""
        return None

    def remember_timing(self, key: str, seconds: float) -> None:
        """See `forecast.Timings`."""


class _OnlyNew:
    """Timings that leave alone what real jobs have taught."""

    def __init__(self, timings: Timings) -> None:
        self._timings = timings

    def timing(self, key: str) -> float | None:
        """See `forecast.Timings`."""
        return self._timings.timing(key)

    def remember_timing(self, key: str, seconds: float) -> None:
        """See `forecast.Timings`."""
        if self._timings.timing(key) is None:
            self._timings.remember_timing(key, seconds)


class _Impatient:
    """An observer that gives up as soon as somebody wants the worker."""

    def __init__(self, is_wanted: Callable[[], bool], monotonic: Callable[[], float]) -> None:
        self._is_wanted, self._monotonic = is_wanted, monotonic
        self._until = monotonic() + _PATIENCE_SECONDS

    def report(self, progress: Progress) -> None:  # noqa: ARG002
        """See `chain.Observer`."""
        self.raise_if_cancelled()

    def raise_if_cancelled(self) -> None:
        """Raises JobCancelled when there is something better to do."""
        if self._monotonic() > self._until or self._is_wanted():
            raise JobCancelled("measuring was given up")

    def checkpoint(self, stage: StageName, payload: bytes) -> None:
        """Nobody resumes it."""

    def checkpoint_payload(self, stage: StageName) -> bytes | None:  # noqa: ARG002
        """Nothing is ever kept."""
        return None
