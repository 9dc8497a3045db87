"""Whether a mark can still be told at the size of an icon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from backend.branding.views import View
from backend.domain.branding import Finding, Verdict
from backend.domain.brief import Colour

# Set by eye on 120 glyphs of the library, the more intricate, the more of them: below 0.72 at 16 px
# are those that turn to grey lacework (a fingerprint, a pylon, a sheep drawn in lines), above
# 0.78 those that everyone names (a lock, a flag, a letter in a disc). At 32 px all can be told, and
# none is below 0.75. Flat shapes, a disc first of all, lose a fifth to the softness of their edges
# alone, whatever the size, so that this counts as whole.
LEAST_KEPT = 0.72
"""Share of its local contrast that a mark has to keep."""
_WHOLE = 0.8
SIDES_PX = (16, 32)

_OVERSAMPLED = 8
# In the icon's pixels: how sharp the drawing is compared, what counts as surroundings, and the
# room around the icon.
_EDGE_PX, _AROUND_PX, _BORDER_PX = 0.2, 1.5, 4


def legible(mark: View, ground: Colour, side_px: int) -> Finding:
    """Sets a mark into a square icon and looks at how much of its drawing is left.

    Args:
        side_px: of the icon, one of SIDES_PX.
    """
    # How lines fall on pixels is luck; a larger icon never shows less than a smaller one.
    kept = max(kept_contrast(mark, ground, side) for side in SIDES_PX if side <= side_px)
    percent = round(100 * kept) if kept >= LEAST_KEPT else int(100 * kept)
    code = f"legible-{side_px}"
    figures: dict[str, float | str] = {
        "kept": round(kept, 3),
        "kept_percent": float(percent),
        "limit": LEAST_KEPT,
        "limit_percent": 100 * LEAST_KEPT,
        "size_px": float(side_px),
    }
    if kept >= LEAST_KEPT:
        text = f"As an icon of {side_px} px the mark keeps {percent} % of its drawing."
        return Finding(code, Verdict.PASS, text, "", figures)
    text = (
        f"As an icon of {side_px} px the mark keeps only {percent} % of its drawing; "
        f"{100 * LEAST_KEPT:.0f} % and more are easy to recognise."
    )
    advice = "For small icons choose a simpler mark: fewer shapes, wider lines, more space between."
    return Finding(code, Verdict.WARN, text, advice, figures)


def kept_contrast(mark: View, ground: Colour, side_px: int) -> float:
    """The share of a mark's local contrast that is left in an icon, 0..1.

    With P the mark on its ground in fine pixels, Q the same averaged to the icon's pixels and
    enlarged again, and h(.) what differs from the surroundings: sum(h(P) h(Q)) / sum(h(P)^2),
    by what flat shapes keep of it. Lines that melt into grey add nothing to the numerator.
    """
    fine = _fine(mark, ground, side_px)
    side = side_px + 2 * _BORDER_PX
    small = fine.resize((side, side), Image.Resampling.BOX)
    again = small.resize(fine.size, Image.Resampling.BICUBIC)
    first, second = _local(fine), _local(again)
    energy = float((first**2).sum())
    return float(np.clip((first * second).sum() / energy / _WHOLE, 0, 1)) if energy > 1 else 0.0


def _fine(mark: View, ground: Colour, side_px: int) -> Image.Image:
    """The mark in the middle of a square icon, with some ground around."""
    height, width = mark.labels.shape
    inner, side = side_px * _OVERSAMPLED, (side_px + 2 * _BORDER_PX) * _OVERSAMPLED
    scale = inner / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = Image.fromarray(np.round(mark.on(ground)).astype(np.uint8))
    square = Image.new("RGB", (side, side), ground.rgb)
    place = (side - size[0]) // 2, (side - size[1]) // 2
    square.paste(pixels.resize(size, Image.Resampling.BOX), place)
    return square


def _local(image: Image.Image) -> NDArray[np.float32]:
    """What differs from the surroundings, edges no sharper than the icon's pixels show them."""
    sharp = image.filter(ImageFilter.GaussianBlur(_EDGE_PX * _OVERSAMPLED))
    around = image.filter(ImageFilter.GaussianBlur(_AROUND_PX * _OVERSAMPLED))
    return np.asarray(sharp, np.float32) - np.asarray(around, np.float32)
