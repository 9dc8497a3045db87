"""Brand kits through the real loop of the worker, with a workshop that is quick."""

from __future__ import annotations

import threading
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.branding import BrandSpec, TextOptions
from backend.domain.errors import ImageNotFound, InvalidRequest, LogoError, StorageFull
from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobKind, JobState, Lane
from backend.services.brand_pictures import StoredPictures
from backend.services.branding import BrandDesk
from backend.services.exporting import ExportRunner, ExportService
from backend.services.side_jobs import SideJobs
from backend.services.side_runs import ByKind
from backend.services.working import JobContext, WorkLoop
from backend.storage.disk_store import DiskImageStore
from backend.storage.kits import KitStore
from backend.tests.services.brand_scene import FILES, RED, Scene
from backend.tests.services.test_working import (
    PATIENCE_SECONDS,
    FlakyStore,
    FunctionRunner,
    MemoryBell,
)


def eventually(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


class Exports:
    def __init__(self, folder: Path) -> None:
        self.folder, self.images = folder, DiskImageStore(folder)
        self.contexts: list[JobContext] = []
        self.jobs = FlakyStore(f"sqlite:///{folder / 'jobs.db'}")
        self.bell, self.scene, self.kits = MemoryBell(), Scene(), KitStore(folder)
        desk = BrandDesk(StoredPictures(self.images), self.scene.workshop)
        self.service = ExportService(desk, self.kits, SideJobs(self.jobs, self.bell))
        self.runner = ExportRunner(desk, self.kits)
        image = self.images.save(Image.new("RGB", (32, 32), RED.rgb), {})
        self.spec = BrandSpec(image.id, text=TextOptions(name="Foxy"))

    def work(self, ended: Callable[[], bool]) -> None:
        """Runs the worker's loop until something holds."""

        def run(jobs: Sequence[JobContext]) -> None:
            self.contexts.extend(jobs)
            self.runner.run(jobs)

        stop, other = threading.Event(), FunctionRunner(lambda jobs: None)
        loop = WorkLoop(
            store=self.jobs, bell_listener=self.bell, bell=self.bell, lane=Lane.DEVICE,
            runner=ByKind(other, {JobKind.EXPORT: FunctionRunner(run)}), worker_id="w",
            poll_seconds=0.02,
        )  # fmt: skip
        thread = threading.Thread(target=loop.run, args=(stop,))
        thread.start()
        try:
            eventually(ended)
        finally:
            stop.set()
            thread.join(10)

    def done(self, job: Job) -> Job:
        self.work(lambda: self.jobs.get(job.id).state.is_final)
        return self.jobs.get(job.id)


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def test_a_kit_is_made_kept_and_told_of(exports: Exports) -> None:
    job = exports.done(exports.service.start(exports.spec))
    assert (job.kind, job.lane, job.state) == (JobKind.EXPORT, Lane.DEVICE, JobState.SUCCEEDED)
    assert job.result is not None
    length, pieces = exports.service.pieces(job.result["kit"])
    content = b"".join(pieces)
    assert (job.result["files"], job.result["bytes"]) == (FILES, length) == (FILES, len(content))
    assert len(zipfile.ZipFile(BytesIO(content)).namelist()) == FILES
    assert job.result["images"] == []
    told = [(one.stage, one.step, one.total) for one in exports.jobs.reports]
    assert {stage for stage, _, _ in told} == {StageName.FINISH}
    assert told[-1] == (StageName.FINISH, FILES, FILES)


def test_the_same_kit_is_ordered_once_and_comes_out_the_same(exports: Exports) -> None:
    job = exports.service.start(exports.spec)
    assert exports.service.start(exports.spec).id == job.id
    other = exports.service.start(replace(exports.spec, text=TextOptions(name="Other")))
    assert other.id != job.id
    first, second = exports.done(job).result, exports.done(other).result
    again = exports.done(exports.service.start(exports.spec)).result
    assert first is not None
    assert second is not None
    assert again is not None
    assert again["kit"] == first["kit"] != second["kit"]


def test_it_is_cancelled_between_two_files(exports: Exports) -> None:
    job = exports.service.start(exports.spec)
    reached: list[int] = []

    def between(number: int) -> None:
        reached.append(number)
        if number == 1:
            SideJobs(exports.jobs, exports.bell).cancel(job.id)
            eventually(lambda: exports.contexts[0].cancel_asked)

    exports.scene.between = between
    ended = exports.done(job)
    assert ended.state is JobState.CANCELLED
    assert reached == [0, 1]
    assert not (exports.folder / "kits").exists()


@pytest.mark.parametrize("place", [0, 2])
def test_a_broken_file_fails_the_job_and_keeps_nothing(exports: Exports, place: int) -> None:
    exports.scene.breaks_at = place
    job = exports.done(exports.service.start(exports.spec))
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert (job.error["code"], f"{place}.png" in job.error["detail"]) == ("stage-failed", True)


def test_a_full_disk_fails_the_job_by_name(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(content: bytes) -> str:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(exports.kits, "save", full)
    job = exports.done(exports.service.start(exports.spec))
    assert job.error is not None
    assert job.error["code"] == "storage-full"


def test_a_picture_that_went_before_its_turn_fails_the_job(exports: Exports) -> None:
    job = exports.service.start(exports.spec)
    exports.images.delete(exports.spec.image)
    ended = exports.done(job)
    assert ended.error is not None
    assert ended.error["code"] == "image-not-found"


def test_what_cannot_be_made_is_refused_at_once(exports: Exports) -> None:
    gone = replace(exports.spec, image="img_" + "0" * 24)
    strange = replace(exports.spec, text=TextOptions(name="Foxy", font="comic"))
    cases: list[tuple[BrandSpec, type[LogoError]]] = [
        (gone, ImageNotFound),
        (strange, InvalidRequest),
    ]
    for spec, error in cases:
        with pytest.raises(error):
            exports.service.start(spec)
    assert exports.jobs.list(limit=5) == []
