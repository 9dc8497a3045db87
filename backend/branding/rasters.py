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
    height_px = max(1, round(width_px * drawing.height / drawing.width))
    svg = drawing_to_svg(drawing, background=background)
    png = resvg_py.svg_to_bytes(svg_string=svg, width=width_px, height=height_px)
    image = Image.open(BytesIO(bytes(png))).convert("RGBA")
    if image.size != (width_px, height_px):
        # resvg keeps proportions to the last fraction and may be a pixel off.
        image = image.resize((width_px, height_px), Image.Resampling.LANCZOS)
    return image
