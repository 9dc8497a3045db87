"""The Fréchet distance against torchmetrics and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torchmetrics.image.fid import FrechetInceptionDistance

from backend.metrics.frechet import (
    Gaussian,
    fit_gaussian,
    frechet_distance,
    frechet_inception_distance,
    is_meaningful,
    symmetric_root,
)

Array = NDArray[np.float64]


class Identity(torch.nn.Module):
    """Features that are given instead of extracted."""

    num_features = 12

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features


def features(seed: int, count: int, size: int = 12) -> Array:
    draws = np.random.default_rng(seed)
    mixing = draws.normal(size=(size, size))
    return draws.normal(size=(count, size)) @ mixing + draws.normal(size=size)


@pytest.mark.filterwarnings("ignore:Metric `FrechetInceptionDistance` will save:UserWarning")
@pytest.mark.parametrize(("num_generated", "num_real"), [(300, 500), (8, 200)])
def test_it_agrees_with_torchmetrics(num_generated: int, num_real: int) -> None:
    generated, real = features(1, num_generated), features(2, num_real)
    metric = FrechetInceptionDistance(feature=Identity()).set_dtype(torch.float64)
    metric.update(torch.from_numpy(real), real=True)
    metric.update(torch.from_numpy(generated), real=False)
    expected = float(metric.compute())
    assert expected > 1
    assert frechet_inception_distance(generated, real) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("count", [200, 5])
def test_a_set_is_at_no_distance_from_itself(count: int) -> None:
    values = features(3, count)
    assert frechet_inception_distance(values, values) == pytest.approx(0, abs=1e-9)


@settings(max_examples=25)
@given(st.lists(st.floats(-50, 50), min_size=12, max_size=12), st.sampled_from([4, 60]))
def test_moving_a_set_costs_the_squared_way(way: list[float], count: int) -> None:
    values = features(4, count)
    moved = values + np.array(way)
    expected = float(np.square(way).sum())
    assert frechet_inception_distance(moved, values) == pytest.approx(expected, rel=1e-9, abs=1e-7)


def test_stretching_a_set_costs_the_squared_difference_of_deviations() -> None:
    values = features(5, 400)
    apart = frechet_distance(fit_gaussian(values * 3), fit_gaussian(values))
    gaussian = fit_gaussian(values)
    expected = 4 * np.square(gaussian.mean).sum() + 4 * np.trace(gaussian.covariance)
    assert apart == pytest.approx(expected, rel=1e-9)


def test_commuting_covariances_have_a_closed_form() -> None:
    first = Gaussian(np.zeros(3), np.diag([1.0, 4.0, 9.0]), 10)
    second = Gaussian(np.array([0.0, 2.0, 0.0]), np.diag([4.0, 4.0, 0.0]), 10)
    assert frechet_distance(first, second) == pytest.approx(4 + (1 - 2) ** 2 + 0 + 9)


def test_it_is_symmetric() -> None:
    first, second = fit_gaussian(features(6, 50)), fit_gaussian(features(7, 9))
    assert frechet_distance(first, second) == pytest.approx(frechet_distance(second, first))


def test_the_root_squared_is_the_matrix_again() -> None:
    matrix = fit_gaussian(features(8, 6)).covariance  # singular
    root = symmetric_root(matrix)
    np.testing.assert_allclose(root @ root, matrix, atol=1e-9)
    np.testing.assert_allclose(root, root.T, atol=1e-12)


def test_covariance_divides_by_one_less_than_the_samples() -> None:
    gaussian = fit_gaussian([[0.0, 1.0], [2.0, 1.0]])
    np.testing.assert_allclose(gaussian.covariance, [[2, 0], [0, 0]])
    np.testing.assert_allclose(gaussian.mean, [1, 1])
    assert gaussian.num_samples == 2


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros((1, 4)), "at least 2 samples, got 1"),
        (np.zeros((0, 4)), "at least 2 samples, got 0"),
        (np.zeros(4), r"must be \(N, D\)"),
        (np.array([[0.0, np.nan], [1.0, 2.0]]), "finite"),
    ],
)
def test_what_has_no_covariance_is_refused(values: Array, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        frechet_inception_distance(values, np.ones((3, 4)))


def test_features_of_different_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="12 and 5"):
        frechet_inception_distance(features(1, 20), features(1, 20, 5))


def test_few_samples_bias_it_upwards() -> None:
    draws = np.random.default_rng(0)
    population = draws.normal(size=(4000, 12))
    few = frechet_inception_distance(population[:20], population[20:40])
    many = frechet_inception_distance(population[:2000], population[2000:])
    assert few > 10 * many


@pytest.mark.parametrize(
    ("num_generated", "num_real", "size", "meaningful"),
    [
        (10_000, 10_000, 2048, True),
        (9_999, 50_000, 2048, False),
        (50_000, 9_999, 2048, False),
        (12_000, 12_000, 12_000, False),
        (12_001, 12_001, 12_000, True),
    ],
)
def test_it_means_something_from_ten_thousand_samples(
    num_generated: int, num_real: int, size: int, meaningful: bool
) -> None:
    assert is_meaningful(num_generated, num_real, size) is meaningful
