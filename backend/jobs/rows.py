"""Between rows of the job database and the values of the domain."""

from __future__ import annotations

import json
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, case, func, select

from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobEvent, JobKind, JobState, Lane, Progress
from backend.jobs.schema import jobs

PROGRESS, STAGE_BEGUN = "progress", "stage"
"""Kinds of stored reports: the first of a stage stays with the job, the others go one day."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The letters of base32 in the order of their codes, so that ids sort by the time they were made.
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"
_ID_DIGITS, _RANDOM_BITS, _BITS_A_DIGIT = 20, 52, 5

_waiting = jobs.alias("waiting")
_POSITION = case(
    (
        jobs.c.state == JobState.QUEUED,
        select(func.count())
        .select_from(_waiting)
        .where(
            _waiting.c.state == JobState.QUEUED,
            _waiting.c.lane == jobs.c.lane,
            _waiting.c.number <= jobs.c.number,
        )
        .scalar_subquery(),
    ),
    else_=None,
).label("queue_position")
# All that `job_from` needs, the place in the queue included.
SELECT_JOBS = select(jobs, _POSITION)


def job_from(row: Row[Any], queue_position: int | None = None) -> Job:
    """A job from a row of SELECT_JOBS, or of `jobs` and its place in the queue."""
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        lane=Lane(row.lane),
        state=JobState(row.state),
        params=json.loads(row.params),
        created_at=from_us(row.created_us),
        started_at=None if row.started_us is None else from_us(row.started_us),
        finished_at=None if row.finished_us is None else from_us(row.finished_us),
        attempt=row.attempt,
        cancel_requested=bool(row.cancel_requested),
        progress=None if row.progress is None else _progress_from(json.loads(row.progress)),
        result=None if row.result is None else json.loads(row.result),
        error=None if row.error is None else json.loads(row.error),
        queue_position=getattr(row, "queue_position", queue_position),
        request_id=row.request_id or "",
    )


def event_from(row: Row[Any]) -> JobEvent:
    """An event from a row of `events`; a stage's first report is a report like the others."""
    kind = PROGRESS if row.kind == STAGE_BEGUN else row.kind
    return JobEvent(row.job_id, row.seq, kind, json.loads(row.data), from_us(row.at_us))


def stage_of(progress: str | None) -> str | None:
    """The stage of a stored report."""
    return None if progress is None else str(json.loads(progress)["stage"])


def progress_values(progress: Progress) -> dict[str, Any]:
    """A report as JSON-able values, without the preview. An endless estimate counts as unknown."""
    eta_seconds = progress.eta_seconds
    if eta_seconds is not None and not math.isfinite(eta_seconds):
        eta_seconds = None
    return {
        "stage": progress.stage,
        "step": progress.step,
        "total": progress.total,
        "eta_seconds": eta_seconds,
    }


def _progress_from(values: Mapping[str, Any]) -> Progress:
    return Progress(
        StageName(values["stage"]), values["step"], values["total"], values["eta_seconds"]
    )


def to_text(value: Any) -> str:
    """Compact JSON in ASCII, which every database stores unchanged.

    Raises:
        ValueError: the value holds NaN or an infinity, which are not JSON.
    """
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def to_us(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_us(microseconds: int) -> datetime:
    """The inverse of `to_us`, in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def new_job_id(now_us: int) -> str:
    """`job_` and 20 base32 digits: 48 bits of milliseconds, then 52 random bits."""
    value = ((now_us // 1000) % 2**48) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    shifts = range((_ID_DIGITS - 1) * _BITS_A_DIGIT, -1, -_BITS_A_DIGIT)
    return "job_" + "".join(_DIGITS[(value >> shift) & 31] for shift in shifts)
