"""Curves: polylines with a little noise as few lines and cubic curves, corners kept sharp."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backend.branding.cubics import Points, Vector, best_cubic, circle
from backend.branding.outlines import Segment

_CORNER_TURN = np.radians(28)
_CONCENTRATION = 0.62
"""Of a corner's turn over ten pixels, the part that falls into four; 0.4 on a circle."""
_BLUNT_PX = 1.6
"""How much of a sharp corner anti-aliasing wears off on either side."""
_STRAIGHT_TURN = 0.035
_STRAIGHT_PX = 14


@dataclass(frozen=True, slots=True)
class Curve:
    """A chain of lines and cubic curves.

    Attributes:
        start: where it begins.
        steps: segments of verb L and C.
    """

    start: tuple[float, float]
    steps: tuple[Segment, ...]

    @property
    def end(self) -> tuple[float, float]:
        """Where it ends."""
        x, y = self.steps[-1].points[-2:] if self.steps else self.start
        return (x, y)

    def reversed(self) -> Curve:
        """The same line the other way."""
        places = [self.start, *(step.points[-2:] for step in self.steps)]
        back = []
        for i in range(len(self.steps) - 1, -1, -1):
            step, (x, y) = self.steps[i], places[i]
            if step.verb == "L":
                back.append(Segment("L", (x, y)))
            else:
                x1, y1, x2, y2 = step.points[:4]
                back.append(Segment("C", (x2, y2, x1, y1, x, y)))
        return Curve(self.end, tuple(back))


def fitted(points: Points, *, closed: bool, tolerance: float, smoothing: int = 4) -> Curve:
    """Lines and curves that stay within a tolerance of a polyline.

    Args:
        points: (N, 2), about a pixel apart; a closed one does not repeat its first point.
        closed: whether it runs back into its start.
        tolerance: in pixels.
        smoothing: rounds of averaging with neighbours that take the pixel grid out of a line; its
            width grows with their root.
    """
    if closed and (quarters := circle(points, tolerance)):
        x, y = quarters[-1].points[-2:]
        return Curve((x, y), quarters)
    even = _resampled(points, closed=closed)
    if len(even) < 4:
        return _polygon(even, closed=closed)
    calm = _calmed(even, 2, closed=closed)
    corners = _corners(calm, closed=closed)
    if closed:
        turn_to = corners[0] if corners else _flattest(even)
        even = np.roll(even, -turn_to, axis=0)
        has_corner = bool(corners)
        corners = [(i - turn_to) % len(even) for i in corners]
        even = np.concatenate([even, even[:1]])
        corners = sorted({0, *corners, len(even) - 1})
    else:
        has_corner = True
        corners = sorted({0, *corners, len(even) - 1})
    if not has_corner:
        even = _calmed(even[:-1], smoothing, closed=True)
        even = np.concatenate([even, even[:1]])
        return _smooth(even, tolerance, _direction(even, 0, wrap=True))
    return _cornered(even, corners, closed=closed, tolerance=tolerance, smoothing=smoothing)


def _cornered(
    even: Points, corners: list[int], *, closed: bool, tolerance: float, smoothing: int
) -> Curve:
    """Piece after piece between corners, which are moved to where their sides meet."""
    spots = even[corners].copy()
    for n, i in enumerate(corners):
        if 0 < n < len(corners) - 1:
            spots[n] = _sharpened(even[: i + 1][::-1], even[i:], even[i])
    if closed:
        spots[0] = spots[-1] = _sharpened(even[::-1], even, even[0])
    steps: list[Segment] = []
    for n in range(len(corners) - 1):
        inner = even[corners[n] : corners[n + 1] + 1]
        along = np.arange(len(inner), dtype=np.float64)
        keep = (along > _BLUNT_PX) & (along < len(inner) - 1 - _BLUNT_PX)
        piece = np.concatenate([spots[n : n + 1], inner[keep], spots[n + 1 : n + 2]])
        piece = _calmed(piece, smoothing, closed=False)
        steps.extend(_smooth(piece, tolerance, None).steps)
    return Curve((float(spots[0][0]), float(spots[0][1])), tuple(steps))


def _smooth(points: Points, tolerance: float, tangent: Vector | None) -> Curve:
    """A piece without corners: its straight runs as lines, curves between them."""
    start = (float(points[0][0]), float(points[0][1]))
    if _deviation(points) <= tolerance:
        return Curve(start, (_line(points[-1]),))
    steps: list[Segment] = []
    begin, into = 0, tangent
    for first, last in _straight_runs(points, tolerance):
        along = _unit(points[last] - points[first])
        if first > begin:
            steps.extend(_curves(points[begin : first + 1], into, -along, tolerance))
        steps.append(_line(points[last]))
        begin, into = last, along
    if begin < len(points) - 1:
        out = None if tangent is None else -tangent
        steps.extend(_curves(points[begin:], into, out, tolerance))
    return Curve(start, tuple(steps))


def _curves(
    points: Points, into: Vector | None, out: Vector | None, tolerance: float
) -> list[Segment]:
    """Cubic curves through a piece; tangents point into it from either end."""
    if len(points) == 2:
        return [_line(points[1])]
    into = _end_direction(points) if into is None else into
    out = _end_direction(points[::-1]) if out is None else out
    steps, at, error = best_cubic(points, into, out)
    if error <= tolerance or len(points) < 6:
        return [steps]
    at = min(max(at, 2), len(points) - 3)
    middle = _direction(points, at, wrap=False)
    return [
        *_curves(points[: at + 1], into, -middle, tolerance),
        *_curves(points[at:], middle, out, tolerance),
    ]


def _corners(points: Points, *, closed: bool) -> list[int]:
    """Places of sharp turns: much of the turn falls into few pixels, unlike on a small circle."""
    near, far = _turns(points, 2, closed=closed), _turns(points, 5, closed=closed)
    sharp = (np.abs(far) > _CORNER_TURN) & (np.abs(near) > _CONCENTRATION * np.abs(far))
    found = []
    size = len(points)
    for i in np.flatnonzero(sharp).tolist():
        around = (
            [(i + k) % size for k in range(-4, 5)]
            if closed
            else range(max(0, i - 4), min(size, i + 5))
        )
        peak = max(around, key=lambda j: (abs(near[j]), -j))
        if peak == i:
            found.append(i)
    return found


def _turns(points: Points, arm: int, *, closed: bool) -> Vector:
    """Angle between the chords before and after each point."""
    before, after = points - np.roll(points, arm, axis=0), np.roll(points, -arm, axis=0) - points
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    angle = np.arctan2(cross, (before * after).sum(axis=1))
    if not closed:
        angle[:arm], angle[-arm:] = 0, 0
    return np.asarray(angle)


def _straight_runs(points: Points, tolerance: float) -> list[tuple[int, int]]:
    if len(points) < _STRAIGHT_PX + 4:
        return []
    arm = 6
    padded = np.concatenate(
        [2 * points[0] - points[arm:0:-1], points, 2 * points[-1] - points[-2 : -arm - 2 : -1]]
    )
    turn = np.abs(_turns(padded, arm, closed=False)[arm:-arm])
    calm = np.concatenate([[False], turn < _STRAIGHT_TURN, [False]])
    edges = np.flatnonzero(np.diff(calm.astype(np.int8)))
    runs = []
    for first, last in zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True):
        # The arms reach into the bends beside a run; at an end of the piece there is none.
        begin = first + 2 if first else 0
        end = last - 2 if last < len(points) - 1 else last
        if end - begin >= _STRAIGHT_PX and _deviation(points[begin : end + 1]) <= tolerance:
            runs.append((begin, end))
    return runs


def _sharpened(before: Points, after: Points, corner: Vector) -> Vector:
    """Where the sides of a corner would meet, had it not been worn off; both lead away from it."""
    one, two = _side(before), _side(after)
    if one is None or two is None:
        return corner
    (p, u), (q, v) = one, two
    cross = u[0] * v[1] - u[1] * v[0]
    if abs(cross) < 0.3:
        return corner
    gap = q - p
    spot = p + u * (gap[0] * v[1] - gap[1] * v[0]) / cross
    return spot if np.hypot(*(spot - corner)) < 2.2 else corner


def _side(points: Points) -> tuple[Vector, Vector] | None:
    """A point and the direction of a side near its corner."""
    some = points[2:8]
    if len(some) < 3:
        return None
    centre = some.mean(axis=0)
    _, _, axes = np.linalg.svd(some - centre)
    return centre, axes[0]


def _calmed(points: Points, rounds: int, *, closed: bool) -> Points:
    """Each point averaged with its neighbours, so many times; the ends of an open line stay."""
    for _ in range(rounds):
        before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
        mean = (before + 2 * points + after) / 4
        if not closed:
            mean[0], mean[-1] = points[0], points[-1]
        points = mean
    return points


def _resampled(points: Points, *, closed: bool) -> Points:
    """The polyline in steps of equal length, about one pixel."""
    line = np.concatenate([points, points[:1]]) if closed else points
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    count = max(round(along[-1]), 1)
    goals = np.linspace(0, along[-1], count + 1)
    even = np.stack([np.interp(goals, along, line[:, axis]) for axis in (0, 1)], axis=1)
    return even[:-1] if closed else even


def _polygon(points: Points, *, closed: bool) -> Curve:
    steps = [_line(point) for point in points[1:]]
    if closed and len(points):
        steps.append(_line(points[0]))
    return Curve((float(points[0][0]), float(points[0][1])), tuple(steps))


def _flattest(points: Points) -> int:
    """A place where a ring hardly bends: the best one to begin at."""
    turn = np.abs(_turns(points, min(5, len(points) // 2), closed=True))
    return int(np.argmin(turn))


def _direction(points: Points, at: int, *, wrap: bool) -> Vector:
    arm = 3
    if wrap:
        # The first point is repeated at the end.
        return _unit(points[1 + arm - 1] - points[-1 - arm])
    return _unit(points[min(at + arm, len(points) - 1)] - points[max(at - arm, 0)])


def _end_direction(points: Points) -> Vector:
    """Of the first few points, leading into them; bent pieces are followed back to their end."""
    some = points[: min(7, len(points))]
    if len(some) < 5:
        return _unit(some[-1] - some[0])
    time = np.arange(len(some), dtype=np.float64)
    fit = np.polyfit(time, some - some[0], 2)
    return _unit(fit[1]) if np.hypot(*fit[1]) > 0.2 else _unit(some[-1] - some[0])


def _deviation(points: Points) -> float:
    """How far points stray from the line between the first and the last."""
    span = points[-1] - points[0]
    length = float(np.hypot(*span))
    away = points - points[0]
    if length < 1e-9:
        return float(np.hypot(*away.T).max())
    return float(np.abs(away[:, 0] * span[1] - away[:, 1] * span[0]).max() / length)


def _line(point: Vector) -> Segment:
    return Segment("L", (float(point[0]), float(point[1])))


def _unit(vector: Vector) -> Vector:
    length = float(np.hypot(*vector))
    return vector / length if length > 1e-12 else np.array([1.0, 0.0])
