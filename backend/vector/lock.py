"""Palette lock: puts a flat picture back on the exact colours it was meant to wear."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from backend.domain.brief import Palette

_EDGE_SHARPNESS = 1.5
# The part of an edge at either end that the sharpening takes for the end itself.
_END_SHARE = (1 - 1 / _EDGE_SHARPNESS) / 2


def lock_to_palette(pixels: NDArray[np.uint8], palette: Palette) -> NDArray[np.uint8]:
    """Moves every pixel to the nearest mixture of two palette colours.

    In a flat picture a pixel is either one of the palette's colours or, along an outline, a mix
    of two. Upscaling shifts both a little. Mixtures near an end are taken for the end itself, so
    flat areas come out exact and outlines stay smooth. A colour that itself lies between the two
    others, such as a tint of the ink on white, is recognised first: to the mixtures it is an edge.

    Args:
        pixels: (H, W, 3) uint8.
        palette: the colours to go back to.

    Returns:
        (H, W, 3) uint8; every flat area wears a colour of the palette.
    """
    colours = np.array(sorted({colour.rgb for colour in palette.colours}), np.float32)
    values = pixels.reshape(-1, 3).astype(np.float32)
    if len(colours) == 1:
        return np.broadcast_to(colours[0].astype(np.uint8), pixels.shape).copy()
    best = np.full(len(values), np.inf, np.float32)
    locked = np.empty_like(values)
    for start, end in combinations(colours, 2):
        direction = end - start
        share = np.clip((values - start) @ direction / float(direction @ direction), 0, 1)
        distance = np.square(values - (start + share[:, None] * direction)).sum(axis=1)
        nearer = distance < best
        best[nearer] = distance[nearer]
        decided = np.clip((share[nearer] - 0.5) * _EDGE_SHARPNESS + 0.5, 0, 1)
        locked[nearer] = start + decided[:, None] * direction
    for colour in colours:
        locked[np.square(values - colour).sum(axis=1) < _reach(colours) ** 2] = colour
    return np.round(locked).astype(np.uint8).reshape(pixels.shape)


def _reach(colours: NDArray[np.float32]) -> float:
    """How far from a palette colour a pixel still counts as that colour."""
    nearest = min(float(np.linalg.norm(end - start)) for start, end in combinations(colours, 2))
    return nearest * _END_SHARE
