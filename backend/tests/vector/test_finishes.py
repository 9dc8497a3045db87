from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.domain.brief import Colour, Palette
from backend.tests.vector.support import PAINT, pixels, square_glyph
from backend.vector.colour import colour_difference, lab_from_srgb
from backend.vector.finishes import FACTS, Finish, finish_named_in, finished_svg
from backend.vector.glyphs import GlyphLibrary
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout, build_scene
from backend.vector.render import render_svg
from backend.vector.svg import palette_fills, scene_to_svg

DARK = Palette(Colour(18, 20, 30), Colour(240, 200, 60), Colour(90, 190, 220))
SMALL = 64


def drawn(layout: Layout, finish: Finish, palette: Palette, seed: int = 0) -> NDArray[np.uint8]:
    glyphs = [square_glyph(), square_glyph("other", width=600)]
    svg = finished_svg(build_scene(layout, glyphs, seed), palette, finish, seed)
    ElementTree.fromstring(svg)
    return pixels(render_svg(svg, SMALL))


@pytest.mark.parametrize("finish", Finish)
@pytest.mark.parametrize("palette", [PAINT, DARK], ids=["light", "dark"])
def test_every_finish_of_every_layout_shows_a_mark(finish: Finish, palette: Palette) -> None:
    for layout in Layout:
        picture = drawn(layout, finish, palette)
        assert (picture[..., 3] == 255).all(), layout
        grey = picture[..., :3].mean(axis=-1)
        darker = grey < (grey.min() + grey.max()) / 2
        assert np.ptp(grey) > 60, layout
        assert 0.015 < darker.mean() < 0.97, layout


@pytest.mark.parametrize("finish", Finish)
@pytest.mark.parametrize("palette", [PAINT, DARK], ids=["light", "dark"])
def test_the_corner_keeps_the_ground_colour(finish: Finish, palette: Palette) -> None:
    for layout in (Layout.MARK, Layout.DISC, Layout.PAIR):
        corner = Colour(*(int(value) for value in drawn(layout, finish, palette)[0, 0, :3]))
        if finish is Finish.NEON and palette is PAINT:
            # Neon needs night.
            assert float(lab_from_srgb(corner.rgb)[0]) < 25, layout
        else:
            assert corner == palette.background, layout


def test_flat_is_the_plain_drawing() -> None:
    scene = build_scene(Layout.DISC, [square_glyph()])
    assert finished_svg(scene, PAINT, Finish.FLAT, 9) == scene_to_svg(scene, palette_fills(PAINT))


def test_all_finishes_look_different() -> None:
    pictures = {finish: drawn(Layout.BACKDROP, finish, PAINT).astype(int) for finish in Finish}
    for first, second in combinations(Finish, 2):
        assert np.abs(pictures[first] - pictures[second]).mean() > 0.5, (first, second)


@pytest.mark.parametrize("finish", Finish)
def test_a_finish_follows_from_its_seed(finish: Finish, library: GlyphLibrary) -> None:
    scene = build_scene(Layout.TWO_COLOUR, [library.glyphs[0]])
    assert finished_svg(scene, PAINT, finish, 5) == finished_svg(scene, PAINT, finish, 5)


def test_the_seed_turns_gradients_and_jitters_hand_drawing() -> None:
    scene = build_scene(Layout.MARK, [square_glyph()])
    for finish in (Finish.GRADIENT, Finish.HAND_DRAWN):
        assert len({finished_svg(scene, PAINT, finish, seed) for seed in range(3)}) == 3


def test_a_gradient_runs_from_a_tint_to_a_shade_of_its_ink() -> None:
    for seed in range(3):
        ink = drawn(Layout.MARK, Finish.GRADIENT, PAINT, seed)[16:48, 16:48, :3].reshape(-1, 3)
        lab, primary = lab_from_srgb(ink), lab_from_srgb(PAINT.primary.rgb)
        assert lab[:, 0].min() < primary[0] < lab[:, 0].max()
        assert len(np.unique(ink, axis=0)) > 10
        same_hue = lab[:, 1:] @ primary[1:] / np.linalg.norm(primary[1:])
        assert (same_hue > 0.9 * np.linalg.norm(lab[:, 1:], axis=1)).all()


def test_a_shadow_falls_to_the_lower_right_of_the_mark_only() -> None:
    flat = drawn(Layout.MARK, Finish.FLAT, PAINT)
    shadowed = drawn(Layout.MARK, Finish.LONG_SHADOW, PAINT)
    changed = (flat != shadowed).any(axis=-1)
    rows, columns = changed.nonzero()
    assert changed.any()
    assert (rows + columns).min() > SMALL - 8
    ink = (flat[..., :3] == PAINT.primary.rgb).all(axis=-1)
    assert not changed[ink].any()


@pytest.mark.parametrize("layout", [Layout.NEGATIVE, Layout.DISC])
def test_a_cut_out_glyph_glows_in_the_second_ink_under_neon(layout: Layout) -> None:
    picture = drawn(layout, Finish.NEON, DARK)[..., :3].reshape(-1, 3)
    near = [
        colour_difference(Colour(*map(int, rgb)), DARK.secondary)
        for rgb in np.unique(picture, axis=0)
    ]
    assert min(near) < 25


def test_neon_lights_the_drawing_and_not_the_edge_of_the_canvas() -> None:
    picture = drawn(Layout.NEGATIVE, Finish.NEON, DARK).astype(int)
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert np.abs(edge - picture[0, 0]).max() <= 12


def test_style_words_name_one_finish_each() -> None:
    assert set(FACTS) == set(Finish)
    words = [word for facts in FACTS.values() for word in facts.words]
    assert len(set(words)) == len(words)
    captions = {facts.caption for facts in FACTS.values()}
    assert len(captions) == len(Finish)
    assert not captions & {facts.caption for facts in LAYOUT_FACTS.values()}


@pytest.mark.parametrize(
    ("text", "finish"),
    [
        ("Neon, please!", Finish.NEON),
        ("a hand-drawn look", Finish.HAND_DRAWN),
        ("long shadow", Finish.LONG_SHADOW),  # not the soft one, whose word it contains
        ("Flat vector", Finish.FLAT),
        ("paper_cut", Finish.PAPER_CUT),
        ("glossy 3d", Finish.GLOSSY),
        ("inflated balloons", None),  # no word inside a word
        ("", None),
    ],
)
def test_a_finish_is_recognised_by_its_words(text: str, finish: Finish | None) -> None:
    assert finish_named_in(text) is finish
