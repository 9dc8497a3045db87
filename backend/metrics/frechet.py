"""The Fréchet distance between two sets of features, which on Inception features is the FID."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

MIN_SAMPLES = 10_000
"""Below this the FID is biased upwards so much that values of different sizes do not compare."""


@dataclass(frozen=True, slots=True)
class Gaussian:
    """The normal distribution fitted to a set of features.

    Attributes:
        mean: (D,) float64.
        covariance: (D, D) float64, symmetric, with N - 1 in the denominator.
        num_samples: how many features it was fitted to.
    """

    mean: Array
    covariance: Array
    num_samples: int


def fit_gaussian(features: ArrayLike) -> Gaussian:
    """Mean and covariance of features.

    Args:
        features: (N, D), finite.

    Raises:
        ValueError: fewer than two samples, another shape, or values that are not finite.
    """
    values = np.asarray(features, dtype=np.float64)
    if values.ndim != 2:
        raise ValueError(f"features must be (N, D), got {values.shape}")
    if len(values) < 2:
        raise ValueError(f"a covariance needs at least 2 samples, got {len(values)}")
    if not np.isfinite(values).all():
        raise ValueError("features must be finite")
    centred = values - values.mean(axis=0)
    covariance = centred.T @ centred / (len(values) - 1)
    return Gaussian(values.mean(axis=0), covariance, len(values))


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """Squared Fréchet distance: |m1 - m2|^2 + Tr(C1 + C2 - 2 (C1 C2)^(1/2)).

    Dowson and Landau, 1982, eq. 4; as FID: Heusel et al., "GANs Trained by a Two Time-Scale Update
    Rule Converge to a Local Nash Equilibrium", 2017, eq. 6. The trace of the root is the sum of the
    singular values of C1^(1/2) C2^(1/2), whose roots come from symmetric eigenvalues, so that
    nothing imaginary can be left over and singular covariances (N <= D) are no special case.

    Returns:
        0 or more, 0 for equal Gaussians.

    Raises:
        ValueError: the Gaussians have different dimensions.
    """
    if first.mean.shape != second.mean.shape:
        raise ValueError(
            f"features differ in size: {first.mean.shape[0]} and {second.mean.shape[0]}"
        )
    apart = float(np.square(first.mean - second.mean).sum())
    roots = symmetric_root(first.covariance) @ symmetric_root(second.covariance)
    shared = float(np.linalg.svd(roots, compute_uv=False).sum())
    spread = float(np.trace(first.covariance) + np.trace(second.covariance)) - 2 * shared
    # The spread is never negative but for rounding.
    return apart + max(0.0, spread)


def frechet_inception_distance(generated: ArrayLike, real: ArrayLike) -> float:
    """FID of generated against real features, (N, D) and (M, D); see `frechet_distance`.

    It is biased: with few samples it is too high, by an amount that depends on the model (Chong and
    Forsyth, "Effectively Unbiased FID and Inception Score", 2020). Below about ten thousand samples
    a side, or below the feature size, where the covariance is singular, it is no figure to publish:
    ask `is_meaningful` and prefer the unbiased kernel distance.

    Raises:
        ValueError: fewer than two samples on a side, or features of different sizes.
    """
    return frechet_distance(fit_gaussian(generated), fit_gaussian(real))


def is_meaningful(num_generated: int, num_real: int, feature_size: int) -> bool:
    """Whether an FID of these sample counts can be compared with other people's."""
    return min(num_generated, num_real) >= max(MIN_SAMPLES, feature_size + 1)


def symmetric_root(matrix: Array) -> Array:
    """The positive semi-definite root of a symmetric matrix (D, D).

    Eigenvalues below 0, which rounding leaves in a singular covariance, count as 0.
    """
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T)
