"""Outlines: closed areas as absolute lines and cubic curves, the one form of all vector files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

import pathops

Matrix = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f) maps (x, y) to (a x + c y + e, b x + d y + f), as in SVG."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A step of a contour.

    Attributes:
        verb: M (move), L (line), C (cubic curve) or Z (close).
        points: x and y in turn: two numbers for M and L, six for C, none for Z.
    """

    verb: str
    points: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """An area inside closed contours, by the non-zero rule; y grows downwards."""

    segments: tuple[Segment, ...]

    @property
    def is_empty(self) -> bool:
        """Whether it encloses nothing at all."""
        return not self.segments

    def to_svg(self, digits: int = 2) -> str:
        """Path data. digits: decimals that are kept."""
        return "".join(
            segment.verb + " ".join(_number(value, digits) for value in segment.points)
            for segment in self.segments
        )

    def transformed(self, matrix: Matrix) -> Outline:
        """The area under an affine map."""
        return Outline(
            tuple(
                Segment(segment.verb, tuple(_mapped(segment.points, matrix)))
                for segment in self.segments
            )
        )

    def moved(self, x: float, y: float, scale: float = 1.0) -> Outline:
        """The area scaled about the origin, then moved."""
        return self.transformed((scale, 0, 0, scale, x, y))

    @property
    def bounds(self) -> Box:
        """The tight box of the curves; all zero for an empty outline."""
        return (0.0, 0.0, 0.0, 0.0) if self.is_empty else self.to_skia().bounds

    def to_skia(self) -> pathops.Path:
        """The outline as a path that can be united, cut and stroked."""
        path = pathops.Path(fillType=pathops.FillType.WINDING)
        for segment in self.segments:
            match segment.verb:
                case "M":
                    path.moveTo(*segment.points)
                case "L":
                    path.lineTo(*segment.points)
                case "C":
                    path.cubicTo(*segment.points)
                case _:
                    path.close()
        return path

    @classmethod
    def from_skia(cls, path: pathops.Path) -> Self:
        """From a path whose contours turn the right way for the non-zero rule.

        A path that was simplified or combined obeys the even-odd rule until its contours are
        turned; `combined` does that.
        """
        copy = pathops.Path(path)
        copy.convertConicsToQuads()
        return cls(tuple(_segments(copy)))

    @classmethod
    def from_svg(cls, data: str) -> Self:
        """From path data of an SVG file, with all its commands.

        Raises:
            ValueError: the data is no path.
        """
        from fontTools.svgLib.path import parse_path  # slow to import, rarely needed

        path = pathops.Path(fillType=pathops.FillType.WINDING)
        parse_path(data, path.getPen(glyphSet=None))
        return cls.from_skia(path)


def combined(outlines: Iterable[Outline]) -> Outline:
    """The union of areas, without overlaps; contours turn so that both fill rules agree."""
    # One after another: the library's builder for many at once fills holes of some strokes.
    result = pathops.Path(fillType=pathops.FillType.WINDING)
    for outline in outlines:
        result = _operated(result, outline.to_skia(), pathops.PathOp.UNION)
    return Outline.from_skia(result)


def without(outline: Outline, cutter: Outline) -> Outline:
    """What is left of an area outside another."""
    operation = pathops.PathOp.DIFFERENCE
    return Outline.from_skia(_operated(outline.to_skia(), cutter.to_skia(), operation))


def within(outline: Outline, cutter: Outline) -> Outline:
    """What lies in both areas."""
    operation = pathops.PathOp.INTERSECTION
    return Outline.from_skia(_operated(outline.to_skia(), cutter.to_skia(), operation))


def _operated(first: pathops.Path, second: pathops.Path, operation: pathops.PathOp) -> pathops.Path:
    return pathops.op(first, second, operation, fix_winding=True, keep_starting_points=False)


def rectangle(left: float, top: float, right: float, bottom: float) -> Outline:
    """The area of a box."""
    return Outline(
        (
            Segment("M", (left, top)),
            Segment("L", (right, top)),
            Segment("L", (right, bottom)),
            Segment("L", (left, bottom)),
            Segment("Z"),
        )
    )


def _mapped(points: tuple[float, ...], matrix: Matrix) -> Iterator[float]:
    a, b, c, d, e, f = matrix
    for x, y in zip(points[::2], points[1::2], strict=True):
        yield a * x + c * y + e
        yield b * x + d * y + f


def _segments(path: pathops.Path) -> Iterator[Segment]:
    place: tuple[float, float] = (0.0, 0.0)
    for verb, points in path.segments:
        match verb:
            case "moveTo":
                place = points[0]
                yield Segment("M", tuple(place))
            case "lineTo":
                place = points[0]
                yield Segment("L", tuple(place))
            case "curveTo":
                place = points[-1]
                yield Segment("C", tuple(value for point in points for value in point))
            case "qCurveTo":
                for control, end in _quadratics(points):
                    yield Segment("C", _cubic(place, control, end))
                    place = end
            case _:
                yield Segment("Z")


def _quadratics(
    points: tuple[tuple[float, float], ...],
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Control and end points of a TrueType curve, whose middle end points are implied."""
    *controls, last = points
    for i, control in enumerate(controls):
        if i + 1 < len(controls):
            after = controls[i + 1]
            yield control, ((control[0] + after[0]) / 2, (control[1] + after[1]) / 2)
        else:
            yield control, last


def _cubic(
    start: tuple[float, float], control: tuple[float, float], end: tuple[float, float]
) -> tuple[float, ...]:
    return (
        start[0] + (control[0] - start[0]) * 2 / 3,
        start[1] + (control[1] - start[1]) * 2 / 3,
        end[0] + (control[0] - end[0]) * 2 / 3,
        end[1] + (control[1] - end[1]) * 2 / 3,
        *end,
    )


def _number(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
