"""Outlines: closed areas as absolute lines and cubic curves, the one form of all vector files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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
                Segment(segment.verb, _mapped(segment.points, matrix)) for segment in self.segments
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
    """The union of areas, without overlaps; contours turn so that both fill rules agree.

    The geometry library now and then loses a hole or a contour. What it answers is therefore held
    against the areas it was given, and asked again with the picture turned.

    Raises:
        ValueError: contours are so broken that nothing can be computed from them.
    """
    # Each area is simplified first: contours that turn against each other would cancel out.
    parts = [_simplified(one.to_skia()) for one in outlines if not one.is_empty]
    if len(parts) == 1:
        return Outline.from_skia(parts[0])
    whole = pathops.Path(fillType=pathops.FillType.WINDING)
    for part in parts:
        whole.addPath(part)
    return Outline.from_skia(_simplified(whole))


def without(outline: Outline, cutter: Outline) -> Outline:
    """What is left of an area outside another."""
    first, second = _simplified(outline.to_skia()), _simplified(cutter.to_skia())
    shared = _operated(first, second, pathops.PathOp.INTERSECTION).area
    expected = first.area - shared

    def cut(matrix: Matrix) -> pathops.Path:
        a, b = first.transform(*matrix), second.transform(*matrix)
        return _operated(a, b, pathops.PathOp.DIFFERENCE)

    return Outline.from_skia(_trusted(cut, expected, expected))


def within(outline: Outline, cutter: Outline) -> Outline:
    """What lies in both areas."""
    first, second = _simplified(outline.to_skia()), _simplified(cutter.to_skia())
    return Outline.from_skia(_operated(first, second, pathops.PathOp.INTERSECTION))


_ATTEMPTS: tuple[Matrix, ...] = (
    (1, 0, 0, 1, 0, 0),
    (1, 0, 0, -1, 0, 0),
    (0, 1, -1, 0, 0, 0),
    (0.8, 0.6, -0.6, 0.8, 0, 0),
    (-0.28, 0.96, -0.96, -0.28, 0, 0),
)
"""Turned and mirrored, none scaled: whether the library fails depends on where the curves lie."""
_AREA_TOLERANCE = 0.002


def _simplified(path: pathops.Path) -> pathops.Path:
    """An area by the non-zero rule without overlaps."""

    def simplify(matrix: Matrix) -> pathops.Path:
        copy = path.transform(*matrix)
        copy.simplify(fix_winding=True, keep_starting_points=False)
        return copy

    # Overlaps may only take area away, as long as all contours turn the usual way.
    return _trusted(simplify, 0.0, path.area)


def _trusted(compute: Callable[[Matrix], pathops.Path], least: float, most: float) -> pathops.Path:
    """The first answer whose area is between two bounds, else the one of the middle area."""
    answers: list[pathops.Path] = []
    slack = _AREA_TOLERANCE * most + 1e-6
    for matrix in _ATTEMPTS:
        try:
            answer = compute(matrix).transform(*_inverse(matrix))
        except pathops.PathOpsError:
            continue
        answer.fillType = pathops.FillType.WINDING
        answers.append(answer)
        if least - slack <= answer.area <= most + slack:
            return answer
    if not answers:
        raise ValueError("the areas cannot be combined: their contours are broken")
    return sorted(answers, key=lambda answer: float(answer.area))[len(answers) // 2]


def _inverse(matrix: Matrix) -> Matrix:
    a, b, c, d, _, _ = matrix
    determinant = a * d - b * c
    return (d / determinant, -b / determinant, -c / determinant, a / determinant, 0, 0)


def _operated(first: pathops.Path, second: pathops.Path, operator: pathops.PathOp) -> pathops.Path:
    return pathops.op(first, second, operator, fix_winding=True, keep_starting_points=False)


def around(boxes: Sequence[Box]) -> Box:
    """The box around boxes."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


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


def _mapped(points: tuple[float, ...], matrix: Matrix) -> tuple[float, ...]:
    # Written out: lettering is moved and scaled point by point a few times for every preview.
    a, b, c, d, e, f = matrix
    if len(points) == 6:
        x, y, u, v, s, t = points
        return (
            a * x + c * y + e,
            b * x + d * y + f,
            a * u + c * v + e,
            b * u + d * v + f,
            a * s + c * t + e,
            b * s + d * t + f,
        )
    if len(points) == 2:
        x, y = points
        return (a * x + c * y + e, b * x + d * y + f)
    return ()


def _segments(path: pathops.Path) -> Iterator[Segment]:
    # Not `path.segments`: that joins quadratic curves the TrueType way, and a contour of nothing
    # but curves then has no point to begin at.
    place: tuple[float, float] = (0.0, 0.0)
    for verb, points in path:
        match verb:
            case pathops.PathVerb.MOVE:
                yield Segment("M", tuple(points[0]))
            case pathops.PathVerb.LINE:
                yield Segment("L", tuple(points[0]))
            case pathops.PathVerb.QUAD:
                yield Segment("C", _cubic(place, *points))
            case pathops.PathVerb.CUBIC:
                yield Segment("C", tuple(value for point in points for value in point))
            case _:
                yield Segment("Z")
        place = points[-1] if points else place


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
