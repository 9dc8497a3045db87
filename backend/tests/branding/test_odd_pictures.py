"""Pictures of odd shapes become marks or are refused with a reason."""

from __future__ import annotations

import pytest
from PIL import Image, ImageDraw

from backend.branding.marks import MarkSource, make_mark
from backend.domain.branding import MarkOptions
from backend.domain.brief import Colour
from backend.domain.errors import InvalidRequest

WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


def bar(size: tuple[int, int], box: tuple[int, int, int, int]) -> MarkSource:
    image = Image.new("RGB", size, WHITE.rgb)
    ImageDraw.Draw(image).rectangle(box, fill=BLACK.rgb)
    return MarkSource(image)


@pytest.mark.parametrize("size", [(16, 1024), (1024, 16), (64, 4096)])
def test_narrow_pictures_become_marks(size: tuple[int, int]) -> None:
    width, height = size
    mark = make_mark(
        bar(size, (width // 4, height // 4, width * 3 // 4, height * 3 // 4)), MarkOptions()
    )
    assert mark.similarity > 0.9


@pytest.mark.parametrize("thickness", [8, 16, 24])
def test_one_thin_line_is_ink_enough(thickness: int) -> None:
    mark = make_mark(bar((1024, 1024), (500, 20, 500 + thickness, 1004)), MarkOptions())
    assert mark.palette == (WHITE, BLACK)
    assert mark.drawing.fills == (BLACK,)


def test_a_picture_of_one_colour_is_refused_with_what_to_do() -> None:
    blank = MarkSource(Image.new("RGB", (256, 256), WHITE.rgb))
    with pytest.raises(InvalidRequest, match="Only one colour") as refused:
        make_mark(blank, MarkOptions())
    assert refused.value.fields[0][0] == "mark.palette"
