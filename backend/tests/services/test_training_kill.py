"""A worker that is killed, frozen and stopped while an adapter is trained: real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.jobs import JobState
from backend.domain.lora_presets import Goal
from backend.services.training_runs import RunOrder
from backend.settings import ROOT
from backend.tests.services.test_lanes_kill import PATIENCE_SECONDS, is_alive, wait_for
from backend.tests.services.test_working import FlakyStore
from backend.tests.services.test_working_kill import freeze
from backend.tests.services.training_scene import Services

SCRIPT = Path(__file__).with_name("training_worker.py")
STEPS = 300


class Stage:
    """A training that waits, and worker processes around it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'jobs.db'}"
        self.store = FlakyStore(self.url)
        self.services = Services(folder, self.store)
        order = RunOrder(self.services.ready_set(), "mine", Goal.STYLE, overrides={"steps": STEPS})
        view = self.services.runs.order(order)
        self.run_id, self.job_id, self.run = view.stored.id, str(view.job), view.stored.folder
        self.pace(0.1)
        self.processes: list[subprocess.Popen[bytes]] = []

    def pace(self, seconds: float) -> None:
        (self.run / "pace").write_text(str(seconds))

    def start(self, worker_id: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(SCRIPT), self.url, str(self.folder), worker_id]
        process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True
        )
        self.processes.append(process)
        wait_for((self.folder / f"up-{worker_id}").exists)
        return process

    def at_step(self, step: int) -> None:
        wait_for(lambda: len(self.services.run_store.history(self.run_id)[1].splitlines()) >= step)

    def trace(self) -> list[list[str]]:
        path = self.run / "trace"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    def finish(self) -> list[list[str]]:
        wait_for(lambda: self.store.get(self.job_id).state.is_final)
        assert self.services.runs.get(self.run_id).state == "finished"
        assert (self.folder / "lora" / "mine.safetensors").exists()
        return self.trace()

    def close(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()
        for line in self.trace():
            wait_for(lambda pid=int(line[1]): not is_alive(pid))  # type: ignore[misc]
        self.store.close()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def test_the_training_of_a_killed_worker_is_saved_and_taken_over(stage: Stage) -> None:
    first = stage.start("first")
    stage.at_step(12)
    first.kill()
    first.wait()
    wait_for(lambda: len(stage.trace()) == 2)
    kept = stage.trace()[1]
    assert kept[0] == "end"
    assert int(kept[2]) >= 12
    stage.pace(0.001)
    stage.start("second")
    trace = stage.finish()
    assert (trace[2][0], trace[2][2]) == ("start", kept[2])
    assert stage.store.get(stage.job_id).attempt == 2


def test_two_trainers_never_work_in_one_folder(stage: Stage) -> None:
    """A worker is frozen, its lease runs out, and its child knows nothing of it."""
    first = stage.start("frozen")
    stage.at_step(3)
    (stage.run / "hang").touch()
    freeze(first, stage.folder / "jobs.db")
    stage.start("second")
    # It was asked to go, and does not listen; then it is killed.
    child = int(stage.trace()[0][1])
    wait_for(lambda: not is_alive(child))
    (stage.run / "hang").unlink()
    stage.pace(0.001)
    trace = stage.finish()
    assert [line[0] for line in trace] == ["start", "start", "end"]
    assert trace[1][1] != str(child)
    os.kill(first.pid, signal.SIGCONT)
    # What the first one has to say about the job is refused: it ended once.
    first.terminate()
    assert first.wait(PATIENCE_SECONDS) == 0
    assert stage.store.get(stage.job_id).state is JobState.SUCCEEDED
    assert "lost to another worker" in (stage.folder / "log-frozen").read_text()


def test_a_worker_told_to_stop_leaves_a_training_that_goes_on(stage: Stage) -> None:
    first = stage.start("polite")
    stage.at_step(5)
    # To the whole group, as supervisors and Ctrl-C do: the child is none of it.
    os.killpg(first.pid, signal.SIGTERM)
    assert first.wait(PATIENCE_SECONDS) == 0
    job = stage.store.get(stage.job_id)
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)
    assert [line[0] for line in stage.trace()] == ["start", "end"]
    stage.pace(0.001)
    stage.start("next")
    assert stage.finish()[2][2] == stage.trace()[1][2]
