"""Does a picture wear the colours that were asked for, and is it flat, as a logo should be?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.domain.brief import Colour
from backend.vector.colour import delta_e_2000, lab_from_srgb

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

SAME_NAME_DELTA_E = 15.0
"""CIEDE2000 within which people still give a colour the same name: the shades of one red."""
MIN_SHARE = 0.02
"""The least part of a picture that counts as wearing a colour; less is an edge between others."""
FLAT_DELTA_E = 5.0
"""CIEDE2000 within which two areas look evenly painted: above compression, below a gradient."""
NUM_FLAT_COLOURS = 4
_CELL = 8  # levels of a channel that fall together when common colours are looked for


def colour_share(picture: Picture, colour: Colour) -> float:
    """The part of a picture, 0..1, that is within `SAME_NAME_DELTA_E` of a colour.

    Pixels are counted instead of clustered: clusters swallow small accents, and their number would
    be one more thing to choose.

    Args:
        picture: (3, H, W) uint8.
        colour: what is looked for.

    Raises:
        ValueError: it is not a picture.
    """
    colours, counts = _colours(picture)
    near = delta_e_2000(lab_from_srgb(colours), lab_from_srgb(colour.rgb)) < SAME_NAME_DELTA_E
    return float(counts[near].sum() / counts.sum())


def colour_recall(pictures: Sequence[Picture], asked: Sequence[Sequence[Colour]]) -> float:
    """The share of all asked-for colours, 0..1, that cover `MIN_SHARE` of their picture.

    Args:
        pictures: N of (3, H, W) uint8.
        asked: for each picture its colours, possibly none.

    Raises:
        ValueError: the lengths differ, or no colour was asked for at all.
    """
    found = [
        colour_share(picture, colour) >= MIN_SHARE
        for picture, colours in zip(pictures, asked, strict=True)
        for colour in colours
    ]
    if not found:
        raise ValueError("no colour was asked for")
    return float(np.mean(found))


def flatness(picture: Picture) -> float:
    """The share of pixels, 0..1, within `FLAT_DELTA_E` of one of the four most common colours.

    A logo of flat areas is near 1, but for its smoothed edges; gradients and textures lower it.

    Args:
        picture: (3, H, W) uint8.

    Raises:
        ValueError: it is not a picture.
    """
    colours, counts = _colours(picture)
    lab = lab_from_srgb(colours)
    near = [delta_e_2000(lab, common) < FLAT_DELTA_E for common in _common(colours, counts)]
    return float(counts[np.any(near, axis=0)].sum() / counts.sum())


def _common(colours: Array, counts: Array) -> list[Array]:
    """CIELAB of the most common colours, each farther than `FLAT_DELTA_E` from those before it.

    A common colour is the mean of a well-filled cell of 8 x 8 x 8 levels, so that noise of a few
    levels around a flat colour leads to the flat colour.
    """
    cells, cell_of = np.unique(colours // _CELL, axis=0, return_inverse=True)
    cell_of = cell_of.reshape(-1)
    filled = np.bincount(cell_of, counts, len(cells))
    sums = [np.bincount(cell_of, counts * colours[:, axis], len(cells)) for axis in range(3)]
    means = lab_from_srgb(np.stack(sums, axis=1) / filled[:, None])
    chosen: list[Array] = []
    for cell in np.argsort(-filled, kind="stable"):
        if all(delta_e_2000(means[cell], other) >= FLAT_DELTA_E for other in chosen):
            chosen.append(means[cell])
        if len(chosen) == NUM_FLAT_COLOURS:
            break
    return chosen


def _colours(picture: Picture) -> tuple[Array, Array]:
    """A picture's distinct colours (U, 3), 0..255, and how many pixels have each (U,)."""
    if picture.ndim != 3 or picture.shape[0] != 3 or picture.dtype != np.uint8 or not picture.size:
        raise ValueError(f"a picture is (3, H, W) in uint8, got {picture.shape} in {picture.dtype}")
    red, green, blue = picture.astype(np.int64).reshape(3, -1)
    packed, counts = np.unique((red << 16) | (green << 8) | blue, return_counts=True)
    colours = np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)
    return colours.astype(np.float64), counts.astype(np.float64)
