"""Curves: polylines with a little noise as few lines and cubic curves, corners kept sharp.

Fitting follows Schneider, "An Algorithm for Automatically Fitting Digitized Curves", Graphics
Gems, 1990.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backend.branding.outlines import Segment

Points = NDArray[np.float64]
Vector = NDArray[np.float64]

_CORNER_TURN = np.radians(28)
_CONCENTRATION = 0.62
"""Of a corner's turn over ten pixels, the part that falls into four; 0.4 on a circle."""
_BLUNT_PX = 1.6
"""How much of a sharp corner anti-aliasing wears off on either side."""
_STRAIGHT_TURN = 0.035
_STRAIGHT_PX = 14
_KAPPA = 0.5522847498307936
"""Length of the handles of a quarter circle's cubic curve, in radii."""


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
    if closed:
        round_one = _circle(points, tolerance)
        if round_one is not None:
            return round_one
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
    steps, at, error = _best_cubic(points, into, out)
    if error <= tolerance or len(points) < 6:
        return [steps]
    at = min(max(at, 2), len(points) - 3)
    middle = _direction(points, at, wrap=False)
    return [
        *_curves(points[: at + 1], into, -middle, tolerance),
        *_curves(points[at:], middle, out, tolerance),
    ]


def _best_cubic(points: Points, into: Vector, out: Vector) -> tuple[Segment, int, float]:
    """The cubic curve of least squares, where it misses most, and by how much."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    time = np.concatenate([[0], np.cumsum(steps)])
    time /= time[-1]
    for _ in range(4):
        control = _handles(points, time, into, out)
        time = _retimed(points, time, control)
    control = _handles(points, time, into, out)
    miss = np.hypot(*(_at(control, time) - points).T)
    worst = int(np.argmax(miss))
    numbers = tuple(float(value) for value in control[1:].ravel())
    return Segment("C", numbers), worst, float(miss[worst])


def _handles(points: Points, time: Vector, into: Vector, out: Vector) -> Points:
    first, last = points[0], points[-1]
    rest = 1 - time
    b0, b1, b2, b3 = rest**3, 3 * time * rest**2, 3 * time**2 * rest, time**3
    a1, a2 = b1[:, None] * into, b2[:, None] * out
    goal = points - (b0 + b1)[:, None] * first - (b2 + b3)[:, None] * last
    c11, c12, c22 = (a1 * a1).sum(), (a1 * a2).sum(), (a2 * a2).sum()
    x1, x2 = (a1 * goal).sum(), (a2 * goal).sum()
    det = c11 * c22 - c12 * c12
    span = float(np.hypot(*(last - first)))
    if det > 1e-9 * c11 * c22:
        reach1, reach2 = (x1 * c22 - x2 * c12) / det, (c11 * x2 - c12 * x1) / det
    else:
        reach1 = reach2 = span / 3
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    if not (0.02 * span < reach1 < length and 0.02 * span < reach2 < length):
        reach1 = reach2 = span / 3
    return np.stack([first, first + reach1 * into, last + reach2 * out, last])


def _at(control: Points, time: Vector) -> Points:
    rest = 1 - time
    weights = np.stack([rest**3, 3 * time * rest**2, 3 * time**2 * rest, time**3], axis=1)
    return np.asarray(weights @ control)


def _retimed(points: Points, time: Vector, control: Points) -> Vector:
    """One Newton step towards each point's nearest place on the curve."""
    first = 3 * np.diff(control, axis=0)
    second = 2 * np.diff(first, axis=0)
    rest = 1 - time
    gap = _at(control, time) - points
    speed = np.stack([rest**2, 2 * time * rest, time**2], axis=1) @ first
    bend = np.stack([rest, time], axis=1) @ second
    below = (speed * speed).sum(axis=1) + (gap * bend).sum(axis=1)
    step = (gap * speed).sum(axis=1) / np.where(np.abs(below) > 1e-9, below, np.inf)
    moved = np.clip(time - step, 0, 1)
    moved[0], moved[-1] = 0, 1
    return np.asarray(np.maximum.accumulate(moved))


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


def _circle(points: Points, tolerance: float) -> Curve | None:
    """Four quarter curves if the points lie on a circle."""
    a = np.column_stack([points, np.ones(len(points))])
    fit, *_ = np.linalg.lstsq(a, (points**2).sum(axis=1), rcond=None)
    x, y = fit[0] / 2, fit[1] / 2
    radius = float(np.sqrt(max(fit[2] + x * x + y * y, 0)))
    miss = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
    if len(points) < 8 or miss.max() > tolerance:
        return None
    turn = float(np.sign(_signed_area(points)))
    k, r = _KAPPA * radius, radius
    axes = [(r, 0.0), (0.0, turn * r), (-r, 0.0), (0.0, -turn * r), (r, 0.0)]
    steps = []
    for (x1, y1), (x2, y2) in pairwise(axes):
        c1 = (x + x1 + x2 * k / r, y + y1 + y2 * k / r)
        c2 = (x + x2 + x1 * k / r, y + y2 + y1 * k / r)
        steps.append(Segment("C", (*map(float, c1), *map(float, c2), float(x + x2), float(y + y2))))
    return Curve((float(x + r), float(y)), tuple(steps))


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


def _signed_area(points: Points) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
