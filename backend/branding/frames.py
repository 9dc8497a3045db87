"""Frames of badges as areas: discs, rings, labels with round corners, and type along a circle."""

from __future__ import annotations

import math
from collections.abc import Sequence

from backend.branding.outlines import Matrix, Outline, Segment
from backend.branding.shaping import Cluster, Shaped

_KAPPA = 4 / 3 * (math.sqrt(2) - 1)
"""How far a cubic curve's handles reach in a quarter of a circle, in radii."""


def disc(radius: float, x: float = 0.0, y: float = 0.0) -> Outline:
    """A circle's area."""
    return label(x - radius, y - radius, x + radius, y + radius, radius)


def ring(outer: float, inner: float) -> Outline:
    """The area between two circles about the origin."""
    return Outline((*disc(outer).segments, *reversed_contour(disc(inner)).segments))


def label(left: float, top: float, right: float, bottom: float, corner: float) -> Outline:
    """A box with round corners, drawn clockwise. corner: their radius."""
    corner = min(corner, (right - left) / 2, (bottom - top) / 2)
    k = corner * (1 - _KAPPA)
    return Outline(
        (
            Segment("M", (left + corner, top)),
            Segment("L", (right - corner, top)),
            Segment("C", (right - k, top, right, top + k, right, top + corner)),
            Segment("L", (right, bottom - corner)),
            Segment("C", (right, bottom - k, right - k, bottom, right - corner, bottom)),
            Segment("L", (left + corner, bottom)),
            Segment("C", (left + k, bottom, left, bottom - k, left, bottom - corner)),
            Segment("L", (left, top + corner)),
            Segment("C", (left, top + k, left + k, top, left + corner, top)),
            Segment("Z"),
        )
    )


def keyline(
    left: float, top: float, right: float, bottom: float, corner: float, width: float
) -> Outline:
    """The frame inside a box with round corners. width: of the line."""
    hole = label(left + width, top + width, right - width, bottom - width, corner - width)
    outside = label(left, top, right, bottom, corner)
    return Outline((*outside.segments, *reversed_contour(hole).segments))


def reversed_contour(outline: Outline) -> Outline:
    """One contour run through backwards: a hole where it lies in another."""
    ends = [segment.points[-2:] for segment in outline.segments if segment.points]
    turned = [Segment("M", ends[-1])]
    for place in range(len(ends) - 1, 0, -1):
        segment, end = outline.segments[place], ends[place - 1]
        if segment.verb == "C":
            a, b, c, d = segment.points[:4]
            turned.append(Segment("C", (c, d, a, b, *end)))
        else:
            turned.append(Segment("L", end))
    return Outline((*turned, Segment("Z")))


def along_circle(shaped: Shaped, radius: float, rise: float, *, below: bool) -> Sequence[Outline]:
    """A line of type bent around the origin, its middle at the top or the bottom.

    Args:
        shaped: in the units of the radius.
        radius: of the circle that advances are measured on; it runs through the letters' middle.
        rise: height of the letters' middle above the baseline.
        below: stands at the bottom and reads from left to right there, too.
    """
    return [
        glyph.outline.transformed(_bent(cluster, glyph.x, glyph.y, shaped, radius, rise, below))
        for cluster in shaped.clusters
        for glyph in cluster.glyphs
        if not glyph.outline.is_empty
    ]


def _bent(
    cluster: Cluster, x: float, y: float, shaped: Shaped, radius: float, rise: float, below: bool
) -> Matrix:
    middle = cluster.x + cluster.advance / 2
    angle = (middle - shaped.advance / 2) / radius
    turn = -angle if below else angle
    cosine, sine = math.cos(turn), math.sin(turn)
    # Where the glyph's origin lies, seen from the point on the circle that its middle comes to.
    dx, dy = x - middle, y + rise
    at_x = radius * math.sin(angle)
    at_y = radius * math.cos(angle) * (1 if below else -1)
    return (
        cosine,
        sine,
        -sine,
        cosine,
        at_x + cosine * dx - sine * dy,
        at_y + sine * dx + cosine * dy,
    )
