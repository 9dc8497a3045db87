"""Pictures as extractors want them: batches of uint8, cut square and standardised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a network's pictures were prepared when it was trained.

    Attributes:
        short_side_px: the shorter side after scaling, bicubic.
        crop_px: the side of the square that is cut from the middle, at most `short_side_px`.
        mean, sd: per channel, of values in 0..1.
    """

    short_side_px: int
    crop_px: int
    mean: tuple[float, float, float]
    sd: tuple[float, float, float]


def uint8_batch(images: Sequence[Image.Image]) -> NDArray[np.uint8]:
    """Pictures of one size as (N, 3, H, W) uint8, the form in which metrics take pictures.

    Raises:
        ValueError: there is none, or the sizes differ.
    """
    if len({image.size for image in images}) != 1:
        raise ValueError("a batch needs pictures, all of one size")
    pixels = np.stack([np.asarray(image.convert("RGB")) for image in images])
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 1))


def prepared(images: Sequence[Image.Image], how: Preparation) -> NDArray[np.float32]:
    """Pictures of any size as (N, 3, crop, crop) float32, standardised.

    Raises:
        ValueError: there is no picture.
    """
    pixels = uint8_batch([_cropped(image.convert("RGB"), how) for image in images])
    mean, sd = (np.asarray(values, np.float32)[:, None, None] for values in (how.mean, how.sd))
    return np.asarray((pixels.astype(np.float32) / 255 - mean) / sd, np.float32)


def _cropped(image: Image.Image, how: Preparation) -> Image.Image:
    scale = how.short_side_px / min(image.size)
    # Rounded down, as the networks' own processors do.
    width, height = (
        how.short_side_px if side == min(image.size) else int(side * scale) for side in image.size
    )
    scaled = image.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - how.crop_px) // 2, (height - how.crop_px) // 2
    return scaled.crop((left, top, left + how.crop_px, top + how.crop_px))
