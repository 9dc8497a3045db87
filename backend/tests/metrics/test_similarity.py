"""Cosine measures and retrieval against naive loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from backend.metrics.similarity import (
    clip_score,
    cosines,
    derangement,
    image_alignment,
    recall_at,
    shuffled_recall,
    text_alignment,
    text_alignment_floor,
)

Array = NDArray[np.float64]


def vectors(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).normal(size=(count, 6)) * 3


def naive_recall(similarities: Array, truth: list[int], k: int) -> float:
    hits = 0
    for row, own in zip(similarities.tolist(), truth, strict=True):
        ahead = [j for j, value in enumerate(row) if j != own and value >= row[own]]
        hits += len(ahead) + 1 <= k
    return hits / len(truth)


def test_cosines_of_known_angles() -> None:
    found = cosines([[2, 0], [0, -1]], [[5, 0], [1, 1], [0, 3]])
    half = np.sqrt(0.5)
    np.testing.assert_allclose(found, [[1, half, 0], [0, -half, -1]], atol=1e-12)


def test_alignment_takes_each_pictures_own_caption() -> None:
    similarities = np.array([[0.1, 0.4], [0.3, -0.2], [0.5, 0.6]])
    assert text_alignment(similarities, [1, 0, 1]) == pytest.approx((0.4 + 0.3 + 0.6) / 3)
    assert text_alignment_floor(similarities, [1, 0, 1]) == pytest.approx((0.1 - 0.2 + 0.5) / 3)


def test_the_score_is_in_percent_and_never_negative() -> None:
    similarities = np.array([[0.25, -0.5], [0.9, -0.4]])
    assert clip_score(similarities, [0, 1]) == pytest.approx(12.5)


def test_the_floor_is_what_shuffling_tends_to() -> None:
    similarities, truth = cosines(vectors(1, 30), vectors(2, 7)), np.arange(30) % 7
    draws = np.random.default_rng(0)
    shuffled = [text_alignment(similarities, derangement(7, draws)[truth]) for _ in range(1500)]
    floor = text_alignment_floor(similarities, truth)
    assert abs(np.mean(shuffled) - floor) < 4 * np.std(shuffled) / np.sqrt(1500)


def test_image_alignment_is_the_mean_over_all_pairs() -> None:
    generated, reference = vectors(3, 4), vectors(4, 3)
    pairs = [a @ b / np.linalg.norm(a) / np.linalg.norm(b) for a in generated for b in reference]
    assert image_alignment(generated, reference) == pytest.approx(np.mean(pairs))
    assert image_alignment(generated[:1], 5 * generated[:1]) == pytest.approx(1)


@given(st.data())
def test_recall_agrees_with_a_loop(data: st.DataObject) -> None:
    num_images, num_texts = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 6))
    # Few distinct values, so that ties are common.
    cell = st.integers(0, 3).map(float)
    row = st.lists(cell, min_size=num_texts, max_size=num_texts)
    similarities = np.array(data.draw(st.lists(row, min_size=num_images, max_size=num_images)))
    place = st.integers(0, num_texts - 1)
    truth = data.draw(st.lists(place, min_size=num_images, max_size=num_images))
    k = data.draw(st.integers(1, num_texts))
    assert recall_at(similarities, truth, k) == naive_recall(similarities, truth, k)


def test_pictures_that_are_all_alike_are_found_by_none() -> None:
    similarities, truth = np.full((5, 5), 0.3), np.arange(5)
    assert [recall_at(similarities, truth, k) for k in (1, 4, 5)] == [0, 0, 1]


def test_the_floor_of_a_perfect_retrieval_is_chance() -> None:
    num = 40
    noise = np.random.default_rng(5).normal(scale=1e-3, size=(num, num))
    similarities, truth = np.eye(num) + noise, np.arange(num)
    assert recall_at(similarities, truth, 1) == 1
    # The own caption takes the first place of each; k - 1 places are left for num - 1 others.
    assert shuffled_recall(similarities, truth, 1, seed=1) == 0
    floor = shuffled_recall(similarities, truth, 10, seed=1, num_rounds=200)
    assert floor == pytest.approx(9 / 39, abs=0.02)


def test_the_floor_depends_on_its_seed_only() -> None:
    similarities, truth = cosines(vectors(6, 20), vectors(7, 9)), np.arange(20) % 9
    first, again, other = (
        shuffled_recall(similarities, truth, 3, seed=seed, num_rounds=2) for seed in (1, 1, 2)
    )
    assert first == again != other


@given(st.integers(2, 30), st.integers(0, 1000))
def test_a_derangement_moves_everything(count: int, seed: int) -> None:
    found = derangement(count, np.random.default_rng(seed))
    assert sorted(found.tolist()) == list(range(count))
    assert (found != np.arange(count)).all()


@pytest.mark.parametrize(
    ("truth", "k", "reason"),
    [
        ([0, 1], 0, "k must be in 1..3"),
        ([0, 1], 4, "k must be in 1..3"),
        ([0, 3], 1, "captions must be in 0..2"),
        ([0, -1], 1, "captions must be in 0..2"),
        ([0], 1, "shapes do not fit"),
        ([0.0, 1.0], 1, "integers"),
    ],
)
def test_what_does_not_fit_is_refused(truth: list[float], k: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        recall_at(np.zeros((2, 3)), truth, k)


def test_broken_values_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        recall_at([[np.nan, 1.0]], [0], 1)
    with pytest.raises(ValueError, match="longer than 0"):
        cosines([[0.0, 0.0]], [[1.0, 0.0]])
    with pytest.raises(ValueError, match="2 and 3"):
        cosines([[1.0, 0.0]], [[1.0, 0.0, 0.0]])
    with pytest.raises(ValueError, match="at least 2 captions"):
        text_alignment_floor([[1.0]], [0])
    with pytest.raises(ValueError, match="at least 2 captions"):
        shuffled_recall([[1.0]], [0], 1, seed=0)
    with pytest.raises(ValueError, match="at least one round"):
        shuffled_recall(np.zeros((2, 2)), [0, 1], 1, seed=0, num_rounds=0)
