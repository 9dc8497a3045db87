"""Tracing: planes of colours as areas that share their edges, without cracks or overlaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from backend.branding.contours import Arc, arcs_of
from backend.branding.curves import Curve, fitted
from backend.branding.drawing import Drawing, Layer
from backend.branding.outlines import Outline, Segment
from backend.branding.planes import Planes

CRUMB_PX = 3.0
"""Rings of less area are noise."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How closely edges are followed, in pixels.

    Attributes:
        blur_px: Gaussian that takes the pixel grid out of the edges first.
        smoothing: see `curves.fitted`.
        tolerance_px: how far a curve may stray from its edge.
    """

    blur_px: float
    smoothing: int
    tolerance_px: float


CLEAN = Fidelity(0.6, 4, 0.3)
NOISY = Fidelity(1.2, 10, 0.45)


def traced(planes: Planes, fidelity: Fidelity) -> Drawing:
    """The planes' areas, one layer for each colour, in pixels of the picture.

    Each line between two areas is fitted once and serves both, so that nothing shows between them
    and nothing lies on top of another.

    Args:
        planes: what covers what.
        fidelity: how closely to follow them.
    """
    planes = planes.blurred(fidelity.blur_px)
    nothing = np.clip(1 - planes.cover.sum(axis=0, keepdims=True), 0, 1)
    arcs = arcs_of(np.concatenate([nothing, planes.cover]))
    lines: dict[int, list[tuple[Arc, Curve]]] = defaultdict(list)
    for arc in arcs:
        if arc.is_closed and abs(_area(arc)) < CRUMB_PX:
            continue
        curve = fitted(
            arc.points,
            closed=arc.is_closed,
            tolerance=fidelity.tolerance_px,
            smoothing=fidelity.smoothing,
        )
        lines[arc.left].append((arc, curve))
        swapped = Arc(arc.points, arc.right, arc.left, arc.end, arc.start)
        lines[arc.right].append((swapped, curve.reversed()))
    height, width = planes.cover.shape[1:]
    layers = [
        Layer(Outline(tuple(_outline(lines[k + 1]))), colour)
        for k, colour in enumerate(planes.palette)
        if lines[k + 1]
    ]
    return Drawing(float(width), float(height), tuple(layers))


def _outline(sides: list[tuple[Arc, Curve]]) -> Iterable[Segment]:
    """The rings that an area's sides form, each closed."""
    waiting: dict[int, list[tuple[Arc, Curve]]] = defaultdict(list)
    for arc, curve in sides:
        if arc.is_closed:
            yield from _ring([curve])
        else:
            waiting[arc.start].append((arc, curve))
    for begin in list(waiting):
        while waiting[begin]:
            ring = []
            place = begin
            while waiting[place]:
                arc, curve = waiting[place].pop()
                ring.append(curve)
                place = arc.end
                if place == begin:
                    break
            yield from _ring(ring)


def _ring(curves: list[Curve]) -> Iterable[Segment]:
    yield Segment("M", curves[0].start)
    for curve in curves:
        yield from curve.steps
    yield Segment("Z")


def _area(arc: Arc) -> float:
    x, y = arc.points[:, 0], arc.points[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2
