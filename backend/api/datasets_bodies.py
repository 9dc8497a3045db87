"""Shapes of data sets, uploads and rows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.api.examples import DATASET_ID
from backend.api.problems import Problem, problem_of_record
from backend.api.schemas import Line
from backend.datasets.headers import FORMAT_LABELS
from backend.datasets.rows import RowFacts
from backend.services.datasets import DatasetView
from backend.storage.dataset_store import CHUNK_BYTES, MAX_UPLOAD_BYTES

_DATASET: dict[str, Any] = {
    "id": DATASET_ID,
    "name": "logos.parquet",
    "origin": "upload",
    "state": "ready",
    "bytes": 10452698,
    "received_bytes": 10452698,
    "files": 1,
    "rows": 2000,
    "columns": [{"name": "image", "type": "struct<bytes: binary>"}],
    "problem": None,
    "analysis": {"state": "none", "job": None},
    "created_at": "2026-11-20T12:00:00Z",
    "upload": None,
}
_SAMPLE: dict[str, Any] = {
    "index": 7,
    "rows": 2000,
    "text": "a red fox in a circle, flat",
    "text_cut": False,
    "image": {
        "url": f"/datasets/{DATASET_ID}/rows/7/image",
        "format": "PNG",
        "width": 256,
        "height": 256,
        "bytes": 5120,
    },
    "problem": None,
}
REPORT: dict[str, Any] = {
    "version": 1,
    "dataset": {"name": "logos.parquet", "files": 1, "bytes": 10452698, "rows": 2000},
    "computed": {"seconds": 0.9, "workers": 2, "peak_mb": 240},
    "text": {"computed_on": {"rows": 2000, "of": 2000}, "missing": 0, "top_words": [["logo", 310]]},
}

State = Literal["uploading", "ready", "unusable"]
AnalysisState = Literal["none", "queued", "running", "done", "failed"]


class UploadRequest(BaseModel):
    """A file that is about to be sent in chunks."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={"examples": [{"name": "logos.parquet", "bytes": 10452698}]},
    )

    name: Annotated[Line, Field(max_length=4_096)] = Field(
        description="What people shall call it; the last part of a path is kept."
    )
    bytes: int = Field(ge=1, le=MAX_UPLOAD_BYTES, description="Size of the whole file.")


class ColumnBody(BaseModel):
    """A column of the table."""

    name: str
    type: str


class AnalysisBody(BaseModel):
    """Whether the data set was analysed."""

    state: AnalysisState
    job: str | None = Field(description="The job that waits, runs or failed.")


class UploadBody(BaseModel):
    """Where an upload goes on."""

    offset: int = Field(description="The number of the next byte, from 0.")
    chunk_bytes: int = Field(CHUNK_BYTES, description="The most that one request may carry.")


class DatasetBody(BaseModel):
    """A data set: an upload, or what lies in the data folder."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DATASET]})

    id: str
    name: str
    origin: Literal["folder", "upload"]
    state: State
    bytes: int
    received_bytes: int
    files: int
    rows: int | None
    columns: list[ColumnBody]
    problem: Problem | None = Field(description="Why it is unusable.")
    analysis: AnalysisBody
    created_at: datetime
    upload: UploadBody | None = Field(description="Null unless it is being uploaded.")

    @classmethod
    def of(cls, view: DatasetView) -> DatasetBody:
        """A data set as the service describes it."""
        stored, table = view.stored, view.table
        is_uploading = view.state == "uploading"
        problem = view.problem
        return cls.model_validate(
            {
                "id": stored.id,
                "name": stored.name,
                "origin": stored.origin,
                "state": view.state,
                "bytes": stored.bytes,
                "received_bytes": stored.received_bytes,
                "files": max(1, len(stored.paths)),
                "rows": None if table is None else table.rows,
                "columns": [
                    {"name": name, "type": kind}
                    for name, kind in (() if table is None else table.columns)
                ],
                "problem": problem
                and problem_of_record(problem.to_record(), f"/datasets/{stored.id}"),
                "analysis": {"state": view.analysis, "job": view.job},
                "created_at": stored.created_at,
                "upload": {"offset": stored.received_bytes} if is_uploading else None,
            }
        )


class DatasetList(BaseModel):
    """All data sets: uploads, newest first, then those of the data folder."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"datasets": [_DATASET]}]})

    datasets: list[DatasetBody]


class OffsetBody(BaseModel):
    """How far an upload is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"offset": 8388608}]})

    offset: int = Field(description="The number of the next byte; the file's size at its end.")


class RowImageBody(BaseModel):
    """A row's picture, by its header."""

    url: str = Field(description="The picture as PNG, at most 512 px large.")
    format: str
    width: int = Field(description="0 where the format is not looked into.")
    height: int
    bytes: int


class SampleBody(BaseModel):
    """One row."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SAMPLE]})

    index: int
    rows: int = Field(description="How many rows there are.")
    text: str | None
    text_cut: bool = Field(description="Whether the text goes on.")
    image: RowImageBody | None
    problem: str | None = Field(description="What is wrong with this row.")

    @classmethod
    def of(cls, dataset_id: str, sample: RowFacts) -> SampleBody:
        """A row with the address of its picture."""
        image = None
        if sample.header is not None:
            image = RowImageBody(
                url=f"/datasets/{dataset_id}/rows/{sample.index}/image",
                format=FORMAT_LABELS[sample.header.format],
                width=sample.header.width,
                height=sample.header.height,
                bytes=sample.image_bytes,
            )
        return cls(
            index=sample.index,
            rows=sample.rows,
            text=sample.text,
            text_cut=sample.is_text_cut,
            image=image,
            problem=sample.problem,
        )
