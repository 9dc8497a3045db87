"""How near pictures are to their captions and to real pictures, by the cosine of their vectors."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.int64]


def unit_vectors(vectors: ArrayLike) -> Array:
    """Vectors (N, D) at length 1.

    Raises:
        ValueError: another shape, no rows, a vector of length 0, or values that are not finite.
    """
    values = np.asarray(vectors, dtype=np.float64)
    if values.ndim != 2 or not len(values):
        raise ValueError(f"vectors must be (N, D) with N >= 1, got {values.shape}")
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise ValueError("vectors must be finite and longer than 0")
    return np.asarray(values / lengths)


def cosines(first: ArrayLike, second: ArrayLike) -> Array:
    """Cosines of all pairs: (N, D) and (M, D) to (N, M) in -1..1.

    Raises:
        ValueError: vectors that have no direction, or different sizes.
    """
    x, y = unit_vectors(first), unit_vectors(second)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"vectors differ in size: {x.shape[1]} and {y.shape[1]}")
    return np.asarray(np.clip(x @ y.T, -1, 1))


def text_alignment(similarities: ArrayLike, truth: ArrayLike) -> float:
    """CLIP-T: the mean cosine of each picture and its own caption, -1..1.

    Args:
        similarities: (N, M) of N pictures and M distinct captions.
        truth: (N,) the row of each picture's caption, in 0..M-1.

    Raises:
        ValueError: the shapes do not fit.
    """
    values, own = _checked(similarities, truth)
    return float(values[np.arange(len(own)), own].mean())


def text_alignment_floor(similarities: ArrayLike, truth: ArrayLike) -> float:
    """What `text_alignment` is on average when every picture gets a wrong caption.

    It is exact, without shuffling: the mean of each picture's cosines with all captions but its
    own. A CLIP-T means something only as far as it is above this.

    Raises:
        ValueError: the shapes do not fit, or there is no second caption.
    """
    values, own = _checked(similarities, truth)
    if values.shape[1] < 2:
        raise ValueError("a wrong caption needs at least 2 captions")
    of_own = values[np.arange(len(own)), own]
    return float(((values.sum(axis=1) - of_own) / (values.shape[1] - 1)).mean())


def clip_score(similarities: ArrayLike, truth: ArrayLike) -> float:
    """CLIPScore, 0..100: the mean of max(100 cos, 0) of each picture and its own caption.

    Hessel et al., "CLIPScore", 2021, with the factor 100 that libraries use instead of 2.5.
    Arguments and errors as for `text_alignment`.
    """
    values, own = _checked(similarities, truth)
    return float(np.maximum(100 * values[np.arange(len(own)), own], 0).mean())


def image_alignment(generated: ArrayLike, reference: ArrayLike) -> float:
    """CLIP-I or DINO, by the vectors' origin: the mean cosine of all pairs, -1..1.

    Ruiz et al., "DreamBooth", 2023, section 4.2, of generated (N, D) and reference (M, D) vectors.
    A set against itself counts each picture with itself; compare halves for a ceiling.
    """
    return float(cosines(generated, reference).mean())


def recall_at(similarities: ArrayLike, truth: ArrayLike, k: int) -> float:
    """R-precision by retrieval: the share of pictures whose own caption is among the k nearest.

    Ties count against the picture: a caption that is just as near stands before the own one, so
    that a model whose pictures are all alike gets 0 and not 1. Captions must be distinct for the
    same reason: a repeated caption would tie with itself.

    Args:
        similarities: (N, M) of N pictures and M distinct captions, higher is nearer.
        truth: (N,) the row of each picture's caption, in 0..M-1.
        k: 1..M.

    Raises:
        ValueError: the shapes do not fit, or k is out of range.
    """
    values, own = _checked(similarities, truth)
    if not 1 <= k <= values.shape[1]:
        raise ValueError(f"k must be in 1..{values.shape[1]}, got {k}")
    of_own = values[np.arange(len(own)), own]
    # The own caption is one of those that are at least as near.
    before = (values >= of_own[:, None]).sum(axis=1) - 1
    return float((before < k).mean())


def shuffled_recall(
    similarities: ArrayLike, truth: ArrayLike, k: int, *, seed: int, num_rounds: int = 20
) -> float:
    """The floor of `recall_at`: its mean when every picture is said to have a wrong caption.

    Args:
        similarities, truth, k: as for `recall_at`; M >= 2.
        seed: of the derangements.
        num_rounds: how many derangements are averaged.

    Raises:
        ValueError: as `recall_at`, or there are fewer than two captions or no rounds.
    """
    values, own = _checked(similarities, truth)
    if num_rounds < 1:
        raise ValueError("at least one round is needed")
    draws = np.random.default_rng(seed)
    rounds = [
        recall_at(values, derangement(values.shape[1], draws)[own], k) for _ in range(num_rounds)
    ]
    return float(np.mean(rounds))


def derangement(count: int, draws: np.random.Generator) -> Indices:
    """A random permutation (count,) of 0..count-1, of one cycle, that leaves nothing in its place.

    Raises:
        ValueError: fewer than two things.
    """
    if count < 2:
        raise ValueError("a derangement needs at least 2 captions")
    order = draws.permutation(count)
    result = np.empty(count, dtype=np.int64)
    result[order] = np.roll(order, 1)
    return result


def _checked(similarities: ArrayLike, truth: ArrayLike) -> tuple[Array, Indices]:
    values, own = np.asarray(similarities, dtype=np.float64), np.asarray(truth)
    if values.ndim != 2 or own.shape != values.shape[:1] or not len(own):
        raise ValueError(f"shapes do not fit: {values.shape} similarities, {own.shape} captions")
    if not np.isfinite(values).all():
        raise ValueError("similarities must be finite")
    if not np.issubdtype(own.dtype, np.integer):
        raise ValueError("captions are given by their rows, which are integers")
    if own.min() < 0 or own.max() >= values.shape[1]:
        raise ValueError(f"captions must be in 0..{values.shape[1] - 1}")
    return values, own.astype(np.int64)
