from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import create_engine, text

from backend.domain.jobs import Lane, NewJob
from backend.domain.ports import WorkerFigures
from backend.jobs.schema import jobs
from backend.jobs.store import SqlJobStore
from backend.tests.jobs.clocks import Clock


def test_figures_come_with_signs_of_life_and_goodbyes(store: SqlJobStore, clock: Clock) -> None:
    for name, figures in (("dead", "old"), ("gone", "old"), ("gone", "")):
        store.heartbeat(name)
        store.note_figures(name, figures)
    clock.move(60)
    for name in ("alive", "silent"):
        store.heartbeat(name)
    store.note_figures("alive", "1")
    store.note_figures("alive", "2")
    assert list(store.figures(15)) == [
        WorkerFigures("alive", is_seen=True, text="2", has_left=False),
        WorkerFigures("dead", is_seen=False, text="old", has_left=False),
        WorkerFigures("gone", is_seen=False, text="", has_left=True),
        WorkerFigures("silent", is_seen=True, text="", has_left=False),
    ]


def test_workers_of_yesterday_are_forgotten(store: SqlJobStore, clock: Clock) -> None:
    store.heartbeat("old")
    store.note_figures("old", "1")
    clock.move(25 * 3600)
    assert not store.figures(15)
    store.heartbeat("new")
    clock.move(-25 * 3600)
    assert [one.worker_id for one in store.figures(15)] == ["new"]


def test_the_oldest_that_waits_is_known_for_every_lane(
    store: SqlJobStore, clock: Clock, new_job: Callable[..., NewJob]
) -> None:
    store.submit(new_job(), queue_limit=9)
    clock.move(5)
    store.submit(new_job(lane=Lane.CPU), queue_limit=9)
    clock.move(2)
    store.submit(new_job(), queue_limit=9)
    assert store.oldest_waiting() == {**dict.fromkeys(Lane, 0.0), Lane.DEVICE: 7.0, Lane.CPU: 2.0}


def test_a_database_of_an_older_program_gets_what_it_lacks(
    url: str, new_job: Callable[..., NewJob]
) -> None:
    SqlJobStore(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        for name in ("request_id", "caller"):
            connection.execute(text(f"ALTER TABLE {jobs.name} DROP COLUMN {name}"))
        connection.execute(text("DROP TABLE figures"))
    engine.dispose()
    store = SqlJobStore(url)
    job, _ = store.submit(new_job(caller="k1"), queue_limit=9, caller_limit=1)
    store.note_figures("w1", "1")
    assert store.get(job.id).request_id == ""
    store.close()
