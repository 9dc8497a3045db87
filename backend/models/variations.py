"""Rules for drafts like another draft: which colours, which noise, and what looks the same."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Palette
from backend.domain.likeness import NoiseMix
from backend.vector.palette import inverted, palettes_from_colours

# Mean difference of two thumbnails, of 255, below which people take them for one picture.
ALIKE = 9.0
# Variations of variations of variations: the oldest noises weigh next to nothing by then.
_MOST_NOISES = 16

Thumbnail = NDArray[np.float32]


def arrangements(palette: Palette) -> list[Palette]:
    """The ways to wear a palette's colours: as it is, inverted, then all others."""
    distinct = list(dict.fromkeys(palette.colours))
    turned = inverted(palette)
    ways = [palette, *([turned] if turned else []), *palettes_from_colours(distinct)]
    return [way for way in dict.fromkeys(ways) if set(way.colours) == set(distinct)]


def noise_near(mix: NoiseMix, seed: int, share: float) -> NoiseMix:
    """Noise that is a part of new noise away from another, and as strong as that.

    Args:
        mix: with weights whose squares add up to 1.
        seed: of the new part.
        share: its weight, 0..1; at 1 nothing of the other is left.
    """
    kept = math.sqrt(1 - share**2)
    parts = [(old, weight * kept) for old, weight in mix] + [(seed, share)]
    loudest = sorted(parts, key=lambda part: -abs(part[1]))[:_MOST_NOISES]
    norm = math.sqrt(sum(weight**2 for _, weight in loudest))
    return tuple((old, round(weight / norm, 6)) for old, weight in loudest)


def thumbnail(image: Image.Image) -> Thumbnail:
    """What is compared: (32, 32, 3) in 0..255."""
    return np.asarray(image.convert("RGB").resize((32, 32)), np.float32)


def unlikeness(picture: Thumbnail, others: Sequence[Thumbnail]) -> float:
    """Mean difference to the nearest of the others, 0..255; 255 when there are none."""
    return min((float(np.abs(picture - other).mean()) for other in others), default=255.0)
