"""Routes about training sets: upload pictures, have them checked, write captions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import UploadFile

from backend.api.bodies import JobBody
from backend.api.deps import Services, TrainingSetId, require_json, require_multipart
from backend.api.responses import Responses, accepted, accepted_entry, problems
from backend.api.training_bodies import CaptionsRequest, SetBody, SetList, SetRequest
from backend.domain.errors import InvalidRequest
from backend.domain.generation import LIMITS
from backend.storage.disk_errors import disk_errors
from backend.storage.training_uploads import MAX_PICTURES, MAX_ZIPS

router = APIRouter(tags=["training"], max_body_size=LIMITS.body_bytes)

MAX_REQUEST_BYTES = 512 * 2**20
# The files, and what multipart adds around each: boundary, headers of the part.
_UPLOAD_BODY_BYTES = MAX_REQUEST_BYTES + 512 * 1024
# Each picture may have a text of its own.
_MAX_FILES = 2 * MAX_PICTURES + MAX_ZIPS + 1
# 200 captions of 500 characters, each of which JSON may spell as \uXXXX.
_CAPTIONS_BODY_BYTES = 2**20
_FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "minItems": 1,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}
_WEBP: Responses = {
    200: {
        "description": "The picture.",
        "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_File = Annotated[str, Path(max_length=300, examples=["lighthouse.png"])]


async def _sent_files(request: Request) -> AsyncIterator[list[UploadFile]]:
    """The files of a form; they are closed when the answer is made.

    Read here and not by FastAPI, which calls a full disk a request that cannot be read.
    """
    full = "The disk for temporary files is full; nothing was kept. Free some space and try again."
    with disk_errors(full=full, folder="folder for temporary files"):
        async with request.form(max_files=_MAX_FILES, max_fields=4, max_part_size=1024) as form:
            found = form.getlist("files")
            files = [file for file in found if isinstance(file, UploadFile)]
            if not files or len(files) < len(found):
                raise InvalidRequest(
                    "Send files in the field `files`.", fields=[("files", "send at least one file")]
                )
            yield files


@router.get("/training/sets", summary="Training sets", responses=problems(503))
def list_sets(services: Services) -> SetList:
    """All sets, newest first, without what their checks found."""
    views = services.training.sets.list()
    return SetList(sets=[SetBody.of(view, brief=True) for view in views])


@router.post(
    "/training/sets",
    status_code=201,
    summary="Make a training set",
    dependencies=[Depends(require_json)],
    responses=problems(403, 413, 415, 503, 507),
)
def create_set(body: SetRequest, services: Services, response: Response) -> SetBody:
    """Makes an empty set; send files to it next."""
    made = SetBody.of(services.training.sets.create(body.name))
    response.headers["Location"] = f"/training/sets/{made.id}"
    return made


@router.get("/training/sets/{set_id}", summary="One training set", responses=problems(404, 503))
def get_set(set_id: TrainingSetId, services: Services) -> SetBody:
    """What was sent, and what the last check found.

    After more files were sent the findings are those of the check before; `state` says so.
    """
    return SetBody.of(services.training.sets.get(set_id))


@router.delete(
    "/training/sets/{set_id}",
    status_code=204,
    summary="Delete a training set",
    responses=problems(403, 404, 409, 503, 507),
)
def delete_set(set_id: TrainingSetId, services: Services) -> None:
    """Removes a set with its files. Refused with 409 `in-use` while a job works with it."""
    services.training.sets.delete(set_id)


@router.post(
    "/training/sets/{set_id}/files",
    summary="Send pictures",
    dependencies=[Depends(require_multipart)],
    responses=problems(403, 404, 413, 415, 503, 507),
    max_body_size=_UPLOAD_BODY_BYTES,
    openapi_extra=_FILES,
)
def add_files(
    set_id: TrainingSetId,
    services: Services,
    files: Annotated[list[UploadFile], Depends(_sent_files)],
) -> SetBody:
    """Adds pictures (JPEG, PNG, WEBP, HEIC), zip files of pictures, and captions: all or none.

    Captions come as `captions.txt` or as a text beside each picture. At most 512 MB at once, and
    200 pictures and 2 GB in a set. A second file of the same name is kept beside the first; a
    second `captions.txt` takes the place of the first. Nothing is unpacked or decoded here: have
    the set checked next.
    """
    sent = [(file.filename or "", file.file) for file in files]
    return SetBody.of(services.training.sets.add(set_id, sent))


@router.post(
    "/training/sets/{set_id}/inspect",
    status_code=202,
    response_model=JobBody,
    summary="Check a training set",
    responses=problems(403, 404, 409, 429, 503, 507) | accepted_entry(),
)
def inspect_set(set_id: TrainingSetId, services: Services) -> Response:
    """Stores a job that unpacks, decodes and judges what was sent, and proposes captions.

    A check of the same set that waits or runs already is returned instead.
    """
    return accepted(JobBody.of(services.training.sets.inspect(set_id), services.images))


@router.delete(
    "/training/sets/{set_id}/pictures/{file}",
    summary="Take a picture out",
    responses=problems(403, 404, 409, 503, 507),
)
def remove_picture(set_id: TrainingSetId, file: _File, services: Services) -> SetBody:
    """Removes a picture from the set; later checks leave it out, too."""
    return SetBody.of(services.training.sets.remove_picture(set_id, file))


@router.put(
    "/training/sets/{set_id}/captions",
    summary="Write captions",
    dependencies=[Depends(require_json)],
    responses=problems(403, 404, 409, 413, 415, 503, 507),
    max_body_size=_CAPTIONS_BODY_BYTES,
)
def write_captions(set_id: TrainingSetId, body: CaptionsRequest, services: Services) -> SetBody:
    """Keeps captions of some pictures in place of the proposed ones, over later checks, too."""
    return SetBody.of(services.training.sets.write_captions(set_id, body.captions))


@router.get(
    "/training/sets/{set_id}/pictures/{file}/thumbnail",
    summary="A small picture",
    response_class=Response,
    responses=problems(404, 503) | _WEBP,
)
def set_thumbnail(set_id: TrainingSetId, file: _File, services: Services) -> Response:
    """The picture as the check made it small."""
    content = services.training.sets.thumbnail(set_id, file)
    # Another check may give another picture this name.
    headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="image/webp", headers=headers)
