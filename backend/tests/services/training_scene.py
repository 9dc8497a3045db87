"""A training set that was checked and the folders around it, for tests of sets and trainings."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

from backend.models.catalog import Catalog
from backend.services.side_jobs import SideJobs
from backend.services.training_runs import TrainingRunService
from backend.services.training_sets import TrainingSetService
from backend.storage.training_runs import TrainingRunStore
from backend.storage.training_sets import TrainingSetStore
from backend.tests.api.support import write_weights
from backend.tests.fakes import MemoryJobStore
from backend.tests.services.test_working import FlakyStore, MemoryBell

FAKE = "backend.tests.services.fake_trainer"


class Services:
    """The use cases on a job store and folders of their own."""

    def __init__(self, folder: Path, store: MemoryJobStore | FlakyStore) -> None:
        self.data, self.lora, self.weights = (folder / name for name in ("data", "lora", "weights"))
        write_weights(self.weights)
        self.lora.mkdir()
        self.jobs = SideJobs(store, MemoryBell())
        self.set_store, self.run_store = TrainingSetStore(self.data), TrainingRunStore(self.data)
        self.sets = TrainingSetService(self.set_store, self.jobs)
        self.runs = TrainingRunService(
            runs=self.run_store, sets=self.sets, set_store=self.set_store, jobs=self.jobs,
            timings=store, catalog=Catalog.load(self.weights), lora_folder=self.lora,
        )  # fmt: skip

    def filled_set(self, *names: str) -> str:
        """A set with these files; each holds its own name."""
        set_id = self.sets.create("a set").stored.id
        files = [(name, BytesIO(name.encode())) for name in names or ("a.png", "b.png", "c.png")]
        self.sets.add(set_id, files)
        return set_id

    def ready_set(self, *names: str) -> str:
        """A set as it is after a check."""
        set_id = self.filled_set(*names)
        stored = self.set_store.get(set_id)
        write_check(stored.folder, list(stored.uploads))
        self.set_store.settle_inspection(set_id, stored.stamp)
        return set_id


def write_check(
    folder: Path, names: list[str], findings: Sequence[Mapping[str, object]] = ()
) -> None:
    """What the check's process leaves behind."""
    for part in ("pictures", "thumbs"):
        (folder / part).mkdir(exist_ok=True)
    for name in names:
        (folder / "pictures" / Path(name).name).write_bytes(name.encode())
        (folder / "thumbs" / f"{Path(name).name}.webp").write_bytes(b"small")
    pictures: list[dict[str, object]] = [
        {
            "file": Path(name).name, "source": name, "width": 64, "height": 64,
            "caption": "proposed words", "caption_from": "proposed", "sharpness": 0.5,
            "problems": [], "duplicate_of": None,
        }
        for name in names
    ]  # fmt: skip
    found = {"version": 1, "pictures": pictures, "findings": list(findings), "refused": []}
    (folder / "inspection.json").write_text(json.dumps({**found, "is_ready": True}))
