from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from backend.domain.errors import LogoError, StorageFull, StoreUnavailable
from backend.domain.jobs import JobState, Lane, NewJob
from backend.jobs.database import Database, translated
from backend.jobs.store import SqlJobStore

Make = Callable[..., NewJob]


@pytest.mark.skipif(
    "LOGO_TEST_POSTGRES_URL" not in os.environ,
    reason="all store tests ran on SQLite only: LOGO_TEST_POSTGRES_URL names no PostgreSQL",
)
def test_the_store_tests_also_run_on_postgresql(url: str) -> None:
    assert url.startswith(("sqlite", "postgresql"))


def test_sqlite_is_set_up_for_several_processes(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'down' / 'jobs.db'}")

    def pragma(name: str) -> object:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    with database.durable() as connection:
        assert [pragma(name) for name in ("journal_mode", "foreign_keys", "busy_timeout")] == [
            "wal",
            1,
            5000,
        ]
        assert pragma("synchronous") == 2
    with database.relaxed() as connection:
        assert pragma("synchronous") == 1
    with database.durable() as connection:
        assert pragma("synchronous") == 2
    database.close()


def test_a_write_takes_the_lock_at_once_and_a_failure_undoes_it(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    database = Database(f"sqlite:///{path}")
    other = sqlite3.connect(path, timeout=0, isolation_level=None)

    def fail_half_way() -> None:
        with database.durable() as connection:
            connection.execute(text("INSERT INTO timings VALUES ('half', 1)"))
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert other.execute("SELECT count(*) FROM timings").fetchone() == (0,)
    other.close()
    database.close()


def test_a_database_of_a_newer_version_is_refused_and_untouched(url: str) -> None:
    database = Database(url)
    with database.durable() as connection:
        connection.execute(text("UPDATE schema_version SET version = 99"))
        connection.execute(text("DROP TABLE timings"))
    database.close()
    with pytest.raises(StoreUnavailable, match="format 99"):
        SqlJobStore(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        assert not engine.dialect.has_table(connection, "timings")
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file:x?mode=memory&uri=true",
        "no url",
        "nosuchdatabase://x",
        "sqlite:////proc/nothing/jobs.db",
    ],
)
def test_an_address_that_cannot_hold_jobs_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable):
        SqlJobStore(url)


def test_a_server_that_does_not_answer_is_unavailable_without_naming_itself() -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreUnavailable) as caught:
        SqlJobStore("postgresql+psycopg://secretuser:secretword@127.0.0.1:1/x")
    assert "secret" not in caught.value.detail
    assert "127.0.0.1" not in caught.value.detail


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\7" * 5000]
)
def test_a_damaged_file_is_unavailable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "jobs.db"
    path.write_bytes(content)
    with pytest.raises(StoreUnavailable, match="job database cannot be used"):
        SqlJobStore(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_locked_database_is_unavailable_and_comes_back(tmp_path: Path, new_job: Make) -> None:
    path = tmp_path / "jobs.db"
    store = SqlJobStore(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.submit(new_job(), queue_limit=9)
    assert store.counts()[JobState.QUEUED] == 0
    other.execute("ROLLBACK")
    other.close()
    store.submit(new_job(), queue_limit=9)
    assert store.counts()[JobState.QUEUED] == 1
    store.close()


def test_a_full_disk_is_named_as_such(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'small.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
        connection.exec_driver_sql("PRAGMA max_page_count=3")
        with pytest.raises(StorageFull), translated():
            connection.exec_driver_sql("INSERT INTO t VALUES (randomblob(100000))")
    engine.dispose()


def test_a_disk_that_refuses_writes_loses_nothing_and_heals(tmp_path: Path, new_job: Make) -> None:
    script = """
import resource, signal, sys
from backend.domain.errors import LogoError, StorageFull, StoreUnavailable
from backend.domain.jobs import JobKind, NewJob
from backend.jobs.store import SqlJobStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = SqlJobStore(sys.argv[1])
job = NewJob(JobKind.DRAFTS, {"text": "x" * 3000}, "k", "f")
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, hard))
while True:
    try:
        print(store.submit(job, queue_limit=10**6)[0].id)
    except (StorageFull, StoreUnavailable):
        break
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
print(store.submit(job, queue_limit=10**6)[0].id)
"""
    url = f"sqlite:///{tmp_path / 'jobs.db'}"
    answer = subprocess.run(
        [sys.executable, "-c", script, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    acknowledged = answer.stdout.split()
    assert len(acknowledged) > 10
    store = SqlJobStore(url)
    assert {job.id for job in store.list(limit=10_000)} == set(acknowledged)
    store.close()


def test_twelve_threads_may_open_a_new_database_together(url: str) -> None:
    failures: list[LogoError] = []
    barrier = threading.Barrier(12)

    def work() -> None:
        barrier.wait()
        try:
            store = SqlJobStore(url)
            store.claim("w", Lane.DEVICE, lease_seconds=1, max_batch=1)
            store.close()
        except LogoError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
