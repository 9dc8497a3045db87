"""Use cases around data sets: list, upload, look into one, have it analysed."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from backend.datasets.rows import DataFiles, RowFacts, RowReader, TableFacts, TableFault
from backend.domain.errors import (
    DatasetNotFound,
    InvalidRequest,
    LogoError,
    NotFound,
    ReportNotFound,
)
from backend.domain.jobs import Job, JobKind
from backend.services.side_jobs import SideJobs
from backend.storage.dataset_reports import ReportStore, stamp_of
from backend.storage.dataset_store import DatasetStore, StoredDataset

_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A data set as clients see it.

    Attributes:
        state: "uploading", "ready" or "unusable".
        problem: why it is unusable.
        analysis: "none", "queued", "running", "done" or "failed".
        job: the id of the analysis that waits, runs or failed.
    """

    stored: StoredDataset
    state: str
    table: TableFacts | None
    problem: LogoError | None
    analysis: str
    job: str | None


class DatasetService:
    """The use cases; blocking, safe for several threads."""

    def __init__(
        self,
        store: DatasetStore,
        reports: ReportStore,
        jobs: SideJobs,
        rows: RowReader,
    ) -> None:
        self._store = store
        self._reports = reports
        self._jobs = jobs
        self._rows = rows
        self._lock = threading.Lock()
        self._known: OrderedDict[str, TableFacts | LogoError] = OrderedDict()

    def list(self) -> Sequence[DatasetView]:
        """Uploads, newest first, then what lies in the data folder."""
        jobs = self._analyses()
        views = []
        for stored in self._store.list():
            with suppress(DatasetNotFound):  # Gone between two looks.
                views.append(self._view(stored, jobs))
        return views

    def get(self, dataset_id: str) -> DatasetView:
        """Raises DatasetNotFound."""
        return self._view(self._store.get(dataset_id), self._analyses())

    def begin(self, name: str, size_bytes: int) -> DatasetView:
        """Begins an upload. Raises InvalidRequest, StorageFull."""
        return self._view(self._store.begin(name, size_bytes), ())

    def append(self, dataset_id: str, offset: int, chunk: bytes) -> int:
        """Adds a chunk and returns the next offset; the last one has the whole file checked.

        Raises:
            DatasetNotFound, UploadOffsetMismatch, InvalidRequest, StorageFull: see
                `DatasetStore.append`.
        """
        stored = self._store.append(dataset_id, offset, chunk)
        if stored.is_complete:
            self._inspect(stored)
        return stored.received_bytes

    def delete(self, dataset_id: str) -> None:
        """Removes an upload and stops its analysis. Raises DatasetNotFound, NotRemovable."""
        self._store.delete(dataset_id)
        for job in self._jobs.active(JobKind.EDA):
            if job.params.get("dataset") == dataset_id:
                self._jobs.cancel(job.id)

    def sample(self, dataset_id: str, index: int | None) -> RowFacts:
        """A row, by chance when no index is given. What is wrong with it is told, not raised.

        Raises:
            DatasetNotFound, DatasetSchemaMismatch: nothing can be read at all.
            InvalidRequest: there is no such row.
        """
        stored, table = self._usable(dataset_id)
        if not table.rows:
            raise InvalidRequest("the data set has no rows", fields=[("index", "there is no row")])
        index = secrets.randbelow(table.rows) if index is None else index
        if not 0 <= index < table.rows:
            why = f"must be 0 to {table.rows - 1}"
            raise InvalidRequest("there is no such row", fields=[("index", why)])
        return replace(self._rows.row(_files(stored), index), rows=table.rows)

    def picture(self, dataset_id: str, index: int) -> bytes:
        """The picture of a row as PNG, made smaller where it is larger than 512 px.

        Raises:
            DatasetNotFound, NotFound: there is no such data set or row.
            UnreadableImage: the row has no picture, or one that cannot be shown.
        """
        stored, table = self._usable(dataset_id)
        if not 0 <= index < table.rows:
            raise NotFound(f"there is no row {index}; the data set has {table.rows} rows")
        return self._rows.picture(_files(stored), index)

    def start_analysis(self, dataset_id: str) -> Job:
        """Has the data set analysed; one that waits or runs for the same files is returned.

        Raises:
            DatasetNotFound, DatasetSchemaMismatch, InvalidRequest: it cannot be analysed.
            QueueFull, TooManyJobs, StoreUnavailable: see `JobStore.submit`.
        """
        stored, table = self._usable(dataset_id)
        content = table.fingerprint
        params = {"dataset": stored.id, "name": stored.name, "rows": table.rows, "content": content}
        return self._jobs.submit_once(
            JobKind.EDA, params, lambda job: job.params.get("content") == content
        )

    def report(self, dataset_id: str) -> Mapping[str, Any]:
        """The analysis. Raises DatasetNotFound, ReportNotFound."""
        stored = self._store.get(dataset_id)
        table = self._inspect(stored) if stored.is_complete else None
        if table is None or isinstance(table, LogoError):
            report = None
        else:
            report = self._reports.get(table.fingerprint)
        if report is None:
            raise ReportNotFound("This data set has not been analysed; start an analysis first.")
        # The report may stem from another look at the same files.
        return {**report, "dataset": {**report.get("dataset", {}), "name": stored.name}}

    def _usable(self, dataset_id: str) -> tuple[StoredDataset, TableFacts]:
        stored = self._store.get(dataset_id)
        if not stored.is_complete:
            raise InvalidRequest(
                f"{stored.received_bytes} of {stored.bytes} bytes have arrived; go on with the "
                "upload first"
            )
        table = self._inspect(stored)
        if isinstance(table, LogoError):
            raise type(table)(table.detail, fields=table.fields)
        return stored, table

    def _inspect(self, stored: StoredDataset) -> TableFacts | LogoError:
        """What the files hold, or what is wrong with them; looked at once for each state.

        Raises:
            DatasetNotFound: a file has gone.
        """
        files = _files(stored)
        with self._lock:
            known = self._known.get(files.stamp)
            if known is not None:
                self._known.move_to_end(files.stamp)
                return known
        looked = self._rows.table(files)
        found: TableFacts | LogoError
        if isinstance(looked, TableFault):
            found, detail = looked.error, looked.error.detail
            if stored.origin == "upload":
                # On the disk it is not called what its owner calls it.
                detail = detail.replace(stored.paths[0].name, stored.name)
                found = type(found)(detail, fields=found.fields)
            if looked.is_passing:
                return found
        else:
            found = looked
        with self._lock:
            self._known[files.stamp] = found
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def _view(self, stored: StoredDataset, jobs: Sequence[Job]) -> DatasetView:
        if not stored.is_complete:
            return DatasetView(stored, "uploading", None, None, "none", None)
        found = self._inspect(stored)
        if isinstance(found, LogoError):
            return DatasetView(stored, "unusable", None, found, "none", None)
        state, job = self._analysis(found.fingerprint, jobs)
        return DatasetView(stored, "ready", found, None, state, job)

    def _analyses(self) -> Sequence[Job]:
        return [*self._jobs.active(JobKind.EDA), *self._jobs.failed(JobKind.EDA)]

    def _analysis(self, fingerprint: str, jobs: Sequence[Job]) -> tuple[str, str | None]:
        job = next((job for job in jobs if job.params.get("content") == fingerprint), None)
        if job is not None and not job.state.is_final:
            return str(job.state), job.id
        if self._reports.has(fingerprint):
            return "done", None
        return ("none", None) if job is None else ("failed", job.id)


def _files(stored: StoredDataset) -> DataFiles:
    """Raises DatasetNotFound: a file has gone."""
    try:
        stamp = stamp_of(stored.paths)
    except OSError as error:
        raise DatasetNotFound("The files of this data set have gone meanwhile.") from error
    return DataFiles(stamp, stored.paths, stored.name)
