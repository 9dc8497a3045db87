"""PNG files that carry the parameters of their picture, as the store keeps them."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from backend.utils.png_text import KEYWORD

# Measured on noisy 512 px pictures: 24 ms and 472 kB, against 74 ms and 411 kB at zlib's default.
_COMPRESS_LEVEL = 1
ID_DIGITS = 24


def encode_png(image: Image.Image, parameters: Any) -> bytes:
    """PNG with the parameters as a text chunk; equal input gives equal bytes.

    Args:
        image: RGB or RGBA; its own metadata is left out.
        parameters: JSON-able.
    """
    text = json.dumps(parameters, sort_keys=True, ensure_ascii=False, allow_nan=False)
    info = PngInfo()
    # Half a surrogate pair cannot be UTF-8; written as \ud800 it is the same JSON.
    info.add_text(KEYWORD, text.encode("utf-8", "backslashreplace").decode("utf-8"))
    bare = image.copy()
    bare.info = {}
    stream = BytesIO()
    bare.save(stream, "PNG", compress_level=_COMPRESS_LEVEL, pnginfo=info)
    return stream.getvalue()


def image_id_of(png: bytes) -> str:
    """The id that a store gives a file: equal files are one picture."""
    return "img_" + hashlib.sha256(png).hexdigest()[:ID_DIGITS]
