"""Whether a mark can still be told at the size of an icon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.branding.views import View
from backend.domain.branding import Finding, Verdict
from backend.domain.brief import Colour

LEAST_KEPT = 0.6
"""Share of the local contrast that has to be left."""

_OVERSAMPLED = 8
_WINDOW_PX = 2.0

Array = NDArray[np.float32]


def legible(mark: View, ground: Colour, side_px: int) -> Finding:
    """Sets a mark into a square icon and looks at how much of its drawing is left.

    Args:
        side_px: of the icon.
    """
    kept = kept_contrast(mark, ground, side_px)
    figures = {"kept": round(kept, 2), "limit": LEAST_KEPT, "size": float(side_px)}
    percent = round(100 * kept)
    if kept >= LEAST_KEPT:
        text = f"At {side_px} px {percent} % of the mark's drawing can still be seen."
        return Finding(f"legible-{side_px}", Verdict.PASS, text, "", figures)
    text = f"At {side_px} px only {percent} % of the mark's drawing can still be seen."
    advice = "Choose a simpler mark for small icons, with fewer and wider shapes."
    return Finding(f"legible-{side_px}", Verdict.WARN, text, advice, figures)


def kept_contrast(mark: View, ground: Colour, side_px: int) -> float:
    """The share of a mark's local contrast that is left in an icon, 0..1.

    With P the mark on its ground in fine pixels, Q the same averaged to the icon's pixels and
    enlarged again, and h(.) what differs from the surroundings of two icon pixels:
    sum(h(P) h(Q)) / sum(h(P)^2). Lines that melt into grey add nothing to the numerator.
    """
    fine = _fine(mark, ground, side_px)
    small = fine.resize((side_px, side_px), Image.Resampling.BOX)
    again = small.resize(fine.size, Image.Resampling.BICUBIC)
    first, second = _local(fine), _local(again)
    energy = float((first**2).sum())
    return float(np.clip((first * second).sum() / energy, 0, 1)) if energy > 1 else 0.0


def _fine(mark: View, ground: Colour, side_px: int) -> Image.Image:
    height, width = mark.labels.shape
    side = side_px * _OVERSAMPLED
    scale = side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = Image.fromarray(np.round(mark.on(ground)).astype(np.uint8))
    square = Image.new("RGB", (side, side), ground.rgb)
    place = (side - size[0]) // 2, (side - size[1]) // 2
    square.paste(pixels.resize(size, Image.Resampling.BOX), place)
    return square


def _local(image: Image.Image) -> Array:
    values = np.asarray(image, np.float32)
    return values - _blurred(values, _WINDOW_PX * _OVERSAMPLED)


def _blurred(values: Array, sigma: float) -> Array:
    reach = int(2.5 * sigma)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    taps /= taps.sum()
    for axis in (0, 1):
        size = values.shape[axis]
        matrix = np.zeros((size, size), np.float32)
        for tap, offset in zip(taps, range(-reach, reach + 1), strict=True):
            places = np.clip(np.arange(size) + offset, 0, size - 1)
            np.add.at(matrix, (np.arange(size), places), tap)
        values = np.moveaxis(np.tensordot(matrix, values, axes=(1, axis)), 0, axis)
    return values
