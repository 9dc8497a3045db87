"""Rasterises SVG with resvg: pictures for people, coverage masks for networks."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import resvg_py
from numpy.typing import NDArray
from PIL import Image

from backend.vector.svg import Role, Scene, scene_to_svg

# One colour channel per ink role: the rendered channels are then the layers' coverages,
# anti-aliasing and overlaps included, from a single pass.
_MASK_FILLS = {Role.BACKGROUND: "#000", Role.PRIMARY: "#F00", Role.SECONDARY: "#0F0"}


def render_svg(svg: str, size_px: int) -> Image.Image:
    """Renders a square SVG document.

    Returns:
        An RGBA image of size_px x size_px.

    Raises:
        ValueError: resvg cannot read the document.
    """
    png = resvg_py.svg_to_bytes(svg_string=svg, width=size_px, height=size_px)
    return Image.open(BytesIO(bytes(png))).convert("RGBA")


def render_layers(scene: Scene, size_px: int) -> NDArray[np.uint8]:
    """Coverage of each ink layer of a scene.

    Returns:
        (2, size_px, size_px) uint8 in 0..255: primary, secondary. The background covers the rest.
    """
    pixels = np.asarray(render_svg(scene_to_svg(scene, _MASK_FILLS), size_px))
    return np.ascontiguousarray(np.moveaxis(pixels[..., :2], -1, 0))
