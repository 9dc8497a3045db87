"""Drawings as pixels."""

from __future__ import annotations

from io import BytesIO

import resvg_py
from PIL import Image

from backend.branding.drawing import Drawing, drawing_to_svg
from backend.domain.brief import Colour


def render_drawing(
    drawing: Drawing, *, width_px: int, background: Colour | None = None
) -> Image.Image:
    """A drawing as an RGBA picture.

    Args:
        width_px: its width; the height follows from the drawing's box, at least one pixel.
        background: paints the box first; None leaves it transparent.
    """
    if drawing.pictures:
        return _composed(drawing, width_px, background)
    image = Image.open(BytesIO(rendered_png(drawing, width_px, background))).convert("RGBA")
    height_px = height_of(drawing, width_px)
    if image.size != (width_px, height_px):
        # resvg keeps proportions to the last fraction and may be a pixel off.
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS)
    return image


def rendered_png(drawing: Drawing, width_px: int, background: Colour | None = None) -> bytes:
    """The same as the PNG file that resvg writes; its height may be a pixel off `height_of`."""
    png = resvg_py.svg_to_bytes(
        svg_string=drawing_to_svg(drawing),
        width=width_px,
        height=height_of(drawing, width_px),
        # Not as a path: the box may end inside the last row of pixels.
        background=background.hex if background else None,
    )
    return bytes(png)


def height_of(drawing: Drawing, width_px: int) -> int:
    """The height of a drawing's picture, at least one pixel."""
    return max(1, round(width_px * drawing.height / drawing.width))


def _composed(drawing: Drawing, width_px: int, background: Colour | None) -> Image.Image:
    """Pictures are scaled here and areas laid on them: resvg takes four times as long."""
    height_px = height_of(drawing, width_px)
    scale = width_px / drawing.width
    canvas = Image.new("RGBA", (width_px, height_px), (*background.rgb, 255) if background else 0)
    for picture in drawing.pictures:
        left, top = round(picture.x * scale), round(picture.y * scale)
        size = (
            max(1, round((picture.x + picture.width) * scale) - left),
            max(1, round((picture.y + picture.height) * scale) - top),
        )
        # Pixels outside the picture's alpha have no say in its edges.
        pixels = Image.open(BytesIO(picture.png)).convert("RGBA").convert("RGBa")
        layer = Image.new("RGBA", canvas.size)
        layer.paste(pixels.resize(size, Image.Resampling.BICUBIC).convert("RGBA"), (left, top))
        canvas.alpha_composite(layer)
    if drawing.layers:
        areas = Drawing(drawing.width, drawing.height, drawing.layers)
        canvas.alpha_composite(render_drawing(areas, width_px=width_px))
    return canvas
