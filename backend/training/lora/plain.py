"""Plain copies of a set's pictures: what a draft of the same thing would look like.

A restyle begins with a flat drawing in two colours and a little noise, never with pure noise. An
adapter that has only seen its own pictures noised finds nothing of its style in such a drawing and
leaves it as it is. So a share of the samples begins at a plain copy and has the picture as goal.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from backend.domain.brief import Colour
from backend.vector.colour_names import everyday_name
from backend.vector.palette import PALETTES

# What stands out by less of the strongest contrast goes. The higher share leaves out shadows and
# ornaments, the lower one keeps light fills in dark outlines; which of them is right nobody knows.
_FIGURES = (0.5, 0.3)
# Gaps narrower than this share of the side, such as hatching, are filled.
_GAP = 0.05


@dataclass(frozen=True, slots=True)
class PlainCopy:
    """A flat drawing and the words that a draft of it would come with."""

    image: Image.Image
    words: str


def plain_copies(image: Image.Image, count: int, seed: int) -> list[PlainCopy]:
    """The silhouette of a picture in the colours of several palettes, each time other ones.

    Args:
        image: RGB, at the size it is trained at.
        seed: of the choice of palettes.
    """
    shapes = [silhouette(image, share) for share in _FIGURES] if count else []
    rng = random.Random(seed)
    copies = []
    for number, named in enumerate(rng.sample(PALETTES, count)):
        ground, ink = named.palette.background, named.palette.primary
        shape = shapes[number % len(shapes)]
        copies.append(PlainCopy(_painted(shape, ground, ink), _words(ground, ink)))
    return copies


def silhouette(image: Image.Image, share: float) -> Image.Image:
    """What stands out from the ground, without gaps: an L picture of 0 and 255, soft at edges.

    Args:
        share: of the strongest contrast that counts as standing out.
    """
    pixels = np.asarray(image.convert("RGB"), np.float32)
    corners = pixels[[0, 0, -1, -1], [0, -1, 0, -1]]
    distance = np.linalg.norm(pixels - corners.mean(axis=0), axis=2)
    figure: NDArray[np.uint8] = (distance > share * max(distance.max(), 1.0)).astype(np.uint8)
    mask = Image.fromarray(figure * 255)
    size = max(3, round(min(image.size) * _GAP) // 2 * 2 + 1)
    closed = mask.filter(ImageFilter.MaxFilter(size)).filter(ImageFilter.MinFilter(size))
    return closed.filter(ImageFilter.GaussianBlur(0.6))


def _painted(shape: Image.Image, ground: Colour, ink: Colour) -> Image.Image:
    plain = Image.new("RGB", shape.size, ground.rgb)
    plain.paste(ink.rgb, (0, 0, *shape.size), shape)
    return plain


def _words(ground: Colour, ink: Colour) -> str:
    return f"{everyday_name(ink)} simple mark, flat vector, {everyday_name(ground)} background"
