from __future__ import annotations

import pytest

from backend.branding.checks import check
from backend.branding.checks_contrast import bare_inks, touching
from backend.branding.drawing import Drawing, Layer
from backend.branding.lockups import build_lockup
from backend.branding.marks import Mark, MarkForm
from backend.branding.outlines import Outline, rectangle, within, without
from backend.branding.views import view
from backend.domain.branding import Finding, LockupKind, TextOptions, Verdict
from backend.domain.brief import Colour
from backend.tests.branding.drawings import CREAM, NAVY, RED, SKY, WHITE, badge, circle, mountain
from backend.vector.colour import colour_difference, contrast_ratio

BLACK = Colour(0, 0, 0)
# Of one lightness; some 25 apart for usual eyes.
BRICK, MOSS = Colour(170, 90, 60), Colour(110, 122, 60)


def drawn(*layers: tuple[Outline, Colour]) -> Drawing:
    return Drawing(1000, 1000, tuple(Layer(outline, fill) for outline, fill in layers))


def answer(code: str, drawing: Drawing, *, ground: Colour = WHITE, width_mm: float = 30) -> Finding:
    mark = Mark(drawing, MarkForm.TRACED, (ground, *drawing.fills), 1, 1.0)
    lockup = build_lockup(LockupKind.MARK, drawing, TextOptions(), NAVY)
    found = check(mark, lockup, ground=ground, print_width_mm=width_mm)
    return next(one for one in found if one.code == code)


def sides(left: Colour, right: Colour, *, apart: float = 0) -> Drawing:
    disc = circle(500, 500, 500)
    return drawn(
        (within(disc, rectangle(0, 0, 500 - apart, 1000)), left),
        (within(disc, rectangle(500 + apart, 0, 1000, 1000)), right),
    )


def test_white_on_white_has_no_contrast() -> None:
    disc = drawn((circle(500, 500, 500), WHITE))
    on_white, on_black = answer("contrast-white", disc), answer("contrast-black", disc)
    assert on_white.verdict is Verdict.WARN
    assert on_white.figures["contrast"] == 1.0
    assert on_white.figures["colour"] == "#FFFFFF"
    assert "1.0:1" in on_white.text
    assert "black version" in on_white.advice
    assert on_black.verdict is Verdict.PASS
    assert on_black.figures["contrast"] == 21.0


@pytest.mark.parametrize(("grey", "verdict"), [(148, Verdict.PASS), (149, Verdict.WARN)])
def test_three_to_one_is_the_limit(grey: int, verdict: Verdict) -> None:
    found = answer("contrast-white", drawn((circle(500, 500, 500), Colour(grey, grey, grey))))
    # The two greys on either side of 3:1, 3.03 and 2.99.
    assert found.verdict is verdict
    assert ("3.0:1" in found.text) is (verdict is Verdict.PASS)


def test_the_weakest_ink_decides() -> None:
    found = answer("contrast-white", mountain())
    assert found.figures["colour"] == SKY.hex
    assert found.figures["contrast"] == pytest.approx(contrast_ratio(SKY, WHITE), abs=0.01)


def test_what_lies_inside_another_ink_is_told_by_it() -> None:
    assert bare_inks(view(badge(), pixels=40_000)) == (NAVY,)
    assert answer("contrast-white", badge()).verdict is Verdict.PASS


def test_accents_do_not_decide() -> None:
    dot = circle(940, 60, 40)
    big = drawn((rectangle(0, 200, 1000, 1000), NAVY), (dot, CREAM))
    assert bare_inks(view(big, pixels=40_000)) == (NAVY,)


def test_red_and_green_of_one_lightness_that_touch_are_found() -> None:
    found = answer("colour-blind", sides(BRICK, MOSS))
    assert found.verdict is Verdict.WARN
    assert found.figures["kind"] in ("protanopia", "deuteranopia")
    assert {found.figures["first"], found.figures["second"]} == {BRICK.hex, MOSS.hex}
    assert "look alike" in found.text


def test_apart_they_do_no_harm() -> None:
    assert answer("colour-blind", sides(BRICK, MOSS, apart=40)).verdict is Verdict.PASS


def test_the_ground_touches_too() -> None:
    found = answer("colour-blind", drawn((circle(500, 500, 500), BRICK)), ground=MOSS)
    assert found.verdict is Verdict.WARN


def test_blue_and_orange_are_told_apart() -> None:
    found = answer("colour-blind", sides(NAVY, RED))
    assert found.verdict is Verdict.PASS
    assert "difference" in found.figures


def test_tones_that_all_see_alike_are_no_matter_of_colour_blindness() -> None:
    shade = Colour(54, 170, 205)
    assert colour_difference(SKY, shade) < 10
    assert answer("colour-blind", sides(SKY, shade)).verdict is Verdict.PASS
    alone = drawn((rectangle(0, 0, 1000, 1000), SKY))
    assert "No two" in answer("colour-blind", alone, ground=shade).text


def test_corners_do_not_touch() -> None:
    seen = view(
        drawn((rectangle(0, 0, 500, 500), BRICK), (rectangle(500, 500, 1000, 1000), MOSS)),
        pixels=40_000,
    )
    assert set(touching(seen, WHITE)) == {(WHITE, BRICK), (WHITE, MOSS)}


def hairlines(width: float) -> Drawing:
    """Three lines and a disc."""
    lines = [(rectangle(100, y, 900, y + width), NAVY) for y in (700, 800, 900)]
    return drawn((circle(500, 300, 300), SKY), *lines)


@pytest.mark.parametrize("width", [4, 6])
def test_hairlines_fail_with_their_width_in_print(width: float) -> None:
    found = answer("minimum-stroke", hairlines(width))
    assert found.verdict is Verdict.WARN
    stroke = found.figures["stroke_mm"]
    assert stroke == pytest.approx(width * 0.03, abs=0.02)
    assert f"{stroke:.2f} mm" in found.text
    needed = found.figures["print_needs_mm"]
    assert needed == pytest.approx(250 / width, rel=0.15)
    assert f"{needed:.0f} mm wide" in found.advice


def test_printed_wider_the_same_lines_are_enough() -> None:
    found = answer("minimum-stroke", hairlines(6), width_mm=60)
    assert found.verdict is Verdict.PASS
    assert found.figures["stroke_mm"] == pytest.approx(0.36, abs=0.04)
    # A millimetre for thread.
    assert found.figures["embroidery_needs_mm"] == pytest.approx(167, rel=0.1)
    assert "embroidery" in found.text


def test_wide_strokes_are_enough_for_thread() -> None:
    found = answer("minimum-stroke", mountain())
    assert found.verdict is Verdict.PASS
    assert "1.50 mm or more" in found.text


def test_lettering_counts() -> None:
    mark = Mark(mountain(), MarkForm.TRACED, (WHITE, *mountain().fills), 3, 1.0)
    text = TextOptions(name="Foxy", tagline="Delivered the same day", weight=300)
    lockup = build_lockup(LockupKind.LEFT, mark.drawing, text, NAVY)
    found = {one.code: one for one in check(mark, lockup, ground=WHITE)}["minimum-stroke"]
    assert found.verdict is Verdict.WARN
    stroke = found.figures["stroke_mm"]
    assert isinstance(stroke, float)
    assert 0.02 < stroke < 0.2
    ring = without(circle(500, 500, 500), circle(500, 500, 400))
    assert answer("minimum-stroke", drawn((ring, NAVY))).verdict is Verdict.PASS
