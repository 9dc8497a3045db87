"""Blocks of lettering: a name on one to three lines, a tagline below, set as one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from backend.branding.breaking import broken
from backend.branding.drawing import Drawing, Layer
from backend.branding.fonts import Face
from backend.branding.outlines import Box, around
from backend.branding.taglines import set_tagline
from backend.branding.wordmarks import Line, cleaned, set_line
from backend.domain.branding import Finding, LetterCase, TextOptions, Verdict
from backend.domain.brief import Colour


class Align(StrEnum):
    """How lines of different lengths stand below each other."""

    LEFT = "left"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line in a block.

    Attributes:
        line: what was set.
        x: of the ink's left edge.
        baseline: y of the baseline.
        scale: size relative to the name's, whose em is 1000.
    """

    line: Line
    x: float
    baseline: float
    scale: float

    @property
    def box(self) -> Box:
        """The ink."""
        top = self.baseline - self.line.ascent * self.scale
        return (
            self.x,
            top,
            self.x + self.line.width * self.scale,
            self.baseline + self.line.descent * self.scale,
        )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The ink's areas where they stand."""
        left, top, _, _ = self.box
        return tuple(
            Layer(layer.outline.moved(left, top, self.scale), layer.fill)
            for layer in self.line.drawing.layers
        )


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stand together; the name's em is 1000 units.

    Attributes:
        name: the name's lines from top to bottom.
        tagline: its lines; none without a tagline.
    """

    name: tuple[SetLine, ...]
    tagline: tuple[SetLine, ...]
    findings: tuple[Finding, ...]

    @property
    def lines(self) -> tuple[SetLine, ...]:
        """All lines, from top to bottom."""
        return self.name + self.tagline

    @property
    def box(self) -> Box:
        """The ink."""
        return around([line.box for line in self.lines])

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The areas of all lines."""
        return tuple(layer for line in self.lines for layer in line.layers)

    @property
    def top(self) -> float:
        """Where the eye sees the block begin: the first line's letters without accents."""
        first = self.lines[0]
        return first.baseline - first.line.body * first.scale

    @property
    def bottom(self) -> float:
        """Where the eye sees the block end: the last baseline."""
        return self.lines[-1].baseline

    @property
    def centre(self) -> float:
        """The height of the block's optical middle."""
        if len(self.lines) == 1:
            return self.lines[0].baseline - self.lines[0].line.centre
        return (self.top + self.bottom) / 2

    @property
    def faces(self) -> tuple[Face, ...]:
        """What it is set in, the name's face first."""
        faces = [Face(line.line.family, line.line.weight) for line in self.lines]
        return tuple({face.name: face for face in faces}.values())


LONG_NAME_CHARACTERS = 24
"""A name longer than this is broken where the lockup allows; the limit of one line by habit."""


def build_block(
    text: TextOptions,
    colour: Colour,
    tagline_colour: Colour,
    *,
    align: Align,
    most_lines: int,
) -> Block:
    """Sets a name and its tagline.

    Args:
        text: the name must have visible characters.
        colour: the name's.
        tagline_colour: the tagline's.
        most_lines: that the name may be broken into when it is long, 1..3.

    Raises:
        InvalidRequest, TextNotSettable: as in `set_line`.
    """
    name, found = _name_lines(text, colour, most_lines)
    findings = [*found, *(finding for one in name for finding in one.findings)]
    placed: list[SetLine] = []
    baseline = 0.0
    for above, line in pairwise([None, *name]):
        assert line is not None
        if above is not None:
            baseline += _leading(above, line)
        placed.append(SetLine(line, 0.0, baseline, 1.0))
    width = max(line.width for line in name)
    tagline: list[SetLine] = []
    if cleaned(text.tagline).text:
        tagline = _tagline(text, tagline_colour, width, placed[-1])
        findings += [finding for one in tagline for finding in one.line.findings]
        if len(tagline) > 1:
            findings.append(_long_tagline(tagline))
    block = Block(tuple(placed), tuple(tagline), distinct(findings))
    return _aligned(block, align)


def _name_lines(
    text: TextOptions, colour: Colour, most_lines: int
) -> tuple[list[Line], list[Finding]]:
    clean = cleaned(text.name, text.case)
    words = clean.text.split(" ")
    findings: list[Finding] = []
    lines = [clean.text]
    if len(clean.text) > LONG_NAME_CHARACTERS:
        if most_lines > 1 and len(words) > 1:
            wanted = -(-len(clean.text) // LONG_NAME_CHARACTERS)
            lines = broken(words, min(most_lines, wanted, len(words)), text)
        findings.append(_long(len(clean.text), len(lines)))
    typed = replace(text, case=LetterCase.TYPED)
    done = [set_line(line, options=typed, colour=colour) for line in lines]
    return done, [*clean.findings, *findings]


def _long(characters: int, lines: int) -> Finding:
    how = f"it stands on {lines} lines" if lines > 1 else "it stands on one line"
    return Finding(
        "long-name",
        Verdict.WARN,
        f"The name is long ({characters} characters); {how} and is small beside the mark.",
        "Use the stacked lockup, a condensed family such as Oswald, or a shorter form of the name.",
        {"characters": characters, "lines": lines},
    )


def _long_tagline(lines: Sequence[SetLine]) -> Finding:
    characters = sum(len(one.line.text) for one in lines) + len(lines) - 1
    return Finding(
        "long-tagline",
        Verdict.WARN,
        f"The tagline is long ({characters} characters) and stands on {len(lines)} lines.",
        "Shorten it to five or six words.",
        {"characters": characters, "lines": len(lines)},
    )


def _leading(above: Line, below: Line) -> float:
    """From baseline to baseline: close, as names are no reading text, but nothing touches."""
    return max(1.42 * below.body, above.descent + below.ascent + 0.16 * below.cap_height)


def _tagline(text: TextOptions, colour: Colour, width: float, above: SetLine) -> list[SetLine]:
    lines, scale = set_tagline(text, colour, width=width, name=above.line)
    name = above.line
    gap = max(0.52 * name.body, name.descent + 0.2 * name.cap_height)
    baseline = above.baseline + gap + lines[0].body * scale
    placed = [SetLine(lines[0], 0.0, baseline, scale)]
    for previous, line in pairwise(lines):
        baseline += 1.1 * _leading(previous, line) * scale
        placed.append(SetLine(line, 0.0, baseline, scale))
    return placed


def _aligned(block: Block, align: Align) -> Block:
    width = max(line.line.width * line.scale for line in block.lines)

    def moved(line: SetLine) -> SetLine:
        room = width - line.line.width * line.scale
        return replace(line, x=room / 2 if align is Align.CENTRE else 0.0)

    return replace(
        block,
        name=tuple(moved(line) for line in block.name),
        tagline=tuple(moved(line) for line in block.tagline),
    )


def cropped(layers: Sequence[Layer], box: Box) -> Drawing:
    """Areas as a drawing whose box begins at a box's left top corner."""
    left, top, right, bottom = box
    return Drawing(
        right - left,
        bottom - top,
        tuple(Layer(layer.outline.moved(-left, -top), layer.fill) for layer in layers),
    )


def distinct(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings without repeats: one of each code."""
    return tuple({finding.code: finding for finding in findings}.values())
