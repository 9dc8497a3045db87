"""From a picture to a mark: cut out, in exact colours, as areas where that is possible."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PIL import Image

from backend.branding.drawing import Drawing
from backend.domain.branding import Finding, MarkOptions
from backend.domain.brief import Colour

MARK_UNITS = 1000.0
"""The longer side of every mark."""


class MarkForm(StrEnum):
    """How a mark came to its form."""

    NATIVE = "native"
    TRACED = "traced"
    PIXELS = "pixels"


@dataclass(frozen=True, slots=True)
class MarkSource:
    """A stored picture, as far as it matters here.

    Attributes:
        image: RGB or RGBA, 16 px to 4096 px a side.
        svg: the drawing of a composed draft, or None.
        palette: colours that it was made with, the ground first; empty when nothing is known.
        is_flat: whether every area wears a colour of the palette.
    """

    image: Image.Image
    svg: str | None = None
    palette: tuple[Colour, ...] = ()
    is_flat: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What is set into lockups.

    Attributes:
        drawing: cropped to its ink, the longer side MARK_UNITS. Its areas do not overlap, and where
            the ground shows through there is none: laid on any colour, that colour shows.
        form: how it came about; PIXELS has a picture instead of areas.
        palette: the colours it was locked to, the ground first; what `recoloured` counts by.
        paths: areas in the drawing, contours counted singly.
        similarity: SSIM of the drawn mark and the locked picture, on the same ground; 1 for NATIVE.
        findings: what was done and what could not be, for people.
    """

    drawing: Drawing
    form: MarkForm
    palette: tuple[Colour, ...]
    paths: int
    similarity: float
    findings: tuple[Finding, ...] = ()


def make_mark(source: MarkSource, options: MarkOptions) -> Mark:
    """Takes a picture's ground away, locks its colours, and turns it into areas if it can be.

    A function of its arguments alone; `options.recolour` is applied, too.

    Raises:
        InvalidRequest: nothing is left of the picture, or the options do not fit it.
    """
    raise NotImplementedError


def recoloured(mark: Mark, colours: tuple[Colour, ...]) -> Mark:
    """The mark with the palette's colours exchanged for others, in the palette's order.

    Args:
        colours: may be shorter than the palette; the rest keep theirs. The first is the ground,
            which shows only in painted holes.
    """
    raise NotImplementedError
