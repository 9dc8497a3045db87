"""Initials for the letter layout: outlines of one open font, as glyphs of a pack of their own."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from backend.datasets.flatten import flatten_icon
from backend.vector.glyphs import Pack

LETTERS_PACK = "letters"
_CYRILLIC = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЫЭЮЯ"
_FONT_FILES = {
    "montserrat-latin-800-normal.woff": string.ascii_uppercase + string.digits,
    "montserrat-cyrillic-800-normal.woff": _CYRILLIC,
}


def letters_pack(version: str) -> Pack:
    """Where the letters come from."""
    return Pack(
        key=LETTERS_PACK,
        title="Montserrat ExtraBold, initials",
        author="The Montserrat Project Authors",
        licence="OFL-1.1",
        source="https://github.com/JulietaUla/Montserrat",
        version=version,
    )


def letter_paths(package: Path) -> Iterator[tuple[str, str, int, int]]:
    """Yields (character, path, width, height) of every initial; the longer side is GLYPH_UNITS."""
    for file_name, characters in _FONT_FILES.items():
        font = TTFont(package / "files" / file_name)
        names, glyphs = font.getBestCmap(), font.getGlyphSet()
        for character in characters:
            if ord(character) not in names:
                continue
            pen = SVGPathPen(glyphs)
            # Fonts measure upwards, SVG downwards.
            glyphs[names[ord(character)]].draw(TransformPen(pen, (1, 0, 0, -1, 0, 0)))
            path, width, height = flatten_icon(
                f'<path d="{pen.getCommands()}"/>', (-500, -1500, 3000, 3000)
            )
            yield character, path, width, height
