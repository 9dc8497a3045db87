from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from backend.domain.brief import Colour, Palette
from backend.tests.vector.support import PAINT, few_examples, pixels
from backend.utils.images import (
    compose_layers,
    decided_layers,
    from_signed_nchw,
    from_unit_chw,
    is_blank,
    jpeg_bytes,
    png_bytes,
    resized,
    squared,
    to_unit_chw,
)


def every_value() -> Image.Image:
    """16 x 16, every value of a byte once in each channel, in three orders."""
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    return Image.fromarray(np.stack([values, values.T, values[::-1]], axis=-1))


def test_every_byte_survives_the_way_to_unit_floats_and_back() -> None:
    image = every_value()
    array = to_unit_chw(image)
    assert array.shape == (3, 16, 16)
    assert array.dtype == np.float32
    assert (array.min(), array.max()) == (0, 1)
    assert array.flags.c_contiguous
    assert array[0, 0, 5] == np.float32(5 / 255)
    assert (pixels(from_unit_chw(array)) == pixels(image)).all()


def test_every_byte_survives_the_way_back_from_signed_floats() -> None:
    images = [every_value(), every_value().transpose(Image.Transpose.ROTATE_90)]
    again = from_signed_nchw(np.stack([to_unit_chw(image) * 2 - 1 for image in images]))
    assert all((pixels(a) == pixels(b)).all() for a, b in zip(images, again, strict=True))


def test_floats_beyond_the_range_are_clipped() -> None:
    wild = np.array([-7, -0.001, 0.5, 1.001, 9], np.float32)[None, None].repeat(3, 0)
    assert pixels(from_unit_chw(wild))[0, :, 0].tolist() == [0, 0, 128, 255, 255]
    assert pixels(from_signed_nchw(wild[None])[0])[0, :, 0].tolist() == [0, 127, 191, 255, 255]


def test_pictures_with_transparency_lose_it_before_a_network() -> None:
    assert to_unit_chw(Image.new("RGBA", (4, 2), (255, 0, 0, 9))).shape == (3, 2, 4)


def test_decided_layers_paint_exactly_their_colours() -> None:
    place = np.random.default_rng(0).integers(0, 3, (20, 20))
    layers = np.stack([place == i for i in range(3)]).astype(np.float32)
    painted = pixels(compose_layers(layers, PAINT))
    colours = np.array([colour.rgb for colour in PAINT.colours])
    assert (painted == colours[place]).all()


def test_an_even_mixture_paints_the_mean() -> None:
    palette = Palette(Colour(0, 100, 200), Colour(100, 0, 100), Colour(9, 9, 9))
    layers = np.array([0.5, 0.5, 0], np.float32)[:, None, None]
    assert pixels(compose_layers(layers, palette))[0, 0].tolist() == [50, 50, 150]


shares = st.tuples(*[st.floats(0, 1, width=32)] * 3).filter(lambda s: sum(s) > 0.01)


@few_examples
@given(shares)
def test_deciding_keeps_the_sum_and_the_order(raw: tuple[float, float, float]) -> None:
    soft = np.array(raw, np.float32)[:, None, None]
    soft /= soft.sum()
    decided = decided_layers(soft)
    assert decided.dtype == np.float32
    assert decided.sum() == pytest.approx(1, abs=1e-6)
    assert (decided >= 0).all()
    order = np.argsort(soft[:, 0, 0], kind="stable")
    assert (np.diff(decided[order, 0, 0]) >= 0).all()


@pytest.mark.parametrize("place", range(3))
def test_nearly_decided_pixels_wear_exact_colours(place: int) -> None:
    soft = np.full((3, 1, 1), 0.06, np.float32)
    soft[place] = 0.88
    assert decided_layers(soft)[:, 0, 0].tolist() == [float(i == place) for i in range(3)]
    painted = pixels(compose_layers(decided_layers(soft), PAINT))[0, 0]
    assert tuple(painted) == PAINT.colours[place].rgb


def test_an_undecided_pixel_stays_undecided() -> None:
    third = np.full((3, 1, 1), 1 / 3, np.float32)
    assert decided_layers(third) == pytest.approx(third)
    half = np.array([0.5, 0.5, 0], np.float32)[:, None, None]
    assert decided_layers(half) == pytest.approx(half)


def test_resizing_to_the_same_size_gives_the_picture_itself() -> None:
    image = every_value()
    assert resized(image, 16) is image
    assert resized(image, 32).size == (32, 32)
    assert resized(Image.new("RGB", (30, 10), "red"), 8).size == (8, 8)


def test_a_picture_is_padded_with_its_corner_colour_and_centred() -> None:
    wide = Image.new("RGB", (40, 10), (1, 2, 3))
    wide.putpixel((20, 5), (255, 0, 0))
    square = squared(wide)
    assert (square.mode, square.size) == ("RGB", (40, 40))
    assert square.getpixel((20, 20)) == (255, 0, 0)
    assert square.getpixel((0, 0)) == square.getpixel((39, 39)) == (1, 2, 3)
    assert squared(Image.new("RGB", (7, 20), (9, 9, 9))).size == (20, 20)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA", "P", "L", "1", "CMYK", "RGB", "RGBa"])
def test_every_kind_of_picture_becomes_rgb(mode: str) -> None:
    image = Image.new("RGBA", (6, 4), (200, 30, 30, 255)).convert(
        {"PA": "P", "LA": "LA", "RGBa": "RGBa"}.get(mode, "RGB" if mode == "CMYK" else mode)
    )
    square = squared(image.convert(mode))
    assert (square.mode, square.size) == ("RGB", (6, 6))


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    clear.putpixel((1, 1), (10, 20, 30, 255))
    clear.putpixel((2, 2), (0, 0, 0, 128))
    flat = squared(clear)
    assert flat.getpixel((0, 0)) == (255, 255, 255)
    assert flat.getpixel((1, 1)) == (10, 20, 30)
    assert flat.getpixel((2, 2)) == (127, 127, 127)


def test_a_transparent_palette_entry_becomes_white() -> None:
    indexed = Image.new("P", (3, 3), 0)
    indexed.putpalette([200, 0, 0, 0, 200, 0])
    indexed.info["transparency"] = 0
    indexed.putpixel((1, 1), 1)
    flat = squared(indexed)
    assert flat.getpixel((0, 0)) == (255, 255, 255)
    assert flat.getpixel((1, 1)) == (0, 200, 0)


def test_png_keeps_every_pixel_and_no_metadata() -> None:
    image = every_value()
    image.info["Comment"] = "secret"
    again = Image.open(BytesIO(png_bytes(image)))
    assert again.format == "PNG"
    assert (pixels(again) == pixels(image)).all()
    assert b"secret" not in png_bytes(image)
    assert png_bytes(image) == png_bytes(image.copy())


def test_jpeg_is_small_and_close() -> None:
    image = Image.new("RGBA", (64, 64), (200, 100, 50, 255))
    again = Image.open(BytesIO(jpeg_bytes(image)))
    assert (again.format, again.mode, again.size) == ("JPEG", "RGB", (64, 64))
    assert np.abs(pixels(again).astype(int) - (200, 100, 50)).max() <= 3
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    assert len(jpeg_bytes(noise, quality=20)) < len(jpeg_bytes(noise, quality=95))


def test_a_single_pixel_makes_a_picture_not_blank() -> None:
    image = Image.new("RGB", (8, 8), (10, 20, 30))
    assert is_blank(image)
    image.putpixel((3, 4), (10, 20, 31))
    assert not is_blank(image)
    assert is_blank(Image.new("L", (2, 2), 7))
