"""Data sets: list, rows, analysis. Uploads go from the browser straight to the API."""

from __future__ import annotations

from typing import Any

from frontend.api_answers import read_job
from frontend.api_types import Job
from frontend.datasets_answers import read_dataset, read_datasets, read_report, read_row
from frontend.datasets_types import Dataset, Report, Row
from frontend.transport import Transport, as_picture, safe_id, understood


class DatasetsApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def all(self) -> tuple[Dataset, ...]:
        """All data sets, uploads first."""
        return understood(read_datasets, self._http.get("/datasets"))

    def get(self, dataset_id: str) -> Dataset:
        """The data set as it stands."""
        return understood(read_dataset, self._http.get(_path(dataset_id)))

    def delete(self, dataset_id: str) -> None:
        """Removes an upload with its report."""
        self._http.send("DELETE", _path(dataset_id))

    def sample(self, dataset_id: str, index: int | None = None) -> Row:
        """The element at an index, or one at random."""
        params: dict[str, Any] = {} if index is None else {"index": index}
        return understood(read_row, self._http.get(f"{_path(dataset_id)}/sample", params=params))

    def row_image(self, dataset_id: str, index: int) -> bytes:
        """The picture of a row as a PNG of at most 512 px."""
        answer = self._http.get(f"{_path(dataset_id)}/rows/{index}/image")
        return as_picture(answer.content, "png")

    def analyse(self, dataset_id: str) -> Job:
        """Orders the analysis; one that is waiting or running for the same files is given."""
        return understood(read_job, self._http.send("POST", f"{_path(dataset_id)}/eda"))

    def report(self, dataset_id: str) -> tuple[Report, bytes]:
        """The report of the files as they are, read and as the file that can be kept."""
        answer = self._http.get(f"{_path(dataset_id)}/eda")
        return understood(read_report, answer), answer.content


def _path(dataset_id: str) -> str:
    return f"/datasets/{safe_id(dataset_id, 'dataset')}"
