from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.domain.errors import NotFound, RunNotFound, StorageFull
from backend.storage.training_runs import StoredRun, TrainingRunStore


@pytest.fixture
def store(tmp_path: Path) -> TrainingRunStore:
    return TrainingRunStore(tmp_path)


def fill(folder: Path) -> None:
    (folder / "pictures").mkdir(parents=True)
    (folder / "pictures" / "a.png").write_bytes(b"a")


def made(store: TrainingRunStore, name: str = "mine") -> StoredRun:
    return store.create({"name": name}, set_id="set_1", settings={"steps": 5}, fill=fill)


def test_a_training_is_kept_with_its_order_and_a_copy_of_its_pictures(
    store: TrainingRunStore, tmp_path: Path
) -> None:
    run = made(store)
    assert (run.name, run.set_id, run.settings) == ("mine", "set_1", {"steps": 5})
    assert (run.job, run.result, run.adapter, run.progress) == (None, None, None, {})
    order = json.loads((run.folder / "order.json").read_text())
    assert Path(order["set"]).is_absolute()
    assert (Path(order["set"]) / "pictures" / "a.png").read_bytes() == b"a"
    assert store.get(run.id) == run == store.list()[0]
    assert store.list()[0].folder.parent == tmp_path / "training" / "runs"


def test_a_training_that_could_not_be_filled_leaves_nothing(store: TrainingRunStore) -> None:
    def fail(folder: Path) -> None:
        fill(folder)
        assert store.list() == []
        raise StorageFull("full")

    with pytest.raises(StorageFull):
        store.create({"name": "x"}, set_id="s", settings={}, fill=fail)
    assert store.list() == []
    assert not list((store.list() or [made(store)])[0].folder.parent.glob(".*"))


def test_the_job_and_the_adapter_are_remembered(store: TrainingRunStore) -> None:
    run = made(store)
    store.remember_job(run.id, "job_1")
    store.publish(run.id, "mine-2")
    again = store.get(run.id)
    assert (again.job, again.adapter) == ("job_1", "mine-2")
    assert not (run.folder / "set" / "pictures").exists()


def test_progress_is_whole_or_the_one_before(store: TrainingRunStore) -> None:
    run = made(store)
    store.write_progress(run.id, {"phase": "train", "step": 3})
    assert store.get(run.id).progress == {"phase": "train", "step": 3}
    (run.folder / "progress.json").write_text('{"pha')
    assert store.get(run.id).progress == {}


def test_samples_are_found_by_step_and_nothing_else_is_shown(store: TrainingRunStore) -> None:
    run = made(store)
    for name in ("samples-000100.png", "samples-000020.png", "samples-x.png", "checkpoint.pt"):
        (run.folder / name).write_bytes(name.encode())
    assert store.samples(run.id) == [(20, "samples-000020.png"), (100, "samples-000100.png")]
    assert store.sample(run.id, "samples-000020.png") == b"samples-000020.png"
    for name in ("samples-000021.png", "checkpoint.pt", "../run.json", "samples-1.png/../run.json"):
        with pytest.raises(NotFound):
            store.sample(run.id, name)


def test_the_history_has_a_mark_that_changes_with_it(store: TrainingRunStore) -> None:
    run = made(store)
    assert store.history(run.id)[1] == b""
    path = run.folder / "history.jsonl"
    path.write_bytes(b"{}\n")
    first = store.history(run.id)
    path.write_bytes(b"{}\n{}\n")
    assert first[1] == b"{}\n"
    assert store.history(run.id)[0] != first[0]


@pytest.mark.parametrize("run_id", ["run_0", "../runs", "", "run_" + "0" * 24])
def test_unknown_trainings_are_not_found(store: TrainingRunStore, run_id: str) -> None:
    made(store)
    for action in (store.get, store.delete, store.history, store.samples):
        with pytest.raises(RunNotFound):
            action(run_id)
    with pytest.raises(RunNotFound):
        store.remember_job(run_id, "job")
    with pytest.raises(RunNotFound):
        store.write_progress(run_id, {})


def test_a_deleted_training_has_gone_and_a_crash_leaves_nothing_for_ever(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    store = TrainingRunStore(tmp_path, clock=lambda: now)
    run = made(store)
    store.delete(run.id)
    assert store.list() == []
    folder = tmp_path / "training" / "runs"
    for left in (".in-run_1", ".gone-run_2"):
        (folder / left).mkdir()
    store.list()
    assert os.listdir(folder) == [".in-run_1"]
    now += timedelta(days=2)
    store.list()
    assert os.listdir(folder) == []
