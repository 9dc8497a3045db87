from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backend.domain.jobs import JobState, Lane, NewJob
from backend.jobs.logged_store import LoggedJobStore
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
