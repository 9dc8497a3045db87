"""Use cases around data sets: list, upload, look into one, have it analysed."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backend.datasets.headers import Format, Header, header_of
from backend.datasets.parquet import Dataset, Row
from backend.domain.errors import (
    DatasetNotFound,
    DatasetSchemaMismatch,
    DatasetUnreadable,
    InvalidRequest,
    LogoError,
    ReportNotFound,
    UnreadableImage,
)
from backend.domain.jobs import Job, JobKind
from backend.services.side_jobs import SideJobs
from backend.storage.dataset_reports import ReportStore, stamp_of
from backend.storage.dataset_store import DatasetStore, StoredDataset

_TEXT_CHARACTERS = 2_000
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
    table: Dataset | None
    problem: LogoError | None
    analysis: str
    job: str | None


@dataclass(frozen=True, slots=True)
class Sample:
    """A row to look at; `header` is the picture's, None when there is no picture."""

    index: int
    rows: int
    text: str | None
    is_text_cut: bool
    header: Header | None
    image_bytes: int
    problem: str | None


class DatasetService:
    """The use cases; blocking, safe for several threads."""

    def __init__(
        self,
        store: DatasetStore,
        reports: ReportStore,
        jobs: SideJobs,
    ) -> None:
        self._store = store
        self._reports = reports
        self._jobs = jobs
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Dataset | LogoError] = OrderedDict()

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

    def sample(self, dataset_id: str, index: int | None) -> Sample:
        """A row, by chance when no index is given. What is wrong with it is told, not raised.

        Raises:
            DatasetNotFound, DatasetSchemaMismatch: nothing can be read at all.
            InvalidRequest: there is no such row.
        """
        _, table = self._usable(dataset_id)
        if not table.rows:
            raise InvalidRequest("the data set has no rows", fields=[("index", "there is no row")])
        index = secrets.randbelow(table.rows) if index is None else index
        if not 0 <= index < table.rows:
            why = f"must be 0 to {table.rows - 1}"
            raise InvalidRequest("there is no such row", fields=[("index", why)])
        try:
            row = table.row(index)
        except DatasetUnreadable as error:
            return Sample(index, table.rows, None, False, None, 0, error.detail)
        return self._sample_of(index, table.rows, row)

    def image(self, dataset_id: str, index: int) -> bytes:
        """The picture's file of a row, as it stands in the data set.

        Raises:
            DatasetNotFound, NotFound: there is no such data set or row.
            UnreadableImage: the row has no picture.
        """
        _, table = self._usable(dataset_id)
        row = table.row(index)
        if not row.image:
            raise UnreadableImage(f"There is no picture to show: {row.problem or 'it is empty'}.")
        return row.image

    def start_analysis(self, dataset_id: str) -> Job:
        """Has the data set analysed; one that waits or runs for the same files is returned.

        Raises:
            DatasetNotFound, DatasetSchemaMismatch, InvalidRequest: it cannot be analysed.
            QueueFull, StoreUnavailable: see `JobStore.submit`.
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

    def _usable(self, dataset_id: str) -> tuple[StoredDataset, Dataset]:
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

    def _inspect(self, stored: StoredDataset) -> Dataset | LogoError:
        """What the files hold, or what is wrong with them; looked at once for each state.

        Raises:
            DatasetNotFound: a file has gone.
        """
        try:
            stamp = stamp_of(stored.paths)
        except OSError as error:
            raise _gone() from error
        with self._lock:
            known = self._known.get(stamp)
            if known is not None:
                self._known.move_to_end(stamp)
                return known
        try:
            found: Dataset | LogoError = Dataset(stored.paths, stored.name)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise _gone() from error
            return DatasetUnreadable(f"{stored.name} cannot be read: {error.strerror or error}.")
        except (DatasetSchemaMismatch, DatasetUnreadable) as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise _gone() from error
            detail = error.detail
            if stored.origin == "upload":
                # On the disk it is not called what its owner calls it.
                detail = detail.replace(stored.paths[0].name, stored.name)
            # Kept without the frames it came through, and what those hold.
            found = type(error)(detail, fields=error.fields)
            if _may_pass(error):
                return found
        with self._lock:
            self._known[stamp] = found
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

    def _sample_of(self, index: int, rows: int, row: Row) -> Sample:
        text = row.text
        is_cut = row.text_cut or (text is not None and len(text) > _TEXT_CHARACTERS)
        header = header_of(row.image) if row.image else None
        faults = [row.problem] if row.problem else []
        if header is not None and header.format is Format.NOT_AN_IMAGE:
            faults.append("what stands in `image` is not a picture")
            header = None
        elif header is not None and header.is_truncated:
            faults.append("the picture is cut short")
        return Sample(
            index=index,
            rows=rows,
            text=None if text is None else text[:_TEXT_CHARACTERS],
            is_text_cut=is_cut,
            header=header,
            image_bytes=len(row.image or b""),
            problem="; ".join(faults) or None,
        )


def _gone() -> DatasetNotFound:
    return DatasetNotFound("The files of this data set have gone meanwhile.")


def _may_pass(error: LogoError) -> bool:
    """Whether a failure tells of this moment (permissions, open files, memory), not of the file.

    Arrow raises an OSError for a file that is broken, too, but one without a number.
    """
    cause = error.__cause__
    if isinstance(cause, OSError):
        return cause.errno is not None
    return isinstance(cause, MemoryError)
