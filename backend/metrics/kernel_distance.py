"""The kernel distance between two sets of features, which on Inception features is the KID."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class KernelDistance:
    """A kernel distance over subsets.

    Attributes:
        mean: the estimate; unbiased, so it can be slightly negative.
        sd: standard deviation over the subsets (divided by their number), 0 for one subset.
        num_subsets: how many subsets were drawn.
        subset_size: samples of each side in a subset.
    """

    mean: float
    sd: float
    num_subsets: int
    subset_size: int


def polynomial_kernel(first: Array, second: Array) -> Array:
    """k(x, y) = (x . y / D + 1)^3 for all pairs: Bińkowski et al., 2018, section 4.

    Args:
        first: (N, D).
        second: (M, D).

    Returns:
        (N, M).
    """
    return np.asarray((first @ second.T / first.shape[1] + 1) ** 3)


def squared_mmd(first: ArrayLike, second: ArrayLike) -> float:
    """The unbiased estimate of the squared maximum mean discrepancy under the polynomial kernel.

    Gretton et al., "A Kernel Two-Sample Test", 2012, eq. 3: pairs of a sample with itself are left
    out, which is what removes the bias.

    Args:
        first: (N, D) with N >= 2.
        second: (M, D) with M >= 2.

    Raises:
        ValueError: too few samples, different feature sizes, or values that are not finite.
    """
    x, y = _checked(first), _checked(second)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"features differ in size: {x.shape[1]} and {y.shape[1]}")
    return (
        _mean_of_distinct_pairs(polynomial_kernel(x, x))
        + _mean_of_distinct_pairs(polynomial_kernel(y, y))
        - 2 * float(polynomial_kernel(x, y).mean())
    )


def kernel_inception_distance(
    generated: ArrayLike,
    real: ArrayLike,
    *,
    num_subsets: int = 100,
    subset_size: int = 1000,
    seed: int = 0,
) -> KernelDistance:
    """KID: the mean of `squared_mmd` over random subsets.

    Bińkowski et al., "Demystifying MMD GANs", 2018, section 4. Unlike the FID it is unbiased, so it
    can be used with a few hundred samples.

    Args:
        generated: (N, D) features.
        real: (M, D) features.
        num_subsets: how often to draw, at least 1.
        subset_size: samples of each side in a draw, without repetition, at most min(N, M).
        seed: of the draws.

    Raises:
        ValueError: a subset is larger than a set, or the features cannot be compared.
    """
    x, y = _checked(generated), _checked(real)
    if num_subsets < 1:
        raise ValueError("at least one subset is needed")
    if not 2 <= subset_size <= min(len(x), len(y)):
        raise ValueError(
            f"a subset of {subset_size} cannot be drawn from {len(x)} and {len(y)} samples"
        )
    draws = np.random.default_rng(seed)
    found = [
        squared_mmd(
            x[draws.choice(len(x), subset_size, replace=False)],
            y[draws.choice(len(y), subset_size, replace=False)],
        )
        for _ in range(num_subsets)
    ]
    return KernelDistance(float(np.mean(found)), float(np.std(found)), num_subsets, subset_size)


def _mean_of_distinct_pairs(kernel: Array) -> float:
    count = len(kernel)
    return float((kernel.sum() - np.trace(kernel)) / (count * (count - 1)))


def _checked(features: ArrayLike) -> Array:
    values = np.asarray(features, dtype=np.float64)
    if values.ndim != 2 or len(values) < 2:
        raise ValueError(f"features must be (N, D) with N >= 2, got {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("features must be finite")
    return values
