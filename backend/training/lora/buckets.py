"""Pictures of any shape to few sizes of about one area, and which of them are held out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from backend.utils.seeding import derived_seed

_MAX_RATIO = 2.0
TRAIN_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture as the network sees it.

    Attributes:
        image: RGB, of a bucket's size.
        original: (height, width) before.
        crop: (top, left) of what was kept, in pixels of the resized picture.
    """

    image: Image.Image
    original: tuple[int, int]
    crop: tuple[int, int]


def bucket_sizes(resolution_px: int, step_px: int) -> list[tuple[int, int]]:
    """Widths and heights, multiples of `step_px`, of at most the area of a square.

    Args:
        resolution_px: side of the square.
        step_px: what both sides are multiples of, so that every level of the network has whole
            cells.
    """
    sizes = {(resolution_px, resolution_px)}
    longest = int(resolution_px * math.sqrt(_MAX_RATIO)) // step_px * step_px
    for width in range(step_px, longest + 1, step_px):
        height = min(resolution_px**2 // width, longest) // step_px * step_px
        # A size that wastes a sixth of the area is too small for its shape.
        is_full = width * height >= resolution_px**2 * 5 / 6
        if is_full and 1 / _MAX_RATIO <= width / height <= _MAX_RATIO:
            sizes |= {(width, height), (height, width)}
    return sorted(sizes)


def bucket_for(size: tuple[int, int], sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The bucket nearest to a picture's shape; the larger of equally near ones."""
    ratio = math.log(size[0] / size[1])
    return min(
        sizes, key=lambda each: (abs(math.log(each[0] / each[1]) - ratio), -each[0] * each[1])
    )


def fitted(image: Image.Image, size: tuple[int, int]) -> Fitted:
    """Scales a picture to cover a bucket and cuts off evenly what stands over."""
    width, height = size
    scale = max(width / image.width, height / image.height)
    whole = (max(width, round(image.width * scale)), max(height, round(image.height * scale)))
    resized = image if image.size == whole else image.resize(whole, Image.Resampling.LANCZOS)
    left, top = (whole[0] - width) // 2, (whole[1] - height) // 2
    return Fitted(
        resized.crop((left, top, left + width, top + height)),
        (image.height, image.width),
        (top, left),
    )


def held_out(
    files: Sequence[str], seed: int, repeats: Mapping[str, str] | None = None
) -> frozenset[str]:
    """A fifth of the pictures, at least one, that the training never sees.

    A picture and its near duplicates go the same way: a held-out one that was trained on in another
    size would measure nothing.

    Args:
        files: names of all pictures.
        seed: of the draw.
        repeats: near duplicates, by file, to the picture that they repeat.
    """
    groups: dict[str, list[str]] = {}
    for name in files:
        groups.setdefault(_root(name, repeats or {}), []).append(name)
    roots = sorted(groups)
    order = np.random.default_rng(derived_seed(seed, "held-out")).permutation(len(roots))
    wanted = max(1, round(len(files) * (1 - TRAIN_SHARE)))
    chosen: list[str] = []
    for place in order[:-1]:
        members = groups[roots[int(place)]]
        if len(chosen) < wanted and len(chosen) + len(members) <= max(wanted, len(files) // 3):
            chosen += members
    return frozenset(chosen)


def _root(name: str, repeats: Mapping[str, str]) -> str:
    seen = {name}
    while (earlier := repeats.get(name)) is not None and earlier not in seen:
        name = earlier
        seen.add(name)
    return name
