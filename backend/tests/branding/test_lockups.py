"""Lockups: nothing overlaps, what should align does, and measures follow their rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.fonts import families
from backend.branding.frames import disc, ring
from backend.branding.lockups import Lockup, build_lockup, lettering_ink, strongest_ink
from backend.branding.outlines import Box, rectangle
from backend.branding.rasters import render_drawing
from backend.branding.wordmarks import set_line
from backend.domain.branding import LetterCase, LockupKind, TextOptions, Verdict
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest, TextNotSettable

RED, INK, GOLD = Colour(200, 40, 30), Colour(20, 20, 30), Colour(190, 140, 20)
WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
DISC = Drawing(1000, 1000, (Layer(disc(500, 500, 500), RED),))
BAR = Drawing(1000, 200, (Layer(rectangle(0, 0, 1000, 200), RED),))
POLE = Drawing(250, 1000, (Layer(rectangle(0, 0, 250, 1000), RED),))
FRAME = Drawing(1000, 1000, (Layer(ring(500, 460).moved(500, 500), RED),))
# All its weight on the left.
FLAG = Drawing(
    1000,
    1000,
    (Layer(rectangle(0, 0, 300, 1000), RED), Layer(rectangle(900, 450, 1000, 550), RED)),
)
NAMES = ("Northern Lights", "Чайка", "ВКУС", "Żółw & Syn", "Io", "noon")
FRAMED = (LockupKind.LEFT, LockupKind.STACKED, LockupKind.BADGE)


def lockup(
    kind: LockupKind, name: str = "Northern", mark: Drawing | None = DISC, **text: Any
) -> Lockup:
    return build_lockup(kind, mark, TextOptions(name=name, **text), INK)


def box_of(value: Box | None) -> Box:
    assert value is not None
    return value


def width(box: Box) -> float:
    return box[2] - box[0]


def height(box: Box) -> float:
    return box[3] - box[1]


def apart(first: Box, second: Box) -> float:
    """The free distance between two boxes; negative where they overlap."""
    return max(
        first[0] - second[2], second[0] - first[2], first[1] - second[3], second[1] - first[3]
    )


def ink_box(drawing: Drawing) -> Box:
    boxes = [layer.outline.bounds for layer in drawing.layers]
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return (min(lefts), min(tops), max(rights), max(bottoms))


def covered(drawing: Drawing) -> float:
    alpha = np.asarray(render_drawing(drawing, width_px=900).getchannel("A"), dtype=float)
    return float(alpha.sum() / 255) * (drawing.width / 900) ** 2


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", list(LockupKind))
@pytest.mark.parametrize("mark", [DISC, BAR, POLE], ids=["disc", "bar", "pole"])
def test_the_box_is_the_ink(kind: LockupKind, name: str, mark: Drawing) -> None:
    made = lockup(kind, name, mark, tagline="Since 1999").drawing
    assert ink_box(made) == pytest.approx((0, 0, made.width, made.height), abs=0.05)


@pytest.mark.parametrize("font", [one.id for one in families()])
@pytest.mark.parametrize("kind", [LockupKind.LEFT, LockupKind.STACKED])
def test_mark_and_lettering_stand_apart(kind: LockupKind, font: str) -> None:
    for name in NAMES:
        for mark in (DISC, BAR, POLE):
            made = lockup(kind, name, mark, font=font, tagline="Åhus ôg Żyw")
            gap = apart(box_of(made.mark_box), box_of(made.text_box))
            assert gap > 100
            assert gap < 0.8 * height(box_of(made.text_box)) + 300


def test_areas_are_disjoint() -> None:
    for kind in FRAMED:
        made = lockup(kind, "Overlap AVA", FRAME, tagline="Since 1999", font="pacifico").drawing
        each = sum(layer.outline.to_skia().area for layer in made.layers)
        assert covered(made) == pytest.approx(each, rel=0.01)


def test_the_mark_beside_a_line_is_about_two_capitals_high_and_on_its_middle() -> None:
    made = lockup(LockupKind.LEFT, "ВКУС", FRAME)
    line = set_line("ВКУС", options=TextOptions(), colour=INK)
    mark = box_of(made.mark_box)
    assert 1.6 <= height(mark) / line.cap_height <= 2.2
    baseline = box_of(made.text_box)[3] - line.descent
    assert (mark[1] + mark[3]) / 2 == pytest.approx(baseline - line.cap_height / 2, abs=1)


def test_small_letters_bring_the_mark_down_towards_them() -> None:
    def middle_above_baseline(name: str) -> float:
        made = lockup(LockupKind.LEFT, name, FRAME)
        line = set_line(name, options=TextOptions(), colour=INK)
        mark = box_of(made.mark_box)
        return box_of(made.text_box)[3] - line.descent - (mark[1] + mark[3]) / 2

    assert middle_above_baseline("HOME") > middle_above_baseline("Home") + 20
    assert middle_above_baseline("Home") > middle_above_baseline("nose") + 20


def test_heavy_and_wide_marks_are_set_lower_than_light_and_tall_ones() -> None:
    heights = [
        height(box_of(lockup(LockupKind.LEFT, mark=mark).mark_box))
        for mark in (BAR, DISC, FRAME, POLE)
    ]
    assert heights == sorted(heights)
    assert len(set(heights)) == 4


def test_accents_do_not_move_the_mark() -> None:
    plain, accented = lockup(LockupKind.LEFT, "ZONE"), lockup(LockupKind.LEFT, "ŻÖŃÉ")

    def mark_to_base(made: Lockup) -> float:
        return box_of(made.text_box)[3] - box_of(made.mark_box)[3]

    assert mark_to_base(plain) == pytest.approx(mark_to_base(accented), abs=12)
    assert height(box_of(plain.mark_box)) == pytest.approx(height(box_of(accented.mark_box)))


def test_a_mark_above_is_centred_by_its_weight() -> None:
    even = lockup(LockupKind.STACKED, "Northern Lights")
    text = box_of(even.text_box)
    mark = box_of(even.mark_box)
    assert (mark[0] + mark[2]) / 2 == pytest.approx((text[0] + text[2]) / 2, abs=width(mark) / 90)
    leaning = lockup(LockupKind.STACKED, "Northern Lights", FLAG)
    mark, text = box_of(leaning.mark_box), box_of(leaning.text_box)
    shift = ((mark[0] + mark[2]) / 2 - (text[0] + text[2]) / 2) / width(mark)
    assert 0.05 < shift < 0.2


@pytest.mark.parametrize(
    ("kind", "lines"), [(LockupKind.LEFT, 2), (LockupKind.STACKED, 2), (LockupKind.WORDMARK, 2)]
)
def test_a_long_name_is_broken_into_even_lines(kind: LockupKind, lines: int) -> None:
    made = lockup(kind, "Northern Lights Observatory Company")
    finding = next(one for one in made.findings if one.code == "long-name")
    assert finding.verdict is Verdict.WARN
    assert finding.figures == {"characters": 35, "lines": lines}
    assert "35 characters" in finding.text
    one_line = set_line("Northern Lights Observatory Company", options=TextOptions(), colour=INK)
    assert width(box_of(made.text_box)) < 0.62 * one_line.width


def test_lines_do_not_end_in_small_words_and_there_are_three_at_most() -> None:
    text = "The Society of Friends of the Northern Lights and the Sea " * 3
    made = lockup(LockupKind.STACKED, text.strip())
    assert next(f for f in made.findings if f.code == "long-name").figures["lines"] == 3
    short = lockup(LockupKind.STACKED, "Northern Light & Companions")
    line = set_line("& Companions", options=TextOptions(), colour=INK)
    assert width(box_of(short.text_box)) == pytest.approx(
        max(line.width, set_line("Northern Light", options=TextOptions(), colour=INK).width), abs=1
    )


def test_ascenders_and_accents_keep_clear_of_the_mark_above() -> None:
    for name in ("ŻÖŃÉ", "kite"):
        made = lockup(LockupKind.STACKED, name, font="cormorant")
        gap = apart(box_of(made.mark_box), box_of(made.text_box))
        assert gap > 0.13 * height(box_of(made.mark_box))


def test_a_ring_has_no_lines_to_break() -> None:
    made = lockup(LockupKind.BADGE, "The Society of Friends of the North", font="lora")
    assert made.text_box == pytest.approx((0, 0, made.drawing.width, made.drawing.height))
    assert made.findings == ()


def test_one_long_word_stays_on_its_line() -> None:
    made = lockup(LockupKind.STACKED, "Donaudampfschifffahrtsgesellschaft")
    assert next(f for f in made.findings if f.code == "long-name").figures["lines"] == 1


def test_a_tagline_in_capitals_is_spaced_to_the_names_width() -> None:
    made = lockup(LockupKind.WORDMARK, "Northern", tagline="COFFEE AND BREAD", font="lora")
    name, tagline = made.drawing.layers
    assert tagline.outline.bounds[0] == pytest.approx(name.outline.bounds[0], abs=0.01)
    assert tagline.outline.bounds[2] == pytest.approx(name.outline.bounds[2], rel=0.02)
    assert tagline.outline.bounds[1] > name.outline.bounds[3]
    capitals = tagline.outline.bounds[3] - tagline.outline.bounds[1]
    assert 0.25 * 700 < capitals < 0.45 * 700


@pytest.mark.parametrize(
    ("name", "lines"), [("Io", 2), ("Kite Surfing", 2), ("Northern Lights Observatory Co", 0)]
)
def test_a_tagline_far_wider_than_the_name_is_broken(name: str, lines: int) -> None:
    made = lockup(
        LockupKind.LEFT,
        name,
        tagline="Instruments and expeditions for everyone who looks up at night",
    )
    found = [one for one in made.findings if one.code == "long-tagline"]
    assert [one.figures["lines"] for one in found] == ([lines] if lines else [])
    assert made.drawing.width < 5 * made.drawing.height or not lines


def test_taglines_are_set_in_a_family_that_is_read_small() -> None:
    made = lockup(LockupKind.LEFT, font="pacifico", tagline="Bakery")
    assert [one.family.id for one in made.faces] == ["pacifico", "nunito"]
    greek = lockup(LockupKind.LEFT, font="unbounded", tagline="кофе")
    assert [one.family.id for one in greek.faces] == ["unbounded", "manrope"]
    assert [one.name for one in lockup(LockupKind.LEFT, font="lora").faces] == ["Lora 700"]


def test_the_letter_case_reaches_the_name_and_capitals_the_tagline() -> None:
    upper = lockup(LockupKind.LEFT, "acme", case=LetterCase.UPPER, tagline="tools")
    typed = lockup(LockupKind.LEFT, "ACME", tagline="TOOLS")
    assert upper.drawing == typed.drawing


def test_a_badge_is_round_around_a_short_name_and_a_label_around_others() -> None:
    def is_round(made: Lockup) -> bool:
        frame = next(layer for layer in made.drawing.layers if layer.fill == INK).outline
        return frame.bounds == pytest.approx((0, 0, made.drawing.width, made.drawing.height)) and (
            covered(replace(made.drawing, layers=(Layer(frame, INK),)))
            > 0.25 * made.drawing.width * made.drawing.height
        )

    assert is_round(lockup(LockupKind.BADGE, "Northern Lights", tagline="Since 1999"))
    assert is_round(lockup(LockupKind.BADGE, "Северное сияние"))
    assert not is_round(lockup(LockupKind.BADGE, "Io"))
    assert not is_round(lockup(LockupKind.BADGE, "Northern Lights", font="pacifico"))
    assert not is_round(lockup(LockupKind.BADGE, "The Northern Lights Observatory " * 3))


@pytest.mark.parametrize("mark", [DISC, BAR, POLE, FLAG])
def test_the_mark_stays_inside_the_ring(mark: Drawing) -> None:
    made = lockup(LockupKind.BADGE, "Northern Lights", mark, tagline="Ệ Since 1999")
    assert made.drawing.width == pytest.approx(made.drawing.height, rel=1e-3)
    centre = made.drawing.width / 2
    band = made.drawing.layers[-1].outline
    inner = min(
        np.hypot(segment.points[-2] - centre, segment.points[-1] - centre)
        for segment in band.segments
        if segment.points
    )
    left, top, right, bottom = box_of(made.mark_box)
    corners = [(x, y) for x in (left, right) for y in (top, bottom)]
    if mark is not DISC:
        assert max(np.hypot(x - centre, y - centre) for x, y in corners) < 0.97 * inner
    assert right - left > 0.1 * made.drawing.width


def test_the_name_is_cut_out_of_the_ring_with_its_accents_inside() -> None:
    plain, accented = (
        lockup(LockupKind.BADGE, name, tagline="Tea house").drawing
        for name in ("NORTHERN", "NỘRTHẪRN")
    )
    for made in (plain, accented):
        band = made.layers[-1].outline
        edge = disc(made.width / 2 - 1, made.width / 2, made.width / 2).to_skia().area
        assert band.to_skia().area < 0.9 * edge
        outer = max(band.to_skia().contours, key=lambda contour: float(contour.area))
        assert outer.area == pytest.approx(edge, rel=0.01)
    assert accented.width > plain.width


def test_the_accent_colours_frame_and_tagline_and_the_name_keeps_its_ink() -> None:
    text = TextOptions(name="Io", tagline="tea")
    made = build_lockup(LockupKind.BADGE, DISC, text, INK, accent=GOLD)
    assert [layer.fill for layer in made.drawing.layers] == [RED, GOLD, INK, GOLD]
    own = build_lockup(LockupKind.LEFT, DISC, replace(text, colour=GOLD), INK)
    assert set(own.drawing.fills) == {RED, GOLD}


@pytest.mark.parametrize("kind", [*FRAMED, LockupKind.WORDMARK])
@pytest.mark.parametrize("name", ["", " ", "\u200b"])
def test_without_a_name_the_mark_is_left(kind: LockupKind, name: str) -> None:
    made = lockup(kind, name)
    assert made.kind is LockupKind.MARK
    assert made.drawing == DISC
    assert made.text_box is None
    assert [one.code for one in made.findings] == ["no-name"]


@pytest.mark.parametrize("kind", FRAMED)
def test_without_a_mark_the_lettering_is_left(kind: LockupKind) -> None:
    made = lockup(kind, mark=None)
    assert made.kind is LockupKind.WORDMARK
    assert made.mark_box is None
    assert [one.code for one in made.findings] == ["no-mark"]


def test_nothing_at_all_is_refused() -> None:
    for kind in (LockupKind.MARK, LockupKind.LEFT):
        with pytest.raises(InvalidRequest):
            lockup(kind, "", None)
    with pytest.raises(InvalidRequest):
        lockup(LockupKind.MARK, "Acme", None)


def test_a_tagline_that_cannot_be_set_is_refused_too() -> None:
    with pytest.raises(TextNotSettable, match="teacup"):
        lockup(LockupKind.LEFT, tagline="Tea 🍵")


def test_clear_space_is_a_quarter_of_the_marks_longer_side() -> None:
    for kind in FRAMED:
        made = lockup(kind, mark=POLE)
        assert made.clear_space == pytest.approx(height(box_of(made.mark_box)) / 4)
    assert lockup(LockupKind.MARK, mark=POLE).clear_space == 250


def test_the_smallest_widths_keep_letters_and_strokes_readable() -> None:
    made = lockup(LockupKind.WORDMARK, "Northern Lights")
    line = set_line("Northern Lights", options=TextOptions(), colour=INK)
    assert made.smallest_width_mm == pytest.approx(1.2 * line.width / line.x_height, abs=0.5)
    assert made.smallest_width_px == pytest.approx(5 * line.width / line.x_height, abs=1)
    fine = lockup(LockupKind.WORDMARK, "Northern Lights", font="playfair-display", weight=400)
    line = set_line("Northern Lights", options=TextOptions(font="playfair-display"), colour=INK)
    assert fine.smallest_width_mm == pytest.approx(0.088 * fine.drawing.width / 19, abs=0.6)
    assert lockup(LockupKind.MARK).smallest_width_px == 16
    assert lockup(LockupKind.MARK).smallest_width_mm == 4


@pytest.mark.parametrize("kind", [kind for kind in LockupKind if kind is not LockupKind.MARK])
def test_a_tagline_without_a_name_is_set_in_its_place(kind: LockupKind) -> None:
    made = lockup(kind, " \u200b", tagline="Same-day delivery")
    named = lockup(kind, "Same-day delivery")
    assert made.drawing == named.drawing
    assert made.kind is kind
    assert [one.code for one in made.findings if one not in named.findings] == ["tagline-alone"]
    alone = lockup(LockupKind.MARK, "", tagline="Same-day delivery")
    assert (alone.text_box, alone.findings) == (None, ())


def test_what_a_tagline_costs_in_size_is_said() -> None:
    alone, both = (
        lockup(LockupKind.LEFT, "Northern Lights", tagline=tagline) for tagline in ("", "by night")
    )
    finding = next(one for one in both.findings if one.code == "tagline-limits-size")
    assert finding.figures["with_tagline_mm"] == both.smallest_width_mm
    assert both.smallest_width_mm > alone.smallest_width_mm
    assert alone.findings == ()


def test_a_mark_of_pixels_is_placed_like_any_other() -> None:
    stream = BytesIO()
    Image.new("RGBA", (20, 20), (200, 40, 30, 255)).save(stream, "PNG")
    pixels = Drawing(1000, 1000, (), (PlacedPicture(stream.getvalue(), 0, 0, 1000, 1000),))
    square = Drawing(1000, 1000, (Layer(rectangle(0, 0, 1000, 1000), RED),))
    for kind in FRAMED:
        made, like = lockup(kind, mark=pixels), lockup(kind, mark=square)
        assert made.mark_box == pytest.approx(box_of(like.mark_box), rel=1e-6)
        placed = made.drawing.pictures[0]
        assert (placed.x, placed.y) == pytest.approx(box_of(made.mark_box)[:2])


@dataclass
class Worn:
    drawing: Drawing
    palette: tuple[Colour, ...]
    worn: tuple[Colour, ...] = ()


@pytest.mark.parametrize(
    ("colours", "ground", "ink"),
    [
        ((RED, GOLD), WHITE, RED),
        ((GOLD, INK), WHITE, INK),
        ((GOLD,), WHITE, None),
        ((INK,), BLACK, None),
        ((RED, GOLD), BLACK, GOLD),
        ((), WHITE, None),
    ],
)
def test_lettering_takes_the_marks_strongest_legible_ink(
    colours: tuple[Colour, ...], ground: Colour, ink: Colour | None
) -> None:
    found = strongest_ink(colours, ground)
    assert found == (ink or (WHITE if ground == BLACK else Colour(17, 18, 20)))


def test_the_ink_of_pixels_comes_from_the_palette() -> None:
    areas = Worn(DISC, (WHITE, INK))
    pixels = Worn(Drawing(10, 10), (INK, RED, GOLD))
    assert lettering_ink(areas, WHITE) == RED
    assert lettering_ink(pixels, WHITE) == RED, "the ground's colour is not the mark's"


def test_beside_a_pale_mark_lettering_wears_the_ground_it_was_drawn_on() -> None:
    planet = Drawing(10, 10, (Layer(DISC.layers[0].outline, GOLD),))
    navy = Colour(11, 37, 69)

    assert lettering_ink(Worn(planet, (navy, GOLD)), WHITE) == navy
    assert lettering_ink(Worn(planet, (navy, GOLD), (RED, GOLD)), WHITE) == RED
