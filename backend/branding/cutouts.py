"""Cut-outs: the picture itself with a transparent ground, in its own size."""

from __future__ import annotations

import numpy as np
from PIL import Image

from backend.branding.exchanging import exchanged
from backend.branding.matting import find_ground, matted
from backend.branding.preparing import opaque, prepared
from backend.branding.sources import MarkSource
from backend.branding.suggesting import main_colours
from backend.domain.branding import BRAND_LIMITS, MarkOptions
from backend.domain.brief import Colour

_WORK_PX = 2048
"""Larger pictures are taken apart at this size: memory grows with colours times pixels."""


def cut_out(source: MarkSource, options: MarkOptions) -> Image.Image:
    """RGBA in the picture's size, locked to the palette and recoloured as the options say.

    Raises:
        InvalidRequest: nothing is left of the picture, or the options do not fit it.
    """
    size = source.image.size
    source = MarkSource(at_most(source.image, _WORK_PX), source.svg, source.palette, source.is_flat)
    if options.flat:
        image = prepared(source, options).planes.worn(options.recolour).image()
    else:
        image, palette = shaded_cutout(source, options)
        if options.recolour:
            new = (*options.recolour, *palette[len(options.recolour) :])[: len(palette)]
            image = Image.fromarray(exchanged(np.asarray(image), palette, new), "RGBA")
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def shaded_cutout(
    source: MarkSource, options: MarkOptions
) -> tuple[Image.Image, tuple[Colour, ...]]:
    """The cut-out with its shades, and the palette that it counts by."""
    image, own = opaque(source)
    palette = options.palette or own
    if len(palette) < 2:
        palette = tuple(colour for colour, _ in main_colours(image, BRAND_LIMITS.colours))
    if not options.cutout:
        return image.convert("RGBA"), palette
    alpha = prepared(source, options).planes.alpha
    pixels = np.asarray(image)
    ground = find_ground(pixels, own or palette, options.tolerance)
    return matted(pixels, alpha, ground), palette


def at_most(image: Image.Image, side_px: int) -> Image.Image:
    """The picture, made smaller if its longer side is longer than that."""
    if max(image.size) <= side_px:
        return image
    scale = side_px / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)
