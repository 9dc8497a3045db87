"""Pictures in files as branding takes them, with what their recipe and sidecar tell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from backend.domain.generation import LIMITS
from backend.domain.ports import ImageStore
from backend.services.brand_pictures import OnePicture, glyphs_of, mark_source
from backend.services.lineage import lineage_of
from backend.storage.png_files import image_id_of
from backend.utils.png_text import SIGNATURE, read_parameters

_SIDECAR_BYTES = 4 * 1024 * 1024


def picture_in_file(
    path: Path, content: bytes, image: Image.Image, images: ImageStore
) -> OnePicture:
    """A picture file, be it of `generate`, of the store or of somebody else.

    A PNG of ours tells how it was drawn, and the files that `generate` writes beside it tell its
    colours, its glyphs and its drawing; they are used only if they are of that very picture.

    Args:
        path: where it lies.
        content: its bytes.
        image: decoded from them.
        images: where pictures that it was made from may be.
    """
    image_id, reproduce = image_id_of(content), reproduce_in(content)
    record = _sidecar(path, reproduce) if reproduce else {}
    drawing = path.with_suffix(".svg")
    svg = drawing.read_text("utf-8") if record and drawing.is_file() else None
    return OnePicture(
        image_id,
        mark_source(image, record, svg),
        tuple(lineage_of(images, image_id, reproduce)),
        glyphs_of(record),
    )


def reproduce_in(content: bytes) -> dict[str, Any]:
    """What a PNG of ours says of its making; empty for any other file."""
    if not content.startswith(SIGNATURE):
        return {}
    try:
        found = json.loads(read_parameters(content, limit_bytes=LIMITS.body_bytes) or "null")
    except (ValueError, RecursionError):
        return {}
    is_ours = isinstance(found, dict) and "kind" in found and "request" in found
    return found if is_ours else {}


def _sidecar(path: Path, reproduce: Mapping[str, Any]) -> Mapping[str, Any]:
    sidecar = path.with_suffix(".json")
    try:
        if sidecar.stat().st_size > _SIDECAR_BYTES:
            return {}
        found = json.loads(sidecar.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    is_its_own = isinstance(found, dict) and found.get("reproduce") == reproduce
    return found if is_its_own else {}
