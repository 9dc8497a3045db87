from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.domain.errors import (
    InvalidOutput,
    JobCancelled,
    LeaseLost,
    LogoError,
    StageFailed,
    StorageFull,
    StoreUnavailable,
)
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, Job, JobKind, JobState, Lane, NewJob, Progress
from backend.jobs.store import SqlJobStore
from backend.services.working import JobContext, StopRunError, WorkLoop
from backend.telemetry.context import JOB_ID, REQUEST_ID
from backend.tests.jobs.clocks import Clock

PATIENCE_SECONDS = 120.0
LONG = 600.0


class MemoryBell:
    """Bell and listener at once."""

    def __init__(self) -> None:
        self.rings: list[tuple[str, str]] = []
        self._messages: queue.Queue[str] = queue.Queue()

    def ring(self, role: str, message: str) -> None:
        self.rings.append((role, message))
        if role == "worker":
            self._messages.put(message)

    def wait(self, timeout_seconds: float) -> list[str]:
        with suppress(queue.Empty):
            return [self._messages.get(timeout=max(0.001, timeout_seconds))]
        return []


class FunctionRunner:
    """Runs a function that a test hands in."""

    def __init__(self, function: Callable[[Sequence[JobContext]], None]) -> None:
        self.run = function


class FlakyStore(SqlJobStore):
    """Refuses the next calls of one method."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(url, **options)
        self.renewals = 0
        self.failures: dict[str, list[LogoError]] = {}
        self.reports: list[Progress] = []

    def _maybe_fail(self, method: str) -> None:
        if self.failures.get(method):
            raise self.failures[method].pop()

    def claim(
        self, worker_id: str, lane: Lane, *, lease_seconds: float, max_batch: int
    ) -> Sequence[Claim]:
        self._maybe_fail("claim")
        return super().claim(worker_id, lane, lease_seconds=lease_seconds, max_batch=max_batch)

    def recover(self, worker_id: str, lane: Lane) -> int:
        self._maybe_fail("recover")
        return super().recover(worker_id, lane)

    def heartbeat(self, worker_id: str) -> None:
        self._maybe_fail("heartbeat")
        super().heartbeat(worker_id)

    def renew(self, claims: Sequence[Claim], lease_seconds: float) -> Mapping[str, bool]:
        asked = super().renew(claims, lease_seconds)
        self.renewals += 1
        return asked

    def report(self, claim: Claim, progress: Progress) -> None:
        self._maybe_fail("report")
        self.reports.append(progress)
        super().report(claim, progress)

    def checkpoint(self, claim: Claim, stage: StageName, payload: bytes) -> None:
        self._maybe_fail("checkpoint")
        super().checkpoint(claim, stage, payload)

    def finish(
        self,
        claim: Claim,
        state: JobState,
        *,
        result: Mapping[str, Any] | None = None,
        error: Mapping[str, Any] | None = None,
    ) -> None:
        self._maybe_fail("finish")
        super().finish(claim, state, result=result, error=error)


class Workshop:
    """A store and a worker that runs in a thread."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.store = FlakyStore(f"sqlite:///{folder / 'jobs.db'}", **options)
        self.bell = MemoryBell()
        self.stop = threading.Event()
        self.slept: list[float] = []
        self._thread: threading.Thread | None = None

    def submit(self, key: str = "k") -> str:
        job = NewJob(JobKind.DRAFTS, {"key": key}, key, "f")
        return self.store.submit(job, queue_limit=100)[0].id

    def work(self, run: Callable[[Sequence[JobContext]], None], **options: Any) -> None:
        values: dict[str, Any] = {"worker_id": "w", "poll_seconds": 0.02}
        loop = WorkLoop(
            store=self.store,
            bell_listener=self.bell,
            bell=self.bell,
            runner=FunctionRunner(run),
            lane=Lane.DEVICE,
            sleep=self.slept.append,
            **(values | options),
        )
        self._thread = threading.Thread(target=loop.run, args=(self.stop,))
        self._thread.start()

    def end_of(self, job_id: str) -> Job:
        self.wait_for(lambda: self.store.get(job_id).state.is_final)
        return self.store.get(job_id)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, "it did not happen"
            time.sleep(0.005)

    def wait_for_stop(self) -> None:
        assert self._thread is not None
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive()

    def close(self) -> None:
        self.stop.set()
        if self._thread is not None:
            self.wait_for_stop()
        self.store.close()


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    made = Workshop(tmp_path)
    yield made
    made.close()


def succeed_all(jobs: Sequence[JobContext]) -> None:
    for job in jobs:
        job.succeed({"images": [job.job.id]})


def step_until_interrupted(job: JobContext) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        job.raise_if_cancelled()
        time.sleep(0.002)
    raise AssertionError("nobody interrupted")


def context(shop: Workshop, monotonic: Callable[[], float] = time.monotonic) -> JobContext:
    """A claimed job without a loop around it."""
    shop.submit()
    [claim] = shop.store.claim("w", Lane.DEVICE, lease_seconds=LONG, max_batch=1)
    return JobContext(claim, shop.store, shop.bell, monotonic, shop.slept.append)


def test_a_job_runs_to_its_result_and_the_web_is_told(shop: Workshop) -> None:
    seen: list[str] = []

    def run(jobs: Sequence[JobContext]) -> None:
        seen.append(JOB_ID.get())
        succeed_all(jobs)

    job_id = shop.submit()
    shop.work(run)
    job = shop.end_of(job_id)
    assert (job.state, job.result, job.attempt) == (JobState.SUCCEEDED, {"images": [job_id]}, 1)
    assert seen == [job_id]
    shop.wait_for(lambda: shop.bell.rings == [("api", job_id), ("api", job_id)])


def test_a_batch_works_for_the_requests_that_made_its_jobs(shop: Workshop) -> None:
    heard: list[str] = []

    def run(jobs: Sequence[JobContext]) -> None:
        heard.append(REQUEST_ID.get())
        succeed_all(jobs)

    new = NewJob(JobKind.DRAFTS, {}, "key", "print")
    ids = [
        shop.store.submit(replace(new, request_id=request), queue_limit=9)[0].id
        for request in ("r1", "r2", "", "r1")
    ]
    shop.work(run)
    for job_id in ids:
        shop.end_of(job_id)
    assert heard == ["r1,r2"]


def test_a_ring_wakes_the_worker_at_once(shop: Workshop) -> None:
    shop.work(succeed_all, poll_seconds=LONG)
    shop.wait_for(lambda: shop.store.workers(LONG) == 1)
    time.sleep(0.05)
    job_id = shop.submit()
    shop.bell.ring("worker", job_id)
    assert shop.end_of(job_id).state is JobState.SUCCEEDED


def test_a_lost_ring_costs_a_moment_only(shop: Workshop) -> None:
    shop.work(succeed_all)
    shop.wait_for(lambda: shop.store.workers(LONG) == 1)
    assert shop.end_of(shop.submit()).state is JobState.SUCCEEDED


def test_jobs_that_fit_run_as_one_batch(shop: Workshop) -> None:
    batches: list[list[str]] = []

    def run(jobs: Sequence[JobContext]) -> None:
        batches.append([job.job.id for job in jobs])
        succeed_all(jobs)

    ids = [shop.submit(key) for key in ("a", "b", "a", "a", "a")]
    shop.work(run, max_batch=3)
    for job_id in ids:
        shop.end_of(job_id)
    assert batches == [[ids[0], ids[2], ids[3]], [ids[1]], [ids[4]]]


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (InvalidOutput("blank picture"), "invalid-output", "blank picture"),
        (MemoryError(), "out-of-memory", "smaller"),
        (ValueError("secret /home/me/token"), "stage-failed", "log"),
        (KeyError("secret"), "stage-failed", "log"),
        (StageFailed("the drafts were lost"), "stage-failed", "drafts were lost"),
    ],
)
def test_what_the_runner_raises_becomes_the_outcome_of_every_open_job(
    shop: Workshop, caplog: pytest.LogCaptureFixture, error: Exception, code: str, detail: str
) -> None:
    def run(jobs: Sequence[JobContext]) -> None:
        jobs[0].succeed({})
        raise error

    ids = [shop.submit() for _ in range(3)]
    shop.work(run)
    done, *failed = [shop.end_of(job_id) for job_id in ids]
    assert done.state is JobState.SUCCEEDED
    for job in failed:
        assert job.state is JobState.FAILED
        assert job.error is not None
        assert job.error["code"] == code
        assert detail in job.error["detail"]
        assert "secret" not in str(job.error)
    assert any(record.exc_info for record in caplog.records)

    # And the worker lives on.
    assert shop.end_of(shop.submit()).state is JobState.SUCCEEDED


def test_a_job_without_an_outcome_fails(shop: Workshop) -> None:
    job_id = shop.submit()
    shop.work(lambda jobs: None)
    job = shop.end_of(job_id)
    assert job.error is not None
    assert job.error["code"] == "stage-failed"


def test_a_cancel_ring_stops_a_running_job_between_two_steps(shop: Workshop) -> None:
    started = threading.Event()

    def run(jobs: Sequence[JobContext]) -> None:
        started.set()
        step_until_interrupted(jobs[0])

    # The first heartbeat is over before the job comes: only the ring can tell of the cancellation.
    shop.work(run, lease_seconds=LONG)
    shop.wait_for(lambda: shop.store.workers(LONG) == 1)
    time.sleep(0.1)
    job_id = shop.submit()
    assert started.wait(PATIENCE_SECONDS)
    shop.store.request_cancel(job_id)
    shop.bell.ring("worker", "cancel:job_of_somebody_else")
    shop.bell.ring("worker", f"cancel:{job_id}")
    assert shop.end_of(job_id).state is JobState.CANCELLED
    assert shop.store.events(job_id)[-1].data == {"state": "cancelled"}


def test_a_cancellation_whose_ring_was_lost_arrives_with_the_heartbeat(shop: Workshop) -> None:
    started = threading.Event()

    def run(jobs: Sequence[JobContext]) -> None:
        started.set()
        step_until_interrupted(jobs[0])

    job_id = shop.submit()
    shop.work(run, lease_seconds=0.3)
    assert started.wait(PATIENCE_SECONDS)
    shop.store.request_cancel(job_id)
    assert shop.end_of(job_id).state is JobState.CANCELLED


def test_cancelling_one_job_of_a_batch_leaves_the_others(shop: Workshop) -> None:
    started = threading.Event()
    batches: list[int] = []

    def run(jobs: Sequence[JobContext]) -> None:
        batches.append(len(jobs))
        if len(batches) > 1:
            return succeed_all(jobs)
        started.set()
        return step_until_interrupted(jobs[1])

    ids = [shop.submit() for _ in range(3)]
    shop.work(run)
    assert started.wait(PATIENCE_SECONDS)
    shop.store.request_cancel(ids[1])
    shop.bell.ring("worker", f"cancel:{ids[1]}")
    states = [shop.end_of(job_id).state for job_id in ids]
    assert states == [JobState.SUCCEEDED, JobState.CANCELLED, JobState.SUCCEEDED]
    assert batches == [3, 2]
    assert [shop.store.get(job_id).attempt for job_id in ids] == [1, 1, 1]


def test_a_cancellation_nobody_asked_for_still_ends_the_job(shop: Workshop) -> None:
    def run(jobs: Sequence[JobContext]) -> None:
        raise JobCancelled("by the runner itself")

    job_id = shop.submit()
    shop.work(run)
    assert shop.end_of(job_id).state is JobState.CANCELLED


def test_leases_are_kept_for_as_long_as_the_runner_works(tmp_path: Path) -> None:
    """By a clock of the store's own, so that no busy machine lets a lease run out."""
    clock, stolen = Clock(), list[Claim]()
    shop = Workshop(tmp_path, clock=clock)

    def run(jobs: Sequence[JobContext]) -> None:
        for _ in range(5):
            before = shop.store.renewals
            shop.wait_for(lambda seen=before: shop.store.renewals > seen)  # type: ignore[misc]
            clock.move(0.4)
            stolen.extend(shop.store.claim("thief", Lane.DEVICE, lease_seconds=1, max_batch=1))
            jobs[0].raise_if_cancelled()
        succeed_all(jobs)

    job_id = shop.submit()
    shop.work(run, lease_seconds=0.6)
    try:
        assert shop.end_of(job_id).state is JobState.SUCCEEDED
        assert stolen == []
        assert shop.store.get(job_id).attempt == 1
    finally:
        shop.close()


def test_a_lost_job_is_dropped_and_its_companions_return(shop: Workshop) -> None:
    claims: list[Claim] = []

    def run(jobs: Sequence[JobContext]) -> None:
        if jobs[0].job.id == kept:
            return succeed_all(jobs)
        # Another worker of the same name would take both; only the first one is taken here.
        shop.store.release(jobs[0].claim)
        claims.extend(shop.store.claim("other", Lane.DEVICE, lease_seconds=LONG, max_batch=1))
        return step_until_interrupted(jobs[0])

    lost, kept = shop.submit(), shop.submit()
    shop.work(run, lease_seconds=0.3)
    assert shop.end_of(kept).state is JobState.SUCCEEDED
    assert [claim.job.id for claim in claims] == [lost]
    assert shop.store.get(lost).state is JobState.RUNNING
    shop.store.finish(claims[0], JobState.SUCCEEDED, result={"by": "other"})
    assert shop.store.get(lost).result == {"by": "other"}


def test_a_result_of_a_lost_job_is_refused_quietly(shop: Workshop) -> None:
    job = context(shop)
    shop.store.release(job.claim)
    job.succeed({"images": ["too late"]})
    assert (job.is_open, job.is_lost) == (False, True)
    assert shop.store.get(job.job.id).state is JobState.QUEUED
    with pytest.raises(LeaseLost):
        job.report(Progress(StageName.DRAFT))


def test_a_batch_may_end_within_the_grace_after_a_stop(shop: Workshop) -> None:
    def run(jobs: Sequence[JobContext]) -> None:
        shop.stop.set()
        for _ in range(30):
            jobs[0].raise_if_cancelled()
            time.sleep(0.01)
        succeed_all(jobs)

    job_id, waiting = shop.submit("a"), shop.submit("b")
    shop.work(run, grace_seconds=LONG)
    shop.wait_for_stop()
    assert shop.store.get(job_id).state is JobState.SUCCEEDED
    assert shop.store.get(waiting).state is JobState.QUEUED


def test_a_batch_that_takes_too_long_returns_to_the_queue_uncounted(shop: Workshop) -> None:
    def run(jobs: Sequence[JobContext]) -> None:
        jobs[0].checkpoint(StageName.BRIEF, b"kept")
        shop.stop.set()
        step_until_interrupted(jobs[0])

    job_id = shop.submit()
    shop.work(run, grace_seconds=0.1)
    shop.wait_for_stop()
    job = shop.store.get(job_id)
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)
    [claim] = shop.store.claim("next", Lane.DEVICE, lease_seconds=LONG, max_batch=1)
    assert claim.checkpoints == {StageName.BRIEF: b"kept"}


def test_an_idle_worker_stops_at_once_and_shows_itself_until_then(shop: Workshop) -> None:
    shop.work(succeed_all, poll_seconds=LONG)
    shop.wait_for(lambda: shop.store.workers(LONG) == 1)
    shop.stop.set()
    shop.wait_for_stop()


def test_a_worker_takes_back_what_its_predecessor_left(shop: Workshop) -> None:
    job_id = shop.submit()
    shop.store.claim("w", Lane.DEVICE, lease_seconds=LONG, max_batch=1)
    shop.work(succeed_all)
    job = shop.end_of(job_id)
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)


def test_a_store_out_of_order_does_not_end_the_worker(shop: Workshop) -> None:
    broken = StoreUnavailable("locked")
    shop.store.failures = {
        "recover": [broken],
        "claim": [broken, StorageFull("full")],
        "heartbeat": [broken],
    }
    job_id = shop.submit()
    shop.work(succeed_all)
    assert shop.end_of(job_id).state is JobState.SUCCEEDED
    # The heartbeat has a thread of its own.
    shop.wait_for(lambda: not any(shop.store.failures.values()))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_whose_heartbeat_dies_says_so_and_ends(shop: Workshop) -> None:
    class DeafListener:
        def wait(self, timeout_seconds: float) -> list[str]:
            raise RuntimeError("deaf")

    loop = WorkLoop(
        store=shop.store,
        bell_listener=DeafListener(),
        bell=shop.bell,
        runner=FunctionRunner(succeed_all),
        lane=Lane.DEVICE,
        worker_id="w",
        poll_seconds=0.01,
    )
    with pytest.raises(RuntimeError, match="heartbeat"):
        loop.run(shop.stop)


def test_a_result_is_offered_again_until_the_store_takes_it(shop: Workshop) -> None:
    job = context(shop)
    shop.store.failures = {"finish": [StoreUnavailable("locked"), StorageFull("full")]}
    job.succeed({"images": ["i"]})
    assert shop.store.get(job.job.id).result == {"images": ["i"]}
    assert len(shop.slept) == 2


def test_a_result_that_cannot_be_stored_leaves_the_job_to_its_lease(shop: Workshop) -> None:
    job = context(shop)
    shop.store.failures = {"finish": [StoreUnavailable("gone") for _ in range(9)]}
    job.succeed({})
    assert not job.is_open
    assert shop.store.get(job.job.id).state is JobState.RUNNING
    assert shop.slept == sorted(shop.slept)


def test_only_the_first_outcome_counts(shop: Workshop) -> None:
    job = context(shop)
    job.fail(InvalidOutput("blank"))
    job.succeed({})
    job.cancelled()
    assert shop.store.get(job.job.id).state is JobState.FAILED
    assert not job.is_lost
    assert shop.bell.rings == [("api", job.job.id)]


def test_progress_and_checkpoints_are_not_worth_a_job(shop: Workshop) -> None:
    job = context(shop)
    shop.store.failures = {
        "report": [StoreUnavailable("locked")],
        "checkpoint": [StorageFull("full")],
    }
    job.report(Progress(StageName.DRAFT))
    job.checkpoint(StageName.DRAFT, b"d")
    assert not any(shop.store.failures.values())
    assert job.checkpoint_payload(StageName.DRAFT) == b"d"
    job.succeed({})
    assert shop.store.get(job.job.id).state is JobState.SUCCEEDED


def test_reports_are_thinned_out_but_never_the_ends_of_a_stage(shop: Workshop) -> None:
    now = [100.0]
    job = context(shop, lambda: now[0])
    for step in range(51):
        job.report(Progress(StageName.RESTYLE, step, 50))
        now[0] += 0.03
    job.report(Progress(StageName.FINISH, 0, 1))
    job.report(Progress(StageName.FINISH, 1, 1))
    steps = [report.step for report in shop.store.reports if report.stage is StageName.RESTYLE]
    assert steps == [*range(0, 49, 4), 50]
    assert [r.step for r in shop.store.reports if r.stage is StageName.FINISH] == [0, 1]
    assert len(shop.bell.rings) == len(shop.store.reports)


def test_a_preview_between_two_reports_comes_with_the_next(shop: Workshop) -> None:
    now = [0.0]
    job = context(shop, lambda: now[0])
    job.report(Progress(StageName.RESTYLE, 0, 9))
    job.report(Progress(StageName.RESTYLE, 1, 9, preview=b"jpeg"))
    now[0] = 1.0
    job.report(Progress(StageName.RESTYLE, 2, 9))
    now[0] = 2.0
    job.report(Progress(StageName.RESTYLE, 3, 9))
    assert [report.preview for report in shop.store.reports] == [None, b"jpeg", None]


def test_a_report_raises_what_interrupts_the_job_most_urgently(shop: Workshop) -> None:
    job = context(shop)
    progress = Progress(StageName.DRAFT)
    job.stop_asked = True
    with pytest.raises(StopRunError):
        job.report(progress)
    job.cancel_asked = True
    with pytest.raises(JobCancelled):
        job.report(progress)
    job.is_lost = True
    with pytest.raises(LeaseLost):
        job.report(progress)
    assert shop.store.reports == []


def test_stages_of_an_earlier_attempt_are_handed_over(shop: Workshop) -> None:
    first = context(shop)
    first.checkpoint(StageName.BRIEF, b"brief")
    first.release()
    [claim] = shop.store.claim("w", Lane.DEVICE, lease_seconds=LONG, max_batch=1)
    second = JobContext(claim, shop.store, shop.bell)
    assert second.checkpoint_payload(StageName.BRIEF) == b"brief"
    assert second.checkpoint_payload(StageName.DRAFT) is None
