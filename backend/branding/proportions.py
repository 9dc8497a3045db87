"""Measures of a typeface that spacing follows from, taken from its drawn letters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import median

from backend.branding.outlines import Box, Outline, rectangle, within
from backend.branding.shaping import typesetter

_CAPITALS = "HIENT"
_SMALL = "xznuv"
_STRIP = 2.0
"""Width of the strip that strokes are measured in, thousandths of an em."""


@dataclass(frozen=True, slots=True)
class Proportions:
    """Measures of one font file, in thousandths of an em.

    Attributes:
        cap_height: of the drawn capitals; what fonts state about themselves is not always so.
        x_height: of the drawn small letters.
        stem: width of the upright stroke of a capital I.
        hairline: the thinnest stroke: the bow of an o or the bar of an H or an e.
    """

    cap_height: float
    x_height: float
    stem: float
    hairline: float


@lru_cache(maxsize=64)
def proportions(path: Path) -> Proportions:
    """Measures a font file that has the Latin letters."""
    setter = typesetter(path)

    def drawn(letter: str) -> Outline:
        return setter.shape(letter).glyphs[0].outline

    cap_height = median(-drawn(letter).bounds[1] for letter in _CAPITALS)
    stem = min(_widths(drawn("I"), -cap_height / 2))
    bars = [height for letter in "oHe" for height in _heights(drawn(letter))]
    # The middle of a written letter may just graze a stroke.
    bars = [bar for bar in bars if bar > 0.1 * stem]
    return Proportions(
        cap_height=cap_height,
        x_height=median(-drawn(letter).bounds[1] for letter in _SMALL),
        stem=stem,
        hairline=min([*bars, stem]),
    )


def _widths(outline: Outline, y: float) -> list[float]:
    """Lengths of ink along a level line."""
    left, _, right, _ = outline.bounds
    strip = rectangle(left - 1, y - _STRIP / 2, right + 1, y + _STRIP / 2)
    return [box[2] - box[0] for box in _pieces(within(outline, strip))]


def _heights(outline: Outline) -> list[float]:
    """Lengths of ink along the upright line through the middle."""
    left, top, right, bottom = outline.bounds
    x = (left + right) / 2
    strip = rectangle(x - _STRIP / 2, top - 1, x + _STRIP / 2, bottom + 1)
    return [box[3] - box[1] for box in _pieces(within(outline, strip))]


def _pieces(outline: Outline) -> list[Box]:
    return [contour.bounds for contour in outline.to_skia().contours]
