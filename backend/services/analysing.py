"""The runner of analyses of data sets and of downloads of weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from backend.datasets.parquet import Dataset
from backend.domain.errors import (
    DatasetNotFound,
    JobCancelled,
    LeaseLost,
    StorageFull,
    StoreUnavailable,
)
from backend.domain.generation import StageName
from backend.domain.jobs import JobKind, Progress
from backend.models.catalog import Catalog, WeightEntry
from backend.services.forecast import Timings
from backend.services.side_runs import has_to_stop, plain_result, run_each
from backend.services.working import JobContext, StopRunError
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import DatasetStore

_MB = 1_000_000
# Before that the pace of this very job says less than that of earlier ones.
_TRUST_SECONDS = 0.5
_ROW_TIMING = f"stage:{StageName.ANALYSE}"

ReportRows = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


class Analyse(Protocol):
    """Computes a report; `datasets.confined.analyse_confined` is one."""

    def __call__(
        self, paths: Sequence[Path], *, report: ReportRows, should_stop: ShouldStop, name: str
    ) -> Mapping[str, Any]:
        """Names in `dataset.fingerprint` what it read.

        Raises:
            JobCancelled: soon after `should_stop` says so.
        """


class Pull(Protocol):
    """Fetches the files of a model; `services.pulling.pull_apart` is one."""

    def __call__(
        self,
        catalog: Catalog,
        entry: WeightEntry,
        *,
        report: Callable[[int, int], None],
        should_stop: ShouldStop,
    ) -> None:
        """Reports bytes done and in all. Raises JobCancelled soon after `should_stop` says so."""


class SideRunner:
    """Runs jobs that need no model, one after the other; satisfies `services.working.Runner`."""

    def __init__(
        self,
        *,
        datasets: DatasetStore,
        reports: ReportStore,
        analyse: Analyse,
        catalog: Catalog,
        pull: Pull,
        timings: Timings,
    ) -> None:
        self._datasets = datasets
        self._reports = reports
        self._analyse = analyse
        self._catalog = catalog
        self._pull = pull
        self._timings = timings

    def run(self, jobs: Sequence[JobContext]) -> None:
        """Ends every job; what one raises is the outcome of that one alone."""
        run_each(jobs, self._run)

    def _run(self, job: JobContext) -> dict[str, Any]:
        started = time.monotonic()
        stage: StageName = StageName.ANALYSE
        notes: Sequence[str] = ()
        if job.job.kind is JobKind.PULL:
            stage = StageName.DOWNLOAD
            notes = self._fetch(job, str(job.job.params["model"]))
        else:
            self._examine(job, str(job.job.params["dataset"]))
        job.raise_if_cancelled()
        return plain_result(stage, time.monotonic() - started, warnings=[*notes])

    def _examine(self, job: JobContext, dataset_id: str) -> None:
        stored = self._datasets.get(dataset_id)
        if not stored.is_complete:
            raise DatasetNotFound("This data set has not been uploaded to its end.")
        table = Dataset(stored.paths, stored.name)
        # Read, not just looked for: one that is damaged is made anew.
        if self._reports.get(table.fingerprint) is not None:
            return
        teller = _Teller(job, StageName.ANALYSE, self._row_seconds())
        teller.tell(0, max(1, table.rows))
        started = time.monotonic()
        with _stopping(job):
            report = self._analyse(
                stored.paths,
                report=teller.tell,
                should_stop=lambda: has_to_stop(job),
                name=stored.name,
            )
        # Not that of the table: somebody may have written the files anew before they were read.
        self._reports.save(report["dataset"]["fingerprint"], report)
        if table.rows:
            with suppress(StoreUnavailable, StorageFull):  # An ETA is not worth a failed job.
                seconds = (time.monotonic() - started) / table.rows
                self._timings.remember_timing(_ROW_TIMING, seconds)

    def _fetch(self, job: JobContext, name: str) -> Sequence[str]:
        entry = self._catalog.entry(name)
        teller = _Teller(job, StageName.DOWNLOAD, None)
        with _stopping(job):
            self._pull(
                self._catalog,
                entry,
                report=lambda done, total: teller.tell(done // _MB, -(-total // _MB)),
                should_stop=lambda: has_to_stop(job),
            )
        terms = [one.terms for one in self._catalog.together(entry)]
        restart = "The worker uses what was pulled once it is started again."
        return [*terms, restart] if entry.is_served else terms

    def _row_seconds(self) -> float | None:
        with suppress(StoreUnavailable, StorageFull):
            return self._timings.timing(_ROW_TIMING)
        return None


class _Teller:
    """Turns counts into progress with an estimate of what is left.

    Args:
        unit_seconds: what a unit took before; the first reports of a job have nothing else.
    """

    def __init__(self, job: JobContext, stage: StageName, unit_seconds: float | None) -> None:
        self._job = job
        self._stage = stage
        self._unit_seconds = unit_seconds
        self._begun: tuple[float, int] | None = None

    def tell(self, done: int, total: int) -> None:
        """Reports, unless the job has to stop: whoever calls learns that by `should_stop`."""
        now = time.monotonic()
        if self._begun is None:
            self._begun = now, done
        since, first = self._begun
        unit_seconds = self._unit_seconds
        if now - since >= _TRUST_SECONDS and done > first:
            unit_seconds = (now - since) / (done - first)
        done = min(done, total)
        eta = None if unit_seconds is None else round(unit_seconds * (total - done), 2)
        with suppress(JobCancelled, LeaseLost, StopRunError):
            self._job.report(Progress(self._stage, done, total, eta))


@contextmanager
def _stopping(job: JobContext) -> Iterator[None]:
    """Says why work was stopped: cancelled, lost, or because the worker has to go."""
    try:
        yield
    except JobCancelled:
        job.raise_if_cancelled()
        raise
