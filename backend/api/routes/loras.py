"""Routes about LoRA adapters: browse, upload, remove."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.concurrency import contextmanager_in_threadpool
from starlette.concurrency import run_in_threadpool

from backend.api.bodies import THUMBNAIL_PX
from backend.api.deps import Services, require_multipart
from backend.api.file_stream import FIELD, receive_file
from backend.api.lora_bodies import LoraInfo, LoraList, lora_url
from backend.api.pictures import (
    PictureFormat,
    PictureVariant,
    converted,
    etag_matches,
    label_of,
    read_upload,
)
from backend.api.responses import Responses, problems
from backend.domain.generation import LIMITS
from backend.models.lora_header import MAX_FILE_BYTES

router = APIRouter(tags=["loras"], max_body_size=LIMITS.body_bytes)

# The file, and what multipart adds around it.
_UPLOAD_BODY_BYTES = MAX_FILE_BYTES + 64 * 1024
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_THUMBNAIL: Responses = {
    200: {"description": "The picture.", "content": {"image/webp": _BINARY}},
    304: {"description": "The picture that the client has is still good."},
}
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {
                            "type": "string",
                            "format": "binary",
                            "description": "A .safetensors file of at most 1 GiB.",
                        },
                        "name": {
                            "type": "string",
                            "maxLength": 200,
                            "description": "What to call it; by default the file's name. What "
                            "does not go into a name becomes a dash.",
                        },
                    },
                }
            }
        },
    }
}
_ADDED: Responses = {
    200: {"description": "The same content is there already.", "model": LoraInfo},
    201: {
        "description": "It was added.",
        "model": LoraInfo,
        "headers": {
            "Location": {"description": "Its address.", "schema": {"type": "string"}},
        },
    },
}

Name = Annotated[str, Path(max_length=200, examples=["pixel-art"])]


@router.get("/loras", summary="LoRA adapters", responses=problems())
def list_loras(services: Services) -> LoraList:
    """The adapters in the lora folder, by the names that requests use.

    Files are looked at afresh each time: what was put there a moment ago is in the list.
    """
    return LoraList(loras=[LoraInfo.of(card) for card in services.loras.cards()])


@router.post(
    "/loras",
    status_code=201,
    response_model=LoraInfo,
    summary="Upload a LoRA",
    dependencies=[Depends(require_multipart)],
    responses=problems(403, 409, 413, 415, 503, 507) | _ADDED,
    max_body_size=_UPLOAD_BODY_BYTES,
    openapi_extra=_UPLOAD,
)
async def upload_lora(request: Request, response: Response, services: Services) -> LoraInfo:
    """Stores an adapter after checking every byte of it, in a process of its own.

    The same content again answers 200 with the one that is there. A file that is no sound adapter,
    or one for a model that never runs here, is refused with the reason.
    """
    async with contextmanager_in_threadpool(services.loras.incoming()) as path:
        received = await receive_file(request, path, folder="lora folder")
        label = label_of(received.name) or "the file"
        wanted = received.fields.get("name", "").strip() or received.name
        async with services.lora_checks:
            card, is_new = await run_in_threadpool(services.loras.add, path, label, wanted)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = lora_url(card.name)
    return LoraInfo.of(card)


@router.get("/loras/{name}", summary="One LoRA", responses=problems(404))
def get_lora(name: Name, services: Services) -> LoraInfo:
    """What the file tells, and whether it fits the pipeline in use."""
    return LoraInfo.of(services.loras.card(name))


@router.delete(
    "/loras/{name}",
    status_code=204,
    summary="Remove a LoRA",
    responses=problems(403, 404, 409),
)
def delete_lora(name: Name, services: Services) -> None:
    """Deletes the file and the picture beside it. A job that uses it now is not disturbed."""
    services.loras.remove(name)


@router.get(
    "/loras/{name}/thumbnail",
    response_class=Response,
    summary="A LoRA's picture",
    responses=problems(404) | _THUMBNAIL,
)
def lora_thumbnail(
    name: Name,
    services: Services,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The picture beside the adapter or in its file, checked like an upload and made small."""
    content = services.loras.thumbnail(name)
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    # Somebody may put another picture there: it is asked for again, which costs a 304.
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    variant = PictureVariant(PictureFormat.WEBP, THUMBNAIL_PX)
    picture = converted(read_upload(content), variant)
    return Response(picture, media_type=PictureFormat.WEBP.media_type, headers=headers)
