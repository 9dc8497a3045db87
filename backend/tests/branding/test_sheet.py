from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.branding.brand_colours import brand_colours
from backend.branding.fonts import families
from backend.branding.kit_words import TABLES, Words
from backend.branding.kit_words_en import ENGLISH
from backend.branding.kit_words_ru import RUSSIAN
from backend.branding.recipes import read_recipe
from backend.branding.sheet import SheetOrder, body_family, brand_sheet
from backend.branding.sheet_page import embedded, sets, shortened, width_of, wrapped
from backend.domain.branding import KitLanguage, LockupKind
from backend.domain.brief import Colour
from backend.tests.branding.drawings import CREAM, NAVY, badge, pixels
from backend.tests.branding.orders import order
from backend.tests.branding.programs import program


def sheet_order(name: str = "Foxtrail", font: str = "manrope", **changes: object) -> SheetOrder:
    kit = order(name, font=font, **changes)  # type: ignore[arg-type]
    drawing = next(iter(kit.lockups.values())).drawing
    return SheetOrder(
        name=name,
        lockups=kit.lockups,
        made_for=CREAM,
        colours=brand_colours(drawing, background=Colour(0, 255, 0)),
        family=kit.family,
        weight=700,
        faces=next(iter(kit.lockups.values())).faces,
        credits=("Font: " + kit.family.copyright, "Знак: Кто-то, CC0"),
        words=Words(kit.language),
    )


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(pdf)
    command = [program("pdftotext"), "-layout", str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("name", "font"), [("Foxtrail", "manrope"), ("Лисья тропа", "lora")])
def test_the_brands_font_is_embedded_and_its_text_is_text(
    name: str, font: str, tmp_path: Path
) -> None:
    pdf = brand_sheet(sheet_order(name, font))
    text = text_of(pdf, tmp_path)
    for words in (name, "#12355B", "18 53 91", "Clear space", "FOGRA39L", "not a trademark"):
        assert words in text
    fonts = subprocess.run(
        [program("pdffonts"), tmp_path / "sheet.pdf"], check=True, capture_output=True, text=True
    ).stdout.splitlines()[2:]
    assert any(font in line.lower() for line in fonts)
    # Nothing is left to what the reader's machine has: embedded, in subsets, and searchable.
    assert all(re.search(r"\byes yes yes\b", line) for line in fonts if "Helvetica" not in line)
    assert not [line for line in fonts if "Helvetica" in line]


def test_it_speaks_russian_and_writes_numbers_so(tmp_path: Path) -> None:
    order = sheet_order("Лисья тропа", "lora", language=KitLanguage.RUSSIAN)
    pdf = brand_sheet(order)
    assert b"/Lang (ru)" in pdf
    text = text_of(pdf, tmp_path)
    told = {key: words for key, words in RUSSIAN.items() if "{" not in words}
    for key in ("colours", "space", "space.mark", "lockups", "typeface", "variant.reversed"):
        assert told[key] in text
    # In capitals and small letters alike, nothing is left in English but names and units.
    english = {one for key, one in ENGLISH.items() if key.startswith(("lockup.", "role."))}
    assert not english & set(text.split())
    assert re.search(r"\d,\d / \d+,\d", text)
    assert not re.search(r"\d\.\d / ", text)


def test_it_names_the_taglines_face_and_shows_the_alphabets_that_are_needed(tmp_path: Path) -> None:
    english = text_of(brand_sheet(sheet_order(font="lora", tagline="Guides")), tmp_path)
    assert "Tagline: Lora 500" in english
    assert "Ж" not in english
    cyrillic = text_of(brand_sheet(sheet_order("Чайка", "lora")), tmp_path)
    assert "АБВГДЕЁЖЗ" in cyrillic
    assert "Tagline" not in cyrillic


def test_every_letter_of_every_text_has_a_shape_in_the_faces_that_set_them() -> None:
    for face in {one.id: one for one in map(body_family, families())}.values():
        for weight in (400, 700):
            font = embedded(face, weight)
            for table in TABLES.values():
                assert [
                    text for text in table.values() if not sets(font, text.replace("\n", ""))
                ] == []


def test_it_is_one_landscape_page_with_something_in_every_part(tmp_path: Path) -> None:
    path = tmp_path / "sheet.pdf"
    path.write_bytes(brand_sheet(sheet_order()))
    command = [program("pdftoppm"), "-r", "50", "-png", str(path), str(tmp_path / "page")]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stderr == b""
    (page,) = tmp_path.glob("page*.png")
    with Image.open(page) as image:
        assert image.width / image.height == pytest.approx(297 / 210, abs=0.01)
        pixels = np.asarray(image.convert("L"), float)
    for rows in np.array_split(pixels[30:-20], 4):
        for part in np.array_split(rows[:, 30:-30], 3, axis=1):
            assert part.std() > 4


def test_equal_orders_give_equal_bytes() -> None:
    assert brand_sheet(sheet_order(), "{}") == brand_sheet(sheet_order(), "{}")


def test_it_carries_the_recipe() -> None:
    assert read_recipe(brand_sheet(sheet_order(), '{"a": "(Лиса)"}')) == '{"a": "(Лиса)"}'


def test_a_colour_that_cannot_be_printed_is_marked(tmp_path: Path) -> None:
    text = text_of(brand_sheet(sheet_order()), tmp_path)
    assert "Duller in print" in text
    plain = sheet_order(drawing=badge())
    dull = SheetOrder(
        **{name: getattr(plain, name) for name in SheetOrder.__slots__ if name != "colours"},
        colours=brand_colours(badge()),
    )
    assert "Duller in print" not in text_of(brand_sheet(dull), tmp_path)


@pytest.mark.parametrize(
    "changed",
    [
        sheet_order("Щ" * 200, "lora"),
        sheet_order("Word " * 40),
        sheet_order("", kinds=(LockupKind.MARK,)),
        sheet_order(drawing=pixels()),
        sheet_order(kinds=tuple(LockupKind), tagline="A tagline that says a bit more than that"),
        sheet_order(font="pacifico"),
    ],
    ids=["long word", "many words", "no name", "pixels", "all lockups", "script"],
)
def test_no_order_breaks_it(changed: SheetOrder, tmp_path: Path) -> None:
    text = text_of(brand_sheet(changed), tmp_path)
    assert "Clear space" in text
    assert ("Typeface" in text) == bool(changed.name)


def test_text_is_kept_inside_its_room() -> None:
    font = embedded(order().family, 400)
    assert shortened("short", font, 8, 500) == "short"
    cut = shortened("long " * 50, font, 8, 100)
    assert cut.endswith("...")
    assert width_of(cut, font, 8) <= 100
    lines = wrapped("several words " * 20, font, 8, 100)
    assert len(lines) > 5
    assert all(width_of(line, font, 8) <= 100 for line in lines)
    assert NAVY.hex == "#12355B"
