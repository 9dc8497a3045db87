"""Outlines: what the geometry library is trusted with keeps its holes."""

from __future__ import annotations

import pytest

from backend.branding.fonts import family
from backend.branding.outlines import Outline, combined, rectangle, within, without
from backend.branding.shaping import typesetter

EYE = "M0 0H100V100H0ZM20 20V80H80V20Z"


@pytest.mark.parametrize(
    ("font", "weight", "letter"),
    [("golos-text", 400, "e"), ("jetbrains-mono", 800, "d"), ("playfair-display", 700, "ó")],
)
def test_union_keeps_the_eyes_of_letters(font: str, weight: int, letter: str) -> None:
    drawn = typesetter(family(font).font_path(weight)).shape(letter).glyphs[0].outline
    holes = [one for one in drawn.to_skia().contours if one.clockwise]
    assert len(holes) == 1
    again = combined([drawn, rectangle(2000, 0, 2100, 10)])
    assert again.to_skia().area == pytest.approx(drawn.to_skia().area + 1000, rel=0.003)


def test_contours_that_turn_against_each_other_do_not_cancel_out() -> None:
    clockwise, counter = Outline.from_svg("M0 0H10V10H0Z"), Outline.from_svg("M5 0V10H15V0Z")
    assert combined([clockwise, counter]).to_skia().area == pytest.approx(150)


def test_cutting_leaves_what_is_outside_and_holes_stay() -> None:
    frame = Outline.from_svg(EYE)
    assert combined([frame]).to_skia().area == pytest.approx(6400)
    assert without(rectangle(0, 0, 100, 100), frame).to_skia().area == pytest.approx(3600)
    assert within(rectangle(0, 0, 50, 100), frame).to_skia().area == pytest.approx(3200)


def test_a_contour_of_nothing_but_curves_has_a_beginning() -> None:
    drawn = typesetter(family("nunito").font_path(700)).shape("i").glyphs[0].outline
    assert all(segment.verb != "C" or len(segment.points) == 6 for segment in drawn.segments)
    assert drawn.segments[0].verb == "M"
