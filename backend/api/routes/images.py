"""Routes about stored pictures: gallery, files, records, uploads."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Header, Query, Response, UploadFile

from backend.api.bodies import ImageBody, ImageList
from backend.api.deps import ImageId, Services, require_multipart
from backend.api.pictures import (
    PictureFormat,
    PictureVariant,
    converted,
    etag_matches,
    file_name,
    label_of,
    read_upload,
)
from backend.api.responses import Responses, problems
from backend.domain.errors import InvalidRequest
from backend.domain.generation import LIMITS
from backend.domain.ports import ImageFilter
from backend.services.records import ORIGIN_UPLOAD, STAGE_UPLOAD, new_image_record

router = APIRouter(tags=["images"], max_body_size=LIMITS.body_bytes)

# The file, and what multipart adds around it: boundaries, headers of parts.
_UPLOAD_BODY_BYTES = LIMITS.upload_bytes + 64 * 1024
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: Responses = {
    200: {
        "description": "The picture.",
        "content": {picture_format.media_type: _BINARY for picture_format in PictureFormat},
    },
    304: {"description": "The picture that the client has is still good."},
}
# Larger forms are asked for once, to be saved; keeping them would push the thumbnails out.
_KEPT_PX = 512
StageChoice = Literal["draft", "final", "upscaled", "upload"]
OriginChoice = Literal["cgan", "composer", "upload"]
# A stored picture never changes: its id comes from its content.
_CACHE = "private, max-age=31536000, immutable"
# An SVG is a document; opened on its own it must not run or fetch anything.
_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@router.get("/images", summary="Pictures, newest first", responses=problems(503))
def list_images(
    services: Services,
    limit: Annotated[int, Query(ge=1, le=100)] = 24,
    before: Annotated[str | None, Query(max_length=64, description="A picture's id.")] = None,
    query: Annotated[
        str,
        Query(max_length=200, description="Words, or their beginnings, of name, text or style."),
    ] = "",
    stage: Annotated[StageChoice | None, Query()] = None,
    origin: Annotated[OriginChoice | None, Query()] = None,
    favourite: Annotated[bool | None, Query(description="Only favourites, or only others.")] = None,
) -> ImageList:
    """A page of the gallery. Pass `next` as `before` for the page after it."""
    wanted = ImageFilter(query, stage, origin, favourite)
    page = services.images.search(wanted, limit=limit, before=before)
    last = page.images[-1].id if len(page.images) == limit else None
    bodies = [ImageBody.of(image) for image in page.images]
    return ImageList(images=bodies, next=last, total=page.total)


@router.get(
    "/images/{image_id}",
    summary="A picture's file",
    response_class=Response,
    responses=problems(404, 503) | _FILE,
)
def get_image(
    image_id: ImageId,
    services: Services,
    picture_format: Annotated[PictureFormat, Query(alias="format")] = PictureFormat.PNG,
    size: Annotated[int | None, Query(ge=64, le=1024, description="Longer side.")] = None,
    download: Annotated[bool, Query(description="Save instead of show.")] = False,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The stored PNG, byte for byte, or another format or size made from it."""
    variant = PictureVariant(picture_format, size)
    if picture_format is PictureFormat.SVG and size is not None:
        why = "an SVG has no size; leave it out or ask for another format"
        raise InvalidRequest("size does not go with svg", fields=[("size", why)])
    stored = services.images.get(image_id)
    tag = f'"{stored.id}-{picture_format}-{size or "stored"}"'
    name = file_name(str(stored.record.get("name", "")), stored.id, picture_format)
    kind = "attachment" if download else "inline"
    headers = {
        "ETag": tag,
        "Cache-Control": _CACHE,
        "Content-Disposition": f'{kind}; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    if picture_format is PictureFormat.SVG:
        headers["Content-Security-Policy"] = _SVG_POLICY
        content = services.images.svg(image_id).encode("utf-8")
    elif variant.is_as_stored:
        content = services.images.png(image_id)
    elif size is not None and size <= _KEPT_PX:
        form = f"{size}.{picture_format}"
        content = services.images.derived(image_id, form, lambda image: converted(image, variant))
    else:
        content = converted(services.images.load(image_id), variant)
    return Response(content, media_type=picture_format.media_type, headers=headers)


@router.get(
    "/images/{image_id}/record",
    summary="How a picture came about",
    responses=problems(404, 503)
    | {
        200: {
            "description": "The sidecar.",
            "content": {
                "application/json": {
                    "example": {"seed": 7, "stage": "final", "reproduce": {"seed": 7, "index": 0}}
                }
            },
        }
    },
)
def get_record(image_id: ImageId, services: Services) -> dict[str, Any]:
    """The picture's sidecar: request, seed, models with their hashes, durations, parent."""
    return dict(services.images.get(image_id).record)


@router.post(
    "/images",
    status_code=201,
    summary="Upload a picture to restyle or enlarge",
    dependencies=[Depends(require_multipart)],
    responses=problems(403, 413, 415, 503, 507),
    max_body_size=_UPLOAD_BODY_BYTES,
    form_limits={"max_files": 1, "max_fields": 4, "max_part_size": 1024},
)
def upload_image(
    response: Response,
    services: Services,
    file: Annotated[UploadFile, File(description="PNG, JPEG or WEBP, one picture.")],
) -> ImageBody:
    """Checks the file, turns it upright, and stores it anew without its metadata."""
    image = read_upload(file.file.read(LIMITS.upload_bytes + 1))
    record = new_image_record(
        stage=STAGE_UPLOAD, origin=ORIGIN_UPLOAD, name=label_of(file.filename)
    )
    body = ImageBody.of(services.images.save(image, record))
    response.headers["Location"] = body.url
    return body


@router.delete(
    "/images/{image_id}",
    status_code=204,
    summary="Delete a picture",
    responses=problems(403, 404, 503, 507),
)
def delete_image(image_id: ImageId, services: Services) -> None:
    """Removes a picture with its record. Pictures made from it stay."""
    services.images.delete(image_id)
