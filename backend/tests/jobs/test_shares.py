"""No caller has more jobs waiting than one may, whatever the others do."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable

import pytest

from backend.domain.errors import QueueFull, TooManyJobs
from backend.domain.jobs import Job, JobKind, JobState, Lane, NewJob
from backend.jobs.logged_store import LoggedJobStore
from backend.jobs.store import SqlJobStore
from backend.telemetry.context import CALLER_ID, working_for
from backend.tests.jobs.clocks import Clock

Make = Callable[..., NewJob]


def test_one_caller_at_the_limit_keeps_nobody_else_out(store: SqlJobStore, new_job: Make) -> None:
    for _ in range(2):
        store.submit(new_job(caller="k1"), queue_limit=9, caller_limit=2)
    with pytest.raises(TooManyJobs, match="2 jobs that were sent with your key"):
        store.submit(new_job(caller="k1"), queue_limit=9, caller_limit=2)
    for caller in ("k2", "", "k2", ""):
        store.submit(new_job(caller=caller), queue_limit=9, caller_limit=2)
    with pytest.raises(TooManyJobs, match="2 jobs that were sent without a key"):
        store.submit(new_job(), queue_limit=9, caller_limit=2)
    assert store.counts()[JobState.QUEUED] == 6


def test_the_share_is_counted_for_each_lane_and_no_kind_escapes(
    store: SqlJobStore, new_job: Make
) -> None:
    for lane in Lane:
        store.submit(new_job(caller="k1", lane=lane), queue_limit=9, caller_limit=1)
    for kind in JobKind:
        for lane in Lane:
            with pytest.raises(TooManyJobs):
                store.submit(
                    new_job(caller="k1", kind=kind, lane=lane), queue_limit=9, caller_limit=1
                )


def test_what_runs_has_ended_or_is_repeated_takes_no_share(
    store: SqlJobStore, new_job: Make, take: Callable[..., object]
) -> None:
    def submit(key: str) -> tuple[Job, bool]:
        return store.submit(
            new_job(caller="k1", idempotency_key=key), queue_limit=9, caller_limit=1
        )

    first, _ = submit("a")
    assert submit("a") == (first, False)
    take()
    second, _ = submit("b")
    store.request_cancel(second.id)
    submit("c")
    with pytest.raises(TooManyJobs):
        submit("d")


def test_a_full_queue_is_told_apart_from_a_full_share(store: SqlJobStore, new_job: Make) -> None:
    store.submit(new_job(caller="k1"), queue_limit=1, caller_limit=1)
    with pytest.raises(TooManyJobs):
        store.submit(new_job(caller="k1"), queue_limit=1, caller_limit=1)
    with pytest.raises(QueueFull):
        store.submit(new_job(caller="k2"), queue_limit=1, caller_limit=1)


def test_a_race_of_many_threads_and_two_processes_does_not_overrun_the_share(
    url: str, clock: Clock, new_job: Make
) -> None:
    # A store of its own for each half, as two web processes would have.
    stores = [SqlJobStore(url, clock) for _ in range(2)]
    taken: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    barrier = threading.Barrier(16)

    def work(number: int) -> None:
        caller = f"k{number % 2}"
        barrier.wait()
        for _ in range(6):
            try:
                stores[number // 8].submit(new_job(caller=caller), queue_limit=99, caller_limit=7)
            except TooManyJobs:
                refused[caller] += 1
            else:
                taken[caller] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert taken == {"k0": 7, "k1": 7}
    assert refused == {"k0": 41, "k1": 41}
    assert stores[0].counts()[JobState.QUEUED] == 14
    for store in stores:
        store.close()


class Refusals:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    def taken(self, *told: object) -> None:
        pass

    def ended(self, *told: object) -> None:
        pass

    def refused(self, kind: str, code: str) -> None:
        self.heard.append((kind, code))


def test_refusals_are_logged_and_counted_with_their_cause(
    url: str, new_job: Make, caplog: pytest.LogCaptureFixture
) -> None:
    tally = Refusals()
    store = LoggedJobStore(url, tally=tally)
    with working_for(CALLER_ID, "k1"):
        store.submit(new_job(), queue_limit=1, caller_limit=1)
        with pytest.raises(TooManyJobs):
            store.submit(new_job(), queue_limit=1, caller_limit=1)
    with pytest.raises(QueueFull):
        store.submit(new_job(), queue_limit=1, caller_limit=1)
    store.close()
    told = [vars(line) for line in caplog.records if line.levelno == logging.WARNING]
    assert [line["event.action"] for line in told] == ["job-refused"] * 2
    assert [line["error.code"] for line in told] == ["too-many-jobs", "queue-full"]
    assert tally.heard == [("drafts", "too-many-jobs"), ("drafts", "queue-full")]
    assert all("тихий" not in str(line) for line in told)
