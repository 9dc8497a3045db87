"""LPIPS against the reference's formulation in torch, and its exact properties."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from backend.metrics.perceptual import perceptual_distance

Array = NDArray[np.float32]
SHAPES = [(3, 4, 8, 8), (3, 6, 4, 4), (3, 5, 3, 2)]


def layers(seed: int) -> list[Array]:
    draws = np.random.default_rng(seed)
    return [draws.normal(size=shape).astype(np.float32) for shape in SHAPES]


def weights() -> list[Array]:
    draws = np.random.default_rng(9)
    return [draws.uniform(size=shape[1]).astype(np.float32) for shape in SHAPES]


def by_convolution(first: list[Array], second: list[Array]) -> torch.Tensor:
    """As the reference does it: a 1 x 1 convolution over squared differences, then means."""
    total = torch.zeros(3, dtype=torch.float64)
    for x, y, weight in zip(first, second, weights(), strict=True):
        a, b = torch.from_numpy(x).double(), torch.from_numpy(y).double()
        a = a / (a.square().sum(1, keepdim=True).sqrt() + 1e-10)
        b = b / (b.square().sum(1, keepdim=True).sqrt() + 1e-10)
        kernel = torch.from_numpy(weight).double().view(1, -1, 1, 1)
        total += torch.nn.functional.conv2d((a - b).square(), kernel).mean((1, 2, 3))
    return total


def test_it_agrees_with_the_convolution_of_the_reference() -> None:
    found = perceptual_distance(layers(1), layers(2), weights())
    assert found.shape == (3,)
    np.testing.assert_allclose(found, by_convolution(layers(1), layers(2)).numpy(), rtol=1e-9)


def test_equal_features_are_at_no_distance_and_scale_does_not_count() -> None:
    first = layers(1)
    assert perceptual_distance(first, first, weights()).tolist() == [0, 0, 0]
    brighter = [layer * 7 for layer in first]
    np.testing.assert_allclose(perceptual_distance(first, brighter, weights()), 0, atol=1e-12)


def test_opposite_channels_cost_two_weights_a_place() -> None:
    first, second = np.zeros((1, 2, 4, 4)), np.zeros((1, 2, 4, 4))
    first[:, 0], second[:, 1] = 5.0, 0.1
    found = perceptual_distance([first], [second], [np.array([0.25, 2.0])])
    assert found.tolist() == pytest.approx([2.25])


def test_features_of_length_zero_are_no_error() -> None:
    zero, one = np.zeros((1, 3, 2, 2)), np.ones((1, 3, 2, 2))
    assert perceptual_distance([zero], [one], [np.ones(3)]).tolist() == pytest.approx([1.0])


def test_layers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="layers do not match: 3, 2 and 3"):
        perceptual_distance(layers(1), layers(2)[:2], weights())
    with pytest.raises(ValueError, match="layers do not match"):
        perceptual_distance([], [], [])
    with pytest.raises(ValueError, match="shapes do not fit"):
        perceptual_distance(layers(1), layers(2)[::-1], weights())
    with pytest.raises(ValueError, match="shapes do not fit"):
        perceptual_distance(layers(1), layers(2), weights()[::-1])
