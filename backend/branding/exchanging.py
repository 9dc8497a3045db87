"""Exchanging colours in pixels that are mixtures of a palette."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backend.branding.locking import mixtures
from backend.domain.brief import Colour


def exchanged(
    pixels: NDArray[np.uint8], old: Sequence[Colour], new: Sequence[Colour]
) -> NDArray[np.uint8]:
    """The pixels with one palette's colours in place of another's; mixtures stay mixtures.

    What a shade differs from the mixture nearest to it is kept.

    Args:
        pixels: (H, W, 4) uint8 with straight alpha, which stays.
        old: the palette that the pixels are made of.
        new: as many colours.
    """
    before = np.array([colour.rgb for colour in old], np.float32)
    after = np.array([colour.rgb for colour in new], np.float32)
    flat = pixels.reshape(-1, 4)
    packed = flat[:, :3].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, place = np.unique(packed, return_inverse=True)
    values = np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.float32)
    parts = mixtures(values, before)
    moved = np.clip(np.round(values + parts @ (after - before)), 0, 255).astype(np.uint8)
    result = flat.copy()
    result[:, :3] = moved[place]
    return result.reshape(pixels.shape)
