from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from backend.domain.errors import (
    InUse,
    InvalidRequest,
    NameTaken,
    QueueFull,
    SetNotFound,
    WeightsMissing,
)
from backend.domain.jobs import Lane
from backend.domain.lora_presets import Goal, preset_for
from backend.services.models import MAX_POINTS
from backend.services.side_jobs import SideJobs
from backend.services.training_curves import curves_of
from backend.services.training_runs import RunOrder, TrainingRunService, timing_key
from backend.tests.fakes import MemoryJobStore
from backend.tests.services.test_working import MemoryBell
from backend.tests.services.training_scene import Services


@pytest.fixture
def store() -> MemoryJobStore:
    return MemoryJobStore()


@pytest.fixture
def scene(tmp_path: Path, store: MemoryJobStore) -> Services:
    return Services(tmp_path, store)


def order(scene: Services, name: str = "mine", **more: object) -> RunOrder:
    return RunOrder(scene.ready_set(), name, **{"goal": Goal.STYLE, **more})  # type: ignore[arg-type]


def test_an_order_is_written_down_as_the_training_reads_it(
    scene: Services, store: MemoryJobStore
) -> None:
    wanted = order(scene, title="Mine", trigger="zvx toy", overrides={"steps": 20, "seed": 3})
    view = scene.runs.order(wanted)
    assert (view.state, view.steps, view.step, view.phase) == ("queued", 20, 0, None)
    job = store.get(str(view.job))
    assert (job.lane, job.params["run"]) == (Lane.TRAIN, view.stored.id)
    written = json.loads((view.stored.folder / "order.json").read_text())
    assert written == {
        "name": "mine",
        "title": "Mine",
        "goal": "style",
        "base": "sd-embedded",
        "set": str(view.stored.folder / "set"),
        "trigger": "zvx toy",
        "class_phrase": "",
        "licence": "",
        "overrides": {"steps": 20, "seed": 3},
    }
    preset = preset_for(Goal.STYLE)
    assert view.stored.settings == {
        "steps": 20,
        "rank": preset.rank,
        "learning_rate": preset.learning_rate,
        "resolution_px": 128,
        "batch_size": preset.batch_size,
        "train_text_encoder": False,
        "seed": 3,
    }


def test_wrong_fields_are_named_as_clients_send_them(scene: Services) -> None:
    with pytest.raises(InvalidRequest) as caught:
        scene.runs.order(order(scene, "../x", overrides={"resolution_px": 100}))
    assert [name for name, _ in caught.value.fields] == ["name", "resolution_px"]
    with pytest.raises(InvalidRequest) as caught:
        scene.runs.order(order(scene, goal=Goal.TRIGGER))
    assert [name for name, _ in caught.value.fields] == ["trigger"]
    with pytest.raises(SetNotFound):
        scene.runs.order(RunOrder("set_" + "0" * 24, "x", Goal.STYLE))
    assert scene.runs.list() == []


def test_a_base_whose_weights_are_missing_is_refused(scene: Services) -> None:
    with pytest.raises(WeightsMissing):
        scene.runs.order(order(scene, base="sd15"))


def test_a_name_is_free_once(scene: Services) -> None:
    (scene.lora / "Taken.safetensors").write_bytes(b"x")
    with pytest.raises(NameTaken):
        scene.runs.order(order(scene, "taken"))
    first = scene.runs.order(order(scene, "mine"))
    with pytest.raises(NameTaken):
        scene.runs.order(order(scene, "Mine"))
    scene.runs.stop(first.stored.id)
    with pytest.raises(NameTaken):
        scene.runs.order(order(scene, "mine"))
    scene.runs.delete(first.stored.id)
    assert scene.runs.order(order(scene, "mine")).state == "queued"


def test_a_full_queue_leaves_no_training_behind(scene: Services, store: MemoryJobStore) -> None:
    full = TrainingRunService(
        runs=scene.run_store, sets=scene.sets, set_store=scene.set_store,
        jobs=SideJobs(store, MemoryBell(), queue_limit=0), timings=store,
        catalog=scene.runs._catalog, lora_folder=scene.lora,
    )  # fmt: skip
    with pytest.raises(QueueFull):
        full.order(order(scene))
    assert scene.runs.list() == []


def test_a_training_that_waits_cannot_be_deleted_and_resuming_it_changes_nothing(
    scene: Services,
) -> None:
    view = scene.runs.order(order(scene))
    with pytest.raises(InUse):
        scene.runs.delete(view.stored.id)
    assert scene.runs.resume(view.stored.id).job == view.job


def test_stopping_takes_a_while_and_cannot_be_taken_back(
    scene: Services, store: MemoryJobStore
) -> None:
    run_id = scene.runs.order(order(scene)).stored.id
    store.claim("w", Lane.TRAIN, lease_seconds=9, max_batch=1)
    assert scene.runs.get(run_id).state == "running"
    assert scene.runs.stop(run_id).state == "stopping"
    with pytest.raises(InUse):
        scene.runs.resume(run_id)


def test_a_finished_training_is_not_resumed(scene: Services) -> None:
    run_id = scene.runs.order(order(scene)).stored.id
    scene.runs.stop(run_id)
    scene.run_store.publish(run_id, "mine")
    assert scene.runs.get(run_id).state == "finished"
    with pytest.raises(InvalidRequest):
        scene.runs.resume(run_id)


def test_a_lost_job_database_leaves_trainings_that_can_be_resumed(
    scene: Services, tmp_path: Path
) -> None:
    run_id = scene.runs.order(order(scene)).stored.id
    jobs = SideJobs(MemoryJobStore(), MemoryBell())
    later = TrainingRunService(
        runs=scene.run_store, sets=scene.sets, set_store=scene.set_store, jobs=jobs,
        timings=MemoryJobStore(), catalog=scene.runs._catalog, lora_folder=scene.lora,
    )  # fmt: skip
    assert later.get(run_id).state == "stopped"
    assert later.resume(run_id).state == "queued"


def test_bases_are_those_of_the_manifest(scene: Services, store: MemoryJobStore) -> None:
    store.remember_timing(timing_key("sd-embedded"), 0.6)
    told = [(base.name, base.is_present, base.seconds_per_step) for base in scene.runs.bases()]
    assert told == [("sd-embedded", True, 0.6), ("sd15", False, None)]


def test_curves_leave_out_what_is_no_number() -> None:
    lines = (
        b'{"step": 1, "loss": 0.5, "name": "x", "done": true}\n'
        b'{"step": 2, "loss": NaN}\nnull\n[1]\n{"step": 3, "more": 1e999}\n{"step": 4, "lo'
    )
    found = curves_of("mine", lines)
    assert found is not None
    assert dict(found.columns) == {"step": [1, 2, 3], "loss": [0.5, None, None]}
    assert (found.network, found.rows) == ("mine", 3)
    assert curves_of("x", b"") is None


def test_long_histories_are_thinned_evenly() -> None:
    rows = 4 * MAX_POINTS + 1
    lines = b"".join(b'{"step": %d}\n' % step for step in range(rows))
    found = curves_of("mine", lines)
    assert found is not None
    assert (found.rows, found.points) == (rows, MAX_POINTS)
    steps = [step or 0 for step in found.columns["step"]]
    assert (steps[0], steps[-1]) == (0, rows - 1)
    assert {b - a for a, b in pairwise(steps)} <= {4, 5}
