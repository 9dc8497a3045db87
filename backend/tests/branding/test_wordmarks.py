"""Lines of type: advances, kerning and tracking by the font's own tables, and measured ink."""

from __future__ import annotations

from typing import Any

import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ttLib import TTFont

from backend.branding.fonts import Family, families, family
from backend.branding.outlines import Outline
from backend.branding.proportions import proportions
from backend.branding.shaping import typesetter
from backend.branding.wordmarks import Line, set_line, shape_line
from backend.domain.branding import LetterCase, TextOptions
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest, TextNotSettable

INK = Colour(20, 20, 30)
EACH = pytest.mark.parametrize("one", families(), ids=lambda one: one.id)
# Joined scripts have other forms for letters that stand alone.
UPRIGHT = pytest.mark.parametrize(
    "one", [one for one in families() if one.category != "script"], ids=lambda one: one.id
)


def line(text: str, font: str = "manrope", weight: int = 700, **options: Any) -> Line:
    return set_line(text, options=TextOptions(font=font, weight=weight, **options), colour=INK)


@UPRIGHT
def test_advances_are_those_of_the_font(one: Family) -> None:
    path = one.font_path(700)
    with TTFont(path) as font:
        names, widths, em = font.getBestCmap(), font["hmtx"], font["head"].unitsPerEm
        for letter in "HnЖя5":
            expected = widths[names[ord(letter)]][0] * 1000 / em
            plain = typesetter(path).shape(letter)
            assert plain.advance == pytest.approx(expected)


@UPRIGHT
def test_ink_is_where_the_font_draws_it(one: Family) -> None:
    path = one.font_path(700)
    with TTFont(path) as font:
        glyphs, em = font.getGlyphSet(), font["head"].unitsPerEm
        for letter in "HgЖо":
            pen = BoundsPen(glyphs)
            glyphs[font.getBestCmap()[ord(letter)]].draw(pen)
            left, bottom, right, top = (value * 1000 / em for value in pen.bounds)
            plain = typesetter(path).shape(letter)
            assert plain.glyphs[0].outline.bounds == pytest.approx(
                (left, -top, right, -bottom), abs=0.6
            )


@EACH
def test_pairs_are_kerned(one: Family) -> None:
    setter = typesetter(one.font_path(700))
    for pair in ("AV", "Та"):
        alone = sum(setter.shape(letter).advance for letter in pair)
        together = setter.shape(pair).advance
        if one.category == "mono":
            assert together == alone
        elif pair == "AV" and one.category != "script":
            assert together < alone - 15


@pytest.mark.parametrize("tracking", [-40, 25, 200.5])
def test_tracking_is_added_between_letters_only(tracking: float) -> None:
    one = family("manrope")
    tight, spaced = (shape_line("Вкус ABC", one, 700, value) for value in (0, tracking))
    assert spaced.advance == pytest.approx(tight.advance + tracking * 7)
    moved = [b.x - a.x for a, b in zip(tight.glyphs, spaced.glyphs, strict=True)]
    assert moved == pytest.approx([tracking * place for place in range(8)])
    assert line("ABC", tracking=tracking).width == pytest.approx(
        line("ABC").width + 2 * tracking, abs=0.1
    )


def test_ligatures_join_letters_until_they_are_spaced() -> None:
    one = family("comfortaa")
    assert len(shape_line("office", one, 700).clusters) == 4
    assert len(shape_line("office", one, 700, 10).clusters) == 6


@pytest.mark.parametrize("font", ["manrope", "golos-text", "playfair-display", "jetbrains-mono"])
def test_signs_stay_as_typed(font: str) -> None:
    one = family(font)
    assert [c.text for c in shape_line("a->b--c!=", one, 700).clusters] == list("a->b--c!=")


def test_scripts_are_kerned_each_by_its_own_rules() -> None:
    one = family("montserrat")
    mixed = shape_line("Tea Тау", one, 700).advance
    apart = sum(shape_line(part, one, 700).advance for part in ("Tea ", "Тау"))
    assert mixed == pytest.approx(apart)


def test_serbian_letters_are_told_by_their_neighbours() -> None:
    setter = typesetter(family("lora").font_path(700))
    russian, serbian = setter.shape("баба").glyphs[0], setter.shape("бабаћ").glyphs[0]
    assert russian.outline != serbian.outline


def test_the_drawing_is_its_ink() -> None:
    one = line("Żagiel")
    ink = one.drawing.layers[0].outline.bounds
    assert ink == pytest.approx((0, 0, one.drawing.width, one.drawing.height), abs=1e-2)
    assert one.drawing.height == pytest.approx(one.ascent + one.descent)
    assert one.ascent > one.cap_height
    assert one.descent > 100
    assert one.drawing.fills == (INK,)
    assert line("Žoo").descent < 20


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("noon", "x"),
        ("víno", "x"),
        ("jij", "x"),
        ("нос", "x"),
        ("Noon", "cap"),
        ("hello", "cap"),
        ("фон", "cap"),
        ("2nd", "cap"),
        ("ВКУС", "cap"),
        ("&", "cap"),
    ],
)
def test_the_body_is_what_the_eye_takes_for_the_lines_height(text: str, body: str) -> None:
    one = line(text)
    assert one.body == (one.x_height if body == "x" else one.cap_height)


def test_measures_of_the_typeface() -> None:
    measures = proportions(family("manrope").font_path(700))
    with TTFont(family("manrope").font_path(700)) as font:
        assert measures.cap_height == pytest.approx(font["OS/2"].sCapHeight / 2, abs=10)
        assert measures.x_height == pytest.approx(font["OS/2"].sxHeight / 2, abs=10)
    fine = proportions(family("playfair-display").font_path(400))
    assert fine.hairline < 25 < 80 < fine.stem
    assert measures.stem < proportions(family("manrope").font_path(800)).stem


def test_joined_letters_become_one_area() -> None:
    def bodies(outline: Outline) -> int:
        # Areas turn the other way than their holes.
        return sum(not contour.clockwise for contour in outline.to_skia().contours)

    assert bodies(line("mama", "pacifico").drawing.layers[0].outline) == 1
    assert bodies(line("mama", "manrope").drawing.layers[0].outline) == 4


@pytest.mark.parametrize("options", [{"tracking": 50.0}, {"case": LetterCase.UPPER}])
def test_scripts_are_no_good_spaced_or_in_capitals(options: dict[str, Any]) -> None:
    codes = [finding.code for finding in line("Mama", "pacifico", **options).findings]
    assert codes == ["script-spaced" if "tracking" in options else "script-capitals"]
    assert line("Mama", "pacifico").findings == ()
    assert line("Mama", "manrope", **options).findings == ()


@pytest.mark.parametrize("font", ["manrope", "russo-one"])
def test_an_accent_without_a_place_is_refused_not_dropped_anywhere(font: str) -> None:
    # Neither font says where accents go; both have the glyph's letter or the accent.
    with pytest.raises(TextNotSettable, match=r"cannot set U\+0078"):
        line("x\u030c", font)
    assert line("x\u030c", "montserrat").ascent > line("x", "montserrat").ascent + 100


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        line("Acme", "comic-sans")
