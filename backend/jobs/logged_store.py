"""The job store with a log line for every job that comes, is taken, and ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.domain.jobs import Claim, Job, JobState, Lane, NewJob
from backend.jobs.store import SqlJobStore
from backend.telemetry.fields import STAGES

_LOG = logging.getLogger(__name__)


class LoggedJobStore(SqlJobStore):
    """Tells what the dashboards ask: kind, state, wait, run, stages, models, adapters, errors.

    Jobs that end without their worker (as `crashed-worker`, or cancelled in the queue) are told
    by the lines of the request or of the worker that found them.
    """

    def submit(self, job: NewJob, *, queue_limit: int) -> tuple[Job, bool]:
        """See `SqlJobStore.submit`."""
        stored, is_new = super().submit(job, queue_limit=queue_limit)
        if is_new:
            _LOG.info(
                "job %s was accepted",
                stored.id,
                extra={
                    "event.action": "job-submitted",
                    **_identity(stored),
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
            _LOG.info(
                "job %s was taken",
                claim.job.id,
                extra={
                    "event.action": "job-started",
                    **_identity(claim.job),
                    "logo.job.state": JobState.RUNNING,
                    "logo.job.wait_ms": _wait_ms(claim.job),
                    "logo.worker.id": worker_id,
                },
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
        job = claim.job
        failed = state is JobState.FAILED
        _LOG.log(
            logging.WARNING if failed else logging.INFO,
            "job %s %s%s",
            job.id,
            state,
            f": {error.get('detail', '')}" if failed and error else "",
            extra={
                "event.action": "job-ended",
                "event.outcome": "failure" if failed else "success",
                **_identity(job),
                "logo.job.state": state,
                "logo.job.wait_ms": _wait_ms(job),
                "logo.job.run_ms": _ms_between(job.started_at, self._clock()),
                "logo.worker.id": claim.worker_id,
                "error.code": error.get("code") if error else None,
                **_outcome(result or {}),
            },
        )


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
