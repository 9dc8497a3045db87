"""Preparation of pictures against the processor that the networks come with."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from transformers import CLIPImageProcessorPil

from backend.metrics.pixels import Preparation, prepared, uint8_batch

MEAN, SD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)


def picture(width: int, height: int, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels, "RGB")


@pytest.mark.parametrize("size", [(64, 64), (90, 64), (61, 97), (20, 31), (40, 40)])
@pytest.mark.parametrize("crop", [32, 40])
def test_it_agrees_with_the_networks_own_processor(size: tuple[int, int], crop: int) -> None:
    image = picture(*size)
    processor = CLIPImageProcessorPil(
        size={"shortest_edge": 40},
        crop_size={"height": crop, "width": crop},
        image_mean=list(MEAN),
        image_std=list(SD),
    )
    expected = np.asarray(processor(image, return_tensors="np")["pixel_values"])
    found = prepared([image], Preparation(40, crop, MEAN, SD))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_pictures_of_different_sizes_come_out_as_one_batch() -> None:
    images = [picture(50, 30), picture(30, 50).convert("L"), picture(8, 8)]
    assert prepared(images, Preparation(24, 16, MEAN, SD)).shape == (3, 3, 16, 16)


def test_a_batch_keeps_every_value_in_its_place() -> None:
    images = [picture(5, 4, seed) for seed in (1, 2)]
    batch = uint8_batch(images)
    assert batch.shape == (2, 3, 4, 5)
    assert batch.dtype == np.uint8
    assert tuple(batch[1, :, 3, 2]) == images[1].getpixel((2, 3))


def test_a_batch_of_several_sizes_or_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="all of one size"):
        uint8_batch([picture(5, 4), picture(4, 5)])
    with pytest.raises(ValueError, match="all of one size"):
        uint8_batch([])
