"""The Inception Score against torchmetrics, its exact extremes, and its cap."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torchmetrics.image.inception import InceptionScore

from backend.metrics.inception_score import MIN_SPLIT_IMAGES, inception_score, split_score

Array = NDArray[np.float64]
SURE = 1e4  # a logit beside which the others vanish


class Identity(torch.nn.Module):
    """Logits that are given instead of computed."""

    num_features = 10

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        return logits


def logits(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).normal(scale=2, size=(count, 10))


def one_hot(count: int, num_classes: int) -> Array:
    return SURE * np.eye(num_classes)[np.arange(count) % num_classes]


@pytest.mark.filterwarnings("ignore:Metric `InceptionScore` will save:UserWarning")
@pytest.mark.filterwarnings("ignore:std:UserWarning")
def test_it_agrees_with_torchmetrics() -> None:
    values = logits(1, 300)
    metric = InceptionScore(feature=Identity(), splits=1).set_dtype(torch.float64)
    metric.update(torch.from_numpy(values))
    expected = float(metric.compute()[0])
    assert 1.5 < expected < 10
    assert inception_score(values, num_splits=1).mean == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("num_classes", [2, 7, 50])
def test_sure_and_even_predictions_score_the_number_of_classes(num_classes: int) -> None:
    found = inception_score(one_hot(num_classes * 100, num_classes), num_splits=1)
    assert found.mean == pytest.approx(num_classes)
    assert found.cap == num_classes


def test_equal_predictions_score_one() -> None:
    assert split_score(np.tile(logits(2, 1), (50, 1))) == pytest.approx(1)
    assert split_score(one_hot(1, 5)) == pytest.approx(1)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_split_cannot_score_more_than_its_pictures(count: int) -> None:
    # The mistake to prevent: three pictures a split, each sure of another of 1000 classes.
    assert split_score(one_hot(count, 1000)) == pytest.approx(count)


def test_small_splits_are_refused() -> None:
    with pytest.raises(ValueError, match=r"30 pictures in 10 splits leave 3 .* capped at 3"):
        inception_score(one_hot(30, 1000), num_splits=10)
    with pytest.raises(ValueError, match="leave 99"):
        inception_score(logits(3, 2 * MIN_SPLIT_IMAGES - 1), num_splits=2)
    assert inception_score(logits(3, 2 * MIN_SPLIT_IMAGES), num_splits=2).num_images == 200


def test_the_cap_is_the_smallest_split_or_the_classes() -> None:
    assert inception_score(one_hot(250, 1000), num_splits=2).cap == 125
    assert inception_score(one_hot(251, 1000), num_splits=2).cap == 125
    assert inception_score(logits(4, 250), num_splits=2).cap == 10


def test_splits_are_shuffled_so_that_ordered_pictures_score_as_mixed_ones() -> None:
    ordered = np.repeat(SURE * np.eye(4), 100, axis=0)
    found = inception_score(ordered, num_splits=4, seed=1)
    # In order, each split would hold one class and score 1.
    assert found.mean == pytest.approx(4, abs=0.2)
    assert 0 < found.sd < 0.2


def test_mean_and_deviation_are_those_of_the_splits() -> None:
    values = logits(5, 330)
    order = np.random.default_rng(9).permutation(330)
    scores = [split_score(values[order[part]]) for part in np.split(np.arange(330), 3)]
    found = inception_score(values, num_splits=3, seed=9)
    assert found.mean == pytest.approx(np.mean(scores))
    assert found.sd == pytest.approx(np.std(scores))


def test_adding_a_constant_to_logits_changes_nothing() -> None:
    values = logits(6, 50)
    assert split_score(values + 1e3) == pytest.approx(split_score(values))


def test_broken_logits_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        inception_score(np.full((200, 3), np.nan))
    with pytest.raises(ValueError, match=r"\(N, K\)"):
        inception_score(np.zeros(200))
    with pytest.raises(ValueError, match="at least one split"):
        inception_score(logits(1, 200), num_splits=0)
