from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.domain.generation import StageName
from backend.domain.jobs import Claim, JobKind, JobState, Lane, NewJob, Progress
from backend.jobs.store import SqlJobStore
from backend.services.timeline import SAVING_MS, Span, timeline_of
from backend.tests.jobs.clocks import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqlJobStore]:
    opened = SqlJobStore(f"sqlite:///{tmp_path / 'jobs.db'}", clock)
    yield opened
    opened.close()


def submitted(store: SqlJobStore) -> str:
    new = NewJob(JobKind.GENERATE, {}, "batch", "print")
    return store.submit(new, queue_limit=9)[0].id


def claimed(store: SqlJobStore, worker_id: str = "w1") -> Claim:
    [claim] = store.claim(worker_id, Lane.DEVICE, lease_seconds=15, max_batch=1)
    return claim


def spans_of(store: SqlJobStore, job_id: str) -> list[Span]:
    return timeline_of(store.get(job_id), store.turning_points(job_id))


def told(store: SqlJobStore, job_id: str) -> list[tuple[Any, ...]]:
    return [
        (span.stage, span.turn, span.milliseconds, str(span.outcome))
        for span in spans_of(store, job_id)
    ]


def is_whole(store: SqlJobStore, job_id: str) -> bool:
    """Whether the spans lie end to end from the job's arrival to its end."""
    job, spans = store.get(job_id), spans_of(store, job_id)
    assert job.finished_at is not None
    ends = [span.ended_at for span in spans]
    assert [span.started_at for span in spans] == [job.created_at, *ends[:-1]]
    wall_ms = (job.finished_at - job.created_at).total_seconds() * 1000
    assert sum(span.milliseconds or 0 for span in spans) == pytest.approx(wall_ms, abs=1e-6)
    return ends[-1] == job.finished_at


def test_a_job_is_told_from_its_waiting_to_the_stored_result(
    store: SqlJobStore, clock: Clock
) -> None:
    job_id = submitted(store)
    clock.move(2)
    claim = claimed(store)
    clock.move(0.5)
    for stage, steps in ((StageName.DRAFT, 3), (StageName.RESTYLE, 4)):
        for step in range(steps):
            store.report(claim, Progress(stage, step, steps))
            clock.move(1)
    store.finish(claim, JobState.SUCCEEDED, result={SAVING_MS: 250.0})
    assert told(store, job_id) == [
        ("wait", 0, 2000, "done"),
        ("start", 1, 500, "done"),
        ("draft", 1, 3000, "done"),
        ("restyle", 1, 3750, "done"),
        ("save", 1, 250, "done"),
    ]
    assert [span.worker for span in spans_of(store, job_id)] == [None, "w1", "w1", "w1", "w1"]
    assert is_whole(store, job_id)


def test_a_turn_whose_worker_died_is_told_beside_the_one_that_went_on(
    store: SqlJobStore, clock: Clock
) -> None:
    job_id = submitted(store)
    first = claimed(store, "w1")
    store.report(first, Progress(StageName.DRAFT))
    clock.move(1)
    store.checkpoint(first, StageName.DRAFT, b"drafts")
    store.report(first, Progress(StageName.RESTYLE, 0, 4))
    clock.move(16)
    second = claimed(store, "w2")
    clock.move(0.25)
    store.report(second, Progress(StageName.RESTYLE, 0, 4))
    clock.move(2)
    store.finish(second, JobState.SUCCEEDED, result={})
    assert told(store, job_id) == [
        ("wait", 0, 0, "done"),
        ("draft", 1, 1000, "done"),
        ("restyle", 1, 16000, "interrupted"),
        ("wait", 1, 0, "done"),
        ("start", 2, 250, "done"),
        ("draft", 2, 0, "cached"),
        ("restyle", 2, 2000, "done"),
    ]
    workers = [span.worker for span in spans_of(store, job_id)]
    assert workers == [None, "w1", "w1", None, "w2", "w2", "w2"]
    assert is_whole(store, job_id)


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_the_last_piece_says_how_the_job_ended(
    store: SqlJobStore, clock: Clock, state: JobState
) -> None:
    job_id = submitted(store)
    claim = claimed(store)
    store.report(claim, Progress(StageName.DRAFT))
    clock.move(1)
    store.finish(claim, state)
    assert told(store, job_id)[-1] == ("draft", 1, 1000, str(state))


def test_a_running_job_has_an_open_end(store: SqlJobStore, clock: Clock) -> None:
    job_id = submitted(store)
    assert told(store, job_id) == [("wait", 0, None, "running")]
    claim = claimed(store)
    assert told(store, job_id)[1:] == [("start", 1, None, "running")]
    clock.move(1)
    store.report(claim, Progress(StageName.DRAFT))
    assert told(store, job_id)[1:] == [
        ("start", 1, 1000, "done"),
        ("draft", 1, None, "running"),
    ]


def test_a_job_cancelled_in_the_queue_has_only_waited(store: SqlJobStore, clock: Clock) -> None:
    job_id = submitted(store)
    clock.move(3)
    store.request_cancel(job_id)
    assert told(store, job_id) == [("wait", 0, 3000, "cancelled")]


def test_a_turn_without_stages_is_one_piece(store: SqlJobStore, clock: Clock) -> None:
    job_id = submitted(store)
    claim = claimed(store)
    clock.move(1)
    store.finish(claim, JobState.SUCCEEDED, result={})
    assert told(store, job_id)[1:] == [("run", 1, 1000, "done")]


def test_a_clock_that_was_set_back_does_not_turn_time_round(
    store: SqlJobStore, clock: Clock
) -> None:
    job_id = submitted(store)
    claim = claimed(store)
    store.report(claim, Progress(StageName.DRAFT))
    clock.move(-60)
    store.finish(claim, JobState.SUCCEEDED, result={SAVING_MS: 9.0})
    assert all((span.milliseconds or 0) >= 0 for span in spans_of(store, job_id))
