from __future__ import annotations

from xml.etree import ElementTree

import pytest

from backend.tests.vector.support import PAINT, pixels
from backend.vector.render import render_svg
from backend.vector.svg import Role, Scene, Shape, palette_fills, scene_to_svg

SQUARE = "M100 100h300v300h-300z"
NAMESPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    "title", ["Fish & Chips", "<script>alert(1)</script>", "a \"b\" 'c'", "лиса"]
)
def test_titles_are_escaped_and_come_back_whole(title: str) -> None:
    svg = scene_to_svg(Scene(()), palette_fills(PAINT), title=title)
    root = ElementTree.fromstring(svg)
    assert root.findtext(f"{NAMESPACE}title") == title
    assert root.find(f".//{NAMESPACE}script") is None


def test_no_title_no_element() -> None:
    assert "<title" not in scene_to_svg(Scene(()), palette_fills(PAINT))


def test_later_shapes_cover_earlier_ones_in_their_own_colours() -> None:
    scene = Scene(
        (
            Shape("M0 0h1000v1000h-1000z", Role.PRIMARY),
            Shape("M500 0h500v1000h-500z", Role.SECONDARY),
            Shape("M0 500h1000v500h-1000z", Role.BACKGROUND),
        )
    )
    drawn = pixels(render_svg(scene_to_svg(scene, palette_fills(PAINT)), 20))
    assert tuple(drawn[2, 2]) == (*PAINT.primary.rgb, 255)
    assert tuple(drawn[2, 17]) == (*PAINT.secondary.rgb, 255)
    assert tuple(drawn[17, 2]) == tuple(drawn[17, 17]) == (*PAINT.background.rgb, 255)


def test_a_background_of_none_leaves_the_canvas_transparent() -> None:
    fills = {**palette_fills(PAINT), Role.BACKGROUND: "none"}
    drawn = pixels(render_svg(scene_to_svg(Scene((Shape(SQUARE, Role.PRIMARY),)), fills), 100))
    assert drawn[5, 5, 3] == 0
    assert tuple(drawn[25, 25]) == (*PAINT.primary.rgb, 255)


def test_a_transform_scales_and_moves() -> None:
    shape = Shape("M0 0h100v100h-100z", Role.PRIMARY, (2.0, 0.0, 0.0, 2.0, 500.0, 300.0))
    drawn = pixels(render_svg(scene_to_svg(Scene((shape,)), palette_fills(PAINT)), 100))
    ink = (drawn[..., :3] == PAINT.primary.rgb).all(axis=-1)
    rows, columns = ink.nonzero()
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (50, 69, 30, 49)


def test_a_clip_limits_a_shape_and_equal_clips_are_written_once() -> None:
    left_half = "M0 0h500v1000h-500z"
    whole = "M0 0h1000v1000h-1000z"
    scene = Scene(
        (
            Shape(whole, Role.PRIMARY, clip=left_half),
            Shape("M0 0h1000v100h-1000z", Role.SECONDARY, clip=left_half),
        )
    )
    svg = scene_to_svg(scene, palette_fills(PAINT))
    drawn = pixels(render_svg(svg, 20))
    assert tuple(drawn[10, 9, :3]) == PAINT.primary.rgb
    assert tuple(drawn[10, 10, :3]) == PAINT.background.rgb
    assert tuple(drawn[0, 0, :3]) == PAINT.secondary.rgb
    assert len(ElementTree.fromstring(svg).findall(f".//{NAMESPACE}clipPath")) == 1


def test_a_stroked_shape_is_hollow() -> None:
    shape = Shape("M200 200h600v600h-600z", Role.PRIMARY, stroke_width=100)
    drawn = pixels(render_svg(scene_to_svg(Scene((shape,)), palette_fills(PAINT)), 100))
    assert tuple(drawn[50, 50, :3]) == PAINT.background.rgb
    assert tuple(drawn[50, 16, :3]) == tuple(drawn[50, 23, :3]) == PAINT.primary.rgb
    assert tuple(drawn[50, 13, :3]) == tuple(drawn[50, 26, :3]) == PAINT.background.rgb
