"""Structural similarity of two pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIGMA, _RADIUS = 1.5, 5
LEAST_PX = 2 * _RADIUS + 1
"""The shortest side that can be compared."""
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(first: Image.Image, second: Image.Image) -> float:
    """Mean SSIM of the luma of two pictures of one size; 1 for equal ones.

    Formula: Wang, Bovik, Sheikh, Simoncelli, "Image Quality Assessment: From Error Visibility to
    Structural Similarity", 2004, equation 13, with an 11 x 11 Gaussian window of sigma 1.5.

    Args:
        first: RGB or L; transparent pictures are to be laid on a ground first.
        second: likewise.

    Raises:
        ValueError: the sizes differ, or a side is shorter than 11 px.
    """
    if first.size != second.size:
        raise ValueError(f"sizes differ: {first.size} and {second.size}")
    if min(first.size) < LEAST_PX:
        raise ValueError(f"sides must be at least {LEAST_PX} px, got {first.size}")
    x = np.asarray(first.convert("L"), np.float64)
    y = np.asarray(second.convert("L"), np.float64)
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x = _blurred(x * x) - mean_x**2
    variance_y = _blurred(y * y) - mean_y**2
    covariance = _blurred(x * y) - mean_x * mean_y
    likeness = ((2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)) / (
        (mean_x**2 + mean_y**2 + _C1) * (variance_x + variance_y + _C2)
    )
    return float(likeness.mean())


def _blurred(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where the whole window lies inside the picture."""
    taps = np.exp(-0.5 * (np.arange(-_RADIUS, _RADIUS + 1) / _SIGMA) ** 2)
    taps /= taps.sum()
    height, width = (side - 2 * _RADIUS for side in values.shape)
    rows = sum(tap * values[i : i + height] for i, tap in enumerate(taps))
    return np.asarray(sum(tap * rows[:, i : i + width] for i, tap in enumerate(taps)))
