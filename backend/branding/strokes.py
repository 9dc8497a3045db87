"""Strokes: how wide the lines of a drawing are, measured across them from edge to edge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backend.branding.regions import box_sum
from backend.branding.views import Cover, View

Array = NDArray[np.float32]

_STEP_PX = 0.5
# A side that faces the other one at less than this is a stroke's, not a corner's or a tip's.
_PARALLEL = 0.97
_MOST_SAMPLES = 12_000
_SHARE = 0.05
# Less of a pixel than this is what neighbouring areas leave between them.
_FAINT = 0.1
# At a ridge of a half or just above there is no slope that a direction could be taken from.
_SOLID = 0.6


def thinnest_stroke(seen: View, *, most: float) -> float:
    """Width that 95 % of the strokes' length exceeds, in units of the drawing, up to `most`.

    From points on every ink's edge a ray runs inwards along the normal until it leaves the ink;
    where it leaves through an edge that runs the same way, its length is the stroke's width. So
    corners and tapering tips do not count as thin.

    Returns:
        `most` where nothing is thinner.
    """
    reach = most * seen.scale
    widths = np.concatenate(
        [np.zeros(0, np.float32), *(stroke_widths(plane, reach) for plane in seen.cover)]
    )
    if not len(widths):
        return most
    return float(np.quantile(widths, _SHARE)) / seen.scale


@dataclass(frozen=True, slots=True)
class _Edge:
    """Points on an ink's edge, and the directions that lead into it."""

    x: Array
    y: Array
    inward_x: Array
    inward_y: Array


def stroke_widths(cover: Cover, reach_px: float) -> Array:
    """Widths in pixels at points along an ink's edges; reach_px where they are that or more."""
    padded = np.pad(cover, 2)
    slope_y, slope_x = (np.asarray(slope, np.float32) for slope in np.gradient(padded))
    edge = _edge(padded, slope_x, slope_y)
    widths = np.full(len(edge.x), reach_px, np.float32)
    counts = np.ones(len(edge.x), np.bool_)
    before = np.ones(len(edge.x), np.float32)
    running = np.arange(len(edge.x))
    for step in np.arange(2 * _STEP_PX, reach_px + _STEP_PX, _STEP_PX, dtype=np.float32):
        x = edge.x[running] + step * edge.inward_x[running]
        y = edge.y[running] + step * edge.inward_y[running]
        here = _sampled(padded, x, y)
        out = here < 0.5
        gone, last = running[out], before[running][out]
        share = (last - 0.5) / np.maximum(last - here[out], 1e-6)
        widths[gone] = step - _STEP_PX * (1 - np.clip(share, 0, 1))
        across_x, across_y = _sampled(slope_x, x[out], y[out]), _sampled(slope_y, x[out], y[out])
        facing = -(across_x * edge.inward_x[gone] + across_y * edge.inward_y[gone])
        counts[gone] = facing >= _PARALLEL * np.hypot(across_x, across_y)
        before[running] = here
        running = running[~out]
        if not len(running):
            break
    return np.concatenate([np.minimum(widths, reach_px)[counts], _faint_widths(padded)])


def _faint_widths(cover: Cover) -> Array:
    """Widths of lines that cover no pixel by much more than half: all that lies across them."""
    faint = (cover > _FAINT) & ~_within_two(cover >= _SOLID)
    if not faint.any():
        return np.zeros(0, np.float32)
    return np.asarray(box_sum(cover, 1)[faint] / 3)


def _within_two(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask with what is up to two pixels away. Shifts of booleans are faster than a filter."""
    for axis in (0, 1):
        line = np.moveaxis(mask, axis, 0)
        wide = line.copy()
        for step in (1, 2):
            wide[step:] |= line[:-step]
            wide[:-step] |= line[step:]
        mask = np.moveaxis(wide, 0, axis)
    return mask


def _edge(cover: Cover, slope_x: Array, slope_y: Array) -> _Edge:
    """Where the cover passes one half between neighbours, with the gradient's direction."""
    xs, ys = [], []
    inside = cover >= 0.5
    for axis in (0, 1):
        first = [slice(None)] * 2
        second = [slice(None)] * 2
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        rows, columns = np.nonzero(inside[tuple(first)] != inside[tuple(second)])
        a, b = cover[tuple(first)][rows, columns], cover[tuple(second)][rows, columns]
        share = (0.5 - a) / (b - a)
        ys.append(rows + share * (axis == 0))
        xs.append(columns + share * (axis == 1))
    x, y = np.concatenate(xs).astype(np.float32), np.concatenate(ys).astype(np.float32)
    every = -(-len(x) // _MOST_SAMPLES) or 1
    x, y = x[::every], y[::every]
    dx, dy = _sampled(slope_x, x, y), _sampled(slope_y, x, y)
    length = np.asarray(np.hypot(dx, dy), np.float32)
    good = length > 1e-3
    return _Edge(x[good], y[good], dx[good] / length[good], dy[good] / length[good])


def _sampled(values: Array, x: Array, y: Array) -> Array:
    """Bilinear values at points; x and y count pixels' centres from 0."""
    height, width = values.shape
    left = np.clip(np.floor(x).astype(np.int32), 0, width - 2)
    top = np.clip(np.floor(y).astype(np.int32), 0, height - 2)
    right_share, down_share = np.clip(x - left, 0, 1), np.clip(y - top, 0, 1)
    upper = values[top, left] * (1 - right_share) + values[top, left + 1] * right_share
    lower = values[top + 1, left] * (1 - right_share) + values[top + 1, left + 1] * right_share
    return np.asarray(upper * (1 - down_share) + lower * down_share, np.float32)
