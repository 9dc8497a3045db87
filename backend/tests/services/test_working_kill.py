"""Workers that are killed or frozen: real processes, real signals."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobKind, JobState, NewJob
from backend.jobs.store import SqlJobStore

ROOT = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("kill_worker.py")
PATIENCE_SECONDS = 120.0


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def freeze(process: subprocess.Popen[bytes], database: Path) -> None:
    """Stops a process outside of its transactions: one that is stopped inside holds the lock
    of the database, and what happens then is a matter of SQLite, not of leases.
    """
    while True:
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        connection = sqlite3.connect(database, timeout=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.OperationalError:
            process.send_signal(signal.SIGCONT)
            time.sleep(0.01)
        finally:
            connection.close()


class Stage:
    """A database, a folder and worker processes around them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'jobs.db'}"
        self.store = SqlJobStore(self.url)
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, worker_id: str, lease_seconds: float = 1.5) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [
                sys.executable,
                str(SCRIPT),
                self.url,
                str(self.folder),
                worker_id,
                str(lease_seconds),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.processes.append(process)
        wait_for((self.folder / f"up-{worker_id}").exists)
        return process

    def submit(self, key: str = "k") -> str:
        job = NewJob(JobKind.GENERATE, {}, key, "f")
        return self.store.submit(job, queue_limit=1000)[0].id

    def hold(self, stage: StageName, job_id: str) -> Path:
        path = self.folder / f"hold-{stage}-{job_id}"
        path.touch()
        return path

    def wait_at(self, stage: StageName, worker_id: str) -> None:
        wait_for((self.folder / f"at-{stage}-{worker_id}").exists)

    def end_of(self, job_id: str) -> Job:
        wait_for(lambda: self.store.get(job_id).state.is_final)
        return self.store.get(job_id)

    def runs(self, job_id: str) -> Counter[str]:
        lines = (self.folder / "trace").read_text().splitlines()
        return Counter(line.split()[0] for line in lines if line.endswith(job_id))

    def ends(self, job_id: str) -> int:
        return [event.kind for event in self.store.events(job_id)].count("end")

    def close(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        self.store.close()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("stage", StageName)
def test_a_killed_workers_job_goes_on_from_the_last_finished_stage(
    scene: Stage, stage: StageName
) -> None:
    job_id = scene.submit()
    hold = scene.hold(stage, job_id)
    first = scene.start("first")
    scene.wait_at(stage, "first")
    scene.start("second")
    first.kill()
    first.wait()
    hold.unlink()
    job = scene.end_of(job_id)
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    assert job.result == {"worker": "second"}
    assert scene.runs(job_id) == {str(s): 2 if s is stage else 1 for s in StageName}
    assert scene.ends(job_id) == 1


def test_a_job_that_kills_two_workers_is_given_up_and_the_next_one_runs(scene: Stage) -> None:
    poison = scene.submit()
    scene.hold(StageName.UPSCALE, poison)
    for worker_id in ("first", "second"):
        process = scene.start(worker_id)
        scene.wait_at(StageName.UPSCALE, worker_id)
        process.kill()
        process.wait()
    healthy = scene.submit()
    scene.start("third")
    assert scene.end_of(healthy).state is JobState.SUCCEEDED
    job = scene.end_of(poison)
    assert (job.state, job.attempt) == (JobState.FAILED, 2)
    assert job.error is not None
    assert job.error["code"] == "crashed-worker"
    assert scene.runs(poison) == {"brief": 1, "draft": 1, "upscale": 2}
    assert scene.ends(poison) == 1


def test_a_frozen_worker_comes_back_too_late_and_writes_nothing(scene: Stage) -> None:
    job_id = scene.submit()
    hold = scene.hold(StageName.DRAFT, job_id)
    frozen = scene.start("frozen")
    scene.wait_at(StageName.DRAFT, "frozen")
    freeze(frozen, scene.folder / "jobs.db")
    other = scene.start("other")
    hold.unlink()
    job = scene.end_of(job_id)
    other.terminate()
    other.wait()
    before = scene.store.events(job_id)

    frozen.send_signal(signal.SIGCONT)
    later = scene.submit()
    assert scene.end_of(later).result == {"worker": "frozen"}
    assert scene.store.get(job_id) == job
    assert (job.state, job.attempt, job.result) == (JobState.SUCCEEDED, 2, {"worker": "other"})
    assert scene.store.events(job_id) == before
    assert scene.ends(job_id) == 1
    assert "lost to another worker" in (scene.folder / "log-frozen").read_text()


def test_a_restarted_worker_of_the_same_name_does_not_wait_for_its_old_lease(scene: Stage) -> None:
    job_id = scene.submit()
    hold = scene.hold(StageName.RESTYLE, job_id)
    first = scene.start("same", lease_seconds=600)
    scene.wait_at(StageName.RESTYLE, "same")
    first.kill()
    first.wait()
    hold.unlink()
    (scene.folder / "up-same").unlink()
    scene.start("same", lease_seconds=600)
    job = scene.end_of(job_id)
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    assert scene.runs(job_id)["draft"] == 1


def test_a_worker_told_to_stop_finishes_its_job_and_leaves(scene: Stage) -> None:
    job_id, waiting = scene.submit(), scene.submit("other")
    hold = scene.hold(StageName.FINISH, job_id)
    worker = scene.start("polite")
    scene.wait_at(StageName.FINISH, "polite")
    worker.terminate()
    time.sleep(0.3)
    hold.unlink()
    assert worker.wait(PATIENCE_SECONDS) == 0
    assert scene.store.get(job_id).state is JobState.SUCCEEDED
    assert scene.store.get(waiting).state is JobState.QUEUED


def crash_workers_at_random(scene: Stage, rounds: int) -> None:
    """Kills a worker at no particular moment, over and over."""
    ids = [scene.submit(str(number)) for number in range(rounds)]
    for number in range(rounds):
        worker = scene.start(f"w{number}", lease_seconds=0.3)
        time.sleep(0.013 * (number % 11))
        worker.kill()
        worker.wait()
    scene.start("last", lease_seconds=0.3)
    for job_id in ids:
        job = scene.end_of(job_id)
        assert scene.ends(job_id) == 1
        assert job.state is JobState.SUCCEEDED or (job.error or {})["code"] == "crashed-worker"
        runs = scene.runs(job_id)
        assert all(runs[stage] <= 2 for stage in StageName)


def test_workers_killed_at_random_moments_lose_no_job(scene: Stage) -> None:
    crash_workers_at_random(scene, 4)


@pytest.mark.slow
def test_workers_killed_at_random_moments_lose_no_job_for_long(scene: Stage) -> None:
    crash_workers_at_random(scene, 60)
