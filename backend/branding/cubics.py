"""Cubic curves of least squares, and circles made of them. Pure functions of points.

Fitting follows Schneider, "An Algorithm for Automatically Fitting Digitized Curves", Graphics
Gems, 1990.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backend.branding.outlines import Segment

Points = NDArray[np.float64]
Vector = NDArray[np.float64]

_KAPPA = 0.5522847498307936
"""Length of the handles of a quarter circle's cubic curve, in radii."""
_ROUND = (0.018, 0.007)
"""Most and usual distance, in radii, of a ring that was meant to be a circle.

Discs that networks drew stay below 0.016 and 0.006, the roundest other shapes are above 0.023 and
0.009; nobody wants a disc with dents.
"""


def best_cubic(points: Points, into: Vector, out: Vector) -> tuple[Segment, int, float]:
    """The cubic curve of least squares, where it misses most, and by how much.

    Args:
        points: (N, 2), three or more.
        into, out: unit tangents at the ends, both leading into the piece.

    Returns:
        The curve, the place of the worst point, and its distance.
    """
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


def circle(points: Points, tolerance: float) -> tuple[Segment, ...] | None:
    """Four quarter curves if a ring's points lie on a circle, from its rightmost point on."""
    a = np.column_stack([points, np.ones(len(points))])
    fit, *_ = np.linalg.lstsq(a, (points**2).sum(axis=1), rcond=None)
    x, y = fit[0] / 2, fit[1] / 2
    radius = float(np.sqrt(max(fit[2] + x * x + y * y, 0)))
    miss = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - radius)
    most, usual = (max(tolerance, share * radius) for share in _ROUND)
    if len(points) < 8 or miss.max() > most or np.sqrt(np.square(miss).mean()) > usual:
        return None
    turn = float(np.sign(_signed_area(points)))
    k, r = _KAPPA * radius, radius
    axes = [(r, 0.0), (0.0, turn * r), (-r, 0.0), (0.0, -turn * r), (r, 0.0)]
    steps = []
    for (x1, y1), (x2, y2) in pairwise(axes):
        c1 = (x + x1 + x2 * k / r, y + y1 + y2 * k / r)
        c2 = (x + x2 + x1 * k / r, y + y2 + y1 * k / r)
        steps.append(Segment("C", (*map(float, c1), *map(float, c2), float(x + x2), float(y + y2))))
    return tuple(steps)


def _signed_area(points: Points) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
