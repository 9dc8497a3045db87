"""Picture files of strangers to pictures, within limits, and in modes that the rest knows."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
from PIL import Image

from backend.domain.errors import UnreadableImage
from backend.domain.generation import LIMITS

# What Pillow's decoders raise for broken files.
_BROKEN = (
    OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip


@contextmanager
def opened(content: bytes, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """A picture file, its pixels not decoded yet.

    Raises:
        UnreadableImage: here or within the block, it is broken or of another format.
    """
    try:
        with Image.open(BytesIO(content), formats=formats) as image:
            yield image
    except UnreadableImage:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except _BROKEN as error:
        names = f"{', '.join(formats[:-1])} or {formats[-1]}"
        raise unreadable(f"it is not a whole {names} picture") from error


def check_pixels(image: Image.Image) -> None:
    """Raises UnreadableImage: it has more pixels than are decoded."""
    if image.width * image.height > LIMITS.upload_pixels:
        raise _too_many_pixels()


def plain_mode(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA, without metadata."""
    if image.mode.startswith("I"):
        # Pillow's own conversion cuts 16-bit grey off at 255 instead of scaling it.
        grey = np.asarray(image).astype(np.float64) / 257
        image = Image.fromarray(np.clip(np.round(grey), 0, 255).astype(np.uint8))
    has_alpha = image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info
    plain = image.convert("RGBA" if has_alpha else "RGB")
    plain.info = {}
    return plain


def fitted(image: Image.Image, side_px: int) -> Image.Image:
    """The picture with a longer side of this size."""
    scale = side_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.LANCZOS)


def unreadable(why: str) -> UnreadableImage:
    """The refusal of a picture."""
    return UnreadableImage(f"The picture cannot be used: {why}.", fields=[("file", why)])


def _too_many_pixels() -> UnreadableImage:
    return unreadable(f"it has more than {LIMITS.upload_pixels // 10**6} million pixels")
