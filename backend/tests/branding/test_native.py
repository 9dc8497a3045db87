from __future__ import annotations

import itertools

import numpy as np
import pytest

from backend.branding.drawing import Drawing, Layer
from backend.branding.native import (
    NotFlatError,
    contours_of,
    flat_scene,
    native_drawing,
    native_planes,
)
from backend.branding.outlines import Outline, within
from backend.branding.rasters import render_drawing
from backend.tests.branding.scenes import BADGE, COLOURS, NAVY, PAINT, TEAL, WHITE, alpha_of, svg_of
from backend.tests.vector.support import shipped_library
from backend.vector.finishes import Finish, finished_svg
from backend.vector.layouts import Layout, build_scene
from backend.vector.svg import Scene


def scene_of(layout: Layout) -> Scene:
    library = shipped_library()
    glyphs = [glyph for glyph in library.glyphs if glyph.complexity < 20][40:42]
    return build_scene(layout, glyphs, seed=3)


def cover_of(outline: Outline, size_px: int = 400) -> np.ndarray:
    layers = (Layer(outline, NAVY),)
    return alpha_of(render_drawing(Drawing(1000, 1000, layers), width_px=size_px))


def drawing_of(scene: Scene, *, keep_holes: bool = False, cutout: bool = True) -> Drawing:
    shapes = flat_scene(svg_of(scene), COLOURS).shapes
    return native_drawing(shapes, COLOURS, keep_holes=keep_holes, cutout=cutout)


@pytest.mark.parametrize("layout", Layout)
def test_areas_are_what_was_painted(layout: Layout) -> None:
    scene = scene_of(layout)
    drawing = drawing_of(scene)
    painted = native_planes(flat_scene(svg_of(scene), COLOURS).shapes, COLOURS, 400)
    assert WHITE not in drawing.fills
    for layer in drawing.layers:
        gap = np.abs(cover_of(layer.outline) - painted.cover[COLOURS.index(layer.fill)])
        assert gap.mean() < 0.002
        assert (gap > 0.75).sum() == 0
    for first, second in itertools.combinations(drawing.layers, 2):
        assert cover_of(within(first.outline, second.outline)).mean() < 1e-4


@pytest.mark.parametrize("layout", [Layout.DISC, Layout.OUTLINE, Layout.PAIR])
def test_a_square_that_is_kept_is_filled_to_the_last_pixel(layout: Layout) -> None:
    drawing = drawing_of(scene_of(layout), cutout=False)
    assert WHITE in drawing.fills
    total = np.sum([cover_of(layer.outline) for layer in drawing.layers], axis=0)
    assert (total > 0.7).all()
    assert total.mean() == pytest.approx(1, abs=0.002)


def test_holes_are_painted_where_they_are_kept_and_the_outside_is_not() -> None:
    drawing = drawing_of(BADGE, keep_holes=True)
    hole = next(layer.outline for layer in drawing.layers if layer.fill == WHITE)
    assert hole.bounds == pytest.approx((260, 280, 540, 560), abs=1)
    assert len(contours_of(hole)) == 1


def test_strokes_are_areas_as_wide_as_the_pen() -> None:
    svg = svg_of(BADGE).replace("</svg>", "") + (
        f'<path d="M100 950H500" fill="none" stroke="{TEAL.hex}" stroke-width="5"'
        ' transform="matrix(2 0 0 1 -100 0)"/></svg>'
    )
    drawing = native_drawing(
        flat_scene(svg, COLOURS).shapes[-1:], COLOURS, keep_holes=False, cutout=True
    )
    assert drawing.layers[0].outline.bounds == pytest.approx((95, 947.5, 905, 952.5), abs=0.2)


@pytest.mark.parametrize(
    "finish", [Finish.GRADIENT, Finish.SOFT_SHADOW, Finish.GLOSSY, Finish.PAPER_CUT]
)
def test_a_finish_is_taken_off(finish: Finish) -> None:
    svg = finished_svg(BADGE, PAINT, finish)
    scene = flat_scene(svg, COLOURS)
    assert scene.is_finished
    plain = flat_scene(svg_of(BADGE), COLOURS)
    assert scene.shapes == plain.shapes
    assert not plain.is_finished


@pytest.mark.parametrize("finish", [Finish.LONG_SHADOW, Finish.HAND_DRAWN])
def test_a_finish_that_draws_shapes_of_its_own_is_refused(finish: Finish) -> None:
    with pytest.raises(NotFlatError):
        flat_scene(finished_svg(BADGE, PAINT, finish), COLOURS)


@pytest.mark.parametrize(
    "svg",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="x"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0H9V9Z" fill="red;"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0Z" fill="#000" transform="skewX(9)"/>'
        "</svg>",
        "<svg",
    ],
)
def test_documents_that_are_not_ours_are_refused(svg: str) -> None:
    with pytest.raises(NotFlatError):
        flat_scene(svg, COLOURS)
