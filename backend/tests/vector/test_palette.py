from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.brief import Colour, Palette
from backend.tests.vector.support import few_examples
from backend.vector.colour import colour_difference, contrast_ratio
from backend.vector.palette import (
    INK,
    MIN_CONTRAST,
    MIN_GROUND_CONTRAST,
    PALETTES,
    WHITE,
    NamedPalette,
    inverted,
    palettes_from_colours,
)

RED, BLACK = Colour.from_hex("C0392B"), Colour(0, 0, 0)
YELLOW, NAVY, CREAM = (Colour.from_hex(text) for text in ("FFFF00", "1F3A68", "FFFDD0"))
ORANGE, TEAL = Colour.from_hex("F28500"), Colour.from_hex("008080")
colours = st.builds(Colour, *[st.integers(0, 255)] * 3)


def inks(palette: Palette) -> set[Colour]:
    return {palette.primary, palette.secondary}


def lowest_contrast(palette: Palette) -> float:
    return min(contrast_ratio(palette.background, ink) for ink in inks(palette))


def test_one_colour_goes_on_white_and_the_other_way_round() -> None:
    assert palettes_from_colours([RED]) == [Palette(WHITE, RED, RED), Palette(RED, WHITE, WHITE)]


@pytest.mark.parametrize("pale", [YELLOW, WHITE])
def test_a_pale_colour_alone_gets_a_dark_ground(pale: Colour) -> None:
    assert palettes_from_colours([pale]) == [Palette(INK, pale, pale), Palette(pale, INK, INK)]


def test_black_and_white_need_no_third_colour() -> None:
    expected = [Palette(WHITE, BLACK, BLACK), Palette(BLACK, WHITE, WHITE)]
    assert palettes_from_colours([BLACK, WHITE]) == expected
    assert palettes_from_colours([WHITE, BLACK]) == expected


def test_two_strong_colours_share_a_white_ground_first() -> None:
    assert palettes_from_colours([ORANGE, NAVY]) == [
        Palette(WHITE, ORANGE, NAVY),
        Palette(WHITE, NAVY, ORANGE),
        Palette(NAVY, ORANGE, ORANGE),
        Palette(ORANGE, NAVY, NAVY),
    ]
    # These two are equally dark: neither can carry the other.
    assert palettes_from_colours([ORANGE, TEAL]) == [
        Palette(WHITE, ORANGE, TEAL),
        Palette(WHITE, TEAL, ORANGE),
    ]


def test_a_dark_and_a_pale_colour_carry_each_other() -> None:
    # On the dark ink the navy would drown, on white the cream.
    assert palettes_from_colours([NAVY, CREAM]) == [
        Palette(CREAM, NAVY, NAVY),
        Palette(NAVY, CREAM, CREAM),
    ]


def test_two_colours_alike_never_carry_each_other() -> None:
    dark_red = Colour.from_hex("A93226")
    for palette in palettes_from_colours([RED, dark_red]):
        assert palette.background == WHITE
        assert inks(palette) == {RED, dark_red}


def test_what_the_eye_cannot_tell_apart_counts_once() -> None:
    near = Colour(RED.red + 1, RED.green, RED.blue)
    assert palettes_from_colours([RED, near, RED]) == palettes_from_colours([RED])


def test_three_colours_are_ordered_by_a_quiet_readable_ground() -> None:
    palettes = palettes_from_colours([RED, NAVY, CREAM])
    assert palettes[0].background == CREAM
    assert all({*palette.colours} == {RED, NAVY, CREAM} for palette in palettes)
    assert all(lowest_contrast(palette) >= MIN_CONTRAST for palette in palettes)


def test_pastels_that_drown_in_each_other_get_a_ground() -> None:
    pastels = [Colour.from_hex(text) for text in ("FFCDD2", "C8E6C9", "BBDEFB")]
    palettes = palettes_from_colours(pastels)
    assert {ink for palette in palettes for ink in inks(palette)} == set(pastels)
    assert all(lowest_contrast(palette) >= MIN_GROUND_CONTRAST for palette in palettes)


def test_only_the_first_five_colours_count() -> None:
    six = [RED, NAVY, CREAM, ORANGE, TEAL, Colour(0, 200, 0)]
    used = {colour for palette in palettes_from_colours(six) for colour in palette.colours}
    assert Colour(0, 200, 0) not in used
    assert used == set(six[:5])


@few_examples
@given(st.lists(colours, min_size=1, max_size=6))
def test_any_colours_give_readable_palettes_of_those_colours(asked: list[Colour]) -> None:
    palettes = palettes_from_colours(asked)
    assert palettes
    assert len(set(palettes)) == len(palettes)
    allowed = {*asked, WHITE, INK}
    for palette in palettes:
        assert {*palette.colours} <= allowed
        assert {*palette.colours} & {*asked}
        assert palette.background not in inks(palette)
        assert lowest_contrast(palette) >= MIN_GROUND_CONTRAST


@few_examples
@given(st.lists(colours, min_size=1, max_size=2))
def test_every_one_of_one_or_two_colours_is_worn_in_each_palette(asked: list[Colour]) -> None:
    if len(asked) == 2 and colour_difference(*asked) <= 2:
        asked = asked[:1]
    for palette in palettes_from_colours(asked):
        assert set(asked) <= {*palette.colours}


def test_inverting_swaps_ground_and_primary() -> None:
    assert inverted(Palette(WHITE, RED, RED)) == Palette(RED, WHITE, WHITE)
    assert inverted(Palette(WHITE, NAVY, ORANGE)) == Palette(NAVY, WHITE, ORANGE)
    # Orange on red is not readable.
    assert inverted(Palette(WHITE, RED, Colour.from_hex("B9502B"))) is None


@few_examples
@given(st.builds(Palette, colours, colours, colours))
def test_an_inverse_is_readable_and_starts_from_the_primary(palette: Palette) -> None:
    swapped = inverted(palette)
    if swapped is not None:
        assert (swapped.background, swapped.primary) == (palette.primary, palette.background)
        assert lowest_contrast(swapped) >= MIN_CONTRAST


@pytest.mark.parametrize("named", PALETTES, ids=lambda named: named.name)
def test_curated_palettes_are_readable(named: NamedPalette) -> None:
    palette = named.palette
    assert contrast_ratio(palette.background, palette.primary) >= 2.2
    assert contrast_ratio(palette.background, palette.secondary) >= 1.7
    assert colour_difference(palette.primary, palette.secondary) > 12
    assert named.mood.count(",") >= 2


def test_curated_palettes_differ() -> None:
    assert len({named.name for named in PALETTES}) == len(PALETTES)
    for first, second in permutations(PALETTES, 2):
        assert first.palette != second.palette
