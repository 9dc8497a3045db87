"""What runners of jobs beside the chain have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.domain.errors import JobCancelled, LeaseLost, LogoError
from backend.domain.generation import StageName
from backend.domain.jobs import JobKind
from backend.services.working import JobContext, Runner


class ByKind:
    """Gives jobs of some kinds to runners of their own; satisfies `services.working.Runner`."""

    def __init__(self, otherwise: Runner, runners: Mapping[JobKind, Runner]) -> None:
        self._otherwise = otherwise
        self._runners = dict(runners)

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Runs a batch, which is of one kind."""
        self._runners.get(jobs[0].job.kind, self._otherwise).run(jobs)


def run_each(jobs: Sequence[JobContext], run: Callable[[JobContext], Mapping[str, Any]]) -> None:
    """Ends every job; what one raises is the outcome of that one alone.

    Args:
        jobs: to run, one after the other.
        run: does a job's work and returns its result.
    """
    for job in jobs:
        try:
            job.raise_if_cancelled()
            result = run(job)
        except LeaseLost:
            job.abandon()
        except JobCancelled:
            job.cancelled()
        except LogoError as error:
            job.fail(error)
        else:
            job.succeed(result)


def plain_result(stage: StageName, seconds: float, **more: Any) -> dict[str, Any]:
    """A result in the shape of all jobs; there are no pictures in it."""
    timings = {str(stage): round(seconds * 1000, 1)}
    return {"images": [], "warnings": [], "brief": {}, "seed": 0, "timings_ms": timings, **more}


def has_to_stop(job: JobContext) -> bool:
    """Whether a job's work shall end early, for whatever reason."""
    return job.cancel_asked or job.is_lost or job.stop_asked
