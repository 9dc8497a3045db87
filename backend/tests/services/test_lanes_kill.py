"""A worker of two lanes that is killed, stopped and brought down: real processes and signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.datasets.parquet import Dataset
from backend.domain.jobs import Job, JobKind, JobState, Lane, NewJob
from backend.jobs.store import SqlJobStore
from backend.settings import ROOT
from backend.storage.dataset_reports import ReportStore
from backend.tests.parquets import write

SCRIPT = Path(__file__).with_name("lanes_worker.py")
PATIENCE_SECONDS = 120.0


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


class Stage:
    """A database, a data set and worker processes around them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'jobs.db'}"
        self.store = SqlJobStore(self.url)
        self.path = write(folder / "data" / "logos.parquet")
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, worker_id: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(SCRIPT), self.url, str(self.folder), worker_id]
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True
        )
        self.processes.append(process)
        wait_for((self.folder / f"up-{worker_id}").exists)
        return process

    def submit(self, kind: JobKind, lane: Lane) -> str:
        from backend.storage.dataset_folder import found_sets

        (found,) = found_sets(self.folder / "data")
        new = NewJob(kind, {"dataset": found.id}, "k", "f", lane)
        return self.store.submit(new, queue_limit=9)[0].id

    def eda(self) -> str:
        return self.submit(JobKind.EDA, Lane.CPU)

    def draw(self) -> str:
        return self.submit(JobKind.DRAFTS, Lane.DEVICE)

    def hold(self) -> Path:
        path = self.folder / "hold"
        path.touch()
        return path

    def wait_at(self, worker_id: str) -> None:
        wait_for((self.folder / f"at-{worker_id}").exists)

    def end_of(self, job_id: str) -> Job:
        wait_for(lambda: self.store.get(job_id).state.is_final)
        return self.store.get(job_id)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        self.store.close()


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """What a process has started, and what that has started."""
    found = []
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        found += [int(pid) for pid in (task / "children").read_text().split()]
    return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def test_pictures_are_drawn_while_a_data_set_is_analysed(scene: Stage) -> None:
    hold, job_id = scene.hold(), scene.eda()
    scene.start("both")
    scene.wait_at("both")
    assert scene.end_of(scene.draw()).result == {"worker": "both"}
    assert scene.store.get(job_id).state is JobState.RUNNING
    hold.unlink()
    assert scene.end_of(job_id).state is JobState.SUCCEEDED
    report = ReportStore(scene.folder).get(Dataset([scene.path]).fingerprint)
    assert report is not None
    assert report["dataset"]["rows"] == 20


def test_a_killed_workers_analysis_is_taken_over(scene: Stage) -> None:
    hold, job_id = scene.hold(), scene.eda()
    first = scene.start("first")
    scene.wait_at("first")
    scene.start("second")
    first.kill()
    first.wait()
    hold.unlink()
    job = scene.end_of(job_id)
    assert (job.state, job.attempt) == (JobState.SUCCEEDED, 2)
    assert ReportStore(scene.folder).has(Dataset([scene.path]).fingerprint)


def test_a_worker_that_comes_back_takes_up_both_lanes_at_once(scene: Stage) -> None:
    hold, job_id = scene.hold(), scene.eda()
    first = scene.start("same")
    scene.wait_at("same")
    first.kill()
    first.wait()
    hold.unlink()
    scene.start("same")
    assert scene.end_of(job_id).attempt == 2


def test_a_worker_told_to_stop_puts_the_analysis_back_and_leaves(scene: Stage) -> None:
    scene.hold()
    job_id = scene.eda()
    worker = scene.start("polite")
    scene.wait_at("polite")
    # The analysis holds for ever: nothing but the stop can end it.
    worker.terminate()
    assert worker.wait(PATIENCE_SECONDS) == 0
    job = scene.store.get(job_id)
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)


def test_a_lane_that_fails_ends_the_process_so_that_another_can_start(scene: Stage) -> None:
    hold, job_id = scene.hold(), scene.eda()
    (scene.folder / "crash").touch()
    worker = scene.start("broken")
    assert worker.wait(PATIENCE_SECONDS) != 0
    assert "a loop of the worker failed" in (scene.folder / "log-broken").read_text()
    drawn = scene.draw()
    (scene.folder / "crash").unlink()
    hold.unlink()
    scene.start("new")
    assert scene.end_of(drawn).result == {"worker": "new"}
    assert scene.end_of(job_id).state is JobState.SUCCEEDED


def test_a_signal_for_the_whole_group_does_not_fail_the_analysis(scene: Stage) -> None:
    """Ctrl-C and supervisors reach every process of a group, the analysis's own too."""
    job_id = scene.eda()
    worker = scene.start("group")
    # From its own session on, the child no longer belongs to the group.
    wait_for(lambda: any(os.getsid(child) == child for child in children(worker)))
    os.killpg(worker.pid, signal.SIGTERM)
    assert worker.wait(PATIENCE_SECONDS) == 0
    job = scene.store.get(job_id)
    assert (job.state, job.attempt) in ((JobState.QUEUED, 0), (JobState.SUCCEEDED, 1))


def test_the_analysis_does_not_outlive_a_killed_worker(scene: Stage) -> None:
    scene.eda()
    worker = scene.start("killed")
    found: list[int] = []

    def has_begun() -> bool:
        found[:] = children(worker)
        return bool(found)

    wait_for(has_begun)
    (child,) = found
    worker.kill()
    worker.wait()
    wait_for(lambda: not is_alive(child))


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
