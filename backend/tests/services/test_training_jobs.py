"""Checks and trainings through the worker's loop: real processes, a trainer without networks."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobState, Lane
from backend.domain.lora_names import lora_names
from backend.domain.lora_presets import Goal
from backend.domain.ports import CANCEL_PREFIX
from backend.services.training_jobs import InspectionRunner, TrainingRunner, put_adapter
from backend.services.training_runs import RunOrder, RunView, timing_key
from backend.services.working import WorkLoop
from backend.tests.services.test_working import FlakyStore, MemoryBell
from backend.tests.services.training_scene import FAKE, Services

PATIENCE_SECONDS = 120.0


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


class Worker:
    """The loops of the lanes cpu and train, each in a thread."""

    def __init__(self, scene: Scene, worker_id: str = "w", module: str = FAKE) -> None:
        self.stop = threading.Event()
        self.bell = MemoryBell()
        services = scene.services
        trainer = TrainingRunner(
            runs=services.run_store, weights=services.weights, lora_folder=services.lora,
            timings=scene.store, module=module, patience_seconds=scene.patience_seconds,
        )  # fmt: skip
        checker = InspectionRunner(services.set_store, services.weights, module)
        self.threads = []
        for lane, runner in ((Lane.TRAIN, trainer), (Lane.CPU, checker)):
            loop = WorkLoop(
                store=scene.store, bell_listener=self.bell, bell=self.bell, runner=runner,
                lane=lane, worker_id=worker_id, max_batch=1, poll_seconds=0.02, grace_seconds=0,
                lease_seconds=1,
            )  # fmt: skip
            self.threads.append(threading.Thread(target=loop.run, args=(self.stop,)))
        for thread in self.threads:
            thread.start()

    def leave(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()


class Scene:
    patience_seconds = 20.0

    def __init__(self, folder: Path) -> None:
        self.store = FlakyStore(f"sqlite:///{folder / 'jobs.db'}")
        self.services = Services(folder, self.store)
        self.workers: list[Worker] = []

    def hire(self, worker_id: str = "w", module: str = FAKE) -> Worker:
        self.workers.append(Worker(self, worker_id, module))
        return self.workers[-1]

    def order(self, steps: int = 20, pace: float = 0.02, name: str = "mine") -> RunView:
        set_id = self.services.ready_set()
        view = self.services.runs.order(
            RunOrder(set_id, name, Goal.STYLE, overrides={"steps": steps})
        )
        (view.stored.folder / "pace").write_text(str(pace))
        return view

    def view(self, run_id: str) -> RunView:
        return self.services.runs.get(run_id)

    def reach(self, run_id: str, state: str) -> RunView:
        eventually(lambda: self.view(run_id).state in (state, "failed", "finished", "stopped"))
        found = self.view(run_id)
        assert found.state == state, found.problem
        return found

    def at_step(self, run_id: str, step: int) -> None:
        eventually(lambda: len(self.lines(run_id)) >= step)

    def lines(self, run_id: str) -> list[bytes]:
        return self.services.run_store.history(run_id)[1].splitlines()

    def trace(self, run_id: str) -> list[list[str]]:
        path = self.services.run_store.folder_of(run_id) / "trace"
        return [line.split() for line in path.read_text().splitlines()]

    def job(self, job_id: str | None) -> Job:
        assert job_id is not None
        return self.store.get(job_id)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    for worker in made.workers:
        worker.leave()
    made.store.close()


def test_a_training_runs_to_its_end_and_its_adapter_can_be_used(scene: Scene) -> None:
    run_id = scene.order(pace=0.1).stored.id
    scene.hire()
    view = scene.reach(run_id, "finished")
    assert (view.step, view.steps, view.phase, view.eta_seconds) == (20, 20, None, None)
    assert view.stored.adapter == "mine"
    adapter = scene.services.lora / "mine.safetensors"
    assert adapter.read_bytes() == b"an adapter of 3 pictures, 20 steps"
    assert view.metrics == {"loss": 0.05}
    assert view.note == "From step 20 on, nothing is new."
    assert [step for step, _ in view.samples] == [10, 20]
    assert view.curves is not None
    assert list(view.curves.columns["step"]) == list(range(1, 21))
    assert set(view.curves.columns) == {"step", "seconds", "loss"}
    job = scene.job(view.job)
    assert job.result is not None
    assert job.result["adapter"] == "mine"
    assert not (view.stored.folder / "set" / "pictures").exists()
    assert not list(scene.services.lora.glob(".*"))
    seconds = scene.store.timing(timing_key("sd-embedded"))
    assert seconds is not None
    # As read here, where a busy machine may read the first lines late.
    assert 0.02 < seconds < 10


def test_a_running_training_shows_how_far_it_is(scene: Scene) -> None:
    run_id = scene.order(steps=2_000).stored.id
    scene.hire()
    eventually(lambda: scene.view(run_id).step > 10)
    view = scene.view(run_id)
    assert (view.state, view.phase, view.steps) == ("running", "train", 2_000)
    assert view.eta_seconds is not None
    assert 30 < view.eta_seconds <= 40
    assert view.curves is not None
    assert view.curves.rows >= 10
    assert view.metrics["loss"] <= 0.1
    assert view.samples[0] == (10, "samples-000010.png")
    progress = scene.job(view.job).progress
    assert progress is not None
    assert (progress.stage, progress.total) == (StageName.TRAIN, 2_000)
    (start,) = scene.trace(run_id)
    # It steps back for whoever draws.
    assert int(start[3]) == 10
    assert start[4:] in ([], ["10"])
    assert os.getsid(int(start[1])) == int(start[1]) != os.getsid(0)


@pytest.mark.parametrize("by_job", [False, True])
def test_a_stopped_training_goes_on_where_it_was(scene: Scene, by_job: bool) -> None:
    view = scene.order(steps=200, pace=0.1)
    run_id = view.stored.id
    worker = scene.hire()
    scene.at_step(run_id, 12)
    if by_job:
        scene.services.jobs.cancel(scene.job(view.job).id)
    else:
        scene.services.runs.stop(run_id)
    worker.bell.ring("worker", CANCEL_PREFIX + scene.job(view.job).id)
    stopped = scene.reach(run_id, "stopped")
    assert scene.job(view.job).state is JobState.CANCELLED
    assert stopped.problem is None
    kept = int(scene.trace(run_id)[-1][2])
    assert 12 <= kept < 200
    assert len(scene.lines(run_id)) == kept
    (stopped.stored.folder / "pace").write_text("0.001")
    assert scene.services.runs.resume(run_id).state in ("queued", "running")
    finished = scene.reach(run_id, "finished")
    assert finished.job != view.job
    assert [line[2] for line in scene.trace(run_id) if line[0] == "start"] == ["0", str(kept)]
    assert len(scene.lines(run_id)) == 200


def test_stopping_before_it_begins_is_fine(scene: Scene) -> None:
    run_id = scene.order().stored.id
    assert scene.services.runs.stop(run_id).state == "stopped"
    assert scene.services.runs.stop(run_id).state == "stopped"
    scene.services.runs.resume(run_id)
    scene.hire()
    scene.reach(run_id, "finished")


def test_a_worker_that_has_to_go_hands_the_training_back(scene: Scene) -> None:
    view = scene.order(steps=100, pace=0.1)
    run_id = view.stored.id
    worker = scene.hire("first")
    scene.at_step(run_id, 5)
    worker.leave()
    job = scene.job(view.job)
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)
    kept = scene.trace(run_id)[-1]
    assert kept[0] == "end"
    (view.stored.folder / "pace").write_text("0.001")
    scene.hire("second")
    scene.reach(run_id, "finished")
    again = scene.trace(run_id)[2]
    assert (again[0], again[2]) == ("start", kept[2])
    assert len(scene.lines(run_id)) == 100


def test_a_second_worker_takes_over_when_the_first_one_is_stuck(scene: Scene) -> None:
    """Its lease has run out, but its child still trains: the child has to go before another one."""
    view = scene.order(steps=100, pace=0.1)
    run_id = view.stored.id
    scene.hire("first")
    scene.at_step(run_id, 5)
    assert scene.store.recover("first", Lane.TRAIN) == 1
    (view.stored.folder / "pace").write_text("0.001")
    scene.hire("second")
    scene.reach(run_id, "finished")
    trace = scene.trace(run_id)
    assert [line[0] for line in trace] == ["start", "end"] * (len(trace) // 2), trace
    assert scene.job(view.job).attempt == 2


def test_a_child_that_does_not_listen_is_killed_and_its_checkpoint_used(scene: Scene) -> None:
    scene.patience_seconds = 0.3
    view = scene.order(steps=100, pace=0.1)
    run_id, folder = view.stored.id, view.stored.folder
    scene.hire()
    scene.at_step(run_id, 15)
    (folder / "hang").touch()
    scene.services.runs.stop(run_id)
    scene.reach(run_id, "stopped")
    (start,) = scene.trace(run_id)
    assert not Path(f"/proc/{start[1]}").exists()
    (folder / "hang").unlink()
    (folder / "pace").write_text("0.001")
    scene.services.runs.resume(run_id)
    scene.reach(run_id, "finished")
    assert int(scene.trace(run_id)[1][2]) % 10 == 0


def test_failures_are_told_by_name_and_can_be_resumed(scene: Scene) -> None:
    view = scene.order()
    run_id, folder = view.stored.id, view.stored.folder
    for file, code in (("fail", "out-of-memory"), ("crash", "stage-failed")):
        (folder / file).touch()
        if file == "fail":
            scene.hire()
        else:
            scene.services.runs.resume(run_id)
        eventually(lambda: scene.view(run_id).state == "failed")
        problem = scene.view(run_id).problem
        assert problem is not None
        assert problem.code == code
    scene.services.runs.resume(run_id)
    assert scene.reach(run_id, "finished").problem is None


def test_a_module_that_cannot_start_is_a_failure(scene: Scene) -> None:
    run_id = scene.order().stored.id
    scene.hire(module="no_such_module")
    eventually(lambda: scene.view(run_id).state == "failed")


def test_an_adapter_never_takes_the_place_of_another_one(scene: Scene) -> None:
    run_id = scene.order().stored.id
    other = scene.services.lora / "mine.safetensors"
    other.write_bytes(b"put there while the training ran")
    scene.hire()
    assert scene.reach(run_id, "finished").stored.adapter == "mine-2"
    assert other.read_bytes() == b"put there while the training ran"


def test_a_second_adapter_of_a_long_name_is_listed_too(tmp_path: Path) -> None:
    source, name = tmp_path / "made", "a" * 81
    source.write_bytes(b"made")
    (tmp_path / f"{name}.safetensors").write_bytes(b"another")
    assert put_adapter(source, tmp_path, name) == "a" * 79 + "-2"
    assert lora_names(tmp_path) == ["a" * 79 + "-2", name]
    # It is there already: the process died before it could say so.
    assert put_adapter(source, tmp_path, name) == "a" * 79 + "-2"


def test_a_deleted_training_ends_its_job(scene: Scene) -> None:
    view = scene.order()
    scene.services.run_store.delete(view.stored.id)
    scene.hire()
    eventually(lambda: scene.job(view.job).state.is_final)
    error = scene.job(view.job).error
    assert error is not None
    assert error["code"] == "run-not-found"


def test_a_set_is_checked_and_the_check_of_changed_files_is_asked_for_again(scene: Scene) -> None:
    set_id = scene.services.filled_set("a.png", "b.jpg", "c.webp", "words.txt")
    sets = scene.services.sets
    assert sets.get(set_id).state == "uploaded"
    job = sets.inspect(set_id)
    assert sets.inspect(set_id).id == job.id
    assert sets.get(set_id).state == "inspecting"
    scene.hire()
    eventually(lambda: scene.job(job.id).state.is_final)
    view = sets.get(set_id)
    assert (view.state, view.job, view.problem) == ("ready", None, None)
    found = view.stored.inspection
    assert found is not None
    assert [picture.file for picture in found.pictures] == ["a.png", "b.jpg", "c.webp"]
    assert found.refused == (("words.txt", "it is no picture"),)
    with (view.stored.folder / "uploads" / "a.png").open("rb") as stream:
        assert sets.add(set_id, [("d.png", stream)]).state == "uploaded"


def test_a_check_can_be_cancelled_and_a_failed_one_says_why(scene: Scene) -> None:
    set_id = scene.services.filled_set()
    sets, folder = scene.services.sets, scene.services.set_store.get(set_id).folder
    hold = folder / "hold"
    hold.touch()
    worker = scene.hire()
    job = sets.inspect(set_id)
    eventually(lambda: (folder / "child.lock").exists())
    scene.services.jobs.cancel(job.id)
    worker.bell.ring("worker", CANCEL_PREFIX + job.id)
    eventually(lambda: scene.job(job.id).state is JobState.CANCELLED)
    assert sets.get(set_id).state == "uploaded"
    hold.unlink()
    (folder / "fail").touch()
    failed = sets.inspect(set_id)
    eventually(lambda: scene.job(failed.id).state.is_final)
    view = sets.get(set_id)
    assert (view.state, view.job) == ("failed", failed.id)
    assert view.problem is not None
    assert view.problem.code == "unreadable-image"
    (folder / "fail").unlink()
    again = sets.inspect(set_id)
    eventually(lambda: scene.job(again.id).state.is_final)
    assert sets.get(set_id).state == "ready"
