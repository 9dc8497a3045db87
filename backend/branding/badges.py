"""Badges: a ring with the name around the mark, or a label that frames both."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from backend.branding.blocks import Align, Block, build_block
from backend.branding.drawing import Drawing, Layer
from backend.branding.fonts import family
from backend.branding.frames import along_circle, disc, keyline, ring
from backend.branding.optics import optics
from backend.branding.outlines import Outline, around, combined, without
from backend.branding.placing import Composition, Facts, Part, TypeSize, above, assembled, composed
from backend.branding.shaping import Shaped
from backend.branding.wordmarks import Line, cleaned, shape_line
from backend.domain.branding import TextOptions
from backend.domain.brief import Colour

_RING_CAPS = (4.5, 8.0)
"""Radius of the circle that the name runs on, in heights of its capitals."""
_NAME_SPAN = 2.5
"""Radians that the name takes where it may choose; a good half of the upper half circle."""
_SHORTEST_SPAN = 0.75
"""A shorter name looks lost on a ring."""
_BREATH = 0.5
"""Radians that stay free between name and tagline, on either side."""
_TAGLINE_CAP, _TAGLINE_LEAST = 0.62, 0.42
"""Height of the tagline's letters, in those of the name: what it has, and what it may shrink to."""
_DOT_CAPS = 0.11
_DOTS_ALONE: tuple[float, ...] = (math.pi - 0.17, math.pi, math.pi + 0.17)
"""Angles from the top of the dots that stand where a tagline would."""
_BAND_CAPS = 1.85
"""Width of the band, in heights of the name's capitals."""
_BAND_EDGE_CAPS = 0.12
"""What the band leaves beyond accents and descenders, in heights of the name's capitals."""
_MARK_REACH = 0.74
"""How far the mark reaches into the open middle, as a share of its radius."""
_PULL = 0.4
"""How far the mark is moved to bring its centre of mass to the middle, as a share of the way."""
_LABEL_ROOM_CAPS, _LABEL_CORNER_CAPS = 0.85, 0.75
_LABEL_ROOM = 0.12
"""Room between a label's line and what it holds, as a share of the height of that."""
_LABEL_LEAST_RATIO = 0.85
"""Of width to height of what a label holds: a narrower one looks like a door."""


class _Air(NamedTuple):
    """Tracking added on a circle, for words with small letters and for capitals."""

    small: float
    capitals: float


_NAME_AIR, _TAGLINE_AIR = _Air(30.0, 70.0), _Air(40.0, 90.0)


@dataclass(frozen=True, slots=True)
class _Bend:
    """A line that can be bent around a circle.

    Attributes:
        shaped: the line.
        body: height of its letters.
        size: what limits how small it may become.
        scale: to the units of the name.
    """

    shaped: Shaped
    body: float
    size: TypeSize
    scale: float = 1.0

    @property
    def advance(self) -> float:
        """The line's length in the units of the name."""
        return self.shaped.advance * self.scale

    @property
    def half_height(self) -> float:
        """How far its ink reaches from the middle of its letters, in the units of the name."""
        boxes = [one.placed.bounds for one in self.shaped.glyphs if not one.outline.is_empty]
        top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
        return max(-top - self.body / 2, bottom + self.body / 2) * self.scale

    def along(self, radius: float, *, below: bool) -> list[Outline]:
        """Its letters around a circle through their middle."""
        bent = along_circle(self.shaped, radius / self.scale, self.body / 2, below=below)
        return [outline.moved(0, 0, self.scale) for outline in bent]


def build_badge(mark: Drawing, text: TextOptions, colour: Colour, accent: Colour) -> Composition:
    """A ring where the name is short enough to run around the mark, else a label.

    Raises:
        InvalidRequest, TextNotSettable: see `backend.branding.wordmarks.set_line`.
    """
    block = build_block(text, colour, accent, align=Align.CENTRE, most_lines=3)
    # Joined letters come apart on a circle.
    joined = family(text.font).category == "script"
    around_mark = None if joined else _ring(mark, block, text, accent)
    return around_mark or _label(mark, block, accent)


def _name_bend(block: Block, text: TextOptions) -> _Bend:
    line = block.name[0].line
    words = cleaned(text.name, text.case).text
    return _bend(line, words, text.weight, text.tracking, _NAME_AIR, is_name=True)


def _tagline_bend(block: Block, name: _Bend, radius: float) -> _Bend | None:
    """The tagline as large as it may be in what the name leaves of the circle."""
    line = block.tagline[0].line
    words = " ".join(one.line.text for one in block.tagline)
    bend = _bend(line, words, line.weight, 0.0, _TAGLINE_AIR, is_name=False)
    room = 2 * (math.pi - _BREATH) * radius - name.advance
    scale = min(_TAGLINE_CAP * name.body / bend.body, room / bend.advance)
    if scale * bend.body < _TAGLINE_LEAST * name.body:
        return None
    return replace(bend, scale=scale, size=bend.size.scaled(scale))


def _bend(
    line: Line, words: str, weight: float, tracking: float, air: _Air, *, is_name: bool
) -> _Bend:
    """A line, a little spaced: letters on a circle part at their heads and crowd at their feet."""
    has_small = any(char.islower() for char in words)
    extra = air.small if has_small else air.capitals
    shaped = shape_line(words, line.family, weight, tracking + extra)
    size = TypeSize(line.x_height if has_small else line.body, line.hairline, is_name)
    return _Bend(shaped, line.body, size)


def _ring(mark: Drawing, block: Block, text: TextOptions, frame: Colour) -> Composition | None:
    """The name around the mark, knocked out of a band; None where there is no room for it."""
    name = _name_bend(block, text)
    cap = name.body
    radius = min(max(name.advance / _NAME_SPAN, _RING_CAPS[0] * cap), _RING_CAPS[1] * cap)
    span = name.advance / radius
    if not _SHORTEST_SPAN <= span <= 2 * (math.pi - _BREATH):
        return None
    lines, angles = [name], _DOTS_ALONE
    letters = name.along(radius, below=False)
    if block.tagline:
        tagline = _tagline_bend(block, name, radius)
        if tagline is None:
            return None
        lines.append(tagline)
        letters += tagline.along(radius, below=True)
        # Midway between the two lines.
        side = (math.pi + span / 2 - tagline.advance / radius / 2) / 2
        angles = (side, -side)
    dot = disc(_DOT_CAPS * cap)
    letters += [dot.moved(radius * math.sin(at), -radius * math.cos(at)) for at in angles]
    half = max(_BAND_CAPS * cap / 2, *(one.half_height + _BAND_EDGE_CAPS * cap for one in lines))
    band = without(ring(radius + half, radius - half), combined(letters))
    sizes = tuple(one.size for one in lines)
    # How it would be broken into lines does not matter here.
    findings = tuple(one for one in block.findings if one.code != "long-name")
    facts = Facts(sizes, block.faces, findings)
    part = _inside(mark, radius - half)
    return assembled(part, [Layer(band, frame)], band.bounds, facts)


def _inside(mark: Drawing, radius: float) -> Part:
    """The mark in the middle of a ring's opening."""
    seen = optics(mark)
    scale = _MARK_REACH * radius / seen.reach
    shift_x, shift_y = ((0.5 - middle) * _PULL for middle in seen.centre)
    return Part(
        mark,
        mark.width * scale * (shift_x - 0.5),
        mark.height * scale * (shift_y - 0.5),
        scale,
    )


def _label(mark: Drawing, block: Block, frame: Colour) -> Composition:
    """Mark over name inside a box with round corners."""
    part = above(mark, block)
    left, top, right, bottom = around([part.box, (*block.box[:3], block.bottom)])
    cap = block.name[0].line.cap_height
    room = max(_LABEL_ROOM_CAPS * cap, _LABEL_ROOM * (bottom - top))
    wide = max(right - left, _LABEL_LEAST_RATIO * (bottom - top))
    spare = (wide - (right - left)) / 2
    # As thick as the letters' strokes, within what still looks like a line.
    line = min(max(0.6 * block.name[0].line.stem, 0.1 * cap), 0.15 * cap)
    box = (
        left - spare - room - line,
        top - room - line,
        right + spare + room + line,
        bottom + room + line,
    )
    outline = keyline(*box, corner=_LABEL_CORNER_CAPS * cap, width=line)
    return composed(part, block, [Layer(outline, frame)])
