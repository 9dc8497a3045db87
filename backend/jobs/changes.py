"""Single changes of a job, each written together with its event.

Statements that run for every job are built once: putting one together takes four times as long
as running it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from backend.domain.jobs import Claim, JobState
from backend.jobs.rows import PROGRESS, to_text
from backend.jobs.schema import checkpoints, events, jobs, previews

# Progress events of the newest jobs stay, so that whoever reconnects misses none of them. Older
# jobs keep only their changes of state and stage, which bounds the progress to a few MB.
_JOBS_WITH_PROGRESS = 200

_NO_LEASE: Mapping[str, Any] = {"worker_id": None, "lease_us": None, "lease_length_us": None}

_CHANGE = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("b_id"),
        jobs.c.fence == bindparam("b_fence"),
        jobs.c.state == bindparam("b_state"),
    )
    .values(event_seq=jobs.c.event_seq + 1)
    .returning(jobs.c.id, jobs.c.number, jobs.c.event_seq)
)
_ADD_EVENTS = insert(events)
_DROP_CHECKPOINTS = delete(checkpoints).where(checkpoints.c.job_id == bindparam("b_id"))
_DROP_PREVIEW = delete(previews).where(previews.c.job_id == bindparam("b_id"))
_DROP_PROGRESS = delete(events).where(
    events.c.kind == PROGRESS,
    events.c.job_id
    == select(jobs.c.id)
    .where(jobs.c.number == bindparam("b_number"), jobs.c.finished_us.is_not(None))
    .scalar_subquery(),
)
_WAITING = (
    select(func.count())
    .select_from(jobs)
    .where(
        jobs.c.state == JobState.QUEUED,
        jobs.c.lane == bindparam("b_lane"),
        jobs.c.number < bindparam("b_before"),
    )
)
_WAITING_OF = (
    select(func.count())
    .select_from(jobs)
    .where(
        jobs.c.state == JobState.QUEUED,
        jobs.c.lane == bindparam("b_lane"),
        jobs.c.caller.is_not_distinct_from(bindparam("b_caller")),
    )
)
_ALL = 2**62


class Version(NamedTuple):
    """A job as somebody has seen it. A write is refused when it has moved on since.

    Independent of clocks: a worker whose lease has run out still holds the job until somebody
    takes it, which raises the fence.
    """

    job_id: str
    fence: int
    state: JobState

    @classmethod
    def of(cls, row: Row[Any]) -> Version:
        """The version that a row shows."""
        return cls(row.id, row.fence, JobState(row.state))

    @classmethod
    def held(cls, claim: Claim) -> Version:
        """The version that a claim gives the right to write about."""
        return cls(claim.job.id, claim.fence, JobState.RUNNING)

    def params(self) -> dict[str, Any]:
        """Values for the statements of this module."""
        return {"b_id": self.job_id, "b_fence": self.fence, "b_state": self.state}


def change(
    connection: Connection,
    version: Version,
    values: Mapping[str, Any],
    event: tuple[str, Mapping[str, Any]],
    now_us: int,
) -> Row[Any] | None:
    """Changes a job and appends an event (kind, data).

    Returns:
        The job's id, number and event_seq; None when it is no longer of this version.
    """
    row = connection.execute(_CHANGE, {**version.params(), **values}).first()
    if row is not None:
        add_events(connection, [row], event, now_us)
    return row


def add_events(
    connection: Connection,
    rows: Sequence[Row[Any]],
    event: tuple[str, Mapping[str, Any]],
    now_us: int,
) -> None:
    """Writes the same event for several jobs, whose `event_seq` has already been raised."""
    kind, data = event
    text = to_text(data)
    connection.execute(
        _ADD_EVENTS,
        [
            {"job_id": row.id, "seq": row.event_seq, "kind": kind, "data": text, "at_us": now_us}
            for row in rows
        ],
    )


def end(
    connection: Connection,
    version: Version,
    state: JobState,
    now_us: int,
    *,
    result: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
) -> bool:
    """Ends a job: final state, last event, and nothing left that only a running job needs.

    Returns:
        False when it is no longer of this version; then nothing is changed.
    """
    values = {
        "state": state,
        "finished_us": now_us,
        "result": None if result is None else to_text(result),
        "error": None if error is None else to_text(error),
        **_NO_LEASE,
    }
    data: dict[str, Any] = {"state": state} if error is None else {"state": state, "error": error}
    row = change(connection, version, values, ("end", data), now_us)
    if row is None:
        return False
    connection.execute(_DROP_CHECKPOINTS, {"b_id": row.id})
    connection.execute(_DROP_PREVIEW, {"b_id": row.id})
    connection.execute(_DROP_PROGRESS, {"b_number": row.number - _JOBS_WITH_PROGRESS})
    return True


def requeue(connection: Connection, row: Row[Any], now_us: int, *, attempt: int) -> None:
    """Puts a running job back to its old place in the queue; its checkpoints stay."""
    values = {
        "state": JobState.QUEUED,
        "attempt": attempt,
        "progress": None,
        "started_us": row.started_us if attempt else None,
        **_NO_LEASE,
    }
    position = waiting(connection, row.lane, before=row.number) + 1
    data = {"state": JobState.QUEUED, "queue_position": position}
    change(connection, Version.of(row), values, ("state", data), now_us)


def waiting(connection: Connection, lane: str, *, before: int = _ALL) -> int:
    """How many jobs of a lane are queued, all or those before a job's number."""
    return int(connection.execute(_WAITING, {"b_lane": lane, "b_before": before}).scalar_one())


def waiting_of(connection: Connection, lane: str, caller: str) -> int:
    """How many jobs of a lane are queued that one caller handed in; "" is everybody nameless."""
    values = {"b_lane": lane, "b_caller": caller or None}
    return int(connection.execute(_WAITING_OF, values).scalar_one())


def put(
    connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> bool:
    """Updates the row of a key or inserts it; returns whether it is new."""
    where = [table.c[name] == value for name, value in key.items()]
    if connection.execute(update(table).where(*where).values(**values)).rowcount:
        return False
    connection.execute(insert(table).values(**key, **values))
    return True
