"""Routes about data sets: upload in chunks, look at rows, have them analysed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from backend.api.bodies import JobBody
from backend.api.datasets_bodies import (
    REPORT,
    DatasetBody,
    DatasetList,
    OffsetBody,
    SampleBody,
    UploadRequest,
)
from backend.api.deps import DatasetId, Services, require_json
from backend.api.responses import Responses, accepted, accepted_entry, problems
from backend.domain.generation import LIMITS
from backend.storage.dataset_store import CHUNK_BYTES, MAX_UPLOAD_BYTES

router = APIRouter(tags=["datasets"], max_body_size=LIMITS.body_bytes)

_LAST_ROW = 2**40
_OCTETS = "application/octet-stream"
_PNG: Responses = {
    200: {
        "description": "The picture.",
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_REPORT: Responses = {
    200: {
        "description": "The report; the command `python -m backend eda FILE` writes the same.",
        "content": {"application/json": {"example": REPORT}},
    }
}
_CHUNK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {_OCTETS: {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _require_octets(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _OCTETS:
        raise HTTPException(415, f"Send the bytes with Content-Type: {_OCTETS}.")


@router.get("/datasets", summary="Data sets", responses=problems(503))
def list_datasets(services: Services) -> DatasetList:
    """Uploads, newest first, then the parquet files and folders of shards in the data folder."""
    return DatasetList(datasets=[DatasetBody.of(view) for view in services.datasets.list()])


@router.post(
    "/datasets",
    status_code=201,
    summary="Begin an upload",
    dependencies=[Depends(require_json)],
    responses=problems(403, 413, 415, 503, 507),
)
def begin_dataset(body: UploadRequest, services: Services, response: Response) -> DatasetBody:
    """Makes room for a parquet file; send it by PATCH in chunks of at most `upload.chunk_bytes`.

    An upload that nobody goes on with is removed after a week.
    """
    found = DatasetBody.of(services.datasets.begin(body.name, body.bytes))
    response.headers["Location"] = f"/datasets/{found.id}"
    return found


@router.patch(
    "/datasets/{dataset_id}",
    summary="Send a chunk",
    dependencies=[Depends(_require_octets)],
    responses=problems(403, 404, 409, 413, 415, 503, 507),
    max_body_size=CHUNK_BYTES,
    openapi_extra=_CHUNK,
)
async def append_to_dataset(
    dataset_id: DatasetId,
    services: Services,
    request: Request,
    response: Response,
    upload_offset: Annotated[
        int, Header(ge=0, le=MAX_UPLOAD_BYTES, description="Where the chunk begins.")
    ],
) -> OffsetBody:
    """Adds bytes to an upload; the chunk that completes it has the file checked.

    The answer comes when the chunk is on the disk. A chunk that does not begin where the last one
    ended is refused with 409, and `errors` names the right offset; that, or GET, tells where to go
    on after a lost connection.
    """
    # A chunk that breaks off in the middle leaves nothing behind.
    chunk = await request.body()
    offset = await run_in_threadpool(services.datasets.append, dataset_id, upload_offset, chunk)
    response.headers["Upload-Offset"] = str(offset)
    return OffsetBody(offset=offset)


@router.get("/datasets/{dataset_id}", summary="One data set", responses=problems(404, 503))
def get_dataset(dataset_id: DatasetId, services: Services) -> DatasetBody:
    """Size, rows and columns, what is wrong with it, and how far an upload or analysis is."""
    return DatasetBody.of(services.datasets.get(dataset_id))


@router.delete(
    "/datasets/{dataset_id}",
    status_code=204,
    summary="Delete an upload",
    responses=problems(403, 404, 409, 503, 507),
)
def delete_dataset(dataset_id: DatasetId, services: Services) -> None:
    """Removes an upload and stops its analysis. What lies in the data folder is not touched."""
    services.datasets.delete(dataset_id)


@router.get(
    "/datasets/{dataset_id}/sample", summary="A row to look at", responses=problems(404, 503)
)
def sample_dataset(
    dataset_id: DatasetId,
    services: Services,
    response: Response,
    index: Annotated[int | None, Query(ge=0, le=_LAST_ROW, description="None: by chance.")] = None,
) -> SampleBody:
    """A row's caption and picture. What is wrong with the row is told in `problem`."""
    response.headers["Cache-Control"] = "no-store"
    return SampleBody.of(dataset_id, services.datasets.sample(dataset_id, index))


@router.get(
    "/datasets/{dataset_id}/rows/{index}/image",
    summary="The picture of a row",
    response_class=Response,
    responses=problems(404, 503) | _PNG,
)
def row_image(
    dataset_id: DatasetId,
    services: Services,
    index: Annotated[int, Path(ge=0, le=_LAST_ROW, examples=[7])],
) -> Response:
    """The picture as PNG, made smaller where it is larger than 512 px."""
    content = services.datasets.picture(dataset_id, index)
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/png", headers=headers)


@router.post(
    "/datasets/{dataset_id}/eda",
    status_code=202,
    response_model=JobBody,
    summary="Analyse a data set",
    responses=problems(403, 404, 429, 503, 507) | accepted_entry(),
)
def analyse_dataset(dataset_id: DatasetId, services: Services) -> Response:
    """Stores a job that reads the whole data set; its report is kept for the same content.

    An analysis of the same content that waits or runs already is returned instead.
    """
    job = services.datasets.start_analysis(dataset_id)
    return accepted(JobBody.of(job, services.images))


@router.get(
    "/datasets/{dataset_id}/eda",
    summary="The analysis",
    responses=problems(404, 503) | _REPORT,
)
def dataset_report(dataset_id: DatasetId, services: Services) -> dict[str, Any]:
    """The report of a finished analysis; 404 `report-not-found` while there is none."""
    return dict(services.datasets.report(dataset_id))
