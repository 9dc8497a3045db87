"""Contours: the lines between areas of a label map, found once each, true to parts of a pixel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Ints = NDArray[np.int64]
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Arc:
    """A line between two areas, from one meeting of three areas to another, or closed.

    Attributes:
        points: (N, 2) x and y in pixels, pixel (0, 0) spanning 0..1; a closed arc does not repeat
            its first point.
        left, right: labels on either side on the way, y growing downwards.
        start, end: ids of the meetings at its ends; -1 for a closed arc.
    """

    points: Points
    left: int
    right: int
    start: int = -1
    end: int = -1

    @property
    def is_closed(self) -> bool:
        """Whether it runs back into itself and meets no third area."""
        return self.start < 0


@dataclass(frozen=True, slots=True)
class _Cracks:
    """Sides of pixels that part two labels, each from one corner of pixels to another."""

    tails: Ints
    heads: Ints
    left: Ints
    right: Ints
    crossings: Points


def arcs_of(fields: Field) -> list[Arc]:
    """The lines between areas.

    A pixel belongs to the label whose field is largest. Between the centres of two neighbours of
    different labels the line passes where their fields are equal by linear interpolation, which
    for anti-aliased edges is where the edge was.

    Args:
        fields: (K, H, W); label 0 also surrounds the picture.
    """
    padded = np.pad(fields, ((0, 0), (1, 1), (1, 1)))
    padded[0, [0, -1]], padded[0, :, [0, -1]] = 1, 1
    cracks = _cracks(padded, np.argmax(padded, axis=0))
    if not len(cracks.tails):
        return []
    return list(_walked(cracks))


def _cracks(fields: Field, labels: Ints) -> _Cracks:
    up, down, leftward, rightward = _corner_ids(fields, labels)
    rows, columns = np.nonzero(labels[:, 1:] != labels[:, :-1])
    west, east = labels[rows, columns], labels[rows, columns + 1]
    share = _crossing(fields, (rows, columns), (rows, columns + 1), west, east)
    # The padding shifts everything by one pixel.
    upright = _Cracks(
        down[rows, columns + 1],
        up[rows + 1, columns + 1],
        east,
        west,
        np.stack([columns + 0.5 + share - 1, rows + 0.5 - 1], axis=1),
    )
    rows, columns = np.nonzero(labels[1:] != labels[:-1])
    north, south = labels[rows, columns], labels[rows + 1, columns]
    share = _crossing(fields, (rows, columns), (rows + 1, columns), north, south)
    level = _Cracks(
        rightward[rows + 1, columns],
        leftward[rows + 1, columns + 1],
        north,
        south,
        np.stack([columns + 0.5 - 1, rows + 0.5 + share - 1], axis=1),
    )
    return _Cracks(
        np.concatenate([upright.tails, level.tails]),
        np.concatenate([upright.heads, level.heads]),
        np.concatenate([upright.left, level.left]),
        np.concatenate([upright.right, level.right]),
        np.concatenate([upright.crossings, level.crossings]),
    )


def _corner_ids(fields: Field, labels: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Ids of pixel corners as seen by the crack that leaves them up, down, left and right.

    All four are one, save where two labels meet like a chequerboard: there two lines pass, and
    the one that is stronger around the corner is not cut.
    """
    height, width = labels.shape
    count = (height + 1) * (width + 1)
    plain = np.arange(count).reshape(height + 1, width + 1)
    split = np.zeros((height + 1, width + 1), np.bool_)
    joins = np.zeros_like(split)
    a, b = labels[:-1, :-1], labels[:-1, 1:]
    saddle = (a == labels[1:, 1:]) & (b == labels[1:, :-1]) & (a != b)
    rows, columns = np.nonzero(saddle)
    split[rows + 1, columns + 1] = True
    first, second = a[rows, columns], b[rows, columns]
    total = np.zeros(len(rows))
    for dy in (0, 1):
        for dx in (0, 1):
            total += fields[first, rows + dy, columns + dx]
            total -= fields[second, rows + dy, columns + dx]
    joins[rows + 1, columns + 1] = total > 0
    other = plain + count
    return (
        plain,
        np.where(split, other, plain),
        np.where(split & joins, other, plain),
        np.where(split & ~joins, other, plain),
    )


def _crossing(
    fields: Field,
    here: tuple[Ints, Ints],
    there: tuple[Ints, Ints],
    own: Ints,
    other: Ints,
) -> Points:
    """Where between two pixel centres, 0..1, their labels' fields are equal."""
    before = fields[own, *here] - fields[other, *here]
    after = fields[other, *there] - fields[own, *there]
    total = before + after
    return np.where(total > 1e-6, before / np.maximum(total, 1e-6), 0.5)


def _walked(cracks: _Cracks) -> Iterator[Arc]:
    """Follows cracks from meeting to meeting, then the rings that are left."""
    ends = np.concatenate([cracks.tails, cracks.heads])
    names, place = np.unique(ends, return_inverse=True)
    count = len(cracks.tails)
    tails, heads = place[:count].tolist(), place[count:].tolist()
    order = np.argsort(place, kind="stable")
    degree = np.bincount(place)
    first = np.concatenate([[0], np.cumsum(degree)[:-1]])
    at = (order % count).tolist()
    degrees, firsts = degree.tolist(), first.tolist()
    meetings = np.flatnonzero(degree != 2)
    spots = _meeting_points(cracks, place, len(names))
    used = bytearray(count)

    def follow(crack: int, corner: int) -> tuple[list[int], int]:
        """The cracks from a corner on, and the corner where the line ends."""
        path = []
        while True:
            used[crack] = 1
            path.append(crack)
            corner = heads[crack] if tails[crack] == corner else tails[crack]
            if degrees[corner] != 2:
                return path, corner
            pair = at[firsts[corner] : firsts[corner] + 2]
            crack = pair[1] if pair[0] == crack else pair[0]
            if used[crack]:
                return path, -1

    for meeting in meetings.tolist():
        for crack in at[firsts[meeting] : firsts[meeting] + degrees[meeting]]:
            if used[crack]:
                continue
            path, end = follow(crack, meeting)
            inner = cracks.crossings[path]
            points = np.concatenate([spots[[meeting]], inner, spots[[end]]])
            left, right = _sides(cracks, path[0], tails[path[0]] == meeting)
            yield Arc(points, left, right, meeting, end)
    for crack in range(count):
        if not used[crack]:
            path, _ = follow(crack, tails[crack])
            left, right = _sides(cracks, crack, forward=True)
            yield Arc(cracks.crossings[path], left, right)


def _sides(cracks: _Cracks, crack: int, forward: bool) -> tuple[int, int]:
    left, right = int(cracks.left[crack]), int(cracks.right[crack])
    return (left, right) if forward else (right, left)


def _meeting_points(cracks: _Cracks, place: Ints, count: int) -> Points:
    """For each corner the mean of the crossings on the cracks that leave it."""
    both = np.concatenate([cracks.crossings, cracks.crossings])
    number = np.bincount(place, minlength=count)
    return np.stack([np.bincount(place, both[:, axis], count) / number for axis in (0, 1)], axis=1)
