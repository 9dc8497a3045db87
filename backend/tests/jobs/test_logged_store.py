from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest

from backend.domain.jobs import Job, JobKind, JobState, Lane, NewJob
from backend.jobs.logged_store import LoggedJobStore
from backend.telemetry.context import REQUEST_ID, working_for
from backend.tests.jobs.clocks import Clock


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[LoggedJobStore]:
    opened = LoggedJobStore(url, clock)
    yield opened
    opened.close()


def events(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if "event.action" in vars(record)]


def test_a_job_is_told_from_its_arrival_to_its_end(
    store: LoggedJobStore,
    clock: Clock,
    new_job: Callable[..., NewJob],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    params = {"description": "a fox", "loras": [{"name": "neon", "weight": 1.0}]}
    job, _ = store.submit(new_job(params=params), queue_limit=9)
    clock.move(2)
    [claim] = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=1)
    clock.move(3)
    result = {"images": ["i"], "timings_ms": {"draft": 41.5}, "models": {"cgan": "ab12"}}
    store.finish(claim, JobState.SUCCEEDED, result=result)

    submitted, started, ended = events(caplog)
    assert [line["event.action"] for line in (submitted, started, ended)] == [
        "job-submitted",
        "job-started",
        "job-ended",
    ]
    assert submitted["prompt"] == "a fox"
    assert {line["logo.job.id"] for line in (submitted, started, ended)} == {job.id}
    assert started["logo.job.wait_ms"] == ended["logo.job.wait_ms"] == 2_000
    assert ended["logo.job.run_ms"] == 3_000
    assert ended["logo.stage_ms.draft"] == 41.5
    assert (ended["logo.models.name"], ended["logo.models.sha256"]) == (["cgan"], ["ab12"])
    assert (ended["logo.loras"], ended["event.outcome"]) == (["neon"], "success")


def test_a_failure_is_told_with_its_code(
    store: LoggedJobStore, new_job: Callable[..., NewJob], caplog: pytest.LogCaptureFixture
) -> None:
    store.submit(new_job(), queue_limit=9)
    [claim] = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=1)
    error = {"code": "out-of-memory", "detail": "too large", "fields": []}
    store.finish(claim, JobState.FAILED, error=error)
    (ended,) = events(caplog)
    assert (ended["error.code"], ended["event.outcome"]) == ("out-of-memory", "failure")
    assert ended["levelname"] == "WARNING"


def test_a_request_that_was_sent_twice_is_told_once(
    store: LoggedJobStore, new_job: Callable[..., NewJob], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(2):
        store.submit(new_job(idempotency_key="k"), queue_limit=9)
    assert len(events(caplog)) == 1


def test_a_job_cancelled_in_the_queue_is_told(
    store: LoggedJobStore,
    clock: Clock,
    new_job: Callable[..., NewJob],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    job, _ = store.submit(new_job(), queue_limit=9)
    clock.move(4)
    for _ in range(2):
        store.request_cancel(job.id)
    (ended,) = events(caplog)[1:]
    assert (ended["event.action"], ended["logo.job.id"]) == ("job-ended", job.id)
    assert (ended["logo.job.state"], ended["event.outcome"]) == ("cancelled", "success")
    assert (ended["logo.job.wait_ms"], ended["logo.job.run_ms"]) == (4_000, None)


def test_a_job_given_up_after_two_deaths_is_told_once_with_its_last_worker(
    store: LoggedJobStore,
    clock: Clock,
    new_job: Callable[..., NewJob],
    caplog: pytest.LogCaptureFixture,
) -> None:
    job, _ = store.submit(new_job(), queue_limit=9)
    for worker in ("w1", "w2"):
        assert store.claim(worker, Lane.DEVICE, lease_seconds=15, max_batch=1)
        clock.move(20)
    assert not events(caplog)
    for _ in range(2):
        assert not store.claim("w3", Lane.DEVICE, lease_seconds=15, max_batch=1)
    (ended,) = events(caplog)
    assert (ended["logo.job.id"], ended["logo.worker.id"]) == (job.id, "w2")
    assert (ended["error.code"], ended["levelname"]) == ("crashed-worker", "WARNING")
    assert (ended["logo.job.attempt"], ended["logo.job.run_ms"]) == (2, 40_000)


def test_a_cancelled_job_is_told_when_its_worker_is_found_dead_or_goes(
    store: LoggedJobStore, new_job: Callable[..., NewJob], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for settle in (
        lambda claim: store.recover("w1", Lane.DEVICE),
        lambda claim: store.release(claim),
    ):
        store.submit(new_job(), queue_limit=9)
        [claim] = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=1)
        store.request_cancel(claim.job.id)
        settle(claim)
        ended = events(caplog)[-1]
        assert (ended["event.action"], ended["logo.job.state"]) == ("job-ended", "cancelled")
        assert (ended["logo.job.id"], ended["logo.worker.id"]) == (claim.job.id, "w1")


def test_a_job_that_goes_back_to_the_queue_has_not_ended(
    store: LoggedJobStore, new_job: Callable[..., NewJob], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    store.submit(new_job(), queue_limit=9)
    [claim] = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=1)
    store.release(claim)
    assert "job-ended" not in [line["event.action"] for line in events(caplog)]


def test_every_line_of_a_job_carries_the_request_that_made_it(
    store: LoggedJobStore, new_job: Callable[..., NewJob]
) -> None:
    heard: list[tuple[str, str]] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append((vars(record)["event.action"], REQUEST_ID.get()))

    logger, ear = logging.getLogger("backend.jobs.logged_store"), Ear()
    logger.addHandler(ear)
    logger.setLevel(logging.INFO)
    try:
        with working_for(REQUEST_ID, "r1"):
            store.submit(new_job(), queue_limit=9)
        [claim] = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=1)
        assert claim.job.request_id == "r1"
        with working_for(REQUEST_ID, "r1,r2"):
            store.finish(claim, JobState.SUCCEEDED, result={})
    finally:
        logger.removeHandler(ear)
        logger.setLevel(logging.NOTSET)
    assert heard == [("job-submitted", "r1"), ("job-started", "r1"), ("job-ended", "r1")]


def test_batches_waits_and_ends_are_counted(url: str, clock: Clock) -> None:
    class Counts:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def taken(self, lane: Lane, kinds: Sequence[str], waits_seconds: Sequence[float]) -> None:
            self.seen.append((lane, len(kinds), list(waits_seconds)))

        def ended(self, job: Job, at: datetime) -> None:
            self.seen.append((job.state, at))

        def refused(self, kind: str, code: str) -> None:
            self.seen.append((kind, code))

    counts = Counts()
    store = LoggedJobStore(url, clock, counts)
    new = NewJob(JobKind.DRAFTS, {}, "batch", "print")
    for _ in range(2):
        store.submit(new, queue_limit=9)
        clock.move(1)
    first, second = store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=8)
    store.finish(first, JobState.SUCCEEDED, result={})
    store.release(second)
    store.claim("w1", Lane.DEVICE, lease_seconds=15, max_batch=8)
    store.close()
    assert counts.seen == [
        (Lane.DEVICE, 2, [2.0, 1.0]),
        (JobState.SUCCEEDED, clock.now),
        (Lane.DEVICE, 1, [1.0]),
    ]
