from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from backend.datasets.parquet import Dataset
from backend.domain.errors import JobCancelled, LogoError, NetworkUnavailable, StageFailed
from backend.domain.generation import StageName
from backend.domain.jobs import Job, JobKind, JobState, Lane, NewJob
from backend.domain.ports import CANCEL_PREFIX
from backend.models.catalog import Catalog, WeightEntry, WeightFile
from backend.services.analysing import SideRunner
from backend.services.working import WorkLoop
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore
from backend.tests.parquets import captioned, content
from backend.tests.services.test_working import FlakyStore, MemoryBell

Analysis = Callable[..., Mapping[str, Any]]
PATIENCE_SECONDS = 120.0


class Scene:
    """A loop with the runner, on a real job store, in a thread."""

    def __init__(self, folder: Path) -> None:
        self.store = FlakyStore(f"sqlite:///{folder / 'jobs.db'}")
        self.datasets, self.reports = DatasetStore(folder / "data"), ReportStore(folder)
        self.bell = MemoryBell()
        self.analysed: list[tuple[Sequence[Path], str]] = []
        self.pulled: list[str] = []
        self.at_work = threading.Event()
        self.hold = threading.Event()
        self.failure: LogoError | None = None
        entry = WeightEntry(
            "net", "draft", "The net", "1", "optional", "MIT", "x",
            files=(WeightFile("net.bin", 5_000_000, url="https://weights.example/net.bin"),),
            facts={"terms": {"url": "https://licence.example", "uses": "Be kind"}},
        )  # fmt: skip
        runner = SideRunner(
            datasets=self.datasets,
            reports=self.reports,
            analyse=self.analyse,
            catalog=Catalog(folder, [entry]),
            pull=self.pull,
            timings=self.store,
        )
        self.loop = WorkLoop(
            store=self.store, bell_listener=self.bell, bell=self.bell, runner=runner,
            lane=Lane.CPU, worker_id="w", max_batch=1, poll_seconds=0.02, grace_seconds=0.1,
            # No heartbeat within a test: only a ring can tell of a cancellation.
            lease_seconds=600,
        )  # fmt: skip
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.loop.run, args=(self.stop,))

    def analyse(
        self,
        paths: Sequence[Path],
        *,
        report: Callable[[int, int], None],
        should_stop: Callable[[], bool],
        name: str,
    ) -> Mapping[str, Any]:
        self.analysed.append((paths, name))
        self._work(report, should_stop, 20)
        content_now = Dataset(paths).fingerprint
        return {
            "version": 1,
            "dataset": {"name": name, "rows": 20, "fingerprint": content_now},
        }

    def pull(
        self,
        catalog: Catalog,
        entry: WeightEntry,
        *,
        report: Callable[[int, int], None],
        should_stop: Callable[[], bool],
    ) -> None:
        self.pulled.append(entry.name)
        self._work(report, should_stop, entry.total_bytes)

    def _work(
        self, report: Callable[[int, int], None], should_stop: Callable[[], bool], total: int
    ) -> None:
        report(total // 2, total)
        self.at_work.set()
        while not self.hold.is_set():
            if should_stop():
                raise JobCancelled("stopped")
            time.sleep(0.01)
        if self.failure is not None:
            raise self.failure
        report(total, total)

    def submit(self, kind: JobKind, params: Mapping[str, Any]) -> str:
        return self.store.submit(NewJob(kind, params, "k", "f", Lane.CPU), queue_limit=9)[0].id

    def dataset(self, file: bytes | None = None) -> str:
        file = content() if file is None else file
        dataset_id = self.datasets.begin("logos", len(file)).id
        self.datasets.append(dataset_id, 0, file)
        return dataset_id

    def eda(self, dataset_id: str) -> str:
        return self.submit(JobKind.EDA, {"dataset": dataset_id})

    def end_of(self, job_id: str) -> Job:
        if not self.thread.is_alive():
            self.thread.start()
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.store.get(job_id).state.is_final:
            assert time.monotonic() < end, "it did not end"
            time.sleep(0.01)
        return self.store.get(job_id)


@pytest.fixture
def scene(tmp_path: Path) -> Any:
    made = Scene(tmp_path)
    made.hold.set()
    yield made
    made.stop.set()
    made.hold.set()
    if made.thread.is_alive():
        made.thread.join()
    made.store.close()


def test_a_report_is_stored_before_the_job_succeeds(scene: Scene) -> None:
    dataset_id = scene.dataset()
    job = scene.end_of(scene.eda(dataset_id))
    assert job.state is JobState.SUCCEEDED
    paths = scene.datasets.get(dataset_id).paths
    fingerprint = Dataset(paths).fingerprint
    assert scene.reports.get(fingerprint) == {
        "version": 1,
        "dataset": {"name": "logos", "rows": 20, "fingerprint": fingerprint},
    }
    assert job.result is not None
    assert job.result["images"] == []
    assert set(job.result["timings_ms"]) == {"analyse"}
    told = [(report.stage, report.step, report.total) for report in scene.store.reports]
    assert told[0] == (StageName.ANALYSE, 0, 20)
    assert told[-1] == (StageName.ANALYSE, 20, 20)


def test_a_report_is_kept_for_the_content_that_was_read(scene: Scene) -> None:
    scene.hold.clear()
    dataset_id = scene.dataset()
    (path,) = scene.datasets.get(dataset_id).paths
    before = Dataset(path).fingerprint
    job_id = scene.eda(dataset_id)
    scene.thread.start()
    assert scene.at_work.wait(PATIENCE_SECONDS)
    path.write_bytes(content(captioned(5)))
    scene.hold.set()
    assert scene.end_of(job_id).state is JobState.SUCCEEDED
    assert scene.reports.get(before) is None
    assert scene.reports.has(Dataset(path).fingerprint)


def test_a_data_set_is_not_read_twice_and_a_copy_of_it_is(scene: Scene) -> None:
    dataset_id = scene.dataset()
    for _ in range(2):
        assert scene.end_of(scene.eda(dataset_id)).state is JobState.SUCCEEDED
    assert len(scene.analysed) == 1
    assert scene.end_of(scene.eda(scene.dataset())).state.is_final
    assert len(scene.analysed) == 2


def test_a_damaged_report_is_made_anew(scene: Scene, tmp_path: Path) -> None:
    dataset_id = scene.dataset()
    scene.end_of(scene.eda(dataset_id))
    (path,) = (tmp_path / "reports").iterdir()
    path.write_text("{")
    scene.end_of(scene.eda(dataset_id))
    assert len(scene.analysed) == 2
    assert path.read_text().startswith('{\n  "version": 1')


@pytest.mark.parametrize("kind", [JobKind.EDA, JobKind.PULL])
def test_a_cancelled_job_stops_at_the_ring_and_the_next_one_runs(
    scene: Scene, kind: JobKind
) -> None:
    scene.hold.clear()
    params = {"dataset": scene.dataset(), "model": "net"}
    job_id = scene.submit(kind, params)
    scene.thread.start()
    assert scene.at_work.wait(PATIENCE_SECONDS)
    scene.store.request_cancel(job_id)
    scene.bell.ring("worker", CANCEL_PREFIX + job_id)
    assert scene.end_of(job_id).state is JobState.CANCELLED
    assert not list(scene.reports._folder.glob("*"))
    scene.hold.set()
    assert scene.end_of(scene.submit(kind, params)).state is JobState.SUCCEEDED


def test_a_worker_that_has_to_go_puts_the_analysis_back(scene: Scene) -> None:
    scene.hold.clear()
    job_id = scene.eda(scene.dataset())
    scene.thread.start()
    assert scene.at_work.wait(PATIENCE_SECONDS)
    scene.stop.set()
    scene.thread.join(PATIENCE_SECONDS)
    job = scene.store.get(job_id)
    assert (job.state, job.attempt) == (JobState.QUEUED, 0)


@pytest.mark.parametrize("failure", [StageFailed("it broke"), NetworkUnavailable("no net")])
def test_failures_reach_the_job_by_name(scene: Scene, failure: LogoError) -> None:
    scene.failure = failure
    job = scene.end_of(scene.submit(JobKind.PULL, {"model": "net"}))
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert (job.error["code"], job.error["detail"]) == (failure.code, failure.detail)


def test_data_sets_that_cannot_be_analysed(scene: Scene) -> None:
    broken, half = scene.dataset(b"PAR1" + bytes(50)), scene.datasets.begin("x", 9).id
    codes = []
    for dataset_id in (broken, half, "ds_" + "0" * 24, "../../x"):
        error = scene.end_of(scene.eda(dataset_id)).error
        assert error is not None
        codes.append(error["code"])
    assert codes == ["dataset-unreadable", *["dataset-not-found"] * 3]
    assert scene.analysed == []


def test_a_download_tells_megabytes(scene: Scene) -> None:
    job = scene.end_of(scene.submit(JobKind.PULL, {"model": "net"}))
    assert job.state is JobState.SUCCEEDED
    told = [(report.stage, report.step, report.total) for report in scene.store.reports]
    assert told == [(StageName.DOWNLOAD, 2, 5), (StageName.DOWNLOAD, 5, 5)]
    assert job.result is not None
    assert job.result["warnings"] == [
        "The net: MIT, https://licence.example. Be kind",
        "The worker uses what was pulled once it is started again.",
    ]
    error = scene.end_of(scene.submit(JobKind.PULL, {"model": "nothing"})).error
    assert error is not None
    assert error["code"] == "unknown-weights"


def test_later_analyses_know_how_long_a_row_takes(scene: Scene) -> None:
    scene.end_of(scene.eda(scene.dataset()))
    assert scene.store.timing("stage:analyse")
    scene.end_of(scene.eda(scene.dataset(content(captioned(9)))))
    first_of_second = next(report for report in scene.store.reports if report.total == 9)
    assert first_of_second.eta_seconds is not None
