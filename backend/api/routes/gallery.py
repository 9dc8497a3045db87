"""Routes of the history page: favourites, selections, settings out of files."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import StreamingResponse

from backend.api.deps import ImageId, Services, require_json, require_multipart
from backend.api.gallery_bodies import DeletedBody, RecipeBody, SelectionBody
from backend.api.recipes import recipe_of
from backend.api.responses import Responses, problems
from backend.domain.generation import LIMITS
from backend.services.gallery import zipped

router = APIRouter(tags=["images"], max_body_size=LIMITS.body_bytes)

# The file, and what multipart adds around it.
_UPLOAD_BODY_BYTES = LIMITS.upload_bytes + 64 * 1024
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ZIP: Responses = {200: {"description": "The file.", "content": {"application/zip": _BINARY}}}


@router.put(
    "/images/{image_id}/favourite",
    status_code=204,
    summary="Make a picture a favourite",
    responses=problems(403, 404, 503, 507),
)
def mark_favourite(image_id: ImageId, services: Services) -> None:
    """Marks a picture; it may be marked already."""
    services.images.set_favourite(image_id, True)


@router.delete(
    "/images/{image_id}/favourite",
    status_code=204,
    summary="Make a picture no favourite",
    responses=problems(403, 404, 503, 507),
)
def unmark_favourite(image_id: ImageId, services: Services) -> None:
    """Takes the mark away; there need not be one."""
    services.images.set_favourite(image_id, False)


@router.post(
    "/images/zip",
    response_class=StreamingResponse,
    summary="Several pictures as one file",
    dependencies=[Depends(require_json)],
    responses=problems(403, 404, 413, 415, 503) | _ZIP,
)
def zip_images(body: SelectionBody, services: Services) -> StreamingResponse:
    """PNG, SVG where there is one, and JSON record of each picture, in the order asked for.

    Pictures that are not there are left out; MANIFEST.txt names them. Answers 404 if none is.
    """
    headers = {"Content-Disposition": 'attachment; filename="logos.zip"'}
    pieces = zipped(services.images, body.images)
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


@router.post(
    "/images/delete",
    summary="Delete several pictures",
    dependencies=[Depends(require_json)],
    responses=problems(403, 413, 415, 503, 507),
)
def delete_images(body: SelectionBody, services: Services) -> DeletedBody:
    """Removes pictures with their records; those that are not there are passed over."""
    return DeletedBody(deleted=services.images.delete_many(body.images))


@router.post(
    "/images/recipe",
    summary="Settings out of a picture's file",
    dependencies=[Depends(require_multipart)],
    responses=problems(403, 413, 415, 503),
    max_body_size=_UPLOAD_BODY_BYTES,
    form_limits={"max_files": 1, "max_fields": 4, "max_part_size": 1024},
)
def read_recipe(
    services: Services,
    file: Annotated[UploadFile, File(description="A PNG made by this service.")],
) -> RecipeBody:
    """The request that the picture came from, checked, ready to be sent again.

    The request of a draft is the whole order, of which it was one; the request of a restyled or
    enlarged picture is for it alone, with its own seed. Nothing is stored.
    """
    return recipe_of(file.file.read(LIMITS.upload_bytes + 1), services.images)
