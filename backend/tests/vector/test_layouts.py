from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.domain.brief import Colour, Palette
from backend.tests.vector.support import PAINT, square_glyph
from backend.vector.glyphs import Glyph
from backend.vector.layouts import (
    FACTS,
    SHIELD_PATH,
    Layout,
    build_scene,
    disc_path,
    fits,
    rounded_polygon_path,
    rounded_square_path,
    suits_colours,
)
from backend.vector.render import render_layers, render_svg
from backend.vector.svg import Role, Scene, Shape, palette_fills, scene_to_svg

SIZE = 100
FRAMED = (Layout.DISC, Layout.ROUNDED_SQUARE, Layout.SHIELD, Layout.HEXAGON)
FULL_BLEED = (Layout.NEGATIVE,)
TWO_GLYPHS = (Layout.PAIR, Layout.LETTER)


def placed(layout: Layout, glyphs: list[Glyph], number: int) -> list[Glyph]:
    """As many glyphs as a layout takes, starting at a place of the list."""
    return [glyphs[(number + i) % len(glyphs)] for i in range(FACTS[layout].glyphs)]


def mask(*shapes: Shape) -> NDArray[np.uint8]:
    """Coverage of shapes, whatever their role."""
    inks = tuple(replace(shape, role=Role.PRIMARY) for shape in shapes)
    primary, _ = render_layers(Scene(inks), SIZE)
    return np.asarray(primary, np.uint8)


@pytest.mark.parametrize("layout", Layout)
def test_every_layout_draws_every_shape_of_glyph(layout: Layout, extremes: list[Glyph]) -> None:
    for number, glyph in enumerate(extremes):
        if not fits(layout, glyph):
            continue
        scene = build_scene(layout, placed(layout, extremes, number), seed=number)
        svg = scene_to_svg(scene, palette_fills(PAINT), title=glyph.name)
        ElementTree.fromstring(svg)
        assert render_svg(svg, 32).getchannel("A").getextrema() == (255, 255)
        layers = render_layers(scene, SIZE).astype(int)
        covered = layers.sum(axis=0)
        assert covered.max() <= 255
        ink = covered.mean() / 255
        assert 0.01 < ink < 0.97, (layout, glyph.id)
        if layout not in FULL_BLEED:
            border = np.concatenate([covered[0], covered[-1], covered[:, 0], covered[:, -1]])
            assert border.max() == 0, (layout, glyph.id)


@pytest.mark.parametrize("layout", Layout)
def test_two_inks_show_where_the_layout_says_so(layout: Layout, extremes: list[Glyph]) -> None:
    both = render_layers(build_scene(layout, placed(layout, extremes, 0), seed=3), SIZE)
    shown = both.reshape(2, -1).max(axis=1) > 128
    assert shown.any()
    if FACTS[layout].two_inks:
        assert shown.all()


@pytest.mark.parametrize("layout", FRAMED)
@pytest.mark.parametrize("seed", [0, 5])
def test_a_framed_glyph_stays_inside_its_frame(
    layout: Layout, seed: int, extremes: list[Glyph]
) -> None:
    for glyph in extremes:
        if fits(layout, glyph):
            frame, drawing = build_scene(layout, [glyph], seed).shapes
            outside = np.minimum(mask(drawing), 255 - mask(frame))
            assert outside.max() < 8, (layout, glyph.id)
            assert mask(drawing).max() > 200


def test_a_square_reaches_just_to_the_circle_that_is_kept_for_it() -> None:
    for seed in range(3):
        disc, square = build_scene(Layout.DISC, [square_glyph()], seed).shapes
        radius = np.sqrt(mask(disc).sum() / 255 / np.pi)
        rows, columns = (mask(square) > 128).nonzero()
        middle = (SIZE - 1) / 2
        assert np.hypot(rows - middle, columns - middle).max() == pytest.approx(
            0.74 * radius, abs=1.2
        )


@pytest.mark.parametrize("seed", range(4))
def test_a_ringed_glyph_does_not_touch_the_ring(seed: int, extremes: list[Glyph]) -> None:
    for glyph in extremes:
        ring, drawing = build_scene(Layout.RING, [glyph], seed).shapes
        assert np.minimum(mask(ring), mask(drawing)).max() < 8, glyph.id


@pytest.mark.parametrize("layout", Layout)
def test_a_scene_follows_from_its_seed(layout: Layout, extremes: list[Glyph]) -> None:
    glyphs = placed(layout, extremes, 1)
    assert build_scene(layout, glyphs, 11) == build_scene(layout, glyphs, 11)


def test_seeds_vary_the_proportions() -> None:
    glyphs = [square_glyph()]
    for layout in (Layout.DISC, Layout.RING, Layout.BACKDROP, Layout.ECHO, Layout.OUTLINE):
        assert len({build_scene(layout, glyphs, seed) for seed in range(6)}) > 3


@pytest.mark.parametrize("layout", Layout)
def test_too_few_glyphs_are_refused(layout: Layout) -> None:
    needed = FACTS[layout].glyphs
    assert needed == (2 if layout in TWO_GLYPHS else 1)
    with pytest.raises(ValueError, match=f"{layout} needs {needed} glyphs, got {needed - 1}"):
        build_scene(layout, [square_glyph()] * (needed - 1))


def test_the_second_glyph_of_a_pair_stands_free(extremes: list[Glyph]) -> None:
    # Where the halo is, neither ink may be.
    scene = build_scene(Layout.PAIR, [square_glyph(), square_glyph("other")])
    first, halo, _, second = scene.shapes
    layers = render_layers(scene, SIZE)
    gap = np.minimum(mask(halo), 255 - mask(second)) > 250
    assert gap.any()
    assert not layers[:, gap].any()
    assert np.minimum(mask(first), mask(halo)).max() > 128


def test_the_letter_is_the_first_glyph() -> None:
    letter, symbol = square_glyph("letter f", width=500), square_glyph("fox")
    scene = build_scene(Layout.LETTER, [letter, symbol])
    assert scene.shapes[0].path == letter.path
    assert {shape.path for shape in scene.shapes[1:]} == {symbol.path}


def test_a_square_glyph_is_set_in_the_middle() -> None:
    ink = mask(*build_scene(Layout.MARK, [square_glyph()]).shapes) > 128
    rows, columns = ink.nonzero()
    assert columns.min() == SIZE - 1 - columns.max()
    assert rows.min() == SIZE - 1 - rows.max()


def test_a_heavy_side_pulls_the_drawing_towards_the_middle() -> None:
    glyph = square_glyph()
    top_heavy = replace(glyph, centroid=(500.0, 300.0))

    def top(drawn: Glyph) -> int:
        return int(mask(*build_scene(Layout.MARK, [drawn]).shapes).nonzero()[0].min())

    assert top(top_heavy) > top(glyph)


def test_fits_is_a_limit_on_complexity() -> None:
    glyph = square_glyph()
    assert fits(Layout.OUTLINE, replace(glyph, complexity=18.0))
    assert not fits(Layout.OUTLINE, replace(glyph, complexity=18.1))
    assert fits(Layout.MARK, replace(glyph, complexity=60.0))


@pytest.mark.parametrize(
    ("path", "area"),
    [
        (disc_path(500, 500, 300), np.pi * 300**2),
        (rounded_square_path(800, 200), 800**2 - (4 - np.pi) * 200**2),
        (rounded_polygon_path([(100, 100), (900, 100), (900, 900), (100, 900)], 0.0001), 800**2),
    ],
)
def test_frame_paths_cover_the_area_of_their_shape(path: str, area: float) -> None:
    measured = mask(Shape(path, Role.PRIMARY)).mean() / 255 * 1e6
    assert measured == pytest.approx(area, rel=0.005)


def test_the_shield_is_symmetric() -> None:
    covered = mask(Shape(SHIELD_PATH, Role.PRIMARY)).astype(int)
    assert np.abs(covered - covered[:, ::-1]).max() <= 24
    assert np.abs(covered - covered[:, ::-1]).mean() < 0.1


def test_a_layout_suits_a_palette_when_it_hides_no_colour_that_was_asked_for() -> None:
    white, navy, gold = (Colour.from_hex(text) for text in ("#FFFFFF", "#001F5B", "#E0A800"))
    one, two = Palette(white, navy, navy), Palette(white, navy, gold)
    assert suits_colours(Layout.MARK, one, (navy, white))
    assert not suits_colours(Layout.BACKDROP, one, (navy, white))
    assert not suits_colours(Layout.MARK, two, (navy, gold))
    assert suits_colours(Layout.MARK, two, ())
    assert suits_colours(Layout.MARK, two, (navy,))
    for layout in (Layout.TWO_COLOUR, Layout.BACKDROP, Layout.ECHO, Layout.PAIR, Layout.LETTER):
        assert suits_colours(layout, two, (navy, gold))
    assert suits_colours(Layout.PAIR, one, (navy,))


@pytest.mark.parametrize("layout", Layout)
def test_layouts_that_are_said_to_show_the_secondary_ink_do(layout: Layout) -> None:
    roles = {
        shape.role
        for seed in range(8)
        for shape in build_scene(layout, [square_glyph("a"), square_glyph("b")], seed).shapes
    }
    if layout is not Layout.RING:  # A ring may wear either ink.
        assert (Role.SECONDARY in roles) == FACTS[layout].shows_secondary
