"""Connected regions of label maps, and neighbourhoods of masks. Arrays in, arrays out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

Labels = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Regions:
    """A partition of a label map into connected parts.

    Attributes:
        ids: (H, W), the region of each pixel, counted from 0.
        areas: (N,) pixels of each region.
        labels: (N,) the label that all of a region's pixels have.
    """

    ids: Labels
    areas: NDArray[np.int64]
    labels: Labels

    @property
    def at_border(self) -> Mask:
        """(N,) whether a region touches the picture's edge."""
        ids = self.ids
        found = np.zeros(len(self.areas), np.bool_)
        for side in (ids[0], ids[-1], ids[:, 0], ids[:, -1]):
            found[side] = True
        return found


def regions_of(labels: NDArray[np.integer]) -> Regions:
    """The 4-connected regions of equal labels.

    Runs of equal labels within a row are united with those they touch in the next row, by the
    smallest id that reaches them: a handful of passes over the runs instead of one over pixels.

    Args:
        labels: (H, W) integers.
    """
    height, width = labels.shape
    starts = np.ones((height, width), np.bool_)
    starts[:, 1:] = labels[:, 1:] != labels[:, :-1]
    runs = np.cumsum(starts.ravel(), dtype=np.int32).reshape(height, width) - 1
    same = labels[1:] == labels[:-1]
    # One pair for each touching pair of runs: where either of them begins.
    same &= starts[1:] | starts[:-1]
    above, below = runs[:-1][same], runs[1:][same]
    parent = np.arange(int(runs[-1, -1]) + 1, dtype=np.int32)
    while True:
        first, second = parent[above], parent[below]
        differ = first != second
        if not differ.any():
            break
        low = np.minimum(first, second)[differ]
        np.minimum.at(parent, np.maximum(first, second)[differ], low)
        while not np.array_equal(jumped := parent[parent], parent):
            parent = jumped
    _, compact = np.unique(parent, return_inverse=True)
    ids = compact.astype(np.int32)[runs]
    areas = np.bincount(ids.ravel())
    kinds = np.zeros(len(areas), np.int32)
    kinds[ids.ravel()] = labels.ravel()
    return Regions(ids, areas, kinds)


def grown(mask: Mask, radius_px: int) -> Mask:
    """A mask with everything within a square neighbourhood added. radius_px: 1 to 8."""
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    if radius_px > 2:
        # The mean of such a window is above zero where any of it is; its cost is the same for all.
        return np.asarray(image.filter(ImageFilter.BoxBlur(radius_px))) > 0
    return np.asarray(image.filter(ImageFilter.MaxFilter(2 * radius_px + 1))) > 0


def box_sum(values: NDArray[np.float32], radius_px: int) -> NDArray[np.float32]:
    """Sums over square windows, clipped at the picture's edge.

    Args:
        values: (..., H, W).
        radius_px: half the window's side, without its centre.
    """
    for axis in (-2, -1):
        size = values.shape[axis]
        total = np.cumsum(values, axis=axis, dtype=np.float64)
        total = np.concatenate([np.zeros_like(total.take([0], axis=axis)), total], axis=axis)
        index = np.arange(size)
        high = np.minimum(index + radius_px + 1, size)
        low = np.maximum(index - radius_px, 0)
        values = (total.take(high, axis=axis) - total.take(low, axis=axis)).astype(np.float32)
    return values
