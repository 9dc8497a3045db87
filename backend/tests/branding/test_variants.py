from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from backend.branding.drawing import Drawing, Layer
from backend.branding.lockups import build_lockup
from backend.branding.outlines import combined, rectangle, without
from backend.branding.rasters import render_drawing
from backend.branding.variants import all_variants, dark_ground, varied
from backend.branding.visible_areas import visible_regions
from backend.domain.branding import LockupKind, TextOptions, Variant
from backend.domain.brief import Colour
from backend.tests.branding.drawings import (
    CREAM,
    NAVY,
    RED,
    SKY,
    WHITE,
    badge,
    beside,
    circle,
    halves,
    lettering,
    mountain,
    pixels,
    star,
)
from backend.tests.branding.likeness import likeness
from backend.vector.colour import contrast_ratio
from backend.vector.palette import INK

BLACK = Colour(0, 0, 0)


def alpha_at(drawing: Drawing, x: float, y: float) -> int:
    image = render_drawing(drawing, width_px=500)
    scale = 500 / drawing.width
    pixel = image.getpixel((int(x * scale), int(y * scale)))
    assert isinstance(pixel, tuple)
    return int(pixel[3])


def test_colour_is_the_drawing_itself() -> None:
    drawing = mountain()
    assert varied(drawing, Variant.COLOUR, ground=CREAM) == (drawing, CREAM)


@pytest.mark.parametrize("variant", [Variant.BLACK, Variant.WHITE])
def test_one_ink_is_one_ink_in_the_same_box(variant: Variant) -> None:
    lockup = beside(mountain(), lettering())
    drawing, ground = varied(lockup, variant, ground=WHITE)
    ink = BLACK if variant is Variant.BLACK else WHITE
    assert drawing.fills == (ink,)
    assert (drawing.width, drawing.height) == (lockup.width, lockup.height)
    assert ground is not None
    assert contrast_ratio(ground, ink) > 7


def test_two_inks_side_by_side_are_parted_by_a_gap_on_the_lighter_side() -> None:
    black, _ = varied(halves(), Variant.BLACK, ground=WHITE)
    assert alpha_at(black, 490, 500) == 255
    assert alpha_at(black, 508, 500) == 0
    assert alpha_at(black, 530, 500) == 255


def test_what_lies_inside_becomes_a_hole() -> None:
    for drawing in (
        badge(),
        Drawing(1000, 1000, (Layer(circle(500, 500, 500), CREAM), Layer(star(500, 500, 300), RED))),
    ):
        black, _ = varied(drawing, Variant.BLACK, ground=None)
        middle = drawing.width / 2
        assert alpha_at(black, middle, 400) == 0
        assert alpha_at(black, middle, 30) == 255


@pytest.mark.parametrize("drawing", [mountain(), badge(), pixels()])
def test_all_at_once_are_the_same_as_one_by_one(drawing: Drawing) -> None:
    every = all_variants(drawing, ground=CREAM)
    assert list(every) == list(Variant)
    for variant, one in every.items():
        assert one == varied(drawing, variant, ground=CREAM)[0]


def test_the_design_stays_readable_in_one_ink() -> None:
    """Every region is told from at least one neighbour, and the silhouette is kept."""
    black, _ = varied(mountain(), Variant.BLACK, ground=WHITE)
    assert alpha_at(black, 660, 380) == 0
    assert alpha_at(black, 420, 500) == 255
    assert alpha_at(black, 20, 500) == 255
    assert len(visible_regions(black)) >= 2


def test_the_grounds_colour_is_a_hole_even_where_it_touches_the_outside() -> None:
    drawing = Drawing(
        1000,
        500,
        (Layer(rectangle(0, 0, 500, 500), NAVY), Layer(rectangle(500, 0, 1000, 500), CREAM)),
    )
    black, _ = varied(drawing, Variant.BLACK, ground=CREAM)
    assert alpha_at(black, 700, 250) == 0
    assert alpha_at(black, 490, 250) == 255


def test_a_thin_part_is_not_eaten_by_the_gap() -> None:
    """A hairline beside a block: the gap is cut into the block."""
    line, block = rectangle(500, 0, 512, 1000), rectangle(0, 0, 500, 1000)
    drawing = Drawing(1000, 1000, (Layer(block, NAVY), Layer(line, SKY)))
    black, _ = varied(drawing, Variant.BLACK, ground=WHITE)
    assert alpha_at(black, 507, 500) == 255
    assert alpha_at(black, 490, 500) == 0
    assert alpha_at(black, 400, 500) == 255


def test_reversed_is_legible_on_the_brands_darkest_colour() -> None:
    drawing, ground = varied(mountain(), Variant.REVERSED, ground=WHITE)
    assert ground == NAVY
    assert all(contrast_ratio(fill, NAVY) >= 3 for fill in drawing.fills)
    assert len(set(drawing.fills)) == 3
    assert SKY in drawing.fills


def test_reversed_keeps_white_parts_apart_from_ink_that_turned_white() -> None:
    drawing, ground = varied(badge(), Variant.REVERSED, ground=None)
    assert ground == NAVY
    assert drawing.fills == (WHITE, NAVY)


def test_ink_takes_the_colour_of_the_ground_it_was_made_for() -> None:
    yellow = Colour(255, 255, 0)
    drawing, ground = varied(badge().painted(lambda _: BLACK), Variant.REVERSED, ground=yellow)
    assert (ground, drawing.fills) == (BLACK, (yellow,))


def test_a_white_mark_beside_ink_that_turns_white_stays() -> None:
    mark, word = circle(500, 500, 500), rectangle(1200, 0, 2000, 1000)
    drawing = Drawing(2000, 1000, (Layer(mark, WHITE), Layer(word, Colour(17, 18, 20))))
    turned, ground = varied(drawing, Variant.REVERSED, ground=Colour(120, 60, 10))
    assert ground == Colour(17, 18, 20)
    assert turned.fills == (WHITE,) * len(turned.fills)


def test_without_a_dark_colour_the_ground_is_near_black() -> None:
    drawing = Drawing(100, 100, (Layer(circle(50, 50, 50), RED),))
    assert dark_ground(drawing, WHITE) == INK
    assert dark_ground(drawing, Colour(10, 20, 60)) == Colour(10, 20, 60)


def test_dark_hues_are_lightened_not_whitened() -> None:
    maroon = Colour(110, 20, 40)
    drawing = Drawing(
        100, 100, (Layer(circle(30, 50, 30), NAVY), Layer(circle(70, 50, 30), maroon))
    )
    worn, _ = varied(drawing, Variant.REVERSED, ground=WHITE)
    other = worn.fills[1]
    assert other != WHITE
    assert other.red > other.green
    assert contrast_ratio(other, NAVY) >= 4.5


@pytest.mark.parametrize("variant", [Variant.BLACK, Variant.WHITE])
def test_pixels_in_one_ink_keep_their_light_parts_open(variant: Variant) -> None:
    drawing, _ = varied(pixels(), variant, ground=None)
    image = Image.open(BytesIO(drawing.pictures[0].png))
    painted = np.asarray(image)
    assert len(np.unique(painted[..., :3])) == 1
    assert painted[45, 45, 3] == 0
    assert painted[80, 48, 3] == 255


def test_dark_pixels_are_lightened_on_a_dark_ground() -> None:
    drawing, ground = varied(pixels(), Variant.REVERSED, ground=WHITE)
    assert ground == INK
    pixel = Image.open(BytesIO(drawing.pictures[0].png)).getpixel((48, 80))
    assert isinstance(pixel, tuple)
    assert contrast_ratio(Colour(*pixel[:3]), INK) >= 3


def test_regions_have_their_own_holes() -> None:
    ring = without(circle(500, 500, 500), circle(500, 500, 300))
    drawing = Drawing(1000, 1000, (Layer(combined([ring, circle(500, 500, 100)]), RED),))
    regions = visible_regions(drawing)
    assert len(regions) == 2
    assert regions[0].area == pytest.approx(3.1416 * (500**2 - 300**2), rel=0.01)


def test_nothing_in_one_ink_is_nothing() -> None:
    drawing, _ = varied(Drawing(10, 10), Variant.BLACK, ground=None)
    assert drawing.layers == ()


def test_a_brand_ground_on_which_touching_colours_would_melt_is_not_taken() -> None:
    green, mint = Colour(27, 127, 92), Colour(143, 214, 180)
    leaf = Layer(rectangle(0, 0, 500, 1000), mint)
    disc = Layer(rectangle(500, 0, 1000, 1000), green)

    assert dark_ground(Drawing(1000, 1000, (disc,)), WHITE) == green
    assert dark_ground(Drawing(1000, 1000, (disc, leaf)), WHITE) == INK


def test_a_mark_in_a_badge_is_parted_as_it_is_alone() -> None:
    """Gaps as wide as the whole badge asks for would eat a mark that takes a third of it."""
    alone, _ = varied(mountain(), Variant.BLACK, ground=WHITE)
    badge = build_lockup(LockupKind.BADGE, mountain(), TextOptions(name="Northern Lights"), NAVY)
    assert badge.mark_box is not None
    left, top, right, _ = badge.mark_box
    drawing, _ = varied(badge.drawing, Variant.BLACK, ground=WHITE)
    cropped = drawing.placed(-left, -top, 1.0, right - left, right - left)
    pictures = [render_drawing(one, width_px=300) for one in (alone, cropped)]
    assert likeness(*pictures) > 0.98
