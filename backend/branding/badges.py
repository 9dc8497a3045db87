"""Badges: a ring with the name around the mark, or a label that frames both."""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend.branding.blocks import Align, Block, around, build_block
from backend.branding.drawing import Drawing, Layer
from backend.branding.fonts import family
from backend.branding.frames import along_circle, disc, keyline, ring
from backend.branding.optics import optics
from backend.branding.outlines import combined, without
from backend.branding.placing import Composition, Facts, Part, TypeSize, above, assembled, composed
from backend.branding.shaping import Shaped
from backend.branding.wordmarks import cleaned, shape_line
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
_BAND_CAPS = 1.85
"""Width of the band, in heights of the name's capitals."""
_MARK_REACH = 0.74
"""How far the mark reaches into the open middle, as a share of its radius."""
_PULL = 0.4
"""How far the mark is moved to bring its centre of mass to the middle, as a share of the way."""
_LABEL_ROOM_CAPS, _LABEL_CORNER_CAPS = 0.95, 0.75


@dataclass(frozen=True, slots=True)
class _Bend:
    """A line that can be bent around a circle.

    Attributes:
        shaped: the line.
        body: height of its letters.
        size: what limits how small it may become.
    """

    shaped: Shaped
    body: float
    size: TypeSize

    @property
    def advance(self) -> float:
        """The line's length."""
        return self.shaped.advance


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


def _bend(block: Block, text: TextOptions) -> _Bend:
    """The name on one line, a little spaced, as letters on a circle part at their heads."""
    line = block.name[0].line
    words = cleaned(text.name, text.case).text
    extra = 30.0 if any(char.islower() for char in words) else 70.0
    shaped = shape_line(words, line.family, text.weight, text.tracking + extra)
    size = TypeSize(line.x_height if extra < 50 else line.body, line.hairline, is_name=True)
    return _Bend(shaped, line.body, size)


def _tagline_bend(block: Block) -> _Bend | None:
    if not block.tagline:
        return None
    line = block.tagline[0].line
    words = " ".join(one.line.text for one in block.tagline)
    extra = 40.0 if any(char.islower() for char in words) else 90.0
    shaped = shape_line(words, line.family, line.weight, extra)
    size = TypeSize(line.x_height if extra < 50 else line.body, line.hairline, is_name=False)
    return _Bend(shaped, line.body, size)


def _ring(mark: Drawing, block: Block, text: TextOptions, frame: Colour) -> Composition | None:
    """The name around the mark, knocked out of a band; None where there is no room for it."""
    name, below = _bend(block, text), _tagline_bend(block)
    cap = name.body
    radius = min(max(name.advance / _NAME_SPAN, _RING_CAPS[0] * cap), _RING_CAPS[1] * cap)
    rest = 2 * math.pi - name.advance / radius
    if name.advance / radius < _SHORTEST_SPAN:
        return None
    dots: tuple[float, ...]
    letters = list(along_circle(name.shaped, radius, cap / 2, below=False))
    sizes = [name.size]
    if below is not None:
        room = (rest - 2 * _BREATH) * radius
        scale = min(_TAGLINE_CAP * cap / below.body, room / below.advance)
        if scale * below.body < _TAGLINE_LEAST * cap:
            return None
        bent = along_circle(below.shaped, radius / scale, below.body / 2, below=True)
        letters += [outline.moved(0, 0, scale) for outline in bent]
        rest -= below.advance * scale / radius
        sizes.append(below.size.scaled(scale))
        edge = name.advance / radius / 2 + rest / 4
        dots = (edge, -edge)
    elif rest < _BREATH:
        return None
    else:
        dots = (math.pi - 0.17, math.pi, math.pi + 0.17)
    letters += [
        disc(_DOT_CAPS * cap, radius * math.sin(angle), -radius * math.cos(angle)) for angle in dots
    ]
    half = _BAND_CAPS * cap / 2
    band = without(ring(radius + half, radius - half), combined(letters))
    outer = radius + half
    facts = Facts(tuple(sizes), block.families, block.findings)
    part = _inside(mark, radius - half)
    return assembled(part, [Layer(band, frame)], (-outer, -outer, outer, outer), facts)


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
    room = _LABEL_ROOM_CAPS * cap
    # A label taller than wide looks like a box that something is missing in.
    wide = max(right - left, (bottom - top) * 1.0)
    spare = (wide - (right - left)) / 2
    line = max(0.11 * cap, 0.75 * block.name[0].line.stem)
    box = (
        left - spare - room - line,
        top - room - line,
        right + spare + room + line,
        bottom + room + line,
    )
    outline = keyline(*box, corner=_LABEL_CORNER_CAPS * cap, width=line)
    return composed(part, block, [Layer(outline, frame)])
