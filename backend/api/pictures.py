"""Uploaded files to pictures, and stored pictures to the format somebody asks for."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps

from backend.domain.generation import LIMITS
from backend.utils.decoding import check_pixels, fitted, opened, plain_mode, unreadable

_UPLOAD_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITY = 92
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


class PictureFormat(StrEnum):
    """Formats a stored picture can be fetched in."""

    PNG = "png"
    WEBP = "webp"
    JPEG = "jpeg"
    SVG = "svg"

    @property
    def media_type(self) -> str:
        """The value of Content-Type."""
        return "image/svg+xml" if self is PictureFormat.SVG else f"image/{self}"


@dataclass(frozen=True, slots=True)
class PictureVariant:
    """A form of a stored picture.

    Attributes:
        size_px: of the longer side; None leaves the size as it is.
    """

    picture_format: PictureFormat = PictureFormat.PNG
    size_px: int | None = None

    @property
    def is_as_stored(self) -> bool:
        """Whether the stored file itself is wanted."""
        return self.picture_format is PictureFormat.PNG and self.size_px is None


def read_upload(content: bytes) -> Image.Image:
    """Decodes an uploaded picture to RGB or RGBA, upright, without metadata.

    Raises:
        UnreadableImage: no whole, single PNG, JPEG or WEBP picture within the limits.
    """
    if len(content) > LIMITS.upload_bytes:
        raise unreadable(f"it is larger than {LIMITS.upload_bytes // 2**20} MiB")
    with opened(content, _UPLOAD_FORMATS) as image:
        # Before a pixel is decoded: a file of 12 kB may hold 100 million of them.
        _check_shape(image)
        image.load()
        return plain_mode(ImageOps.exif_transpose(image))


def converted(image: Image.Image, variant: PictureVariant) -> bytes:
    """A raster picture in another format or size. JPEG has no transparency: white takes its place.

    Args:
        image: RGB or RGBA.
        variant: anything but SVG.
    """
    if variant.size_px is not None:
        image = fitted(image, variant.size_px)
    stream = BytesIO()
    match variant.picture_format:
        case PictureFormat.JPEG:
            _on_white(image).save(stream, "JPEG", quality=_QUALITY, subsampling=0)
        case PictureFormat.WEBP:
            image.save(stream, "WEBP", quality=_QUALITY)
        case _:
            image.save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def file_name(name: str, image_id: str, picture_format: PictureFormat) -> str:
    """A file name safe in a header and on every system: `harbour-beans-4f2a9c1d.png`."""
    return f"{ascii_stem(name)}-{image_id.removeprefix('img_')[:8]}.{picture_format}"


def ascii_stem(name: str) -> str:
    """A brand's name as the beginning of a file name, of small ASCII letters, digits and dashes."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return _NOT_IN_NAMES.sub("-", ascii_name.lower()).strip("-")[:40].strip("-") or "logo"


def etag_matches(if_none_match: str | None, tag: str) -> bool:
    """Whether a client that sent this If-None-Match has the file of this tag."""
    if if_none_match is None:
        return False
    known = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return tag in known or "*" in known


def label_of(uploaded_name: str | None) -> str:
    """What a picture is called after its uploaded file: the last part, printable, cut; no path."""
    last = re.split(r"[/\\]", uploaded_name or "")[-1].rpartition(".")
    stem = last[0] or last[2]
    text = "".join(letter for letter in stem if letter.isprintable())
    text = text.encode("utf-8", "ignore").decode("utf-8").strip()
    return text[: LIMITS.name_characters]


def _check_shape(image: Image.Image) -> None:
    low, high = LIMITS.upload_sides_px
    check_pixels(image)
    if min(image.size) < low or max(image.size) > high:
        raise unreadable(f"its sides must have {low} to {high} pixels")
    if getattr(image, "n_frames", 1) != 1:
        raise unreadable("it is an animation; send a single picture")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")
