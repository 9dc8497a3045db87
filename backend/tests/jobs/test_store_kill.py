"""What a process was told is stored survives its death, whenever that comes."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from backend.domain.jobs import NewJob
from backend.jobs.store import SqlJobStore

FORK = multiprocessing.get_context("fork")


def submit_for_ever(url: str, job: NewJob, sender: Connection) -> None:
    store = SqlJobStore(url)
    while True:
        sender.send(store.submit(job, queue_limit=10**9)[0].id)


def kill_submitters(path: Path, job: NewJob, rounds: int) -> None:
    url = f"sqlite:///{path}"
    dice = random.Random(rounds)
    acknowledged: set[str] = set()
    for _ in range(rounds):
        receiver, sender = FORK.Pipe(duplex=False)
        process = FORK.Process(target=submit_for_ever, args=(url, job, sender))
        process.start()
        sender.close()
        acknowledged.add(receiver.recv())
        process.join(dice.uniform(0, 0.05))
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        try:
            while True:
                acknowledged.add(receiver.recv())
        except EOFError:
            receiver.close()
        process.close()

    store = SqlJobStore(url)
    stored = {found.id for found in store.list(limit=10**6)}
    assert acknowledged <= stored
    # At most the one submission of each round that nobody was told about.
    assert len(stored - acknowledged) <= rounds
    for job_id in stored:
        assert [event.seq for event in store.events(job_id)] == [1]
    store.close()
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    raw.close()


def test_every_acknowledged_job_survives_kill_9(
    tmp_path: Path, new_job: Callable[..., NewJob]
) -> None:
    kill_submitters(tmp_path / "jobs.db", new_job(), rounds=20)


@pytest.mark.slow
def test_every_acknowledged_job_survives_kill_9_for_long(
    tmp_path: Path, new_job: Callable[..., NewJob]
) -> None:
    kill_submitters(tmp_path / "jobs.db", new_job(), rounds=1000)
