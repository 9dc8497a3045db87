"""Settings of a picture, read back out of its PNG file and checked like any other request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from backend.api.gallery_bodies import RecipeBody
from backend.api.problems import field_path
from backend.api.schemas import DraftsBody, GenerateBody, RestyleBody, UpscaleBody
from backend.domain.errors import (
    ImageNotFound,
    InvalidRequest,
    NoRecipe,
    UnreadableImage,
)
from backend.domain.generation import LIMITS
from backend.domain.jobs import JobKind
from backend.domain.ports import ImageStore
from backend.storage.png_files import image_id_of
from backend.utils.png_text import SIGNATURE, png_size, read_parameters

_Body = type[DraftsBody | GenerateBody | RestyleBody | UpscaleBody]
_BODIES: Mapping[str, _Body] = {
    JobKind.DRAFTS: DraftsBody,
    JobKind.GENERATE: GenerateBody,
    JobKind.RESTYLE: RestyleBody,
    JobKind.UPSCALE: UpscaleBody,
}


def recipe_of(content: bytes, images: ImageStore) -> RecipeBody:
    """The request that a PNG file came from, as a body that its route takes again.

    A draft depends on its whole order: draft i is drawn from the order's seed + i and its place.
    The request of one draft is therefore the order, and asking for it again gives the draft among
    its siblings. Restyling and enlarging take each picture by itself, so there the request is cut
    down to the one picture: `images` is its parent alone and `seed` the one it was made with.
    A file of a brand gives the request of the picture that it was made from.

    Args:
        content: an uploaded file.
        images: where the picture itself may still be.

    Raises:
        UnreadableImage: the file is not whole or over the limits of uploads.
        NoRecipe: it carries no settings, or none that the service would accept.
    """
    reproduce, image_id = _last_link(_object(_parse(_text(content)), "the text"), content)
    kind = reproduce.get("kind")
    if not isinstance(kind, str) or kind not in _BODIES:
        raise _none("they do not say how the picture was made")
    request = _of_one_picture(_object(reproduce.get("request"), "the request"), reproduce)
    return RecipeBody(
        kind=JobKind(kind),
        request=_checked(_BODIES[kind], request),
        image=_stored_id(image_id, images),
    )


def _text(content: bytes) -> str:
    if len(content) > LIMITS.upload_bytes:
        raise _unreadable(f"it is larger than {LIMITS.upload_bytes // 2**20} MiB")
    if not content.startswith(SIGNATURE):
        raise NoRecipe(
            "Only PNG files carry their settings, and this file is none. Choose the PNG that was "
            "downloaded here.",
            fields=[("file", "is not a PNG")],
        )
    try:
        width, height = png_size(content)
        if width * height > LIMITS.upload_pixels or max(width, height) > LIMITS.upload_sides_px[1]:
            raise _unreadable(f"it has more than {LIMITS.upload_pixels // 10**6} million pixels")
        text = read_parameters(content, limit_bytes=LIMITS.body_bytes)
    except ValueError as error:
        raise _unreadable(str(error)) from error
    if text is None:
        raise NoRecipe(
            "This PNG carries no settings: it was not made here, or a program that saved it anew "
            "left them out.",
            fields=[("file", "has no text named parameters")],
        )
    return text


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _none("they are in the format of another program") from error


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _none(f"{what} is not what this service writes")
    return value


def _of_one_picture(request: dict[str, Any], reproduce: Mapping[str, Any]) -> dict[str, Any]:
    """The request without the other pictures of a restyle or upscale."""
    images, index, seed = request.get("images"), reproduce.get("index"), reproduce.get("seed")
    if not isinstance(images, list):
        return request
    if type(index) is not int or not 0 <= index < len(images):
        raise _none("they do not say which picture it was made from")
    if "seed" not in request:
        return {**request, "images": [images[index]]}
    if type(seed) is int and seed > LIMITS.seed.high:
        # The highest seed was asked for, for several pictures: only all of them can be again.
        return request
    return {**request, "images": [images[index]], "seed": seed}


def _checked(body: _Body, request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the route knows, as it would understand them.

    Jobs record more than their route takes (a draft's order has the restyle's defaults), and other
    versions of the service may know other fields; these are left out.
    """
    known = {name: value for name, value in request.items() if name in body.model_fields}
    try:
        asked = body.model_validate(known)
        asked.to_domain()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = field_path(("body", *first["loc"]))
        raise _none(f"{where}: {first['msg']}") from error
    except InvalidRequest as error:
        raise _none(error.detail) from error
    return asked.model_dump(mode="json", exclude_unset=True)


def _last_link(found: dict[str, Any], content: bytes) -> tuple[dict[str, Any], str]:
    """What draws the picture again, and its id; delivered files have a chain of such links."""
    if "chain" not in found:
        return found, image_id_of(content)
    chain = found.get("chain")
    if not isinstance(chain, list) or not chain:
        raise _none("they do not say how the picture was made")
    link = _object(chain[-1], "the chain")
    return _object(link.get("reproduce"), "the chain"), str(link.get("image"))


def _stored_id(image_id: str, images: ImageStore) -> str | None:
    try:
        return images.get(image_id).id
    except ImageNotFound:
        return None


def _none(why: str) -> NoRecipe:
    return NoRecipe(
        f"The settings in this PNG cannot be used: {why}. Choose a file that was made here.",
        fields=[("file", why)],
    )


def _unreadable(why: str) -> UnreadableImage:
    return UnreadableImage(f"The file cannot be used: {why}.", fields=[("file", why)])
