"""The worker's loop: claims jobs, keeps their leases, and turns what happens into outcomes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from backend.domain.errors import (
    JobCancelled,
    LeaseLost,
    LogoError,
    OutOfMemory,
    StageFailed,
    StorageFull,
    StoreUnavailable,
)
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, Job, JobState, Lane, Progress
from backend.domain.ports import API_ROLE, CANCEL_PREFIX, Bell, JobStore, Ringing
from backend.telemetry.context import JOB_ID, REQUEST_ID, working_for

_LOG = logging.getLogger(__name__)

# People see no difference between ten reports a second and a hundred; the database does.
_REPORT_SECONDS = 0.1
# How late the worker may notice that it shall stop; four wake-ups a second cost nothing.
_SLICE_SECONDS = 0.25
# A result may be worth hours: it is offered again while the database or its disk recovers.
_RETRY_SECONDS = (0.2, 1.0, 5.0)
_BUG = (
    "Something unexpected went wrong while this job ran. Try it again; if it fails again, the "
    "worker's log says more."
)


class StopRunError(BaseException):
    """The worker has to go: the job returns to the queue.

    Raised by `JobContext.report` and `raise_if_cancelled`. Not an Exception, so that nothing that
    handles failures of a stage takes it for one.
    """


class JobContext:
    """One claimed job, as the runner sees it. Safe for the heartbeat's thread beside the runner's.

    Attributes:
        claim: the right to write about the job.
        cancel_asked: whether somebody wants the job to stop.
        is_lost: whether another worker has taken the job over.
        stop_asked: whether the worker has to go.
        is_open: whether the job still has no outcome here.
    """

    def __init__(
        self,
        claim: Claim,
        store: JobStore,
        bell: Bell,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.claim = claim
        self.cancel_asked = claim.job.cancel_requested
        self.is_lost = False
        self.stop_asked = False
        self.is_open = True
        self._store = store
        self._bell = bell
        self._monotonic = monotonic
        self._sleep = sleep
        self._checkpoints = dict(claim.checkpoints)
        self._reported: tuple[StageName, float] | None = None
        self._preview: bytes | None = None

    @property
    def job(self) -> Job:
        """The job as it was claimed."""
        return self.claim.job

    def raise_if_cancelled(self) -> None:
        """Call at every step; costs next to nothing.

        Raises:
            JobCancelled: somebody asked for it.
            LeaseLost: the job is no longer ours.
            StopRunError: the worker has to go.
        """
        if self.is_lost:
            raise LeaseLost(f"The job {self.job.id} has been taken over by another worker.")
        if self.cancel_asked:
            raise JobCancelled("The job was cancelled.")
        if self.stop_asked:
            raise StopRunError

    def report(self, progress: Progress) -> None:
        """Tells how far the job is; call at every step. Raises like `raise_if_cancelled`.

        Reports that follow the last one within 100 ms are dropped, unless a stage begins or ends;
        a dropped preview comes with the next report.
        """
        self.raise_if_cancelled()
        now = self._monotonic()
        self._preview = progress.preview or self._preview
        is_due = (
            self._reported is None
            or self._reported[0] != progress.stage
            or progress.step >= progress.total
            or now - self._reported[1] >= _REPORT_SECONDS
        )
        if not is_due:
            return
        self._reported = (progress.stage, now)
        complete = replace(progress, preview=self._preview)
        self._preview = None
        self._write("progress", lambda: self._store.report(self.claim, complete))
        self._bell.ring(API_ROLE, self.job.id)

    def checkpoint(self, stage: StageName, payload: bytes) -> None:
        """Stores what a finished stage made, for a later attempt. Raises LeaseLost."""
        self._checkpoints[stage] = payload
        self._write("checkpoint", lambda: self._store.checkpoint(self.claim, stage, payload))

    def checkpoint_payload(self, stage: StageName) -> bytes | None:
        """What the stage made, in this attempt or an earlier one; None if it is still to be run."""
        return self._checkpoints.get(stage)

    def succeed(self, result: Mapping[str, Any]) -> None:
        """Ends the job with its result."""
        self._end(lambda: self._store.finish(self.claim, JobState.SUCCEEDED, result=result))

    def fail(self, error: LogoError) -> None:
        """Ends the job with an error, whose text the client will read."""
        record = error.to_record()
        self._end(lambda: self._store.finish(self.claim, JobState.FAILED, error=record))

    def cancelled(self) -> None:
        """Ends the job as cancelled."""
        self._end(lambda: self._store.finish(self.claim, JobState.CANCELLED))

    def release(self) -> None:
        """Puts the job back into the queue, as if this attempt had not been."""
        self._end(lambda: self._store.release(self.claim))

    def abandon(self) -> None:
        """Leaves the job to whoever holds it now."""
        _LOG.warning("job %s was lost to another worker; dropped here", self.job.id)
        self.is_lost = True
        self.is_open = False

    def _write(self, what: str, write: Callable[[], None]) -> None:
        """A write that is not worth the job: it goes on when the store is out of order."""
        try:
            write()
        except LeaseLost:
            self.is_lost = True
            raise
        except (StoreUnavailable, StorageFull) as error:
            _LOG.warning("job %s: %s not stored: %s", self.job.id, what, error.detail)

    def _end(self, write: Callable[[], None]) -> None:
        if not self.is_open:
            return
        for pause_seconds in (*_RETRY_SECONDS, None):
            try:
                write()
            except LeaseLost:
                self.abandon()
                return
            except (StoreUnavailable, StorageFull):
                if pause_seconds is None:
                    # The lease will run out, and the job go on from its last checkpoint.
                    _LOG.exception("job %s: outcome not stored", self.job.id)
                    break
                self._sleep(pause_seconds)
            else:
                break
        self.is_open = False
        self._bell.ring(API_ROLE, self.job.id)


class Runner(Protocol):
    """Runs jobs of one kind and batch key together."""

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Gives every job an outcome by `succeed`, `fail` or `cancelled`.

        It need not catch anything: what it raises is the outcome of the jobs that are still open.
        Only JobCancelled and LeaseLost concern a single job; a runner that catches them can go on
        with the others, which else return to the queue.
        """


@dataclass(kw_only=True)
class WorkLoop:
    """Takes the jobs of one lane, one batch at a time, until it is told to stop.

    Attributes:
        worker_id: unique among living workers. One that stays the same over restarts gets back
            at once what its dead predecessor left.
        lease_seconds: how long a job waits after its worker died; renewed every third of it.
        poll_seconds: how late a job may be noticed when its ring was lost.
        grace_seconds: how long a running batch may go on after the stop.
    """

    store: JobStore
    bell_listener: Ringing
    bell: Bell
    runner: Runner
    lane: Lane
    worker_id: str
    lease_seconds: float = 15
    max_batch: int = 8
    poll_seconds: float = 1.0
    grace_seconds: float = 10.0
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _heart: _Heart = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._heart = _Heart(self)

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set and the batch at hand has ended or been put back."""
        done = threading.Event()
        beat = threading.Thread(
            target=self._heart.run, args=(stop, done), name=f"heartbeat-{self.lane}", daemon=True
        )
        beat.start()
        try:
            self._recover()
            while not stop.is_set():
                if not beat.is_alive():
                    raise RuntimeError("the heartbeat has died; without it every job would be lost")
                self._heart.rung.clear()
                if not self._turn():
                    self._heart.rung.wait(self.poll_seconds)
        finally:
            done.set()
            beat.join()

    def _recover(self) -> None:
        try:
            found = self.store.recover(self.worker_id, self.lane)
        except (StoreUnavailable, StorageFull) as error:
            _LOG.warning("nothing recovered at the start: %s", error.detail)
            return
        if found:
            _LOG.warning("%d jobs of a worker that died were taken back", found)

    def _turn(self) -> bool:
        """Runs one batch. Returns whether there was any."""
        try:
            claims = self.store.claim(
                self.worker_id,
                self.lane,
                lease_seconds=self.lease_seconds,
                max_batch=self.max_batch,
            )
        except (StoreUnavailable, StorageFull) as error:
            _LOG.warning("no job can be taken: %s", error.detail)
            return False
        if not claims:
            return False
        contexts = [
            JobContext(claim, self.store, self.bell, self.monotonic, self.sleep) for claim in claims
        ]
        ids = [context.job.id for context in contexts]
        for job_id in ids:
            self.bell.ring(API_ROLE, job_id)
        started = self.monotonic()
        requests = dict.fromkeys(one.job.request_id for one in contexts if one.job.request_id)
        with (
            working_for(JOB_ID, ",".join(ids)),
            working_for(REQUEST_ID, ",".join(requests)),
            self._heart.watching(contexts),
        ):
            _settle(contexts, self._outcome(contexts))
            kind, seconds = contexts[0].job.kind, self.monotonic() - started
            _LOG.info("batch of %d %s jobs ended after %.2f s", len(ids), kind, seconds)
        return True

    def _outcome(self, contexts: Sequence[JobContext]) -> LogoError | StopRunError:
        """Runs the batch; says what becomes of the jobs still open. The one place for failures."""
        try:
            self.runner.run(contexts)
        except (LogoError, StopRunError) as error:
            if not isinstance(error, (JobCancelled, LeaseLost, StopRunError)):
                _LOG.warning("batch failed: %s", error, exc_info=True)
            return error
        except MemoryError:
            _LOG.exception("batch failed: out of memory")
            return OutOfMemory(
                "The machine ran out of memory. Ask for fewer or smaller pictures, or close other "
                "programs."
            )
        except Exception:  # noqa: BLE001 - the process's last line: no bug may stop the worker
            _LOG.exception("batch failed unexpectedly")
            return StageFailed(_BUG)
        if any(context.is_open for context in contexts):
            _LOG.error("the runner left jobs without an outcome")
        return StageFailed(_BUG)


def _settle(contexts: Sequence[JobContext], outcome: LogoError | StopRunError) -> None:
    """Gives the open jobs of a batch their outcome.

    A cancellation or a lost lease interrupts the whole batch, but the other jobs did nothing
    wrong: they return to the queue.
    """
    still_open = [context for context in contexts if context.is_open]
    concerned = still_open
    if isinstance(outcome, JobCancelled):
        concerned = [context for context in still_open if context.cancel_asked] or still_open
    elif isinstance(outcome, LeaseLost):
        concerned = [context for context in still_open if context.is_lost] or still_open
    for context in still_open:
        if isinstance(outcome, StopRunError) or context not in concerned:
            context.release()
        elif isinstance(outcome, JobCancelled):
            context.cancelled()
        elif isinstance(outcome, LeaseLost):
            context.abandon()
        else:
            context.fail(outcome)


class _Heart:
    """Beside the runner: keeps leases, hears rings, passes cancellations on, all in one thread."""

    def __init__(self, loop: WorkLoop) -> None:
        self.rung = threading.Event()
        self._loop = loop
        self._contexts: Sequence[JobContext] = ()

    @contextmanager
    def watching(self, contexts: Sequence[JobContext]) -> Iterator[None]:
        """Keeps these jobs' leases meanwhile."""
        self._contexts = contexts
        try:
            yield
        finally:
            self._contexts = ()

    def run(self, stop: threading.Event, done: threading.Event) -> None:
        """Beats until `done`; lets the batch know some time after `stop`."""
        loop = self._loop
        next_beat = loop.monotonic()
        stopped_at: float | None = None
        while not done.is_set():
            now = loop.monotonic()
            if now >= next_beat:
                self._beat()
                next_beat = now + loop.lease_seconds / 3
            if stop.is_set():
                self.rung.set()
                stopped_at = now if stopped_at is None else stopped_at
                if now - stopped_at >= loop.grace_seconds:
                    for context in self._contexts:
                        context.stop_asked = True
            for message in loop.bell_listener.wait(min(_SLICE_SECONDS, next_beat - now)):
                self._hear(message)

    def _hear(self, message: str) -> None:
        if message.startswith(CANCEL_PREFIX):
            for context in self._contexts:
                if context.job.id == message.removeprefix(CANCEL_PREFIX):
                    context.cancel_asked = True
        self.rung.set()

    def _beat(self) -> None:
        try:
            self._loop.store.heartbeat(self._loop.worker_id)
            self._renew([context for context in self._contexts if context.is_open])
        except (StoreUnavailable, StorageFull) as error:
            _LOG.warning("leases not renewed, next try soon: %s", error.detail)

    def _renew(self, contexts: Sequence[JobContext]) -> None:
        if not contexts:
            return
        claims = [context.claim for context in contexts]
        try:
            asked = self._loop.store.renew(claims, self._loop.lease_seconds)
        except LeaseLost:
            if len(contexts) == 1:
                # An outcome written by the runner a moment ago looks the same, and is fine.
                contexts[0].is_lost = True
                return
            for context in contexts:
                self._renew([context])
            return
        for context in contexts:
            context.cancel_asked = context.cancel_asked or asked[context.job.id]
