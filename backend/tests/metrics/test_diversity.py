"""Diversity within captions against a loop over pairs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.metrics.diversity import caption_diversity, diversity_ratio


def naive(vectors: np.ndarray, captions: list[int]) -> float:
    found = []
    for name in sorted(set(captions)):
        group = [
            v / np.linalg.norm(v) for v, own in zip(vectors, captions, strict=True) if own == name
        ]
        if len(group) > 1:
            found.append(np.mean([1 - a @ b for a, b in combinations(group, 2)]))
    return float(np.mean(found))


@given(st.lists(st.integers(0, 3), min_size=6, max_size=14), st.integers(0, 99))
def test_it_agrees_with_a_loop_over_pairs(captions: list[int], seed: int) -> None:
    vectors = np.random.default_rng(seed).normal(size=(len(captions), 5)) * 4
    assert caption_diversity(vectors, captions) == pytest.approx(naive(vectors, captions))


def test_copies_have_none_and_opposites_have_two() -> None:
    one = np.array([1.0, 2.0])
    assert caption_diversity([one, 3 * one, one], [0, 0, 0]) == pytest.approx(0, abs=1e-12)
    assert caption_diversity([one, -one], [0, 0]) == pytest.approx(2)
    assert caption_diversity(np.eye(4), [1, 1, 1, 1]) == pytest.approx(1)


def test_captions_weigh_the_same_and_single_samples_nothing() -> None:
    alike, apart = [[1.0, 0, 0]] * 6, [[1.0, 0, 0], [0, 1.0, 0]]
    vectors = np.array([*alike, *apart, [0, 0, 1.0]])
    assert caption_diversity(vectors, [0] * 6 + [1] * 2 + [2]) == pytest.approx(0.5)


def test_the_ratio_to_real_pictures_looks_at_shared_captions_only() -> None:
    generated = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 0.0], [-1.0, 0.0]])
    real = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    # Caption 7 has one real picture, caption 9 no generated ones.
    found = diversity_ratio(generated, [5, 5, 7, 7], real, [5, 5, 7, 9, 9])
    assert found == pytest.approx(1 - np.sqrt(0.5))


def test_real_pictures_against_themselves_give_one() -> None:
    vectors, captions = np.random.default_rng(0).normal(size=(20, 6)), np.arange(20) % 5
    assert diversity_ratio(vectors, captions, vectors, captions) == pytest.approx(1)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="no caption has two samples"):
        caption_diversity(np.eye(3), [0, 1, 2])
    with pytest.raises(ValueError, match="shapes do not fit"):
        caption_diversity(np.eye(3), [0, 0])
    with pytest.raises(ValueError, match="on both sides"):
        diversity_ratio(np.eye(2), [0, 0], np.eye(2), [1, 1])
    with pytest.raises(ValueError, match="all alike"):
        diversity_ratio(np.eye(2), [0, 0], np.ones((2, 2)), [0, 0])
