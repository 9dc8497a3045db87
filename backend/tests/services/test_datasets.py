from __future__ import annotations

import resource
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.datasets import parquet, schema
from backend.datasets.rows import LocalRows
from backend.domain.errors import (
    DatasetNotFound,
    DatasetSchemaMismatch,
    DatasetUnreadable,
    InvalidRequest,
    LogoError,
    NotFound,
    ReportNotFound,
    StageFailed,
    UnreadableImage,
)
from backend.domain.jobs import JobKind, JobState, Lane
from backend.services.datasets import DatasetService
from backend.services.side_jobs import SideJobs
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore, StoredDataset
from backend.tests.fakes import MemoryJobStore, RecordingBell
from backend.tests.parquets import captioned, content, png, write

REPORT = {"version": 1, "dataset": {"name": "other", "rows": 20}}


class Scene:
    """A service with everything around it."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.jobs, self.bell = MemoryJobStore(), RecordingBell()
        self.reports = ReportStore(folder / "output")
        self.service = DatasetService(
            DatasetStore(self.data), self.reports, SideJobs(self.jobs, self.bell), LocalRows()
        )

    def upload(self, file: bytes, name: str = "logos.parquet") -> str:
        begun = self.service.begin(name, len(file))
        assert begun.state == "uploading"
        assert self.service.append(begun.stored.id, 0, file) == len(file)
        return begun.stored.id

    def end(self, state: JobState, error: LogoError | None = None) -> None:
        (claim,) = self.jobs.claim("w", Lane.CPU, lease_seconds=9, max_batch=1)
        self.jobs.finish(claim, state, error=error.to_record() if error else None)

    def analysis(self, dataset_id: str) -> tuple[str, str | None]:
        view = self.service.get(dataset_id)
        return view.analysis, view.job


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_whole_upload_is_looked_at(scene: Scene) -> None:
    view = scene.service.get(scene.upload(content()))
    assert (view.state, view.problem, view.analysis) == ("ready", None, "none")
    assert view.table is not None
    assert view.table.rows == 20
    assert [name for name, _ in view.table.columns] == ["image", "text"]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: content({"picture": [1], "text": ["a"]}), DatasetSchemaMismatch),
        (lambda: content({f"c{i}": [1] for i in range(10_000)}), DatasetSchemaMismatch),
        (lambda: png(), DatasetUnreadable),
        (lambda: b"PAR1PAR1", DatasetUnreadable),
        (lambda: content()[:-500], DatasetUnreadable),
        (lambda: b"PK\x03\x04" + bytes(900), DatasetUnreadable),
    ],
    ids=["columns", "10,000 columns", "png", "empty", "truncated", "zip"],
)
def test_what_is_no_data_set_says_why_and_is_not_analysed(
    scene: Scene, make: Callable[[], bytes], kind: type[LogoError]
) -> None:
    dataset_id = scene.upload(make())
    view = scene.service.get(dataset_id)
    assert (view.state, view.table) == ("unusable", None)
    assert isinstance(view.problem, kind)
    assert "logos.parquet" in view.problem.detail
    assert "data.parquet" not in view.problem.detail
    assert len(view.problem.detail) < 1_200
    with pytest.raises(kind):
        scene.service.start_analysis(dataset_id)
    with pytest.raises(kind):
        scene.service.sample(dataset_id, 0)
    with pytest.raises(ReportNotFound):
        scene.service.report(dataset_id)
    assert scene.jobs.list(limit=9) == []


def test_half_an_upload_can_only_be_gone_on_with(scene: Scene) -> None:
    dataset_id = scene.service.begin("x", 100).stored.id
    for use in (scene.service.start_analysis, lambda name: scene.service.sample(name, 0)):
        with pytest.raises(InvalidRequest, match="0 of 100"):
            use(dataset_id)
    with pytest.raises(ReportNotFound):
        scene.service.report(dataset_id)


def test_files_and_folders_are_data_sets_too(scene: Scene) -> None:
    write(scene.data / "one.parquet")
    for shard in range(3):
        write(scene.data / "corpus" / f"{shard}.parquet", captioned(10, 10 * shard))
    found = {view.stored.name: view for view in scene.service.list()}
    assert set(found) == {"one.parquet", "corpus"}
    table = found["corpus"].table
    assert table is not None
    assert table.rows == 30
    sample = scene.service.sample(found["corpus"].stored.id, 25)
    assert sample.text == "a red logo with 25 stars"


def test_of_a_folder_the_shard_that_is_broken_is_named(scene: Scene) -> None:
    for shard in range(2):
        write(scene.data / "corpus" / f"{shard}.parquet")
    broken = scene.data / "corpus" / "0.parquet"
    broken.write_bytes(broken.read_bytes()[:-9])
    (view,) = scene.service.list()
    assert view.problem is not None
    assert view.problem.detail.startswith("0.parquet ")


def test_a_file_that_changed_is_looked_at_again(scene: Scene) -> None:
    write(scene.data / "one.parquet", captioned(5))
    (before,) = scene.service.list()
    write(scene.data / "one.parquet", captioned(9))
    (after,) = scene.service.list()
    assert before.table is not None
    assert after.table is not None
    assert (before.table.rows, after.table.rows) == (5, 9)


def test_a_moment_without_free_files_is_not_remembered(scene: Scene) -> None:
    write(scene.data / "one.parquet")
    (stored,) = DatasetStore(scene.data).list()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Files open already keep their numbers; a new one finds none below the limit.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))
    try:
        problem = scene.service._inspect(stored)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert isinstance(problem, DatasetUnreadable)
    assert scene.service.get(stored.id).state == "ready"


class VanishingStore(DatasetStore):
    """Between two looks somebody takes a file away."""

    def __init__(self, folder: Path, vanishing: str) -> None:
        super().__init__(folder)
        self._vanishing = vanishing

    def list(self) -> Sequence[StoredDataset]:
        found = super().list()
        (found[0].paths[0].parent / self._vanishing).unlink()
        return found


def test_a_file_that_vanishes_while_data_sets_are_listed_is_left_out(scene: Scene) -> None:
    for name in ("gone.parquet", "here.parquet"):
        write(scene.data / name)
    service = DatasetService(
        VanishingStore(scene.data, "gone.parquet"),
        scene.reports,
        SideJobs(scene.jobs, scene.bell),
        LocalRows(),
    )
    assert [view.stored.name for view in service.list()] == ["here.parquet"]


@pytest.mark.parametrize("reader", ["check_envelope", "fingerprint_of"])
def test_a_file_that_vanishes_while_it_is_looked_at_is_not_found(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, reader: str
) -> None:
    """No fake can stand between the readers of one file, so one of them takes it away."""
    path = write(scene.data / "one.parquet")
    (stored,) = DatasetStore(scene.data).list()
    module = schema if reader == "check_envelope" else parquet
    read = getattr(module, reader)

    def vanish(argument: Any) -> Any:
        path.unlink(missing_ok=True)
        return read(argument)

    monkeypatch.setattr(module, reader, vanish)
    with pytest.raises(DatasetNotFound, match="gone"):
        scene.service._inspect(stored)
    assert scene.service.list() == []


def test_a_broken_file_is_looked_at_once(scene: Scene) -> None:
    broken = b"PAR1" + b"\xff" * 80 + (60).to_bytes(4, "little") + b"PAR1"
    view = scene.service.get(scene.upload(broken))
    assert isinstance(view.problem, DatasetUnreadable)
    assert scene.service.get(view.stored.id).problem is view.problem


def test_a_row_is_told_with_its_text_and_its_pictures_header(scene: Scene) -> None:
    dataset_id = scene.upload(content())
    sample = scene.service.sample(dataset_id, 3)
    assert (sample.index, sample.rows, sample.text) == (3, 20, "a red logo with 3 stars")
    assert sample.header is not None
    assert (sample.header.width, sample.header.height) == (32, 24)
    assert sample.image_bytes == len(png(3))
    assert sample.problem is None
    shown = Image.open(BytesIO(scene.service.picture(dataset_id, 3)))
    assert (shown.format, shown.size) == ("PNG", (32, 24))
    seen = {scene.service.sample(dataset_id, None).index for _ in range(40)}
    assert len(seen) > 5
    assert seen <= set(range(20))


@pytest.mark.parametrize("index", [-1, 20, 2**40])
def test_rows_that_are_not_there(scene: Scene, index: int) -> None:
    dataset_id = scene.upload(content())
    with pytest.raises(InvalidRequest, match="no such row"):
        scene.service.sample(dataset_id, index)
    with pytest.raises(NotFound):
        scene.service.picture(dataset_id, index)


def test_an_empty_table_has_nothing_to_show(scene: Scene) -> None:
    dataset_id = scene.upload(content({"image": [], "text": []}))
    with pytest.raises(InvalidRequest):
        scene.service.sample(dataset_id, None)


def test_bad_rows_are_told_not_raised(scene: Scene) -> None:
    rows: dict[str, list[Any]] = {
        "image": [
            None,
            {"bytes": None, "path": "x"},
            {"bytes": b"not a picture at all", "path": "x"},
            {"bytes": png()[:60], "path": "x"},
            {"bytes": png(), "path": "x"},
        ],
        "text": ["a", "b", "c", "d", None],
    }
    dataset_id = scene.upload(content(rows))
    samples = [scene.service.sample(dataset_id, index) for index in range(5)]
    assert [sample.header is None for sample in samples] == [True, True, True, False, False]
    assert all(sample.problem for sample in samples)
    assert samples[4].text is None
    for index in (0, 1):
        with pytest.raises(UnreadableImage):
            scene.service.picture(dataset_id, index)


def test_a_long_text_is_cut(scene: Scene) -> None:
    dataset_id = scene.upload(content({"image": [{"bytes": png()}], "text": ["x" * 30_000]}))
    sample = scene.service.sample(dataset_id, 0)
    assert (len(sample.text or ""), sample.is_text_cut) == (2_000, True)


def test_an_analysis_is_a_job_of_its_own_lane(scene: Scene) -> None:
    dataset_id = scene.upload(content())
    job = scene.service.start_analysis(dataset_id)
    assert (job.kind, job.lane, job.params["dataset"]) == (JobKind.EDA, Lane.CPU, dataset_id)
    assert scene.bell.rings == [("worker", job.id)]
    assert scene.analysis(dataset_id) == ("queued", job.id)


def test_one_data_set_waits_once_and_its_copy_is_another(scene: Scene) -> None:
    first, copy = scene.upload(content(), "a"), scene.upload(content(), "b")
    job = scene.service.start_analysis(first)
    assert scene.service.start_analysis(first).id == job.id
    assert scene.service.start_analysis(copy).id != job.id
    scene.jobs.claim("w", Lane.CPU, lease_seconds=9, max_batch=1)
    assert scene.service.start_analysis(first).id == job.id
    assert scene.analysis(first) == ("running", job.id)
    scene.jobs.request_cancel(job.id)
    assert scene.service.start_analysis(first).id != job.id


def test_what_became_of_an_analysis(scene: Scene) -> None:
    dataset_id = scene.upload(content())
    job = scene.service.start_analysis(dataset_id)
    scene.end(JobState.FAILED, StageFailed("no"))
    assert scene.analysis(dataset_id) == ("failed", job.id)
    scene.service.start_analysis(dataset_id)
    scene.end(JobState.CANCELLED)
    with pytest.raises(ReportNotFound):
        scene.service.report(dataset_id)
    table = scene.service.get(dataset_id).table
    assert table is not None
    scene.reports.save(table.fingerprint, REPORT)
    assert scene.analysis(dataset_id) == ("done", None)
    assert scene.service.report(dataset_id)["dataset"] == {"name": "logos.parquet", "rows": 20}


def test_deleting_stops_the_analysis(scene: Scene) -> None:
    dataset_id, other = scene.upload(content()), scene.upload(content(captioned(5)))
    job, kept = scene.service.start_analysis(dataset_id), scene.service.start_analysis(other)
    scene.service.delete(dataset_id)
    assert scene.jobs.get(job.id).state is JobState.CANCELLED
    assert scene.jobs.get(kept.id).state is JobState.QUEUED
    assert ("worker", f"cancel:{job.id}") in scene.bell.rings
    with pytest.raises(DatasetNotFound):
        scene.service.get(dataset_id)
    assert [view.stored.id for view in scene.service.list()] == [other]
