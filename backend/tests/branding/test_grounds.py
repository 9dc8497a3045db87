from __future__ import annotations

import pytest

from backend.branding.drawing import Drawing, Layer
from backend.branding.grounds import suited
from backend.branding.marks import Mark, MarkForm
from backend.branding.outlines import rectangle, without
from backend.domain.brief import Colour

WHITE, RUST, CREAM, BROWN = (
    Colour.from_hex(text) for text in ("#FFFFFF", "#B3431B", "#FFF8EE", "#2E1A12")
)


def mark_of(*layers: Layer, palette: tuple[Colour, ...] = (RUST, CREAM, BROWN)) -> Mark:
    return Mark(
        Drawing(1000, 1000, layers), MarkForm.NATIVE, palette, len(layers), 1.0, (), palette
    )


BODY = Layer(rectangle(0, 0, 1000, 600), CREAM)
FOOT = Layer(rectangle(0, 600, 1000, 1000), BROWN)


def test_an_ink_that_drowns_on_white_wears_the_own_ground() -> None:
    worn = suited(mark_of(BODY, FOOT), WHITE)

    assert worn.drawing.fills == (RUST, BROWN)
    assert worn.worn == (CREAM, RUST, BROWN)
    assert worn.palette == (RUST, CREAM, BROWN)
    assert worn.findings[-1].code == "ink-exchanged"
    assert [layer.outline for layer in worn.drawing.layers] == [BODY.outline, FOOT.outline]


def test_where_every_ink_is_seen_a_mark_stays_as_it_was_drawn() -> None:
    mark = mark_of(BODY, FOOT)
    assert suited(mark, RUST) is mark
    assert suited(mark, Colour(90, 120, 200)) is mark


def test_an_ink_that_others_enclose_is_seen_on_any_ground() -> None:
    eye = rectangle(300, 300, 500, 500)
    head = Layer(without(rectangle(0, 0, 1000, 1000), eye), BROWN)
    mark = mark_of(head, Layer(eye, CREAM))

    assert suited(mark, WHITE) is mark


@pytest.mark.parametrize("own", [WHITE, Colour(250, 240, 230)])
def test_a_ground_that_drowns_too_is_no_help(own: Colour) -> None:
    mark = mark_of(BODY, palette=(own, CREAM))

    assert suited(mark, WHITE) is mark
