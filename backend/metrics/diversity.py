"""How much the samples of one caption differ, compared with real pictures of one caption."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backend.metrics.similarity import unit_vectors


def caption_diversity(vectors: ArrayLike, captions: ArrayLike) -> float:
    """The mean over captions of the mean of 1 - cosine over pairs of the caption's samples, 0..2.

    Captions weigh the same however many samples they have; those with one sample have no pair and
    are left out.

    Args:
        vectors: (N, D) picture vectors.
        captions: (N,) integers, equal for samples of one caption.

    Raises:
        ValueError: the shapes do not fit, or no caption has two samples.
    """
    unit, names = unit_vectors(vectors), np.asarray(captions)
    if names.shape != unit.shape[:1]:
        raise ValueError(f"shapes do not fit: {unit.shape} vectors, {names.shape} captions")
    found = []
    for name in np.unique(names):
        group = unit[names == name]
        count = len(group)
        if count > 1:
            # The squared length of the sum is the sum of all cosines, with count ones among them.
            shared = float(np.square(group.sum(axis=0)).sum()) - count
            found.append(1 - shared / (count * (count - 1)))
    if not found:
        raise ValueError("no caption has two samples, so there is nothing to compare")
    return float(np.mean(found))


def diversity_ratio(
    generated: ArrayLike, captions: ArrayLike, real: ArrayLike, real_captions: ArrayLike
) -> float:
    """`caption_diversity` of generated pictures divided by that of real ones.

    Only captions that have two or more pictures on both sides count.

    Returns:
        0 where all samples of a caption are alike, about 1 where they differ as real ones do.

    Raises:
        ValueError: no caption has two pictures on both sides, or the real ones are all alike.
    """
    names, real_names = np.asarray(captions), np.asarray(real_captions)
    shared = np.intersect1d(_repeated(names), _repeated(real_names))
    if not len(shared):
        raise ValueError("no caption has two pictures on both sides")
    kept, real_kept = np.isin(names, shared), np.isin(real_names, shared)
    ceiling = caption_diversity(np.asarray(real)[real_kept], real_names[real_kept])
    if ceiling < 1e-9:
        raise ValueError("the real pictures of a caption are all alike, so there is no ratio")
    return caption_diversity(np.asarray(generated)[kept], names[kept]) / ceiling


def _repeated(names: NDArray[np.int64]) -> NDArray[np.int64]:
    values, counts = np.unique(names, return_counts=True)
    return values[counts > 1]
