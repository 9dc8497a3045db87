"""Whatever is typed is set right or refused with a reason: never a box, a gap or a crash."""

from __future__ import annotations

import pytest
import uharfbuzz as hb

from backend.branding.fonts import Family, families
from backend.branding.lettering import lettering
from backend.branding.lockups import build_lockup
from backend.branding.wordmarks import Line, set_line, shape_line
from backend.domain.branding import LetterCase, LockupKind, TextOptions
from backend.domain.brief import Colour
from backend.domain.errors import TextNotSettable
from backend.tests.branding.names import REFUSED_EVERYWHERE, SET_BY_SOME, SET_EVERYWHERE

INK = Colour(20, 20, 30)
EACH = pytest.mark.parametrize("one", families(), ids=lambda one: one.id)


def set_in(one: Family, text: str) -> Line:
    return set_line(text, options=TextOptions(font=one.id), colour=INK)


def assert_right(line: Line) -> None:
    """By a shaping of its own, and by the ink of each visible character."""
    font = hb.Font(hb.Face(hb.Blob.from_file_path(str(line.family.font_path(line.weight)))))
    buffer = hb.Buffer()
    buffer.add_str(line.text)
    buffer.guess_segment_properties()
    hb.shape(font, buffer, {"calt": False})
    assert all(info.codepoint != 0 for info in buffer.glyph_infos)
    shaped = shape_line(line.text, line.family, line.weight)
    assert "".join(cluster.text for cluster in shaped.clusters) == line.text
    for cluster in shaped.clusters:
        assert cluster.is_space or any(not one.outline.is_empty for one in cluster.glyphs)
    assert line.drawing.width > 0
    assert line.drawing.height > 0


def assert_useful(error: TextNotSettable, family: str = "") -> None:
    assert family in error.detail
    assert len(error.detail) > 40
    assert error.detail.isprintable(), "the reason itself has to be fit to show"
    assert error.to_record()["detail"].encode("utf-8")


def test_there_are_a_hundred_and_none_twice() -> None:
    names = SET_EVERYWHERE + SET_BY_SOME + REFUSED_EVERYWHERE
    assert len(names) == len(set(names)) >= 100


@EACH
def test_ordinary_names_are_set(one: Family) -> None:
    for text in SET_EVERYWHERE:
        assert_right(set_in(one, text))


@EACH
def test_names_for_some_families_are_set_or_refused(one: Family) -> None:
    for text in SET_BY_SOME:
        try:
            line = set_in(one, text)
        except TextNotSettable as refused:
            assert_useful(refused, one.name)
        else:
            assert_right(line)


@pytest.mark.parametrize("text", SET_BY_SOME[:5])
def test_families_that_are_recommended_can_indeed(text: str) -> None:
    refusing = []
    for one in families():
        try:
            set_in(one, text)
        except TextNotSettable as refused:
            refusing.append((one, refused.detail))
    assert len(refusing) < len(families())
    for _, detail in refusing:
        named = [one for one in families() if one.name in detail.partition("that can:")[2]]
        assert named
        for one in named:
            assert_right(set_in(one, text))


@EACH
def test_what_is_no_name_is_refused(one: Family) -> None:
    for text in REFUSED_EVERYWHERE:
        with pytest.raises(TextNotSettable) as refused:
            set_in(one, text)
        assert_useful(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Tea 🍵", ["U+1F375 (teacup without handle)", "leave emoji and symbols out"]),
        ("日本", ["U+65E5 (cjk unified ideograph-65e5)", "Latin or Cyrillic"]),
        ("שלום", ["U+05E9 (hebrew letter shin)", "right to left"]),
        ("abc\u202eedc", ["U+202E (right-to-left override)"]),
        ("𝕬𝖈𝖒𝖊", ["Type it in ordinary letters: Acme"]),
        ("Ωμέγα", ["U+03B3 (greek small letter gamma)", "Comfortaa"]),
        ("\ud83d", ["U+D83D (half of a character)"]),
        ("\ue000", ["U+E000 (private use)"]),
        ("x" * 201, ["201", "200"]),
    ],
)
def test_the_reason_names_the_characters_and_a_way_out(text: str, told: list[str]) -> None:
    with pytest.raises(TextNotSettable) as refused:
        set_line(text, options=TextOptions(font="lora"), colour=INK)
    for part in told:
        assert part in refused.value.detail


def test_many_characters_are_not_all_recited() -> None:
    with pytest.raises(TextNotSettable) as refused:
        set_line("一丁七万丈三上下不与" * 10, options=TextOptions(), colour=INK)
    assert refused.value.detail.count("U+") == 5
    assert "and 5 more" in refused.value.detail


@pytest.mark.parametrize(
    ("typed", "text", "gone"),
    [
        ("\ufeffBOM", "BOM", 1),
        ("NUL\x00byte", "NULbyte", 1),
        ("two\r\n lines", "two lines", 0),
        ("e\u200b\u0301", "é", 1),
        ("Tag\U000e0041\U000e0042", "Tag", 2),
        ("\ufb01", "fi", 0),
    ],
)
def test_what_has_no_picture_is_taken_out_and_said(typed: str, text: str, gone: int) -> None:
    clean = lettering(typed)
    assert clean.text == text
    assert [finding.code for finding in clean.findings] == ["invisible-characters"] * bool(gone)
    assert sum(int(finding.figures["characters"]) for finding in clean.findings) == gone


@pytest.mark.parametrize(
    ("typed", "case", "text"),
    [
        ("Straße", LetterCase.UPPER, "STRASSE"),
        ("\ufb01ne", LetterCase.UPPER, "FINE"),
        ("ЧАЙКА Tea", LetterCase.LOWER, "чайка tea"),
        ("ΣΟΦΟΣ", LetterCase.LOWER, "σοφος"),
        ("northern lights", LetterCase.TITLE, "Northern Lights"),
        ("NORTHERN LIGHTS", LetterCase.TITLE, "Northern Lights"),
        ("mcDonald o'neill", LetterCase.TITLE, "McDonald O'neill"),
        ("coca-cola (дом и сад)", LetterCase.TITLE, "Coca-Cola (Дом И Сад)"),
        ("ёж", LetterCase.TITLE, "Ёж"),
        ("iPhone", LetterCase.TYPED, "iPhone"),
    ],
)
def test_letter_case(typed: str, case: LetterCase, text: str) -> None:
    assert lettering(typed, case).text == text


@pytest.mark.parametrize("kind", [LockupKind.LEFT, LockupKind.STACKED, LockupKind.BADGE])
def test_names_make_lockups_or_are_refused(kind: LockupKind) -> None:
    mark = set_line("O", options=TextOptions(font="unbounded"), colour=INK).drawing
    for text in SET_EVERYWHERE[::2] + REFUSED_EVERYWHERE[::2]:
        try:
            lockup = build_lockup(kind, mark, TextOptions(name=text, tagline=text[:30]), INK)
        except TextNotSettable as refused:
            assert_useful(refused)
        else:
            assert lockup.drawing.width > 0
            assert lockup.smallest_width_px >= 1
