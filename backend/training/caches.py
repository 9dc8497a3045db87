"""Names of cache files that follow from what the caches were made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

Ingredient = nn.Module | NDArray[Any] | str


def cache_path(folder: Path, name: str, ingredients: Iterable[Ingredient]) -> Path:
    """`name-<12 hexadecimal digits>.npy`: other networks, arrays or texts give another file.

    Files of other ingredients are left where they are: a run may still be using them.
    """
    digest = hashlib.sha256()
    for ingredient in ingredients:
        for part in _parts(ingredient):
            # The lengths keep "ab", "c" apart from "a", "bc".
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return folder / f"{name}-{digest.hexdigest()[:12]}.npy"


def _parts(ingredient: Ingredient) -> Iterable[bytes | memoryview]:
    if isinstance(ingredient, str):
        return [ingredient.encode("utf-8")]
    if isinstance(ingredient, np.ndarray):
        return [repr(ingredient.shape).encode(), _raw(ingredient)]
    weights = ingredient.state_dict().items()
    return (
        part
        for name, tensor in weights
        for part in (name.encode(), _raw(tensor.detach().float().cpu().numpy()))
    )


def _raw(array: NDArray[Any]) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
