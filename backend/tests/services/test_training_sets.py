from __future__ import annotations

from pathlib import Path

import pytest

from backend.domain.errors import InUse, InvalidRequest, SetUnready
from backend.domain.lora_presets import Goal
from backend.services.training_runs import RunOrder
from backend.tests.fakes import MemoryJobStore
from backend.tests.services.training_scene import Services, write_check


@pytest.fixture
def scene(tmp_path: Path) -> Services:
    return Services(tmp_path, MemoryJobStore())


def test_a_set_goes_from_empty_to_ready(scene: Services) -> None:
    set_id = scene.sets.create("x").stored.id
    assert scene.sets.get(set_id).state == "empty"
    with pytest.raises(InvalidRequest):
        scene.sets.inspect(set_id)
    with pytest.raises(InvalidRequest):
        scene.sets.add(set_id, [])
    ready = scene.ready_set()
    assert scene.sets.get(ready).state == "ready"
    assert scene.sets.require_ready(ready).id == ready
    assert [view.state for view in scene.sets.list()] == ["ready", "empty"]


def test_an_unready_set_says_which_findings_to_mend(scene: Services) -> None:
    set_id = scene.filled_set()
    with pytest.raises(SetUnready, match="have the set checked"):
        scene.sets.require_ready(set_id)
    stored = scene.set_store.get(set_id)
    finding = {"code": "all-alike", "level": "error", "files": [], "detail": "Send others."}
    write_check(stored.folder, list(stored.uploads), [finding])
    scene.set_store.settle_inspection(set_id, stored.stamp)
    assert scene.sets.get(set_id).state == "unready"
    with pytest.raises(SetUnready, match="Send others") as caught:
        scene.sets.require_ready(set_id)
    assert caught.value.fields == (("set", "all-alike"),)


def test_too_few_pictures_are_not_ready_whatever_the_check_says(scene: Services) -> None:
    set_id = scene.ready_set()
    scene.sets.remove_picture(set_id, "a.png")
    assert scene.sets.get(set_id).state == "unready"
    with pytest.raises(SetUnready, match="at least 3"):
        scene.sets.require_ready(set_id)


def test_while_a_check_runs_nothing_changes_under_it(scene: Services) -> None:
    set_id = scene.ready_set()
    job = scene.sets.inspect(set_id)
    assert job.params["set"] == set_id
    view = scene.sets.get(set_id)
    assert (view.state, view.job) == ("inspecting", job.id)
    for action in (
        lambda: scene.sets.delete(set_id),
        lambda: scene.sets.remove_picture(set_id, "a.png"),
        lambda: scene.sets.write_captions(set_id, {"a.png": "x"}),
        lambda: scene.sets.require_ready(set_id),
    ):
        with pytest.raises(InUse):
            action()
    scene.jobs.cancel(job.id)
    scene.sets.write_captions(set_id, {"a.png": "x"})


def test_a_set_cannot_go_while_a_training_waits_or_runs(scene: Services) -> None:
    set_id = scene.ready_set()
    run = scene.runs.order(RunOrder(set_id, "mine", Goal.STYLE))
    with pytest.raises(InUse):
        scene.sets.delete(set_id)
    scene.runs.stop(run.stored.id)
    scene.sets.delete(set_id)
    # It has a copy of the pictures.
    assert scene.runs.resume(run.stored.id).state == "queued"
