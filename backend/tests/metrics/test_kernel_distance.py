"""The kernel distance against torchmetrics, a naive double sum, and its unbiasedness."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torchmetrics.image.kid import KernelInceptionDistance

from backend.metrics.kernel_distance import kernel_inception_distance, squared_mmd

Array = NDArray[np.float64]


class Identity(torch.nn.Module):
    """Features that are given instead of extracted."""

    num_features = 8

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features


def features(seed: int, count: int, shift: float = 0.0) -> Array:
    return np.random.default_rng(seed).normal(size=(count, 8)) + shift


@pytest.mark.filterwarnings("ignore:Metric `Kernel Inception Distance` will save:UserWarning")
def test_it_agrees_with_torchmetrics_where_a_subset_is_the_whole() -> None:
    generated, real = features(1, 60, 0.3), features(2, 60)
    metric = KernelInceptionDistance(feature=Identity(), subsets=1, subset_size=60)
    metric.set_dtype(torch.float64)
    metric.update(torch.from_numpy(real), real=True)
    metric.update(torch.from_numpy(generated), real=False)
    expected = float(metric.compute()[0])
    assert expected > 0.05
    found = kernel_inception_distance(generated, real, num_subsets=1, subset_size=60)
    assert found.mean == pytest.approx(expected, rel=1e-6)
    assert found.sd == 0


def test_it_is_the_sum_over_distinct_pairs() -> None:
    x, y = features(3, 5), features(4, 7, 0.5)

    def kernel(a: Array, b: Array) -> float:
        return float((a @ b / 8 + 1) ** 3)

    within_x = np.mean([kernel(x[i], x[j]) for i in range(5) for j in range(5) if i != j])
    within_y = np.mean([kernel(y[i], y[j]) for i in range(7) for j in range(7) if i != j])
    across = np.mean([kernel(a, b) for a in x for b in y])
    assert squared_mmd(x, y) == pytest.approx(within_x + within_y - 2 * across)


def test_without_bias_it_lies_around_zero_for_one_distribution() -> None:
    values = [squared_mmd(features(seed, 30), features(1000 + seed, 30)) for seed in range(200)]
    assert min(values) < 0 < max(values)
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))


def test_the_mean_of_subsets_is_near_the_whole() -> None:
    generated, real = features(5, 300, 0.4), features(6, 200)
    whole = squared_mmd(generated, real)
    found = kernel_inception_distance(generated, real, num_subsets=60, subset_size=50, seed=3)
    assert found.sd > 0
    assert abs(found.mean - whole) < found.sd
    assert (found.num_subsets, found.subset_size) == (60, 50)


def test_the_seed_decides_the_subsets() -> None:
    sets = features(7, 80), features(8, 80)
    first, again, other = (
        kernel_inception_distance(*sets, num_subsets=3, subset_size=20, seed=seed)
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_subsets_do_not_repeat_samples() -> None:
    # With the whole set as a subset, only an order is drawn, which changes nothing.
    sets = features(9, 25), features(10, 25)
    found = kernel_inception_distance(*sets, num_subsets=4, subset_size=25)
    assert found.sd == pytest.approx(0, abs=1e-12)
    assert found.mean == pytest.approx(squared_mmd(*sets))


@pytest.mark.parametrize(
    ("num_subsets", "subset_size", "reason"),
    [(0, 5, "at least one subset"), (1, 1, "cannot be drawn"), (1, 21, "21 .* from 30 and 20")],
)
def test_impossible_draws_are_refused(num_subsets: int, subset_size: int, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        kernel_inception_distance(
            features(1, 30), features(2, 20), num_subsets=num_subsets, subset_size=subset_size
        )


def test_features_that_cannot_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="8 and 3"):
        squared_mmd(features(1, 5), np.zeros((5, 3)))
    with pytest.raises(ValueError, match="N >= 2"):
        squared_mmd(features(1, 1), features(2, 5))
    with pytest.raises(ValueError, match="finite"):
        squared_mmd(np.full((3, 8), np.inf), features(2, 5))
