"""Cache names follow from everything a cache is made of, and from nothing else."""

from pathlib import Path

import numpy as np
from torch import nn

from backend.training.caches import Ingredient, cache_path


def linear(bias: float = 0.0) -> nn.Linear:
    network = nn.Linear(2, 3)
    nn.init.ones_(network.weight)
    nn.init.constant_(network.bias, bias)
    return network


def test_equal_ingredients_have_one_name(tmp_path: Path) -> None:
    picture = np.arange(12, dtype=np.uint8).reshape(2, 6)
    path = cache_path(tmp_path, "latents", [linear(), picture, "a fox"])
    assert path.parent == tmp_path
    assert path.name.startswith("latents-")
    assert path.suffix == ".npy"
    strided = np.repeat(picture, 2, axis=1)[:, ::2]
    assert cache_path(tmp_path, "latents", [linear(), strided, "a fox"]) == path


def test_any_other_ingredient_has_another_name(tmp_path: Path) -> None:
    picture = np.arange(12, dtype=np.uint8)
    recipes: list[list[Ingredient]] = [
        [linear(), picture, "ab", "c"],
        [linear(1.0), picture, "ab", "c"],
        [linear(), picture[::-1], "ab", "c"],
        [linear(), picture.reshape(3, 4), "ab", "c"],
        [linear(), picture, "a", "bc"],
        [linear(), picture, "ab"],
    ]
    assert len({cache_path(tmp_path, "x", recipe) for recipe in recipes}) == len(recipes)
