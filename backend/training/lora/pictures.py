"""Any picture of a phone or a drawing program to a plain RGB one, or a sentence why not."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, UnidentifiedImageError

from backend.domain.errors import UnreadableImage

MAX_PIXELS = 64_000_000
MAX_SIDE_PX = 16_384
# Nothing trains at more; what is stored need not be larger.
STORED_PX = 2_048
_HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_FORMATS = ("PNG", "JPEG", "WEBP")
_ORIENTATION = 0x0112
# How to turn a picture upright, by its orientation in EXIF 2.32.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture as it is trained on.

    Attributes:
        image: RGB, turned upright, at most `STORED_PX` a side.
        width, height: before it was made smaller.
        was_transparent: parts of it were see-through and have become white.
        is_photo: it came compressed with losses, so that storing it so again loses nothing.
    """

    image: Image.Image
    width: int
    height: int
    was_transparent: bool
    is_photo: bool


def decode(content: bytes) -> Decoded:
    """Reads PNG, JPEG, WebP or HEIC, by content and not by name.

    Raises:
        UnreadableImage: why it cannot be used and what to do.
    """
    try:
        with warnings.catch_warnings():
            # Sizes are checked before a pixel is decoded; odd notes in a file are no news.
            warnings.simplefilter("ignore")
            return _decoded(content)
    except (UnreadableImage, MemoryError):
        raise
    except Exception as error:
        # The one edge where strangers' files are parsed: libraries raise anything on odd ones.
        raise UnreadableImage("it is damaged: it ends early or its data are broken") from error


def _decoded(content: bytes) -> Decoded:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return _normalised(_heif(content), is_photo=True)
    try:
        picture: Image.Image = Image.open(BytesIO(content), formats=_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableImage(_too_large()) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise UnreadableImage("it is not a PNG, JPEG, WebP or HEIC picture") from error
    _refuse_size(*picture.size)
    is_photo = picture.format == "JPEG"
    picture.load()
    return _normalised(_upright(picture), is_photo=is_photo)


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as its EXIF says, of which nothing else is read: writers fill it with mistakes."""
    turn = _TURNS.get(picture.getexif().get(_ORIENTATION, 1))
    return picture if turn is None else picture.transpose(turn)


def _heif(content: bytes) -> Image.Image:
    if find_spec("pi_heif") is None:
        raise UnreadableImage(
            "HEIC needs a decoder: run pip install pi-heif==1.4.0, or save it as JPEG"
        )
    import pi_heif

    try:
        opened = pi_heif.open_heif(content, convert_hdr_to_8bit=True)
        _refuse_size(*opened.size)
        picture: Image.Image = opened.to_pillow()
    except (OSError, ValueError, EOFError, RuntimeError, SyntaxError) as error:
        raise UnreadableImage("it is a HEIC file that cannot be decoded") from error
    return picture


def _normalised(upright: Image.Image, *, is_photo: bool) -> Decoded:
    # The decoder of HEIC has turned its picture already, though its EXIF still says how.
    profile = upright.info.get("icc_profile")
    width, height = upright.size
    see_through = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    rgb, was_transparent = _flattened(upright) if see_through else (_as_rgb(upright), False)
    rgb = _in_srgb(rgb, profile)
    if max(rgb.size) > STORED_PX:
        rgb.thumbnail((STORED_PX, STORED_PX), Image.Resampling.LANCZOS)
    return Decoded(rgb, width, height, was_transparent, is_photo)


def _flattened(picture: Image.Image) -> tuple[Image.Image, bool]:
    """On white, as most marks are meant; and whether that made a difference."""
    rgba = picture.convert("RGBA")
    lowest = rgba.getchannel("A").getextrema()[0]
    ground = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    return Image.alpha_composite(ground, rgba).convert("RGB"), bool(lowest < 250)  # type: ignore[operator]


def _as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        # Pillow would cut 16 bits off at 255 instead of scaling them.
        values = np.asarray(picture, np.float64)
        return Image.fromarray((values / 65535 * 255).clip(0, 255).astype(np.uint8)).convert("RGB")
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as sRGB says them; phones write Display P3. A profile that is broken is ignored."""
    if not profile:
        return picture
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        if given.profile.xcolor_space.strip() != "RGB":
            return picture
        changed = ImageCms.profileToProfile(picture, given, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return changed or picture


def _refuse_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise UnreadableImage(_too_large())


def _too_large() -> str:
    return f"it has more than {MAX_PIXELS // 10**6} million pixels; make it smaller first"
