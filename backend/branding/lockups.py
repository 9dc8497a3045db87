"""Lockups: mark and lettering put together, spaced by their own geometry."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from backend.branding.badges import build_badge
from backend.branding.blocks import Align, build_block
from backend.branding.drawing import Drawing
from backend.branding.fonts import Face
from backend.branding.outlines import Box
from backend.branding.placing import Composition, TypeSize, above, beside, composed
from backend.branding.wordmarks import cleaned
from backend.domain.branding import Finding, LockupKind, TextOptions, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest
from backend.vector.colour import contrast_ratio

LEGIBLE_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of ordinary size."""

_NEAR_BLACK, _WHITE = Colour(17, 18, 20), Colour(255, 255, 255)
_PAPER_X_HEIGHT_MM, _PAPER_TAGLINE_MM = 1.2, 0.9
_PAPER_STROKE_MM = 0.088
_SCREEN_X_HEIGHT_PX, _SCREEN_STROKE_PX = 5.0, 0.5
_TAGLINE_COST = 1.25
"""How much wider a tagline may make the smallest width before that is worth a note."""
_SMALLEST_MARK_MM, _SMALLEST_MARK_PX = 4.0, 16.0
_TAGLINE_ALONE = Finding(
    "tagline-alone",
    Verdict.NOTE,
    "There is no name, so the tagline is set in its place.",
    "Type the brand's name, and the tagline will stand below it.",
)


class Inked(Protocol):
    """What has colours of its own; a `backend.branding.marks.Mark` is such."""

    @property
    def drawing(self) -> Drawing:
        """The areas."""

    @property
    def palette(self) -> tuple[Colour, ...]:
        """The colours it was made with, the ground first."""

    @property
    def worn(self) -> tuple[Colour, ...]:
        """What it wears instead of these, in their order; empty: nothing else."""


@dataclass(frozen=True, slots=True)
class Lockup:
    """Mark and lettering as one drawing.

    Attributes:
        kind: how they stand; what was asked for, or what it fell back to.
        drawing: its box is the ink.
        mark_box, text_box: where mark and lettering stand in it, or None. In a ring the lettering
            runs around the mark, and its box holds the mark's.
        clear_space: room to leave free on all sides, in the drawing's units: a quarter of the
            mark's longer side, or the height of the name's letters where there is no mark.
        smallest_width_mm: of the whole drawing in print. The name's small letters (its capitals,
            where it has no others) stay 1.2 mm high, the tagline's 0.9 mm (the two x-heights of
            Regulation (EU) 1169/2011, article 13), the thinnest strokes 0.25 pt, the mark 4 mm.
        smallest_width_px: on screens. Small letters are 5 px high, the fewest in which an e has
            three strokes and two openings; the thinnest strokes half a pixel, the mark 16 px.
        faces: what the lettering is set in, the name's first; a tagline has one of its own.
        findings: what was done, and what may not look as expected.
    """

    kind: LockupKind
    drawing: Drawing
    mark_box: Box | None
    text_box: Box | None
    clear_space: float
    smallest_width_mm: float
    smallest_width_px: int
    faces: tuple[Face, ...] = ()
    findings: tuple[Finding, ...] = ()


def build_lockup(
    kind: LockupKind,
    mark: Drawing | None,
    text: TextOptions,
    ink: Colour,
    *,
    accent: Colour | None = None,
) -> Lockup:
    """Puts a mark and lettering together.

    Without a name the tagline is set in its place, without either only the mark is left, without a
    mark only the lettering; a finding says so.

    Args:
        mark: cropped to its ink.
        text: its colour, where it has one, wins over `ink`.
        ink: of the name.
        accent: of the tagline and a badge's frame; None takes the name's.

    Raises:
        InvalidRequest: there is neither a mark nor lettering, or no such family.
        TextNotSettable: see `backend.branding.wordmarks.set_line`.
    """
    if kind is not LockupKind.MARK and not cleaned(text.name).text and cleaned(text.tagline).text:
        promoted = replace(text, name=text.tagline, tagline="")
        lockup = build_lockup(kind, mark, promoted, ink, accent=accent)
        return replace(lockup, findings=(*lockup.findings, _TAGLINE_ALONE))
    named = kind is not LockupKind.MARK and bool(cleaned(text.name).text)
    if not named:
        if mark is None:
            raise InvalidRequest(
                "there is neither a mark nor a name", fields=[("text.name", "is empty")]
            )
        return _mark_alone(mark, _missing("name", kind, LockupKind.MARK))
    colour = text.colour or ink
    if mark is None or kind is LockupKind.WORDMARK:
        made = _wordmark(text, colour, accent or colour)
        fallen = _missing("mark", kind, LockupKind.WORDMARK) if mark is None else ()
        return _measured(LockupKind.WORDMARK, made, fallen)
    if kind is LockupKind.BADGE:
        return _measured(kind, build_badge(mark, text, colour, accent or colour))
    build = _left if kind is LockupKind.LEFT else _stacked
    return _measured(kind, build(mark, text, colour, accent or colour))


def lettering_ink(mark: Inked, ground: Colour) -> Colour:
    """The colour for lettering beside a mark: the mark's strongest one that is legible.

    Args:
        mark: its drawing's colours count; the palette's, the ground left out, where it is pixels.
        ground: what both stand on.

    Returns:
        Of the mark's colours with a contrast of at least 4.5 the one with the most; where there is
        none, the ground that it was drawn on if that has as much; else near-black or white,
        whichever contrasts more.
    """
    own, *inks = (mark.worn or mark.palette) or (ground,)
    colours = mark.drawing.fills or inks
    if any(contrast_ratio(colour, ground) >= LEGIBLE_CONTRAST for colour in colours):
        return strongest_ink(colours, ground)
    return strongest_ink((own,), ground)


def strongest_ink(colours: Iterable[Colour], ground: Colour) -> Colour:
    """The colour with the most contrast if that is 4.5 or more, else near-black or white."""

    def contrast(colour: Colour) -> float:
        return contrast_ratio(colour, ground)

    best = max(colours, key=contrast, default=ground)
    return best if contrast(best) >= LEGIBLE_CONTRAST else max(_NEAR_BLACK, _WHITE, key=contrast)


def _mark_alone(mark: Drawing, findings: tuple[Finding, ...]) -> Lockup:
    longer = max(mark.width, mark.height)
    return Lockup(
        kind=LockupKind.MARK,
        drawing=mark,
        mark_box=(0.0, 0.0, mark.width, mark.height),
        text_box=None,
        clear_space=longer / 4,
        smallest_width_mm=_rounded_up(mark.width / longer * _SMALLEST_MARK_MM),
        smallest_width_px=math.ceil(mark.width / longer * _SMALLEST_MARK_PX),
        findings=findings,
    )


def _missing(what: str, kind: LockupKind, instead: LockupKind) -> tuple[Finding, ...]:
    if kind is instead:
        return ()
    return (
        Finding(
            f"no-{what}",
            Verdict.NOTE,
            f"There is no {what}, so the lockup is the {instead} alone.",
            "Type the brand's name." if what == "name" else "Choose a picture with a mark.",
            {"asked": str(kind), "made": str(instead)},
        ),
    )


def _wordmark(text: TextOptions, colour: Colour, accent: Colour) -> Composition:
    block = build_block(text, colour, accent, align=Align.LEFT, most_lines=2)
    return composed(None, block)


def _left(mark: Drawing, text: TextOptions, colour: Colour, accent: Colour) -> Composition:
    block = build_block(text, colour, accent, align=Align.LEFT, most_lines=2)
    return composed(beside(mark, block), block)


def _stacked(mark: Drawing, text: TextOptions, colour: Colour, accent: Colour) -> Composition:
    block = build_block(text, colour, accent, align=Align.CENTRE, most_lines=3)
    return composed(above(mark, block), block)


def _measured(kind: LockupKind, made: Composition, findings: tuple[Finding, ...] = ()) -> Lockup:
    sizes = made.facts.type_sizes
    clear = sizes[0].height
    mark_mm, mark_px = 0.0, 0.0
    if made.mark_box is not None:
        left, top, right, bottom = made.mark_box
        longer = max(right - left, bottom - top)
        mark_mm, mark_px = _SMALLEST_MARK_MM / longer, _SMALLEST_MARK_PX / longer
        clear = longer / 4
    width = made.drawing.width
    name_mm, name_px = _smallest([size for size in sizes if size.is_name])
    tagline_mm, tagline_px = _smallest([size for size in sizes if not size.is_name])
    alone_mm = _rounded_up(max(name_mm, mark_mm) * width)
    lockup = Lockup(
        kind=kind,
        drawing=made.drawing,
        mark_box=made.mark_box,
        text_box=made.text_box,
        clear_space=clear,
        smallest_width_mm=_rounded_up(max(name_mm, mark_mm, tagline_mm) * width),
        smallest_width_px=math.ceil(max(name_px, mark_px, tagline_px) * width),
        faces=made.facts.faces,
        findings=(*made.facts.findings, *findings),
    )
    if lockup.smallest_width_mm <= _TAGLINE_COST * alone_mm:
        return lockup
    return replace(
        lockup, findings=(*lockup.findings, _costly_tagline(lockup.smallest_width_mm, alone_mm))
    )


def _smallest(sizes: Sequence[TypeSize]) -> tuple[float, float]:
    """Millimetres and pixels for each unit that the lines need."""
    mm, px = [0.0], [0.0]
    for size in sizes:
        least = _PAPER_X_HEIGHT_MM if size.is_name else _PAPER_TAGLINE_MM
        mm += [least / size.height, _PAPER_STROKE_MM / size.stroke]
        px += [_SCREEN_X_HEIGHT_PX / size.height, _SCREEN_STROKE_PX / size.stroke]
    return max(mm), max(px)


def _costly_tagline(with_it: float, without_it: float) -> Finding:
    return Finding(
        "tagline-limits-size",
        Verdict.NOTE,
        f"The tagline can be read down to a width of {with_it:g} mm, "
        f"the rest down to {without_it:g} mm.",
        f"Below {with_it:g} mm use the lockup without the tagline.",
        {"with_tagline_mm": with_it, "without_tagline_mm": without_it},
    )


def _rounded_up(millimetres: float) -> float:
    """To half a millimetre."""
    return math.ceil(2 * millimetres) / 2
