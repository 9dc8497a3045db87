"""The Inception Score, and how high it can get with the pictures at hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

MIN_SPLIT_IMAGES = 100
"""The score of a split cannot exceed the number of its pictures: it is the exponential of an
information about which picture it is, at most log N. A split of three pictures scores 3 at best,
however good they are, so small splits are refused rather than reported."""


@dataclass(frozen=True, slots=True)
class InceptionScore:
    """A score over splits.

    Attributes:
        mean: 1 or more.
        sd: standard deviation over the splits (divided by their number), 0 for one split.
        cap: what the mean could be at most: the smaller of the pictures in the smallest split and
            the number of classes.
        num_images: pictures in all.
    """

    mean: float
    sd: float
    cap: int
    num_images: int


def split_score(logits: ArrayLike) -> float:
    """The exponential of the mean KL(p(y|x) || p(y)).

    Salimans et al., 2016, section 4.

    Args:
        logits: (N, K) finite class logits, N >= 1.

    Returns:
        From 1 (all predictions alike) to min(N, K).
    """
    log_p = _log_softmax(np.asarray(logits, dtype=np.float64))
    p = np.exp(log_p)
    marginal = p.mean(axis=0)
    # Where p is 0 its term is 0, also where the marginal is 0.
    log_marginal = np.log(np.where(marginal > 0, marginal, 1.0))
    divergence = np.where(p > 0, p * (log_p - log_marginal), 0.0).sum(axis=1)
    return float(np.exp(divergence.mean()))


def inception_score(logits: ArrayLike, *, num_splits: int = 10, seed: int = 0) -> InceptionScore:
    """Mean and spread of the score over random splits of nearly equal size.

    Salimans et al., "Improved Techniques for Training GANs", 2016. The rows are shuffled first,
    because pictures often come ordered by caption.

    Args:
        logits: (N, K) class logits.
        num_splits: at least 1; each gets `MIN_SPLIT_IMAGES` pictures or more.
        seed: of the shuffle.

    Raises:
        ValueError: a split would be too small, or the logits are not finite or not (N, K).
    """
    values = np.asarray(logits, dtype=np.float64)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError("logits must be finite and (N, K)")
    if num_splits < 1:
        raise ValueError("at least one split is needed")
    smallest = len(values) // num_splits
    if smallest < MIN_SPLIT_IMAGES:
        raise ValueError(
            f"{len(values)} pictures in {num_splits} splits leave {smallest} in a split, where the "
            f"score is capped at {smallest}; at least {MIN_SPLIT_IMAGES} are needed"
        )
    order = np.random.default_rng(seed).permutation(len(values))
    scores = [split_score(part) for part in np.array_split(values[order], num_splits)]
    return InceptionScore(
        mean=float(np.mean(scores)),
        sd=float(np.std(scores)),
        cap=min(smallest, values.shape[1]),
        num_images=len(values),
    )


def _log_softmax(logits: Array) -> Array:
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
