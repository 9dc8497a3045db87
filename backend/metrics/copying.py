"""Are drawings copies of training pictures? The nearest one by the overlap of their masks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_BLOCK = 1024  # masks a side per product: a block of results of 4 MB


@dataclass(frozen=True, slots=True)
class Nearest:
    """The training mask that each mask overlaps most.

    Attributes:
        overlap: (N,) float64, intersection over union in 0..1.
        row: (N,) int64, which training mask; the first of equally near ones.
    """

    overlap: NDArray[np.float64]
    row: NDArray[np.int64]


def nearest_masks(masks: ArrayLike, training: ArrayLike) -> Nearest:
    """For each mask the training mask of the highest intersection over union.

    Two empty masks overlap by 0: nothing was copied.

    Args:
        masks: (N, S, S), only 0 and 1.
        training: (M, S, S), only 0 and 1, M >= 1.

    Raises:
        ValueError: the sizes differ, a value is not 0 or 1, or there is no training mask.
    """
    x, y = _flat(masks), _flat(training)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"masks differ in size: {x.shape[1]} and {y.shape[1]} pixels")
    if not len(y):
        raise ValueError("there is no training mask to compare with")
    overlap, row = np.full(len(x), -1.0), np.zeros(len(x), dtype=np.int64)
    for start in range(0, len(x), _BLOCK):
        some = slice(start, start + _BLOCK)
        for first in range(0, len(y), _BLOCK):
            found = _overlaps(x[some], y[first : first + _BLOCK])
            best = found.argmax(axis=1)
            value = found[np.arange(len(found)), best]
            better = value > overlap[some]
            overlap[some] = np.where(better, value, overlap[some])
            row[some] = np.where(better, best + first, row[some])
    return Nearest(overlap, row)


def copy_threshold(held_out: ArrayLike, percentile: float = 99) -> float:
    """The overlap above which a drawing counts as a copy.

    Pictures the network never saw overlap with training pictures, too, because marks resemble each
    other. What only one in a hundred of them reaches is more than resemblance.

    Args:
        held_out: (K,) best overlaps of held-out real pictures, K >= 1.
        percentile: 0..100.

    Raises:
        ValueError: there are no overlaps, or the percentile is out of range.
    """
    values = np.asarray(held_out, dtype=np.float64)
    if not values.size:
        raise ValueError("the threshold needs held-out pictures")
    return float(np.percentile(values, percentile))


def copy_share(overlap: ArrayLike, threshold: float) -> float:
    """The share of drawings, 0..1, whose best overlap (N,) is above the threshold.

    By construction about 1 % of held-out pictures are, so that is the floor.

    Raises:
        ValueError: there are no drawings.
    """
    values = np.asarray(overlap, dtype=np.float64)
    if not values.size:
        raise ValueError("there are no drawings")
    return float((values > threshold).mean())


def _overlaps(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    # Counts of pixels are exact in float32 up to masks of 4096 x 4096.
    shared = (first @ second.T).astype(np.float64)
    union = first.sum(axis=1)[:, None] + second.sum(axis=1)[None] - shared
    return np.asarray(shared / np.maximum(union, 1))


def _flat(masks: ArrayLike) -> NDArray[np.float32]:
    values = np.asarray(masks)
    if values.ndim != 3:
        raise ValueError(f"masks must be (N, S, S), got {values.shape}")
    if not ((values == 0) | (values == 1)).all():
        raise ValueError("masks must hold only 0 and 1")
    return values.reshape(len(values), values.shape[1] * values.shape[2]).astype(np.float32)
