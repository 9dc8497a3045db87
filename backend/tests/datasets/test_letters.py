from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from backend.datasets.glyph_build import glyph_mask
from backend.datasets.letters import letter_paths, letters_pack


def font(characters: str) -> TTFont:
    """A font whose every letter is an upright L: a foot of 600 at the bottom, a stem of 800."""
    pen = TTGlyphPen(None)
    pen.moveTo((100, 0))
    for point in ((100, 800), (300, 800), (300, 200), (700, 200), (700, 0)):
        pen.lineTo(point)
    pen.closePath()
    names = [f"u{ord(character):04X}" for character in characters]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({ord(c): n for c, n in zip(characters, names, strict=True)})
    outline = pen.glyph()
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), **dict.fromkeys(names, outline)})
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names], (800, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupPost()
    return builder.font


@pytest.fixture
def package(tmp_path: Path) -> Path:
    files = tmp_path / "files"
    files.mkdir()
    for name, characters in (("latin", "AZ7a"), ("cyrillic", "ЖЯ")):
        made = font(characters)
        made.flavor = "woff"
        made.save(files / f"montserrat-{name}-800-normal.woff")
    return tmp_path


def test_capitals_and_digits_that_the_font_has_come_out(package: Path) -> None:
    found = list(letter_paths(package))
    assert [character for character, *_ in found] == ["A", "Z", "7", "Ж", "Я"]
    assert {(width, height) for *_, width, height in found} == {(750, 1000)}


def test_letters_stand_upright(package: Path) -> None:
    _, path, _, _ = next(letter_paths(package))
    covered = glyph_mask(path, 20) > 0.5
    assert covered[:, 1].all()  # the stem, on the left from top to bottom
    assert covered[18, :14].all()  # the foot, at the bottom
    assert not covered[2, 7:].any()


def test_the_pack_names_the_font_and_its_licence() -> None:
    pack = letters_pack("5.3.0")
    assert (pack.key, pack.licence, pack.version) == ("letters", "OFL-1.1", "5.3.0")
    assert "Montserrat" in pack.title
