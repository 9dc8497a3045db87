"""Routes of finishing: previews, checks, mock-ups, files, finished states, brand kits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, File, Header, Path, Query, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from backend.api.bodies import JobBody
from backend.api.brand_bodies import (
    BrandBody,
    BrandFindingBody,
    ChecksBody,
    FileWish,
    FinishBody,
    FontBody,
    FontsBody,
    KitWish,
    MockupsBody,
    PreviewBody,
    PreviewWish,
    SuggestionBody,
)
from backend.api.brand_examples import KIT_ID
from backend.api.deps import ImageId, Services, require_json, require_multipart
from backend.api.pictures import ascii_stem, etag_matches, read_upload
from backend.api.responses import Responses, accepted, accepted_entry, problems
from backend.domain.branding import BRAND_LIMITS, FileFormat
from backend.domain.errors import InvalidRequest
from backend.domain.generation import LIMITS
from backend.telemetry.context import CALLER_ID

router = APIRouter(tags=["branding"], max_body_size=LIMITS.body_bytes)

# The file, and what multipart adds around it.
_UPLOAD_BODY_BYTES = LIMITS.upload_bytes + 64 * 1024
_MEDIA_TYPES = {
    FileFormat.PNG: "image/png",
    FileFormat.SVG: "image/svg+xml",
    FileFormat.PDF: "application/pdf",
    FileFormat.EPS: "application/postscript",
}
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILE: Responses = {
    200: {"description": "The file.", "content": dict.fromkeys(_MEDIA_TYPES.values(), _BINARY)}
}
_PNG: Responses = {200: {"description": "The picture.", "content": {"image/png": _BINARY}}}
_ZIP: Responses = {
    200: {"description": "The kit.", "content": {"application/zip": _BINARY}},
    304: {"description": "The kit that the client has is still good."},
}
# What a kit is follows from its id: both come from its content.
_CACHE = "private, max-age=31536000, immutable"
# An SVG is a document; opened on its own it must not run or fetch anything.
_SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
_JSON = [Depends(require_json)]
_Answer = TypeVar("_Answer")
_KitId = Annotated[str, Path(max_length=64, examples=[KIT_ID])]


@router.get("/branding/fonts", summary="Fonts for lettering", responses=problems())
def list_fonts(services: Services) -> FontsBody:
    """The families with their weights, scripts and licences."""
    return FontsBody(
        fonts=[
            FontBody(
                id=family.id,
                name=family.name,
                category=family.category,
                weights=list(family.weights),
                scripts=list(family.scripts),
                author=family.author,
                licence=family.licence,
                copyright=family.copyright,
            )
            for family in services.brand.desk.fonts()
        ]
    )


@router.post(
    "/branding/preview",
    summary="How a finish looks",
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503),
)
async def brand_preview(body: PreviewWish, services: Services) -> PreviewBody:
    """The lockup as SVG, with the facts and findings that go with it. Nothing is stored."""
    spec, variant = body.to_domain(), body.variant
    return await _computed(
        services, lambda: PreviewBody.of(services.brand.desk.preview(spec, variant))
    )


@router.post(
    "/branding/checks",
    summary="What is good about a finish and what is not",
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503),
)
async def brand_checks(body: BrandBody, services: Services) -> ChecksBody:
    """Quality gates as plain sentences with their figures: legibility, contrast, strokes."""
    spec = body.to_domain()
    found = await _computed(services, lambda: services.brand.desk.checks(spec))
    return ChecksBody(findings=[BrandFindingBody.of(finding) for finding in found])


@router.post(
    "/branding/mockups",
    summary="A finish on things",
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503),
)
async def brand_mockups(body: BrandBody, services: Services) -> MockupsBody:
    """The lockup on a page, a card, a shirt and others, as WEBP pictures in data URLs."""
    spec = body.to_domain()
    return await _computed(services, lambda: MockupsBody.of(services.brand.desk.mockups(spec)))


@router.post(
    "/branding/file",
    summary="One file of a finish",
    response_class=Response,
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503) | _FILE,
)
async def brand_file(body: FileWish, services: Services) -> Response:
    """PNG, SVG, PDF or EPS of the lockup in a variant, with its recipe inside.

    A mark that consists of pixels has no vector file: 422 `no-vector-form`.
    """
    spec, order = body.to_domain(), body.order()
    content = await _computed(services, lambda: services.brand.desk.file(spec, order))
    name = f"{ascii_stem(spec.text.title)}-{spec.lockup}-{order.variant}.{order.file_format}"
    media_type = _MEDIA_TYPES[order.file_format]
    return Response(content, media_type=media_type, headers=_download(name, media_type))


@router.post(
    "/branding/cutout",
    summary="The picture without its ground",
    response_class=Response,
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503) | _PNG,
)
async def brand_cutout(body: BrandBody, services: Services) -> Response:
    """The picture itself at its size, with real transparency, as `mark` says."""
    spec = body.to_domain()
    async with services.brand.large.turn(CALLER_ID.get()):
        content = await _computed(services, lambda: services.brand.desk.cutout(spec))
    name = f"{ascii_stem(spec.text.title)}-transparent.png"
    return Response(content, media_type="image/png", headers=_download(name, "image/png"))


@router.post(
    "/branding/palette",
    summary="The colours of a picture",
    dependencies=[Depends(require_multipart)],
    responses=problems(413, 415, 503),
    max_body_size=_UPLOAD_BODY_BYTES,
    form_limits={"max_files": 1, "max_fields": 4, "max_part_size": 1024},
)
async def suggest_palette(
    services: Services,
    file: Annotated[UploadFile, File(description="PNG, JPEG or WEBP, one picture.")],
    count: Annotated[int, Query(ge=1, le=BRAND_LIMITS.colours)] = BRAND_LIMITS.colours,
) -> SuggestionBody:
    """Main colours with their shares of the area, the ground first. Nothing is stored."""
    content = await file.read(LIMITS.upload_bytes + 1)
    found = await _computed(
        services, lambda: services.brand.desk.suggest_palette(read_upload(content), count)
    )
    return SuggestionBody.of(found)


@router.get(
    "/images/{image_id}/finish", summary="What became of a picture", responses=problems(404, 503)
)
def get_finish(image_id: ImageId, services: Services) -> FinishBody:
    """The finish that was kept last; 404 `finish-not-found` while there is none."""
    return FinishBody.of(services.brand.finishes.get(image_id))


@router.put(
    "/images/{image_id}/finish",
    summary="Keep what became of a picture",
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503, 507),
)
def put_finish(image_id: ImageId, body: BrandBody, services: Services) -> FinishBody:
    """Keeps a finish with the picture, in place of an older one, until the picture is deleted."""
    spec = body.to_domain()
    if spec.image != image_id:
        why = "is another picture than the one in the address"
        raise InvalidRequest("the finish is of another picture", fields=[("image", why)])
    services.brand.desk.check_spec(spec)
    return FinishBody.of(services.brand.finishes.save(image_id, spec))


@router.delete(
    "/images/{image_id}/finish",
    status_code=204,
    summary="Forget what became of a picture",
    responses=problems(404, 503, 507),
)
def delete_finish(image_id: ImageId, services: Services) -> None:
    """Drops the finish; there need not be one."""
    services.brand.finishes.remove(image_id)


@router.post(
    "/exports",
    status_code=202,
    response_model=JobBody,
    summary="Have a brand kit made",
    dependencies=_JSON,
    responses=problems(404, 413, 415, 503, 507) | accepted_entry(),
)
def export(body: KitWish, services: Services) -> Response:
    """Stores a job whose result names the `kit`: every lockup and variant in all formats, icons,
    social pictures, colours and a brand sheet, as one ZIP file.

    A job that makes the same kit already is returned instead.
    """
    job = services.brand.exports.start(body.to_domain(), body.language)
    return accepted(JobBody.of(job, services.images))


@router.get(
    "/exports/{kit}",
    summary="A brand kit",
    response_class=Response,
    responses=problems(404, 503) | _ZIP,
)
def get_kit(
    kit: _KitId, services: Services, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """The ZIP file. Old kits are cleared away; POST /exports makes them anew."""
    services.brand.exports.check(kit)
    tag = f'"{kit}"'
    headers = _download("brand-kit.zip", "application/zip") | {"ETag": tag, "Cache-Control": _CACHE}
    if etag_matches(if_none_match, tag):
        return Response(status_code=304, headers=headers)
    length, pieces = services.brand.exports.pieces(kit)
    headers["Content-Length"] = str(length)
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


async def _computed(services: Services, work: Callable[[], _Answer]) -> _Answer:
    """Runs work in a thread; whoever waits for a turn waits in the event loop, not in a thread."""
    async with services.brand.turns.turn(CALLER_ID.get()):
        return await run_in_threadpool(work)


def _download(name: str, media_type: str) -> dict[str, str]:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if media_type == _MEDIA_TYPES[FileFormat.SVG]:
        headers["Content-Security-Policy"] = _SVG_POLICY
    return headers
