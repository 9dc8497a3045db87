"""The job store with a log line and a count for every job that comes, is taken, and ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from backend.domain.errors import LogoError, QueueFull, TooManyJobs
from backend.domain.jobs import Claim, Job, JobState, Lane, NewJob
from backend.jobs.leases import Ended
from backend.jobs.store import SqlJobStore
from backend.telemetry.context import CALLER_ID, REQUEST_ID, working_for
from backend.telemetry.fields import STAGES

_LOG = logging.getLogger(__name__)


class Tally(Protocol):
    """Counts what becomes of jobs; `services.figures.JobTally` is one."""

    def taken(self, lane: Lane, kinds: Sequence[str], waits_seconds: Sequence[float]) -> None:
        """A batch was taken; its jobs' kinds, and their waits so far as they ran for the first
        time.
        """

    def ended(self, job: Job, at: datetime) -> None:
        """A job ended, whoever ended it; with its result or error."""

    def refused(self, kind: str, code: str) -> None:
        """A job was not taken in, because too many wait already."""


class _NoTally:
    def taken(self, lane: Lane, kinds: Sequence[str], waits_seconds: Sequence[float]) -> None:
        pass

    def ended(self, job: Job, at: datetime) -> None:
        pass

    def refused(self, kind: str, code: str) -> None:
        pass


class LoggedJobStore(SqlJobStore):
    """Tells what the dashboards ask: kind, state, wait, run, stages, models, adapters, errors.

    Every job gets one `job-ended` line, be it that its worker ended it, that somebody cancelled it
    in the queue, or that it was given up after its worker had died; then whoever found it tells.
    Each line carries the id of the HTTP request that made the job.
    """

    def __init__(
        self, url: str, clock: Callable[[], datetime] | None = None, tally: Tally | None = None
    ) -> None:
        """See `SqlJobStore`."""
        super().__init__(url, *(() if clock is None else (clock,)))
        self._tally = tally or _NoTally()

    def submit(
        self, job: NewJob, *, queue_limit: int, caller_limit: int | None = None
    ) -> tuple[Job, bool]:
        """See `SqlJobStore.submit`. The job keeps the ids of the request at hand and its caller."""
        job = replace(
            job,
            request_id=job.request_id or REQUEST_ID.get(),
            caller=job.caller or CALLER_ID.get(),
        )
        try:
            stored, is_new = super().submit(job, queue_limit=queue_limit, caller_limit=caller_limit)
        except (QueueFull, TooManyJobs) as refusal:
            self._tell_refusal(job, refusal)
            raise
        if is_new:
            _tell(
                stored,
                f"job {stored.id} was accepted",
                {
                    "event.action": "job-submitted",
                    "logo.job.state": JobState.QUEUED,
                    "prompt": stored.params.get("description"),
                },
            )
        return stored, is_new

    def claim(
        self, worker_id: str, lane: Lane, *, lease_seconds: float, max_batch: int
    ) -> Sequence[Claim]:
        """See `SqlJobStore.claim`."""
        claims = super().claim(worker_id, lane, lease_seconds=lease_seconds, max_batch=max_batch)
        for claim in claims:
            _tell(
                claim.job,
                f"job {claim.job.id} was taken",
                {
                    "event.action": "job-started",
                    "logo.job.state": JobState.RUNNING,
                    "logo.job.wait_ms": _wait_ms(claim.job),
                    "logo.worker.id": worker_id,
                },
            )
        if claims:
            self._tally.taken(
                lane,
                [claim.job.kind for claim in claims],
                [
                    (claim.job.started_at - claim.job.created_at).total_seconds()
                    for claim in claims
                    if claim.job.attempt == 1 and claim.job.started_at
                ],
            )
        return claims

    def finish(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        """See `SqlJobStore.finish`."""
        super().finish(claim, state, result=result, error=error)
        job = replace(claim.job, state=state, result=result, error=error, finished_at=self._clock())
        self._tell_end(job, claim.worker_id)

    def _ended_elsewhere(self, ended: Sequence[Ended]) -> None:
        for job_id, worker_id in ended:
            try:
                job = self.get(job_id)
            except LogoError as failure:
                # The job has ended all the same; a line about it must not undo anything.
                _LOG.warning("job %s has ended, more is not known: %s", job_id, failure.detail)
            else:
                self._tell_end(job, worker_id)

    def _tell_refusal(self, job: NewJob, refusal: QueueFull | TooManyJobs) -> None:
        facts = {
            "event.action": "job-refused",
            "event.outcome": "failure",
            "error.code": refusal.code,
            "logo.job.kind": job.kind,
            "logo.job.lane": job.lane,
        }
        _LOG.warning("a job was refused: %s", refusal.detail, extra=facts)
        self._tally.refused(job.kind, refusal.code)

    def _tell_end(self, job: Job, worker_id: str | None) -> None:
        error, failed = job.error or {}, job.state is JobState.FAILED
        why = f": {error.get('detail', '')}" if failed and error else ""
        _tell(
            job,
            f"job {job.id} {job.state}{why}",
            {
                "event.action": "job-ended",
                "event.outcome": "failure" if failed else "success",
                "logo.job.state": job.state,
                "logo.job.wait_ms": _ms_between(job.created_at, job.started_at or job.finished_at),
                "logo.job.run_ms": _ms_between(job.started_at, job.finished_at),
                "logo.worker.id": worker_id,
                "error.code": error.get("code"),
                **_outcome(job.result or {}),
            },
            logging.WARNING if failed else logging.INFO,
        )
        self._tally.ended(job, job.finished_at or self._clock())


def _tell(job: Job, message: str, facts: Mapping[str, Any], level: int = logging.INFO) -> None:
    with working_for(REQUEST_ID, job.request_id or REQUEST_ID.get()):
        _LOG.log(level, "%s", message, extra={**_identity(job), **facts})


def _identity(job: Job) -> dict[str, Any]:
    loras = job.params.get("loras") or ()
    return {
        "logo.job.id": job.id,
        "logo.job.kind": job.kind,
        "logo.job.lane": job.lane,
        "logo.job.attempt": job.attempt,
        "logo.loras": [lora["name"] for lora in loras] or None,
    }


def _outcome(result: Mapping[str, Any]) -> dict[str, Any]:
    models = result.get("models") or {}
    timings = result.get("timings_ms") or {}
    return {
        "logo.job.pictures": len(result.get("images") or ()),
        "logo.models.name": list(models) or None,
        "logo.models.sha256": list(models.values()) or None,
        **{f"logo.stage_ms.{name}": timings[name] for name in STAGES if name in timings},
    }


def _wait_ms(job: Job) -> int | None:
    return _ms_between(job.created_at, job.started_at)


def _ms_between(begin: datetime | None, end: datetime | None) -> int | None:
    return None if begin is None or end is None else round((end - begin).total_seconds() * 1000)
