"""The perceptual distance LPIPS, from features that a network has already extracted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_EPSILON = 1e-10  # as in the reference implementation, version 0.1


def perceptual_distance(
    first: Sequence[ArrayLike], second: Sequence[ArrayLike], weights: Sequence[ArrayLike]
) -> Array:
    """LPIPS: Zhang et al., "The Unreasonable Effectiveness of Deep Features", 2018, eq. 1.

    Each layer's features are scaled to unit length over channels, their squared differences
    weighted per channel and averaged over places; the layers are summed.

    Args:
        first: features of N pictures, per layer (N, C, H, W).
        second: as many of the other pictures, of the same shapes.
        weights: per layer (C,), 0 or more.

    Returns:
        (N,) distances, 0 for equal features.

    Raises:
        ValueError: the numbers of layers, or the shapes in a layer, do not fit.
    """
    if not len(first) == len(second) == len(weights) or not first:
        raise ValueError(
            f"layers do not match: {len(first)}, {len(second)} and {len(weights)} weights"
        )
    layers = [_layer_distance(*layer) for layer in zip(first, second, weights, strict=True)]
    return np.asarray(np.sum(layers, axis=0))


def _layer_distance(first: ArrayLike, second: ArrayLike, weights: ArrayLike) -> Array:
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    w = np.asarray(weights, dtype=np.float64)
    if x.ndim != 4 or x.shape != y.shape or w.shape != x.shape[1:2]:
        raise ValueError(f"a layer's shapes do not fit: {x.shape}, {y.shape}, weights {w.shape}")
    apart = np.square(_unit(x) - _unit(y))
    return np.asarray(np.einsum("nchw,c->nhw", apart, w).mean(axis=(1, 2)))


def _unit(features: Array) -> Array:
    return np.asarray(features / (np.linalg.norm(features, axis=1, keepdims=True) + _EPSILON))
