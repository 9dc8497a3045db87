"""What the workers leave about themselves: signs of life and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.engine import Connection

from backend.domain.jobs import JobState, Lane
from backend.domain.ports import WorkerFigures
from backend.jobs.changes import put
from backend.jobs.schema import figures, jobs, workers

_SECOND_US = 1_000_000
_DAY_US = 24 * 3600 * _SECOND_US


def show_life(connection: Connection, worker_id: str, now_us: int) -> None:
    """Notes that a worker lives; a new one makes those forgotten that were silent for a day."""
    if put(connection, workers, {"worker_id": worker_id}, {"seen_us": now_us}):
        connection.execute(delete(workers).where(workers.c.seen_us < now_us - _DAY_US))
        connection.execute(
            delete(figures).where(figures.c.worker_id.not_in(select(workers.c.worker_id)))
        )


def count_seen(connection: Connection, within_seconds: float, now_us: int) -> int:
    """How many workers have shown themselves within the time."""
    statement = select(func.count()).select_from(workers).where(_is_seen(within_seconds, now_us))
    return int(connection.execute(statement).scalar_one())


def note(connection: Connection, worker_id: str, text: str) -> None:
    """Keeps a worker's figures instead of what it noted before."""
    put(connection, figures, {"worker_id": worker_id}, {"text": text})


def noted(connection: Connection, within_seconds: float, now_us: int) -> Sequence[WorkerFigures]:
    """The workers of the last day with their figures, by name."""
    statement = (
        select(
            workers.c.worker_id, figures.c.text, _is_seen(within_seconds, now_us).label("is_seen")
        )
        .outerjoin(figures, figures.c.worker_id == workers.c.worker_id)
        .where(workers.c.seen_us >= now_us - _DAY_US)
        .order_by(workers.c.worker_id)
    )
    return [
        WorkerFigures(row.worker_id, bool(row.is_seen), row.text or "", row.text == "")
        for row in connection.execute(statement)
    ]


def oldest_waiting(connection: Connection, now_us: int) -> Mapping[Lane, float]:
    """For how many seconds the oldest queued job of each lane has waited; 0 without one."""
    statement = (
        select(jobs.c.lane, func.min(jobs.c.created_us).label("created_us"))
        .where(jobs.c.state == JobState.QUEUED)
        .group_by(jobs.c.lane)
    )
    found = {row.lane: row.created_us for row in connection.execute(statement)}
    return {lane: max(0, now_us - found.get(lane, now_us)) / _SECOND_US for lane in Lane}


def _is_seen(within_seconds: float, now_us: int) -> ColumnElement[bool]:
    span_us = round(within_seconds * _SECOND_US)
    # A sign of life from the future was written before the clock was set back: no proof.
    return workers.c.seen_us.between(now_us - span_us, now_us + span_us)
