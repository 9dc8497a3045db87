from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from backend.branding.checks import CODES, check
from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.frames import label
from backend.branding.lockups import Lockup, build_lockup
from backend.branding.marks import Mark, MarkForm
from backend.branding.outlines import Outline, combined, rectangle, without
from backend.domain.branding import Finding, LockupKind, TextOptions, Verdict
from backend.domain.brief import Colour
from backend.tests.branding.drawings import (
    CREAM,
    NAVY,
    RED,
    SKY,
    WHITE,
    badge,
    circle,
    mountain,
    pixels,
    polygon,
)

BLACK = Colour(0, 0, 0)


def drawn(*layers: tuple[Outline, Colour], width: float = 1000, height: float = 1000) -> Drawing:
    return Drawing(width, height, tuple(Layer(outline, fill) for outline, fill in layers))


def mark_of(drawing: Drawing, paths: int = 1) -> Mark:
    form = MarkForm.TRACED if drawing.is_vector else MarkForm.PIXELS
    return Mark(drawing, form, (WHITE, *drawing.fills), paths, 1.0)


def findings(
    drawing: Drawing, *, ground: Colour = WHITE, lockup: Lockup | None = None, paths: int = 1
) -> dict[str, Finding]:
    mark = mark_of(drawing, paths)
    alone = build_lockup(LockupKind.MARK, drawing, TextOptions(), NAVY)
    return {one.code: one for one in check(mark, lockup or alone, ground=ground)}


def figure(finding: Finding, name: str) -> float:
    value = finding.figures[name]
    assert isinstance(value, float | int)
    return value


def disc(fill: Colour = NAVY) -> Drawing:
    return drawn((circle(500, 500, 500), fill))


def grating(lines: int) -> Drawing:
    """As much ink as gaps."""
    pitch = 1000 / (2 * lines - 1)
    bars = [rectangle(2 * i * pitch, 0, (2 * i + 1) * pitch, 1000) for i in range(lines)]
    return drawn((combined(bars), NAVY))


@pytest.mark.parametrize(
    ("kind", "drawing"),
    [
        *((kind, mountain()) for kind in LockupKind),
        (LockupKind.LEFT, pixels()),
        (LockupKind.MARK, badge()),
    ],
)
def test_every_code_is_answered_once(kind: LockupKind, drawing: Drawing) -> None:
    lockup = build_lockup(kind, drawing, TextOptions(name="Foxy", tagline="Same day"), NAVY)
    answers = check(mark_of(drawing), lockup, ground=WHITE)
    assert tuple(answer.code for answer in answers) == CODES
    for answer in answers:
        assert answer.verdict in (Verdict.PASS, Verdict.WARN)
        assert answer.text.endswith(".")
        assert (answer.advice != "") == (answer.verdict is Verdict.WARN)
        assert "limit" in answer.figures or answer.code == "complexity"
        assert all(isinstance(value, float | int | str) for value in answer.figures.values())


def test_nothing_at_all_is_answered_too() -> None:
    stream = BytesIO()
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(stream, "PNG")
    empty = Drawing(1000, 1000, (), (PlacedPicture(stream.getvalue(), 0, 0, 1000, 1000),))
    answers = findings(empty)
    assert tuple(answers) == CODES
    assert answers["legible-16"].verdict is Verdict.WARN
    assert figure(answers["contrast-white"], "contrast") == 1.0


def test_a_disc_is_legible_and_lacework_is_not() -> None:
    simple, lace = findings(disc()), findings(grating(16))
    assert figure(simple["legible-16"], "kept") > 0.97
    assert simple["legible-32"].verdict is Verdict.PASS
    assert figure(lace["legible-16"], "kept") < 0.4
    assert lace["legible-16"].verdict is Verdict.WARN
    assert "only" in lace["legible-16"].text
    assert lace["legible-16"].advice


def test_twice_the_pixels_show_twice_the_lines() -> None:
    answers = findings(grating(9))
    assert answers["legible-16"].verdict is Verdict.WARN
    assert answers["legible-32"].verdict is Verdict.PASS
    assert findings(grating(3))["legible-16"].verdict is Verdict.PASS


def test_a_mark_in_the_grounds_colour_cannot_be_seen() -> None:
    assert figure(findings(disc(CREAM), ground=CREAM)["legible-32"], "kept") == 0


def test_one_ink_keeps_the_edges_of_flat_colours() -> None:
    for drawing in (disc(), mountain(), badge()):
        answer = findings(drawing)["one-colour"]
        assert answer.verdict is Verdict.PASS
        assert figure(answer, "lost") < 0.05


def test_colours_of_equal_lightness_melt_together_in_one_ink() -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 99, 199), fill=(160, 30, 40, 255))
    pen.rectangle((100, 0, 199, 199), fill=(20, 82, 40, 255))
    stream = BytesIO()
    image.save(stream, "PNG")
    drawing = Drawing(1000, 1000, (), (PlacedPicture(stream.getvalue(), 0, 0, 1000, 1000),))
    answer = findings(drawing)["one-colour"]
    assert answer.verdict is Verdict.WARN
    assert figure(answer, "lost") == 1
    assert "100 %" in answer.text


def test_off_centre_weight_is_found_and_its_direction() -> None:
    heavy = drawn((polygon((0, 0), (1000, 500), (0, 1000)), NAVY))
    answer = findings(heavy)["centring"]
    assert answer.verdict is Verdict.WARN
    # A triangle's middle lies a third of the way from its longest side.
    assert figure(answer, "across") == pytest.approx(1 / 3 - 1 / 2, abs=0.005)
    assert figure(answer, "down") == pytest.approx(0, abs=0.005)
    assert answer.figures["where"] == "left"
    assert "17 %" in answer.text
    assert "right" in answer.advice
    assert findings(disc())["centring"].verdict is Verdict.PASS


def test_weight_at_the_top_is_high() -> None:
    answer = findings(drawn((polygon((0, 0), (1000, 0), (500, 1000)), NAVY)))["centring"]
    assert answer.figures["where"] == "high"
    assert "too far up" in answer.text
    assert "move it down" in answer.advice


def test_pale_ink_weighs_less() -> None:
    left, right = rectangle(0, 0, 500, 1000), rectangle(500, 0, 1000, 1000)
    even = findings(drawn((left, NAVY), (right, NAVY)))["centring"]
    uneven = findings(drawn((left, NAVY), (right, CREAM)))["centring"]
    assert figure(even, "across") == pytest.approx(0, abs=1e-3)
    assert figure(uneven, "across") < -0.2


@pytest.mark.parametrize(("paths", "verdict"), [(30, Verdict.PASS), (31, Verdict.WARN)])
def test_many_shapes_are_busy(paths: int, verdict: Verdict) -> None:
    answer = findings(disc(), paths=paths)["complexity"]
    assert answer.verdict is verdict
    assert f"{paths} shapes, 5 points and 1 colour" in answer.text


def test_many_points_and_many_colours_are_busy() -> None:
    zigzag = polygon(*((2 * i, 200 + 300 * (i % 2)) for i in range(500)))
    assert findings(drawn((zigzag, NAVY)))["complexity"].verdict is Verdict.WARN
    inks = (NAVY, SKY, RED, CREAM, BLACK)
    stripes = [(rectangle(200 * i, 0, 200 * i + 200, 1000), ink) for i, ink in enumerate(inks)]
    answer = findings(drawn(*stripes))["complexity"]
    assert answer.verdict is Verdict.WARN
    assert answer.figures["colours"] == 5


def test_pixels_are_named() -> None:
    answer = findings(pixels())["complexity"]
    assert answer.verdict is Verdict.WARN
    assert "pixels" in answer.text


@pytest.mark.parametrize(("x", "room"), [(500, 0.28), (250, 0.03)])
def test_a_drawing_close_to_its_tiles_edge_is_found(x: float, room: float) -> None:
    tile, inside = label(0, 0, 1000, 1000, 180), circle(x, 500, 220)
    for drawing in (
        drawn((without(tile, inside), NAVY), (inside, CREAM)),
        drawn((without(tile, inside), NAVY)),
    ):
        answer = findings(drawing)["margins"]
        assert figure(answer, "room") == pytest.approx(room, abs=0.005)
        assert answer.figures["where"] == "tile"
        assert answer.verdict is (Verdict.PASS if room > 0.06 else Verdict.WARN)


def test_a_frame_may_be_thin() -> None:
    frame = without(rectangle(0, 0, 1000, 1000), rectangle(50, 50, 950, 950))
    assert findings(drawn((frame, NAVY)))["margins"].verdict is Verdict.PASS


def test_nothing_else_is_a_tile() -> None:
    for drawing in (disc(), mountain(), badge()):
        answer = findings(drawing)["margins"]
        assert answer.verdict is Verdict.PASS
        assert "room" not in answer.figures


def test_lettering_too_close_is_found() -> None:
    lockup = build_lockup(LockupKind.LEFT, disc(), TextOptions(name="Foxy"), NAVY)
    assert findings(disc(), lockup=lockup)["margins"].verdict is Verdict.PASS
    assert lockup.mark_box is not None
    assert lockup.text_box is not None
    near = (lockup.mark_box[2] + 30, *lockup.text_box[1:])
    answer = findings(disc(), lockup=replace(lockup, text_box=near))["margins"]
    assert answer.verdict is Verdict.WARN
    assert answer.figures["where"] == "lettering"
    assert "lettering" in answer.text


def test_the_free_space_is_given_in_print() -> None:
    drawing = disc()
    lockup = build_lockup(LockupKind.MARK, drawing, TextOptions(), NAVY)
    answers = {
        one.code: one for one in check(mark_of(drawing), lockup, ground=WHITE, print_width_mm=80)
    }
    assert answers["margins"].figures["clear_space_mm"] == 20
    assert "80 mm wide, keep 20.0 mm" in answers["margins"].text
