"""Parts become one drawing whose box is the ink."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backend.branding.blocks import Block
from backend.branding.drawing import Drawing, Layer
from backend.branding.fonts import Face
from backend.branding.optics import Optics, optics
from backend.branding.outlines import Box, around
from backend.domain.branding import Finding


@dataclass(frozen=True, slots=True)
class Part:
    """A drawing to be placed.

    Attributes:
        x, y: of its left top corner.
        scale: of its units.
    """

    drawing: Drawing
    x: float
    y: float
    scale: float

    @property
    def box(self) -> Box:
        """Where it stands."""
        return (
            self.x,
            self.y,
            self.x + self.drawing.width * self.scale,
            self.y + self.drawing.height * self.scale,
        )


@dataclass(frozen=True, slots=True)
class TypeSize:
    """What limits how small a line may become, in the drawing's units.

    Attributes:
        height: of its small letters, or of its capitals where it has no others.
        stroke: its thinnest.
        is_name: the tagline otherwise.
    """

    height: float
    stroke: float
    is_name: bool

    def scaled(self, scale: float) -> TypeSize:
        """The same line in another size."""
        return TypeSize(self.height * scale, self.stroke * scale, self.is_name)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of set lettering, wherever it stands.

    Attributes:
        type_sizes: of the name's lines first.
        faces: what it is set in, the name's first.
    """

    type_sizes: tuple[TypeSize, ...]
    faces: tuple[Face, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Composition:
    """A drawing and what stands where in it."""

    drawing: Drawing
    mark_box: Box | None
    text_box: Box
    facts: Facts


def composed(mark: Part | None, block: Block, frame: Sequence[Layer] = ()) -> Composition:
    """Mark and lettering where they stand, moved so that their ink begins at (0, 0)."""
    return assembled(
        mark,
        (*frame, *block.layers),
        block.box,
        Facts(type_sizes(block), block.faces, block.findings),
    )


def assembled(
    mark: Part | None, layers: Sequence[Layer], text_box: Box, facts: Facts
) -> Composition:
    """A mark and areas where they stand, moved so that their ink begins at (0, 0).

    Args:
        text_box: the lettering's.
        facts: what is known of the lettering.
    """
    boxes = [layer.outline.bounds for layer in layers] + ([mark.box] if mark else [])
    left, top, right, bottom = around(boxes)
    width, height = right - left, bottom - top
    placed = Drawing(width, height)
    if mark is not None:
        placed = mark.drawing.placed(mark.x - left, mark.y - top, mark.scale, width, height)
    moved = (Layer(one.outline.moved(-left, -top), one.fill) for one in layers)
    return Composition(
        drawing=Drawing(width, height, (*placed.layers, *moved), placed.pictures),
        mark_box=None if mark is None else _moved(mark.box, -left, -top),
        text_box=_moved(text_box, -left, -top),
        facts=facts,
    )


def type_sizes(block: Block) -> tuple[TypeSize, ...]:
    """How small a block's lines may become."""
    sizes: list[TypeSize] = []
    for place, one in enumerate(block.lines):
        line = one.line
        height = line.x_height if any(char.islower() for char in line.text) else line.body
        sizes.append(
            TypeSize(height * one.scale, line.hairline * one.scale, place < len(block.name))
        )
    return tuple(sizes)


def _moved(box: Box, x: float, y: float) -> Box:
    return (box[0] + x, box[1] + y, box[2] + x, box[3] + y)


def beside(mark: Drawing, block: Block) -> Part:
    """The mark on the left of lettering, on its optical middle.

    Its height is about 1.9 capitals' heights beside one line, a sixth more than the lettering's
    beside several; less for heavy and for wide marks, which look larger than their height.
    """
    seen = optics(mark)
    first = block.name[0].line
    if len(block.lines) == 1:
        height = 1.9 * (first.body + first.cap_height) / 2
    else:
        height = 1.16 * (block.bottom - block.top)
    slender = min(max((mark.height / mark.width) ** 0.4, 0.72), 1.25)
    height *= slender * _lightness(seen)
    scale = height / mark.height
    gap = 0.24 * math.sqrt(height * min(height, mark.width * scale)) + 0.6 * first.stem
    middle = (0.5 + 0.25 * (seen.centre[1] - 0.5)) * height
    return Part(mark, block.box[0] - gap - mark.width * scale, block.centre - middle, scale)


def above(mark: Drawing, block: Block) -> Part:
    """The mark over lettering, its centre of mass drawn towards the lettering's middle.

    It is as large as a square of two fifths of the lettering's width, 2.5 to 4.4 capitals' heights.
    """
    left, _, right, _ = block.box
    seen = optics(mark)
    first = block.name[0].line
    cap = (first.body + first.cap_height) / 2
    side = min(max(0.40 * (right - left), 2.5 * cap), 4.4 * cap) * _lightness(seen)
    scale = side / math.sqrt(mark.width * mark.height)
    scale = min(scale, max(1.1 * (right - left), 3 * cap) / mark.width, 5.2 * cap / mark.height)
    gap = 0.19 * mark.height * scale + 0.35 * cap
    middle = (0.5 + 0.35 * (seen.centre[0] - 0.5)) * mark.width * scale
    # Ascenders and accents come closer to the mark than the letters' body, but not too close.
    bottom = min(block.top - gap, block.box[1] - 0.72 * gap)
    top = bottom - mark.height * scale
    return Part(mark, (left + right) / 2 - middle, top, scale)


def _lightness(seen: Optics) -> float:
    return 1.0 - 0.22 * (seen.coverage - 0.5)
