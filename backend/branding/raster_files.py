"""PNG files of a drawing."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.rasters import height_of, render_drawing, rendered_png
from backend.domain.brief import Colour
from backend.utils.png_text import png_size, with_parameters

# Measured on flat drawings of 1536 px: 6 packs to 60 % of level 1's bytes in 1.3 times its time.
_COMPRESS_LEVEL = 6


def png_file(
    drawing: Drawing, *, width_px: int, background: Colour | None = None, recipe: str = ""
) -> bytes:
    """A PNG with real alpha (RGBA), marked as sRGB, with the recipe as its text `parameters`.

    Args:
        width_px: the height follows from the drawing's box, at least one pixel.
        background: paints the box first; None leaves it transparent.
    """
    if drawing.pictures:
        image = render_drawing(drawing, width_px=width_px, background=background)
        return picture_file(image, recipe=recipe)
    png = rendered_png(drawing, width_px, background)
    if png_size(png) != (width_px, height_of(drawing, width_px)):
        image = render_drawing(drawing, width_px=width_px, background=background)
        return picture_file(image, recipe=recipe)
    # What resvg has packed is not unpacked and packed again: half the time of a kit.
    return with_parameters(png, recipe)


def picture_file(
    image: Image.Image, *, recipe: str = "", compress_level: int = _COMPRESS_LEVEL
) -> bytes:
    """The same for pixels that are there already, in their own mode; metadata is left out.

    Args:
        compress_level: of zlib, 0..9.
    """
    stream = BytesIO()
    bare = image.copy()
    bare.info = {}
    bare.save(stream, "PNG", compress_level=compress_level)
    return with_parameters(stream.getvalue(), recipe)
