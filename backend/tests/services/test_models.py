from __future__ import annotations

import itertools
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.domain.errors import (
    AlreadyPresent,
    HistoryNotFound,
    InvalidRequest,
    NotFound,
    UnknownWeights,
)
from backend.domain.jobs import JobKind, Lane
from backend.models.catalog import Catalog, WeightEntry, WeightFile
from backend.services.models import MAX_POINTS, ModelService, can_be_pulled
from backend.services.side_jobs import SideJobs
from backend.settings import ROOT
from backend.tests.fakes import MemoryJobStore, RecordingBell


def entry(name: str, path: str, url: str = "", **more: Any) -> WeightEntry:
    files = (WeightFile(path, 3, url=url),)
    return WeightEntry(name, "draft", name, "1", "embedded", "MIT", "x", files=files, **more)


ENTRIES = [
    entry("first", "net/first.bin", facts={"networks": ["first"]}),
    entry("second", "net/second.bin", facts={"networks": ["second"]}),
    entry("inner", "net/deeper/third.bin"),
    entry("all", "net/all.bin"),
    entry("linked", "net/linked.bin", "https://weights.example/linked.bin"),
    entry("hub", "net/hub.bin", hub="owner/name"),
    entry(
        "leader", "led/leader.bin", "https://weights.example/leader.bin", facts={"with": ["inner"]}
    ),
]


class Scene:
    """A service on a weights folder and a data folder."""

    def __init__(self, folder: Path) -> None:
        self.weights, self.data = folder / "weights", folder / "data"
        (self.weights / "net").mkdir(parents=True)
        self.catalog = Catalog(self.weights, ENTRIES)
        self.jobs, self.bell = MemoryJobStore(), RecordingBell()
        self.service = ModelService(self.catalog, self.data, SideJobs(self.jobs, self.bell))

    def write_history(self, columns: Mapping[str, Sequence[Any]]) -> None:
        pq.write_table(pa.table(dict(columns)), self.weights / "net" / "history.parquet")

    def curves(self) -> dict[str, bool]:
        return {each.name: self.service.has_curves(each) for each in ENTRIES}


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_each_model_has_the_curves_of_its_own_networks(scene: Scene) -> None:
    assert not any(scene.curves().values())
    scene.write_history(
        {
            "network": ["first", "first", "other"],
            "step": [1, 2, 1],
            "loss": [0.5, float("nan"), 0.1],
            "hits": [None, None, 0.25],
            "note": ["a", "b", "c"],
        }
    )
    assert scene.curves() == {
        "first": True, "second": False, "inner": False, "all": True, "linked": True, "hub": True,
        "leader": False,
    }  # fmt: skip
    (own,) = scene.service.history("first")
    assert (own.network, own.rows, own.points) == ("first", 2, 2)
    assert own.columns == {"step": [1, 2], "loss": [0.5, None]}
    assert [curves.network for curves in scene.service.history("all")] == ["first", "other"]


def test_a_long_training_is_thinned_evenly_and_says_so(scene: Scene) -> None:
    steps = list(range(10_001))
    scene.write_history({"network": ["first"] * 10_001, "step": steps, "loss": [1.0] * 10_001})
    (curves,) = scene.service.history("first")
    assert (curves.rows, curves.points) == (10_001, MAX_POINTS)
    told = [int(step) for step in curves.columns["step"] if step is not None]
    assert (told[0], told[-1]) == (0, 10_000)
    gaps = {later - earlier for earlier, later in itertools.pairwise(told)}
    assert gaps <= {5, 6}


@pytest.mark.parametrize("damage", [b"", b"PAR1 and nothing", None])
def test_without_a_readable_history_there_is_none(scene: Scene, damage: bytes | None) -> None:
    if damage is None:
        scene.write_history({"step": [1]})
    else:
        (scene.weights / "net" / "history.parquet").write_bytes(damage)
    assert not any(scene.curves().values())
    with pytest.raises(HistoryNotFound):
        scene.service.history("first")
    with pytest.raises(UnknownWeights):
        scene.service.history("../first")


def test_a_history_that_arrives_later_is_noticed(scene: Scene) -> None:
    scene.write_history({"network": ["second"], "step": [1]})
    assert scene.curves()["first"] is False
    path = scene.weights / "net" / "history.parquet"
    scene.write_history({"network": ["first"], "step": [1]})
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000))
    assert scene.curves()["first"] is True


def test_the_evaluation_and_its_sheets(scene: Scene) -> None:
    with pytest.raises(NotFound, match="evaluation"):
        scene.service.evaluation()
    (scene.weights / "evaluation.json").write_text('{"seed": 0, "figures": []}')
    assert scene.service.evaluation() == {"seed": 0, "figures": []}
    assert scene.service.sheets() == []
    pictures = scene.data / "pictures"
    pictures.mkdir(parents=True)
    for name in ("card-trained", "ui", "secret"):
        (pictures / f"{name}.png").write_bytes(b"png")
    ((name, title),) = scene.service.sheets()
    assert name == "card-trained"
    assert title
    assert scene.service.sheet("card-trained") == b"png"
    for other in ("card-held-out", "ui", "secret", "../../secret", ""):
        with pytest.raises(NotFound):
            scene.service.sheet(other)


def test_what_can_be_pulled(scene: Scene) -> None:
    assert [each.name for each in ENTRIES if can_be_pulled(each)] == ["linked", "hub", "leader"]
    with pytest.raises(InvalidRequest, match="git checkout"):
        scene.service.pull("first")
    with pytest.raises(UnknownWeights):
        scene.service.pull("nothing")
    (scene.weights / "net" / "linked.bin").write_bytes(b"abc")
    with pytest.raises(AlreadyPresent):
        scene.service.pull("linked")


def test_a_model_is_pulled_until_what_it_brings_along_is_here_too(scene: Scene) -> None:
    (scene.weights / "led").mkdir()
    (scene.weights / "led" / "leader.bin").write_bytes(b"abc")
    assert scene.service.pull("leader").params == {"model": "leader"}
    (scene.weights / "net" / "deeper").mkdir()
    (scene.weights / "net" / "deeper" / "third.bin").write_bytes(b"abc")
    with pytest.raises(AlreadyPresent):
        scene.service.pull("leader")


def test_a_model_is_pulled_once_at_a_time_and_noticed_when_it_is_there(scene: Scene) -> None:
    job = scene.service.pull("linked")
    assert (job.kind, job.lane, job.params) == (JobKind.PULL, Lane.DOWNLOAD, {"model": "linked"})
    assert scene.service.pull("linked").id == job.id
    assert scene.service.pull("hub").id != job.id
    assert scene.service.pulling()["linked"] == job.id
    assert scene.bell.rings[0] == ("worker", job.id)
    scene.jobs.request_cancel(job.id)
    assert set(scene.service.pulling()) == {"hub"}
    (scene.weights / "net" / "linked.bin").write_bytes(b"abc")
    assert scene.catalog.is_present(scene.catalog.entry("linked"))


def test_the_shipped_models_tell_their_own_curves() -> None:
    catalog = Catalog.load(ROOT / "weights")
    service = ModelService(catalog, ROOT / "data", SideJobs(MemoryJobStore(), RecordingBell()))
    told = {
        each.name: [curves.network for curves in service.history(each.name)]
        for each in catalog.entries
        if service.has_curves(each)
    }
    assert told == {
        "cgan": ["gan"],
        "matcher": ["ranking"],
        "matcher-evaluation": ["evaluation"],
        "sd-embedded": ["unet"],
    }
    assert json.dumps(dict(service.evaluation()), allow_nan=False)
    assert [name for name, _ in service.sheets()] == ["card-trained", "card-held-out"]
