from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import create_engine, text

from backend.domain.errors import (
    IdempotencyConflict,
    JobNotFound,
    LeaseLost,
    QueueFull,
    from_record,
)
from backend.domain.generation import StageName
from backend.domain.jobs import Claim, JobKind, JobState, Lane, NewJob, Progress
from backend.jobs.store import SqlJobStore
from backend.tests.jobs.clocks import Clock

Make = Callable[..., NewJob]
Take = Callable[..., list[Claim]]


def submit(store: SqlJobStore, job: NewJob, limit: int = 1000) -> str:
    return store.submit(job, queue_limit=limit)[0].id


def kinds(store: SqlJobStore, job_id: str) -> list[str]:
    return [event.kind for event in store.events(job_id)]


def states(store: SqlJobStore, job_id: str) -> list[str]:
    return [e.data["state"] for e in store.events(job_id) if e.kind != "progress"]


def test_a_submitted_job_reads_back_as_it_was_handed_in(
    store: SqlJobStore, clock: Clock, new_job: Make
) -> None:
    job, is_new = store.submit(new_job(lane=Lane.CPU, kind=JobKind.UPSCALE), queue_limit=5)
    assert is_new
    assert store.get(job.id) == job
    assert (job.kind, job.lane, job.state) == (JobKind.UPSCALE, Lane.CPU, JobState.QUEUED)
    assert job.params == new_job().params
    assert job.created_at == clock.now
    assert (job.queue_position, job.attempt, job.result) == (1, 0, None)


def test_ids_are_well_formed_and_sort_by_time(
    store: SqlJobStore, clock: Clock, new_job: Make
) -> None:
    ids = []
    for _ in range(10):
        ids.append(submit(store, new_job()))
        clock.move(0.002)
    assert all(re.fullmatch(r"job_[a-z2-7]{20}", job_id) for job_id in ids)
    assert sorted(ids) == ids
    assert len(set(ids)) == 10


def test_an_unknown_job_is_not_found(store: SqlJobStore) -> None:
    with pytest.raises(JobNotFound):
        store.get("job_22222222222222222222")
    with pytest.raises(JobNotFound):
        store.request_cancel("'; drop table jobs; --")
    assert store.events("nothing") == []
    assert store.preview("nothing") is None


def test_one_key_and_fingerprint_give_one_job_also_when_the_queue_is_full(
    store: SqlJobStore, new_job: Make
) -> None:
    first, _ = store.submit(new_job(idempotency_key="a"), queue_limit=1)
    again, is_new = store.submit(new_job(idempotency_key="a"), queue_limit=1)
    assert again == first
    assert not is_new
    with pytest.raises(IdempotencyConflict):
        store.submit(new_job(idempotency_key="a", fingerprint="other"), queue_limit=9)
    assert len(store.list(limit=10)) == 1


def test_a_key_answers_with_the_finished_job(store: SqlJobStore, new_job: Make, take: Take) -> None:
    job_id = submit(store, new_job(idempotency_key="a"))
    store.finish(take()[0], JobState.SUCCEEDED, result={"images": []})
    again, is_new = store.submit(new_job(idempotency_key="a"), queue_limit=9)
    assert (again.id, again.state, is_new) == (job_id, JobState.SUCCEEDED, False)


def test_the_limit_counts_waiting_jobs_of_the_lane(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    for _ in range(2):
        submit(store, new_job(), limit=2)
    with pytest.raises(QueueFull):
        submit(store, new_job(), limit=2)
    submit(store, new_job(lane=Lane.CPU), limit=2)
    take()
    submit(store, new_job(), limit=2)


def test_positions_count_the_lane_in_order_of_arrival(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    ids = [submit(store, new_job()) for _ in range(3)]
    other = submit(store, new_job(lane=Lane.TRAIN))
    assert [store.get(job_id).queue_position for job_id in (*ids, other)] == [1, 2, 3, 1]
    take()
    assert [store.get(job_id).queue_position for job_id in ids] == [None, 1, 2]
    store.request_cancel(ids[1])
    assert [store.get(job_id).queue_position for job_id in ids] == [None, None, 1]


def test_history_pages_newest_first(store: SqlJobStore, new_job: Make, take: Take) -> None:
    ids = [submit(store, new_job()) for _ in range(5)][::-1]
    take(batch=1)
    assert [job.id for job in store.list(limit=2)] == ids[:2]
    assert [job.id for job in store.list(limit=9, before=ids[1])] == ids[2:]
    assert [job.id for job in store.list(limit=9, state=JobState.RUNNING)] == ids[-1:]
    assert store.list(limit=9, before=ids[-1]) == []
    assert [job.queue_position for job in store.list(limit=2)] == [4, 3]


def test_a_batch_holds_the_oldest_job_and_its_likes(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    a1 = submit(store, new_job())
    submit(store, new_job(batch_key="b"))
    submit(store, new_job(kind=JobKind.GENERATE))
    submit(store, new_job(lane=Lane.CPU))
    a2, a3, a4 = (submit(store, new_job()) for _ in range(3))
    batch = take(batch=3)
    assert [claim.job.id for claim in batch] == [a1, a2, a3]
    for claim in batch:
        assert (claim.job.state, claim.job.attempt, claim.job.queue_position) == (
            JobState.RUNNING,
            1,
            None,
        )
        assert claim.job == store.get(claim.job.id)
    assert [claim.job.params for claim in take("w2", batch=9)] == [new_job().params]
    assert [claim.job.kind for claim in take("w2", batch=9)] == [JobKind.GENERATE]
    assert [claim.job.id for claim in take("w2", batch=9)] == [a4]
    assert take("w2", batch=9) == []


def test_a_life_leaves_its_events_in_order(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    [claim] = take()
    clock.move(1)
    store.report(claim, Progress(StageName.DRAFT, 1, 5, 2.5))
    store.report(claim, Progress(StageName.DRAFT, 5, 5, float("inf"), b"jpeg"))
    assert store.get(job_id).progress == Progress(StageName.DRAFT, 5, 5, None)
    clock.move(1)
    store.finish(claim, JobState.SUCCEEDED, result={"images": ["img_1"]})

    events = store.events(job_id)
    assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert [(event.kind, event.data) for event in events] == [
        ("state", {"state": "queued", "queue_position": 1}),
        ("state", {"state": "running", "worker": claim.worker_id}),
        (
            "progress",
            {"stage": "draft", "step": 1, "total": 5, "eta_seconds": 2.5, "has_preview": False},
        ),
        (
            "progress",
            {"stage": "draft", "step": 5, "total": 5, "eta_seconds": None, "has_preview": True},
        ),
        ("end", {"state": "succeeded"}),
    ]
    assert {event.job_id for event in events} == {job_id}
    assert events[-1].at == clock.now
    assert [event.seq for event in store.events(job_id, after=2, limit=2)] == [3, 4]

    job = store.get(job_id)
    assert (job.state, job.result) == (JobState.SUCCEEDED, {"images": ["img_1"]})
    assert job.finished_at == clock.now
    assert job.started_at is not None
    assert (job.finished_at - job.started_at).total_seconds() == 2


def test_a_failed_job_keeps_its_error(store: SqlJobStore, new_job: Make, take: Take) -> None:
    job_id = submit(store, new_job())
    record = {"code": "out-of-memory", "detail": "too big", "fields": [["count", "fewer"]]}
    store.finish(take()[0], JobState.FAILED, error=record)
    assert store.get(job_id).error == record
    assert store.events(job_id)[-1].data == {"state": "failed", "error": record}


def test_a_job_ends_only_in_a_final_state(store: SqlJobStore, new_job: Make, take: Take) -> None:
    submit(store, new_job())
    with pytest.raises(ValueError, match="cannot end as queued"):
        store.finish(take()[0], JobState.QUEUED)


def test_the_newest_preview_is_kept_until_the_end(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    [claim] = take()
    assert store.preview(job_id) is None
    store.report(claim, Progress(StageName.RESTYLE, 1, 9, preview=b"one"))
    store.report(claim, Progress(StageName.RESTYLE, 2, 9, preview=b"two"))
    store.report(claim, Progress(StageName.RESTYLE, 3, 9))
    assert store.preview(job_id) == b"two"
    store.finish(claim, JobState.SUCCEEDED, result={})
    assert store.preview(job_id) is None


def test_cancelling_a_waiting_job_ends_it_at_once_and_once(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    assert store.request_cancel(job_id).state is JobState.CANCELLED
    assert store.request_cancel(job_id).state is JobState.CANCELLED
    assert states(store, job_id) == ["queued", "cancelled"]
    assert take() == []


def test_cancelling_a_running_job_asks_its_worker(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    [claim] = take()
    assert store.renew([claim], 15) == {job_id: False}
    job = store.request_cancel(job_id)
    assert (job.state, job.cancel_requested) == (JobState.RUNNING, True)
    assert store.renew([claim], 15) == {job_id: True}
    store.finish(claim, JobState.CANCELLED)
    assert store.get(job_id).state is JobState.CANCELLED


def test_cancelling_a_finished_job_changes_nothing(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    store.finish(take()[0], JobState.SUCCEEDED, result={"images": []})
    before = store.get(job_id)
    assert store.request_cancel(job_id) == before
    assert kinds(store, job_id) == ["state", "state", "end"]


def test_cancelling_a_job_of_a_dead_worker_needs_no_worker(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    [claim] = take(lease=5)
    clock.move(6)
    assert store.request_cancel(job_id).state is JobState.CANCELLED
    with pytest.raises(LeaseLost):
        store.finish(claim, JobState.SUCCEEDED, result={})


def test_checkpoints_reach_the_next_attempt_and_leave_with_the_job(
    url: str, store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    submit(store, new_job())
    [first] = take(lease=5)
    assert first.checkpoints == {}
    store.checkpoint(first, StageName.BRIEF, b"old")
    store.checkpoint(first, StageName.BRIEF, b"brief")
    store.checkpoint(first, StageName.DRAFT, b"\x00\xff" * 1000)
    clock.move(6)
    [second] = take("w2", lease=5)
    assert second.checkpoints == {StageName.BRIEF: b"brief", StageName.DRAFT: b"\x00\xff" * 1000}
    store.finish(second, JobState.SUCCEEDED, result={})
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM checkpoints")).scalar() == 0
    engine.dispose()


def test_a_lost_lease_is_taken_over_and_the_stale_worker_is_refused(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    [stale] = take("w1", lease=5)
    clock.move(4)
    store.renew([stale], 5)
    clock.move(4)
    assert take("w2") == []
    clock.move(2)
    [fresh] = take("w2", lease=5)
    assert (fresh.job.id, fresh.job.attempt) == (job_id, 2)
    assert fresh.fence > stale.fence
    for write in (
        lambda: store.report(stale, Progress(StageName.DRAFT)),
        lambda: store.checkpoint(stale, StageName.DRAFT, b""),
        lambda: store.renew([stale], 5),
        lambda: store.release(stale),
        lambda: store.finish(stale, JobState.SUCCEEDED, result={"images": ["stale"]}),
    ):
        with pytest.raises(LeaseLost):
            write()
    store.finish(fresh, JobState.SUCCEEDED, result={"images": ["fresh"]})
    with pytest.raises(LeaseLost):
        store.finish(fresh, JobState.SUCCEEDED, result={"images": ["twice"]})
    assert store.get(job_id).result == {"images": ["fresh"]}
    assert states(store, job_id) == ["queued", "running", "queued", "running", "succeeded"]


def test_renewing_with_one_lost_job_prolongs_none(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    for _ in range(2):
        submit(store, new_job())
    kept, lost = take(batch=2, lease=5)
    store.finish(lost, JobState.CANCELLED)
    clock.move(4)
    with pytest.raises(LeaseLost, match=lost.job.id):
        store.renew([kept, lost], 5)
    clock.move(2)
    assert [claim.job.id for claim in take("w2")] == [kept.job.id]


def test_two_dead_workers_fail_a_job_and_the_queue_goes_on(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    poison, next_one = submit(store, new_job()), submit(store, new_job(batch_key="b"))
    for worker in ("w1", "w2"):
        assert [claim.job.id for claim in take(worker, lease=5)] == [poison]
        clock.move(6)
    assert [claim.job.id for claim in take("w3")] == [next_one]
    job = store.get(poison)
    assert (job.state, job.attempt) == (JobState.FAILED, 2)
    assert job.error is not None
    assert from_record(job.error).code == "crashed-worker"
    assert states(store, poison)[-2:] == ["running", "failed"]


def test_after_a_crash_the_jobs_of_a_batch_run_alone(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    innocent, poison, fresh = (submit(store, new_job()) for _ in range(3))
    assert len(take(batch=2, lease=5)) == 2
    clock.move(6)
    [alone] = take(batch=8, lease=5)
    assert alone.job.id == innocent
    store.finish(alone, JobState.SUCCEEDED, result={})
    assert [claim.job.id for claim in take(batch=8, lease=5)] == [poison]
    clock.move(6)
    assert [claim.job.id for claim in take(batch=8)] == [fresh]
    assert store.get(poison).state is JobState.FAILED


def test_a_job_that_crashed_a_worker_joins_nobody_elses_batch(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    older, crashed, newer = (submit(store, new_job()) for _ in range(3))
    [first] = take("w1", lease=60)
    take("w2", lease=5)
    store.release(first)
    clock.move(6)
    assert [claim.job.id for claim in take(batch=8)] == [older, newer]
    assert [claim.job.id for claim in take(batch=8)] == [crashed]


def test_an_asked_cancellation_wins_over_the_takeover(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    take(lease=5)
    store.request_cancel(job_id)
    clock.move(6)
    assert take("w2") == []
    assert store.get(job_id).state is JobState.CANCELLED


def test_only_a_worker_of_the_lane_takes_over(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    take(lease=5)
    clock.move(6)
    assert take("w2", Lane.CPU) == []
    assert store.get(job_id).state is JobState.RUNNING


def test_a_clock_set_back_does_not_keep_a_dead_workers_job(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    submit(store, new_job())
    take("w1", lease=5)
    clock.move(-3600)
    assert take("w2", lease=5) == []
    clock.move(6)
    assert len(take("w2", lease=5)) == 1


def test_a_clock_set_back_leaves_a_living_workers_job(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    submit(store, new_job())
    [claim] = take("w1", lease=60)
    clock.move(-3600)
    assert take("w2", lease=5) == []
    clock.move(20)
    assert take("w2", lease=5) == []
    store.renew([claim], 60)
    clock.move(59)
    assert take("w2", lease=5) == []


def test_a_released_job_returns_to_its_place_uncounted(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id, later = submit(store, new_job()), submit(store, new_job())
    [claim] = take()
    store.report(claim, Progress(StageName.DRAFT, 1, 2))
    store.checkpoint(claim, StageName.BRIEF, b"kept")
    store.release(claim)
    job = store.get(job_id)
    assert (job.state, job.attempt, job.queue_position) == (JobState.QUEUED, 0, 1)
    assert (job.progress, job.started_at) == (None, None)
    assert store.get(later).queue_position == 2
    assert store.events(job_id)[-1].data == {"state": "queued", "queue_position": 1}
    with pytest.raises(LeaseLost):
        store.finish(claim, JobState.SUCCEEDED, result={})
    again = take(batch=8)
    assert [c.job.id for c in again] == [job_id, later]
    assert again[0].checkpoints == {StageName.BRIEF: b"kept"}
    assert again[1].checkpoints == {}


def test_releasing_a_job_that_shall_stop_cancels_it(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job())
    [claim] = take()
    store.request_cancel(job_id)
    store.release(claim)
    assert store.get(job_id).state is JobState.CANCELLED


def test_a_restarted_worker_gets_its_jobs_back_without_waiting(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    mine, others = submit(store, new_job()), submit(store, new_job())
    cpu = submit(store, new_job(lane=Lane.CPU))
    take("w1")
    take("w2")
    take("w1", Lane.CPU)
    assert store.recover("w1", Lane.DEVICE) == 1
    assert [store.get(job_id).state for job_id in (mine, others, cpu)] == [
        JobState.QUEUED,
        JobState.RUNNING,
        JobState.RUNNING,
    ]
    assert store.recover("w1", Lane.DEVICE) == 0
    assert take("w1")[0].job.attempt == 2


def test_old_jobs_keep_only_their_changes_of_state_and_stage(
    store: SqlJobStore, new_job: Make, take: Take
) -> None:
    def run_one(lane: Lane) -> str:
        job_id = submit(store, new_job(lane=lane))
        [claim] = take(lane=lane)
        for step in range(3):
            store.report(claim, Progress(StageName.DRAFT, step, 2))
        store.report(claim, Progress(StageName.UPSCALE))
        store.finish(claim, JobState.SUCCEEDED, result={})
        return job_id

    everything = ["state", "state", *["progress"] * 4, "end"]
    first = run_one(Lane.CPU)
    for _ in range(198):
        submit(store, new_job())
    last = run_one(Lane.CPU)
    assert kinds(store, first) == everything
    run_one(Lane.CPU)
    assert kinds(store, first) == ["state", "state", "progress", "progress", "end"]
    assert store.events(first) == store.turning_points(first)
    assert kinds(store, last) == everything
    assert [event.seq for event in store.turning_points(last)] == [1, 2, 3, 6, 7]


def test_counts_and_living_workers(
    store: SqlJobStore, clock: Clock, new_job: Make, take: Take
) -> None:
    assert store.counts() == dict.fromkeys(JobState, 0)
    for _ in range(3):
        submit(store, new_job())
    take()
    submit(store, new_job(lane=Lane.TRAIN))
    assert store.waiting() == dict.fromkeys(Lane, 0) | {Lane.DEVICE: 2, Lane.TRAIN: 1}
    store.request_cancel(store.list(limit=1)[0].id)
    assert store.counts() == dict.fromkeys(JobState, 0) | {
        JobState.QUEUED: 2,
        JobState.RUNNING: 1,
        JobState.CANCELLED: 1,
    }
    store.heartbeat("w1")
    clock.move(8)
    store.heartbeat("w2")
    assert (store.workers(5), store.workers(10)) == (1, 2)
    store.heartbeat("w1")
    assert store.workers(5) == 2
    clock.move(-3600)
    assert store.workers(5) == 0


def test_timings_move_towards_new_measurements(store: SqlJobStore) -> None:
    assert store.timing("draft:cpu") is None
    store.remember_timing("draft:cpu", 1.0)
    store.remember_timing("draft:cpu", 2.0)
    assert store.timing("draft:cpu") == pytest.approx(1.3)
    assert store.timing("other") is None


def test_everything_survives_a_reopening(
    url: str, clock: Clock, store: SqlJobStore, new_job: Make, take: Take
) -> None:
    job_id = submit(store, new_job(idempotency_key="a"))
    [claim] = take(lease=5)
    store.checkpoint(claim, StageName.BRIEF, b"b")
    before = store.get(job_id)
    store.close()
    other = SqlJobStore(url, clock)
    assert other.get(job_id) == before
    clock.move(6)
    [again] = other.claim("w2", Lane.DEVICE, lease_seconds=5, max_batch=1)
    assert again.checkpoints == {StageName.BRIEF: b"b"}
    other.close()


def test_eight_threads_never_claim_a_job_twice(
    url: str, clock: Clock, store: SqlJobStore, new_job: Make
) -> None:
    wanted = {submit(store, new_job(batch_key=str(i % 7))) for i in range(60)}
    taken: list[str] = []
    barrier = threading.Barrier(8)

    def work(worker: str) -> None:
        own = SqlJobStore(url, clock)
        barrier.wait()
        while claims := own.claim(worker, Lane.DEVICE, lease_seconds=60, max_batch=3):
            taken.extend(claim.job.id for claim in claims)
        own.close()

    threads = [threading.Thread(target=work, args=(f"w{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60
    assert set(taken) == wanted


def test_one_key_from_eight_threads_gives_one_job_and_the_limit_holds(
    store: SqlJobStore, new_job: Make
) -> None:
    answers: list[tuple[str, bool]] = []
    refused: list[QueueFull] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        for number in range(5):
            try:
                job, is_new = store.submit(new_job(idempotency_key=f"k{number}"), queue_limit=3)
                answers.append((job.id, is_new))
            except QueueFull as error:
                refused.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) + len(refused) == 40
    assert len({job_id for job_id, _ in answers}) == 3
    assert sum(is_new for _, is_new in answers) == 3
    assert store.counts()[JobState.QUEUED] == 3
