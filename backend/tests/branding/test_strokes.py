from __future__ import annotations

import math

import pytest

from backend.branding.drawing import Drawing, Layer
from backend.branding.outlines import Outline, rectangle, without
from backend.branding.strokes import thinnest_stroke
from backend.branding.views import view
from backend.tests.branding.drawings import NAVY, RED, circle, pixels, polygon, star

MOST = 50.0


def bar(angle: float, width: float) -> Outline:
    cosine, sine = math.cos(angle), math.sin(angle)
    corners = ((-400, -width / 2), (400, -width / 2), (400, width / 2), (-400, width / 2))
    return polygon(
        *((500 + cosine * x - sine * y, 500 + sine * x + cosine * y) for x, y in corners)
    )


def thinnest(*outlines: Outline) -> float:
    layers = tuple(Layer(outline, ink) for outline, ink in zip(outlines, (NAVY, RED), strict=False))
    return thinnest_stroke(view(Drawing(1000, 1000, layers), pixels=300_000), most=MOST)


@pytest.mark.parametrize("angle", [0, 0.1, 0.3, math.pi / 4, 1.2])
@pytest.mark.parametrize("width", [3, 8.3, 20, 33])
def test_a_bar_is_as_wide_as_it_is(angle: float, width: float) -> None:
    # Half a pixel is 0.9 units.
    assert thinnest(bar(angle, width)) == pytest.approx(width, abs=0.6)


def test_a_ring_is_as_wide_as_its_line() -> None:
    assert thinnest(without(circle(500, 500, 490), circle(500, 500, 478))) == pytest.approx(
        12, abs=0.6
    )


@pytest.mark.parametrize("width", [0.5, 1.0])
def test_a_line_thinner_than_a_pixel_is_found(width: float) -> None:
    disc = circle(500, 400, 300)
    hairline = rectangle(100, 900, 900, 900 + width)
    both = Outline((*disc.segments, *hairline.segments))
    assert thinnest(both) == pytest.approx(width, abs=0.5)


def test_solid_shapes_with_corners_and_tips_are_not_thin() -> None:
    for outline in (
        circle(500, 500, 500),
        rectangle(100, 100, 900, 900),
        star(500, 500, 500),
        polygon((500, 0), (1000, 900), (0, 900)),
    ):
        assert thinnest(outline) == pytest.approx(MOST)


def test_a_line_of_another_ink_inside_counts() -> None:
    line = rectangle(200, 495, 800, 505)
    assert thinnest(without(circle(500, 500, 500), line), line) == pytest.approx(10, abs=0.6)


def test_a_few_notches_do_not() -> None:
    notch = rectangle(100, 100, 104, 108)
    assert thinnest(
        Outline((*rectangle(100, 108, 900, 900).segments, *notch.segments))
    ) == pytest.approx(MOST)


def test_pictures_are_measured_too() -> None:
    assert thinnest_stroke(view(pixels(), pixels=100_000), most=MOST) == pytest.approx(MOST)


def test_nothing_is_not_thin() -> None:
    assert thinnest_stroke(view(Drawing(1000, 500), pixels=10_000), most=MOST) == pytest.approx(
        MOST
    )
