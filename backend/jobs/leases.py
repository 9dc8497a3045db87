"""Which jobs a worker may take, and whether it still holds one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select, update
from sqlalchemy.engine import Connection

from backend.domain.errors import CrashedWorker, LeaseLost
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, JobState, Lane
from backend.jobs.changes import Version, add_events, end, requeue
from backend.jobs.schema import checkpoints, jobs

MAX_ATTEMPTS = 2
_SECOND_US = 1_000_000

_LONGEST_US: ColumnElement[int] = bindparam("b_now") + jobs.c.lease_length_us
_OVERDUE = (
    select(jobs)
    .where(
        jobs.c.state == JobState.RUNNING,
        jobs.c.lane == bindparam("b_lane"),
        or_(jobs.c.lease_us < bindparam("b_now"), jobs.c.lease_us > _LONGEST_US),
    )
    .order_by(jobs.c.number)
    .with_for_update(skip_locked=True)
)
_OF_WORKER = (
    select(jobs)
    .where(
        jobs.c.state == JobState.RUNNING,
        jobs.c.lane == bindparam("b_lane"),
        jobs.c.worker_id == bindparam("b_worker"),
    )
    .order_by(jobs.c.number)
    .with_for_update(skip_locked=True)
)
_QUEUED = (
    select(jobs.c.id, jobs.c.number, jobs.c.kind, jobs.c.batch_key, jobs.c.attempt)
    .where(jobs.c.state == JobState.QUEUED, jobs.c.lane == bindparam("b_lane"))
    .order_by(jobs.c.number)
    .limit(bindparam("b_limit"))
    .with_for_update(skip_locked=True)
)
_ALIKE = _QUEUED.where(
    jobs.c.number > bindparam("b_number"),
    jobs.c.kind == bindparam("b_kind"),
    jobs.c.batch_key == bindparam("b_key"),
    jobs.c.attempt == 0,
)
_TAKE = (
    update(jobs)
    .where(jobs.c.id.in_(bindparam("b_ids", expanding=True)))
    .values(
        attempt=jobs.c.attempt + 1,
        fence=jobs.c.fence + 1,
        event_seq=jobs.c.event_seq + 1,
        started_us=func.coalesce(jobs.c.started_us, bindparam("b_now")),
    )
    .returning(jobs)
)
_PROLONG = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("b_id"),
        jobs.c.fence == bindparam("b_fence"),
        jobs.c.state == bindparam("b_state"),
    )
    .returning(jobs.c.cancel_requested)
)
_HELD = (
    select(jobs)
    .where(
        jobs.c.id == bindparam("b_id"),
        jobs.c.fence == bindparam("b_fence"),
        jobs.c.state == bindparam("b_state"),
    )
    .with_for_update()
)
_PAYLOADS = select(checkpoints).where(checkpoints.c.job_id.in_(bindparam("b_ids", expanding=True)))


class Ended(NamedTuple):
    """A job that ended without its worker, which may have been the last to hold it."""

    job_id: str
    worker_id: str | None


def held(connection: Connection, claim: Claim) -> Row[Any]:
    """The row of a claimed job, locked until the transaction ends. Raises LeaseLost."""
    row = connection.execute(_HELD, Version.held(claim).params()).first()
    if row is None:
        raise lease_lost(claim)
    return row


def lease_lost(claim: Claim) -> LeaseLost:
    """The error for a write with an old fence."""
    return LeaseLost(f"The job {claim.job.id} has ended or another worker has taken it over.")


def take(
    connection: Connection, worker_id: str, ids: Sequence[str], lease_seconds: float, now_us: int
) -> list[Row[Any]]:
    """Gives queued jobs, which the caller has locked, to a worker. Returns their rows in order."""
    values = {
        "b_ids": ids,
        "b_now": now_us,
        "state": JobState.RUNNING,
        "worker_id": worker_id,
        **_lease(now_us, lease_seconds),
    }
    rows = sorted(connection.execute(_TAKE, values), key=lambda row: int(row.number))
    data = {"state": JobState.RUNNING, "worker": worker_id}
    add_events(connection, rows, ("state", data), now_us)
    return rows


def prolong(connection: Connection, claim: Claim, lease_seconds: float, now_us: int) -> bool:
    """Returns whether the job's cancellation was asked for. Raises LeaseLost."""
    values = {**Version.held(claim).params(), **_lease(now_us, lease_seconds)}
    row = connection.execute(_PROLONG, values).first()
    if row is None:
        raise lease_lost(claim)
    return bool(row.cancel_requested)


def settle_overdue(connection: Connection, lane: Lane, now_us: int) -> list[Ended]:
    """Settles the jobs of a lane whose lease has run out; see `_settle`. Returns who ended."""
    ended: list[Ended] = []
    for row in connection.execute(_OVERDUE, {"b_lane": lane, "b_now": now_us}).all():
        if row.lease_us < now_us:
            ended.extend(_settle(connection, row, now_us))
        else:
            # Granted before the clock was set back: it gets the length of one lease from now on.
            connection.execute(
                update(jobs)
                .where(jobs.c.id == row.id)
                .values(lease_us=now_us + row.lease_length_us)
            )
    return ended


def settle_of_worker(
    connection: Connection, worker_id: str, lane: Lane, now_us: int
) -> tuple[int, list[Ended]]:
    """Settles the jobs that a worker left running; returns how many there were and who ended."""
    rows = connection.execute(_OF_WORKER, {"b_lane": lane, "b_worker": worker_id}).all()
    return len(rows), [one for row in rows for one in _settle(connection, row, now_us)]


def next_batch(connection: Connection, lane: Lane, max_batch: int) -> Sequence[str]:
    """Ids of the oldest queued job and of those that may run with it, oldest first, locked.

    A job that has brought a worker down runs alone, so that it cannot take others with it.
    """
    first = connection.execute(_QUEUED, {"b_lane": lane, "b_limit": 1}).first()
    if first is None:
        return []
    if first.attempt or max_batch <= 1:
        return [first.id]
    like_first = {
        "b_lane": lane,
        "b_limit": max_batch - 1,
        "b_number": first.number,
        "b_kind": first.kind,
        "b_key": first.batch_key,
    }
    return [first.id, *(row.id for row in connection.execute(_ALIKE, like_first))]


def payloads(
    connection: Connection, rows: Sequence[Row[Any]]
) -> Mapping[str, Mapping[StageName, bytes]]:
    """The checkpoints of jobs that have just been taken, by job id."""
    found: dict[str, dict[StageName, bytes]] = {row.id: {} for row in rows}
    again = [row.id for row in rows if row.fence > 1]
    if again:
        for row in connection.execute(_PAYLOADS, {"b_ids": again}):
            found[row.job_id][StageName(row.stage)] = bytes(row.payload)
    return found


def _settle(connection: Connection, row: Row[Any], now_us: int) -> list[Ended]:
    """Settles a job whose worker is gone: cancelled as asked, given up after two, or put back.

    Returns:
        The job if it has ended.
    """
    version = Version.of(row)
    if row.cancel_requested:
        end(connection, version, JobState.CANCELLED, now_us)
    elif row.attempt >= MAX_ATTEMPTS:
        error = CrashedWorker(
            "The worker stopped twice while it ran this job, so the job was given up. Try it with "
            "fewer or smaller pictures; the worker's log says more."
        )
        end(connection, version, JobState.FAILED, now_us, error=error.to_record())
    else:
        requeue(connection, row, now_us, attempt=row.attempt)
        return []
    return [Ended(row.id, row.worker_id)]


def _lease(now_us: int, lease_seconds: float) -> Mapping[str, int]:
    length_us = round(lease_seconds * _SECOND_US)
    return {"lease_us": now_us + length_us, "lease_length_us": length_us}
