"""Durable jobs as rows of a database, with leases, fences and an event log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from backend.domain.errors import IdempotencyConflict, JobNotFound, QueueFull, TooManyJobs
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, Job, JobEvent, JobState, Lane, NewJob, Progress
from backend.domain.ports import WorkerFigures
from backend.jobs import changes, crew, leases
from backend.jobs.database import Database
from backend.jobs.rows import (
    PROGRESS,
    SELECT_JOBS,
    STAGE_BEGUN,
    event_from,
    job_from,
    new_job_id,
    progress_values,
    stage_of,
    to_text,
    to_us,
)
from backend.jobs.schema import (
    checkpoints,
    events,
    jobs,
    previews,
    schema_version,
    timings,
)

_NEW_TIMING_WEIGHT = 0.3
_NO_SUCH_JOB = "There is no job of this id. The list of jobs shows those there are."

_ONE_AT_A_TIME = select(schema_version.c.version).with_for_update()
_INSERT = insert(jobs).returning(jobs)
_BY_ID = SELECT_JOBS.where(jobs.c.id == bindparam("b_id"))
_BY_KEY = SELECT_JOBS.where(jobs.c.idempotency_key == bindparam("b_key"))
_LOCK_JOB = select(jobs).where(jobs.c.id == bindparam("b_id")).with_for_update()
_EVENTS = (
    select(events)
    .where(events.c.job_id == bindparam("b_id"), events.c.seq > bindparam("b_after"))
    .order_by(events.c.seq)
    .limit(bindparam("b_limit"))
)

_TURNS = (
    select(events)
    .where(events.c.job_id == bindparam("b_id"), events.c.kind != PROGRESS)
    .order_by(events.c.seq)
)


def _now() -> datetime:
    return datetime.now(UTC)


class SqlJobStore:
    """A JobStore on SQLite (one file, several processes) or PostgreSQL.

    What somebody was promised (an accepted job, an asked cancellation, a result) is flushed to
    disk before the method returns. The rest (claims, leases, progress, checkpoints) can be done
    again and survives the death of every process, but is not flushed one by one.

    Leases follow the wall clock, since processes on several machines share no other. A clock that
    jumps ahead makes a living worker's lease look expired until its next renewal, at most a third
    of a lease later; only another worker of the same lane that asks for work just then takes the
    job over, the fence shuts the first one out, and the job still ends once. A clock that jumps
    back would keep a dead worker's job for as long as the jump; `claim` therefore shortens
    leases that reach further ahead than any that it would grant itself.
    """

    def __init__(self, url: str, clock: Callable[[], datetime] = _now) -> None:
        """Opens the database and creates what is missing.

        Args:
            url: such as sqlite:///data/jobs.db or postgresql+psycopg://user@host/name.
            clock: the present time, with a time zone.

        Raises:
            StoreUnavailable: it cannot be used, or a newer version of the program wrote it.
        """
        self._database = Database(url)
        self._clock = clock

    def close(self) -> None:
        """Closes the connections."""
        self._database.close()

    def _now_us(self) -> int:
        return to_us(self._clock())

    def submit(
        self, job: NewJob, *, queue_limit: int, caller_limit: int | None = None
    ) -> tuple[Job, bool]:
        """Stores a job and returns it, and whether it is new. The limits count the job's lane.

        Raises:
            IdempotencyConflict: the key exists with another fingerprint.
            TooManyJobs: caller_limit jobs of the same caller are waiting.
            QueueFull: queue_limit jobs are waiting.
        """
        with self._database.durable() as connection:
            # Servers let transactions run side by side; this row lets submissions in one by one,
            # so that neither a limit is overrun nor a key stored twice. SQLite's write lock
            # does the same, and SQLAlchemy leaves FOR UPDATE away there.
            connection.execute(_ONE_AT_A_TIME)
            known = self._known(connection, job)
            if known is not None:
                return known, False
            if caller_limit is not None:
                _check_share(connection, job, caller_limit)
            return self._insert(connection, job, queue_limit), True

    def _known(self, connection: Connection, job: NewJob) -> Job | None:
        if job.idempotency_key is None:
            return None
        row = connection.execute(_BY_KEY, {"b_key": job.idempotency_key}).first()
        if row is None:
            return None
        if row.fingerprint != job.fingerprint:
            raise IdempotencyConflict(
                "This Idempotency-Key was used for another request. Send a new key."
            )
        return job_from(row)

    def _insert(self, connection: Connection, job: NewJob, queue_limit: int) -> Job:
        waiting = changes.waiting(connection, job.lane)
        if waiting >= queue_limit:
            raise QueueFull(f"{waiting} jobs are waiting already. Try again in a minute.")
        now_us = self._now_us()
        values = {
            "id": new_job_id(now_us),
            "kind": job.kind,
            "lane": job.lane,
            "state": JobState.QUEUED,
            "params": to_text(job.params),
            "batch_key": job.batch_key,
            "fingerprint": job.fingerprint,
            "idempotency_key": job.idempotency_key,
            "created_us": now_us,
            "event_seq": 1,
            "request_id": job.request_id or None,
            "caller": job.caller or None,
        }
        row = connection.execute(_INSERT, values).one()
        data = {"state": JobState.QUEUED, "queue_position": waiting + 1}
        changes.add_events(connection, [row], ("state", data), now_us)
        return job_from(row, queue_position=waiting + 1)

    def get(self, job_id: str) -> Job:
        """Raises JobNotFound."""
        with self._database.reading() as connection:
            return _job(connection, job_id)

    def list(
        self, *, limit: int, before: str | None = None, state: JobState | None = None
    ) -> Sequence[Job]:
        """Newest first, after the job `before`; nothing when there is no such job."""
        statement = SELECT_JOBS.order_by(jobs.c.number.desc()).limit(limit)
        if before is not None:
            other = jobs.alias()
            number = select(other.c.number).where(other.c.id == before).scalar_subquery()
            statement = statement.where(jobs.c.number < number)
        if state is not None:
            statement = statement.where(jobs.c.state == state)
        with self._database.reading() as connection:
            return [job_from(row) for row in connection.execute(statement)]

    def request_cancel(self, job_id: str) -> Job:
        """Ends a queued job at once, asks a running one to stop, leaves a finished one. Idempotent.

        A job whose worker let the lease run out ends at once, too.
        """
        with self._database.durable() as connection:
            row = connection.execute(_LOCK_JOB, {"b_id": job_id}).first()
            if row is None:
                raise JobNotFound(_NO_SUCH_JOB)
            now_us = self._now_us()
            ended = []
            is_running = row.state == JobState.RUNNING
            if row.state == JobState.QUEUED or (is_running and row.lease_us < now_us):
                changes.end(connection, changes.Version.of(row), JobState.CANCELLED, now_us)
                ended = [leases.Ended(job_id, row.worker_id)]
            elif is_running and not row.cancel_requested:
                asked = update(jobs).where(jobs.c.id == job_id).values(cancel_requested=True)
                connection.execute(asked)
            job = _job(connection, job_id)
        self._ended_elsewhere(ended)
        return job

    def _ended_elsewhere(self, ended: Sequence[leases.Ended]) -> None:
        """Called after jobs have ended by another hand than their worker's."""

    def claim(
        self, worker_id: str, lane: Lane, *, lease_seconds: float, max_batch: int
    ) -> Sequence[Claim]:
        """Takes the oldest queued job and queued jobs of the same kind and batch key, oldest first.

        Jobs of the lane whose lease has run out are first put back, failed as `crashed-worker`
        after two attempts, or cancelled if that was asked for. A job that has brought a worker
        down runs alone, so that it cannot take others with it.
        """
        with self._database.relaxed() as connection:
            now_us = self._now_us()
            ended = leases.settle_overdue(connection, lane, now_us)
            ids = leases.next_batch(connection, lane, max_batch)
            rows = leases.take(connection, worker_id, ids, lease_seconds, now_us) if ids else []
            payloads = leases.payloads(connection, rows)
        self._ended_elsewhere(ended)
        return [Claim(job_from(row), worker_id, row.fence, payloads[row.id]) for row in rows]

    def recover(self, worker_id: str, lane: Lane) -> int:
        """Settles at once what an earlier process of this name left running in a lane.

        A worker calls it once at its start; without it those jobs wait for their lease to end.

        Returns:
            How many jobs there were.
        """
        with self._database.relaxed() as connection:
            found, ended = leases.settle_of_worker(connection, worker_id, lane, self._now_us())
        self._ended_elsewhere(ended)
        return found

    def renew(self, claims: Sequence[Claim], lease_seconds: float) -> Mapping[str, bool]:
        """Prolongs leases. Returns for each job id whether its cancellation was asked for.

        Raises:
            LeaseLost: a claim's fence is no longer the newest; then no lease is prolonged.
        """
        with self._database.relaxed() as connection:
            now_us = self._now_us()
            return {
                claim.job.id: leases.prolong(connection, claim, lease_seconds, now_us)
                for claim in claims
            }

    def report(self, claim: Claim, progress: Progress) -> None:
        """Stores progress as an event. Raises LeaseLost."""
        values = progress_values(progress)
        has_preview = progress.preview is not None
        with self._database.relaxed() as connection:
            before = leases.held(connection, claim).progress
            changes.change(
                connection,
                changes.Version.held(claim),
                {"progress": to_text(values)},
                (
                    PROGRESS if stage_of(before) == progress.stage else STAGE_BEGUN,
                    {**values, "has_preview": has_preview},
                ),
                self._now_us(),
            )
            if has_preview:
                key = {"job_id": claim.job.id}
                changes.put(connection, previews, key, {"jpeg": progress.preview})

    def checkpoint(self, claim: Claim, stage: StageName, payload: bytes) -> None:
        """Stores what a finished stage made, for a later attempt. Raises LeaseLost."""
        with self._database.relaxed() as connection:
            leases.held(connection, claim)
            key = {"job_id": claim.job.id, "stage": stage}
            changes.put(connection, checkpoints, key, {"payload": payload})

    def finish(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        """Ends a job and drops its checkpoints and preview. Raises LeaseLost."""
        if not state.is_final:
            raise ValueError(f"a job cannot end as {state}")
        with self._database.durable() as connection:
            now_us = self._now_us()
            version = changes.Version.held(claim)
            if not changes.end(connection, version, state, now_us, result=result, error=error):
                raise leases.lease_lost(claim)

    def release(self, claim: Claim) -> None:
        """Puts a job back into the queue, checkpoints kept, the attempt not counted.

        A job whose cancellation was asked for ends as cancelled. Raises LeaseLost.
        """
        with self._database.relaxed() as connection:
            row = leases.held(connection, claim)
            now_us = self._now_us()
            if row.cancel_requested:
                changes.end(connection, changes.Version.of(row), JobState.CANCELLED, now_us)
            else:
                changes.requeue(connection, row, now_us, attempt=row.attempt - 1)
        if row.cancel_requested:
            self._ended_elsewhere([leases.Ended(claim.job.id, claim.worker_id)])

    def events(self, job_id: str, after: int = 0, limit: int = 500) -> Sequence[JobEvent]:
        """Events with seq > after, oldest first."""
        values = {"b_id": job_id, "b_after": after, "b_limit": limit}
        with self._database.reading() as connection:
            return [event_from(row) for row in connection.execute(_EVENTS, values)]

    def turning_points(self, job_id: str) -> Sequence[JobEvent]:
        """Changes of state and the first report of each stage, oldest first; kept for ever."""
        with self._database.reading() as connection:
            return [event_from(row) for row in connection.execute(_TURNS, {"b_id": job_id})]

    def preview(self, job_id: str) -> bytes | None:
        """The newest preview of a running job as JPEG, or None."""
        with self._database.reading() as connection:
            statement = select(previews.c.jpeg).where(previews.c.job_id == job_id)
            jpeg = connection.execute(statement).scalar()
        return None if jpeg is None else bytes(jpeg)

    def counts(self) -> Mapping[JobState, int]:
        """How many jobs are in each state."""
        statement = select(jobs.c.state, func.count().label("number")).group_by(jobs.c.state)
        with self._database.reading() as connection:
            found = {row.state: int(row.number) for row in connection.execute(statement)}
        return {state: found.get(state, 0) for state in JobState}

    def waiting(self) -> Mapping[Lane, int]:
        """How many jobs are queued in each lane."""
        with self._database.reading() as connection:
            return {lane: changes.waiting(connection, lane) for lane in Lane}

    def heartbeat(self, worker_id: str) -> None:
        """Shows that a worker is alive. Workers not seen for a day are forgotten."""
        with self._database.relaxed() as connection:
            crew.show_life(connection, worker_id, self._now_us())

    def workers(self, within_seconds: float) -> int:
        """How many workers have shown themselves within the time."""
        with self._database.reading() as connection:
            return crew.count_seen(connection, within_seconds, self._now_us())

    def note_figures(self, worker_id: str, figures: str) -> None:
        """Keeps a worker's figures for whoever shows them; "" says that it left in peace."""
        with self._database.relaxed() as connection:
            crew.note(connection, worker_id, figures)

    def figures(self, within_seconds: float) -> Sequence[WorkerFigures]:
        """What the workers of the last day noted, and who of them was seen within the time."""
        with self._database.reading() as connection:
            return crew.noted(connection, within_seconds, self._now_us())

    def oldest_waiting(self) -> Mapping[Lane, float]:
        """For how many seconds the oldest queued job of each lane has waited; 0 without one."""
        with self._database.reading() as connection:
            return crew.oldest_waiting(connection, self._now_us())

    def timing(self, key: str) -> float | None:
        """The remembered duration of a unit of work in seconds, or None."""
        with self._database.reading() as connection:
            statement = select(timings.c.seconds).where(timings.c.key == key)
            seconds = connection.execute(statement).scalar()
        return None if seconds is None else float(seconds)

    def remember_timing(self, key: str, seconds: float) -> None:
        """Moves the remembered duration by 30 % towards a new measurement."""
        moved = timings.c.seconds + _NEW_TIMING_WEIGHT * (seconds - timings.c.seconds)
        with self._database.relaxed() as connection:
            statement = update(timings).where(timings.c.key == key).values(seconds=moved)
            if connection.execute(statement).rowcount:
                return
            # Another worker may remember the same key first; one of the two will do.
            with suppress(IntegrityError), connection.begin_nested():
                connection.execute(insert(timings).values(key=key, seconds=seconds))


def _check_share(connection: Connection, job: NewJob, limit: int) -> None:
    waiting = changes.waiting_of(connection, job.lane, job.caller)
    if waiting >= limit:
        whose = "with your key" if job.caller else "without a key"
        raise TooManyJobs(
            f"{waiting} jobs that were sent {whose} are waiting; one caller may have no more of "
            "this sort. Wait for some of them, or cancel some."
        )


def _job(connection: Connection, job_id: str) -> Job:
    row = connection.execute(_BY_ID, {"b_id": job_id}).first()
    if row is None:
        raise JobNotFound(_NO_SUCH_JOB)
    return job_from(row)
