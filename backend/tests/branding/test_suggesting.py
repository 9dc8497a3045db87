from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter

from backend.branding.suggesting import main_colours
from backend.domain.brief import Colour
from backend.tests.branding.scenes import BADGE, COLOURS, noisy, picture, shaded
from backend.vector.colour import colour_difference


def test_a_logos_colours_come_back_with_their_shares() -> None:
    found = main_colours(noisy(picture(BADGE), 3), 6)
    assert len(found) == 3
    for (colour, _), true in zip(found[:1], COLOURS[:1], strict=True):
        assert colour_difference(colour, true) < 1.5
    for true in COLOURS:
        assert min(colour_difference(colour, true) for colour, _ in found) < 1.5
    ring = np.pi * (0.33**2 - 0.14**2)
    navy = next(share for colour, share in found if colour_difference(colour, COLOURS[1]) < 2)
    assert navy == pytest.approx(ring - 0.036, abs=0.03)
    assert sum(share for _, share in found) == pytest.approx(1)


def test_the_ground_comes_first_even_where_ink_covers_more() -> None:
    image = Image.new("RGB", (200, 200), (240, 230, 210))
    image.paste((160, 20, 40), (12, 12, 188, 188))
    (ground, share), (ink, _) = main_colours(image, 6)
    assert ground == Colour(240, 230, 210)
    assert ink == Colour(160, 20, 40)
    assert share < 0.5


def test_colours_are_no_two_of_a_kind() -> None:
    found = main_colours(shaded(noisy(picture(BADGE)), 0.6), 6)
    for i, (first, _) in enumerate(found):
        for second, _ in found[i + 1 :]:
            assert colour_difference(first, second) > 8


def test_a_small_accent_is_found() -> None:
    image = Image.new("RGB", (300, 300), "white")
    image.paste((30, 30, 40), (50, 50, 250, 250))
    image.paste((250, 180, 0), (140, 140, 168, 168))
    found = [colour for colour, _ in main_colours(image, 3)]
    assert min(colour_difference(colour, Colour(250, 180, 0)) for colour in found) < 2


def test_blurred_edges_are_no_colours() -> None:
    image = Image.new("RGB", (200, 200), "white")
    image.paste("black", (50, 50, 150, 150))
    found = main_colours(image.filter(ImageFilter.GaussianBlur(2)), 6)
    assert len(found) <= 3
    assert found[0][0] == Colour(255, 255, 255)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_no_more_than_asked_for(count: int) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (12, 12, 3), dtype=np.uint8)
    photo = Image.fromarray(pixels).resize((320, 240), Image.Resampling.BICUBIC)
    assert len(main_colours(photo, count)) == count


def test_transparent_parts_do_not_count() -> None:
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    image.paste((0, 0, 200, 255), (30, 30, 70, 70))
    assert main_colours(image, 4) == ((Colour(0, 0, 200), 1.0),)
    assert main_colours(Image.new("RGBA", (9, 9)), 4) == ((Colour(255, 255, 255), 1.0),)
