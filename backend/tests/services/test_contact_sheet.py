from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from backend.services.contact_sheet import contact_sheet

CELL, GAP = 40, 10


def paint(colour: str, size: int = CELL) -> Image.Image:
    return Image.new("RGB", (size, size), colour)


def cell(sheet: Image.Image, column: int, top: int) -> set[tuple[int, ...]]:
    """The colours inside a cell whose row of pictures starts at `top`."""
    left = GAP + column * (CELL + GAP)
    area = np.asarray(sheet.crop((left, top, left + CELL, top + CELL))).reshape(-1, 3)
    return {tuple(int(value) for value in pixel) for pixel in area}


def test_pictures_stand_in_rows_with_gaps() -> None:
    rows = [("", [paint("red"), paint("blue")]), ("", [paint("lime")])]
    sheet = contact_sheet(rows, cell_px=CELL, gap_px=GAP)
    assert sheet.size == (2 * CELL + 3 * GAP, 2 * CELL + 3 * GAP)
    assert cell(sheet, 0, GAP) == {(255, 0, 0)}
    assert cell(sheet, 1, GAP) == {(0, 0, 255)}
    assert cell(sheet, 0, CELL + 2 * GAP) == {(0, 255, 0)}
    assert cell(sheet, 1, CELL + 2 * GAP) == {(255, 255, 255)}
    assert sheet.getpixel((2, 2)) == (255, 255, 255)


def test_a_caption_takes_room_above_its_row_and_is_written() -> None:
    plain = contact_sheet([("", [paint("red")])], cell_px=CELL, gap_px=GAP)
    captioned = contact_sheet([("Fox", [paint("red")])], cell_px=CELL, gap_px=GAP)
    taller = captioned.height - plain.height
    assert taller == 16 + GAP
    assert cell(captioned, 0, GAP + taller) == {(255, 0, 0)}
    caption = np.asarray(captioned.crop((0, 0, captioned.width, taller)))
    assert caption.min() < 120
    assert np.asarray(plain.crop((0, 0, plain.width, GAP - 1))).min() == 255


def test_pictures_of_any_size_and_mode_are_fitted() -> None:
    odd = [paint("red", 7), Image.new("RGBA", (300, 300), (0, 0, 255, 255)), Image.new("L", (9, 9))]
    sheet = contact_sheet([("", odd)], cell_px=CELL, gap_px=GAP)
    assert [cell(sheet, column, GAP) for column in range(3)] == [
        {(255, 0, 0)},
        {(0, 0, 255)},
        {(0, 0, 0)},
    ]


@pytest.mark.parametrize("rows", [[], [("", [])]])
def test_an_empty_sheet_is_paper(rows: list[tuple[str, list[Image.Image]]]) -> None:
    sheet = contact_sheet(rows, cell_px=CELL, gap_px=GAP)
    assert sheet.getcolors() == [(sheet.width * sheet.height, (255, 255, 255))]


def test_captions_in_cyrillic_are_letters_and_no_boxes() -> None:
    picture = Image.new("RGB", (192, 192))
    sheets = [contact_sheet([(caption, [picture] * 3)]) for caption in ("Мята", "Чайк", "Лиса")]

    # Letters that a font lacks all come out as the same box.
    assert len({sheet.tobytes() for sheet in sheets}) == 3
