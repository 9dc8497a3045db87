"""Colour recall and flatness on pictures whose colours are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.domain.brief import Colour
from backend.metrics.colour import MIN_SHARE, colour_recall, colour_share, flatness

Picture = NDArray[np.uint8]
RED, DARK_RED, BLUE, DARK, WHITE = (
    Colour.from_hex(text) for text in ("#C0392B", "#B03428", "#1F4E9E", "#34495E", "#FFFFFF")
)


def picture(*parts: tuple[Colour, int], size: int = 100) -> Picture:
    """Rows of each colour, from the top; the rest is white."""
    pixels = np.full((3, size, size), 255, dtype=np.uint8)
    top = 0
    for colour, num_rows in parts:
        pixels[:, top : top + num_rows] = np.array(colour.rgb, np.uint8)[:, None, None]
        top += num_rows
    return pixels


def test_a_colour_covers_the_part_that_it_is_painted_on() -> None:
    drawn = picture((RED, 30), (BLUE, 7))
    assert colour_share(drawn, RED) == pytest.approx(0.30)
    assert colour_share(drawn, BLUE) == pytest.approx(0.07)
    assert colour_share(drawn, WHITE) == pytest.approx(0.63)
    assert colour_share(drawn, Colour.from_hex("#27AE60")) == 0


def test_a_shade_of_a_colour_counts_and_another_colour_does_not() -> None:
    drawn = picture((DARK_RED, 30))
    assert colour_share(drawn, RED) == pytest.approx(0.30)
    assert colour_share(drawn, Colour.from_hex("#E67E22")) == 0


@pytest.mark.parametrize(("num_rows", "recall"), [(0, 0.0), (1, 0.0), (2, 1.0), (40, 1.0)])
def test_a_colour_is_there_from_two_per_cent_on(num_rows: int, recall: float) -> None:
    assert MIN_SHARE == 0.02
    assert colour_recall([picture((RED, num_rows))], [[RED]]) == recall


def test_recall_counts_asked_for_colours_not_pictures() -> None:
    drawn = [picture((RED, 30)), picture((BLUE, 30)), picture()]
    assert colour_recall(drawn, [[RED, BLUE, WHITE], [BLUE], []]) == pytest.approx(3 / 4)


def test_asking_for_nothing_has_no_recall() -> None:
    with pytest.raises(ValueError, match="no colour was asked for"):
        colour_recall([picture()], [[]])
    with pytest.raises(ValueError, match="shorter"):
        colour_recall([picture(), picture()], [[RED]])


def test_four_flat_colours_are_flat_and_a_fifth_is_not() -> None:
    five = [Colour.from_hex(text) for text in ("#C0392B", "#1F4E9E", "#27AE60", "#F1C40F")]
    assert flatness(picture(*((colour, 25) for colour in five))) == 1
    assert flatness(picture(*((colour, 22) for colour in five))) == pytest.approx(0.88)


def test_noise_of_a_few_levels_leaves_four_areas_flat() -> None:
    noise = np.random.default_rng(0).normal(scale=4, size=(3, 100, 100))
    noisy = np.clip(picture((RED, 25), (BLUE, 25), (DARK, 25)) + noise, 0, 255).astype(np.uint8)
    assert len(np.unique(noisy.reshape(3, -1), axis=1).T) > 2000
    # Without cells, stray shades of one area would take the places of the others: 0.69.
    assert flatness(noisy) > 0.85


def test_a_gradient_is_not_flat() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (3, 64, 1))
    assert flatness(ramp) < 0.4
    # Twelve greys far enough apart, each on a twelfth of the picture.
    assert flatness(ramp[:, :, 64::16]) == pytest.approx(4 / 12)


def test_shades_of_one_colour_take_one_place_of_the_four() -> None:
    near = Colour(RED.red - 2, RED.green, RED.blue)  # in the neighbouring cell
    green, yellow = Colour.from_hex("#27AE60"), Colour.from_hex("#F1C40F")
    drawn = picture((RED, 30), (near, 25), (BLUE, 20), (green, 13), (yellow, 12))
    assert flatness(drawn) == 1


def test_flatness_does_not_depend_on_where_pixels_are() -> None:
    draws = np.random.default_rng(1)
    drawn = draws.integers(0, 256, (3, 30, 30), dtype=np.uint8)
    shuffled = drawn.reshape(3, -1)[:, draws.permutation(900)].reshape(3, 30, 30)
    assert 0 < flatness(drawn) == flatness(shuffled) < 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((10, 10, 3), np.uint8),
        np.zeros((3, 10, 10), np.float32),
        np.zeros((3, 0, 10), np.uint8),
        np.zeros((1, 3, 10, 10), np.uint8),
    ],
)
def test_other_shapes_are_no_pictures(wrong: Picture) -> None:
    with pytest.raises(ValueError, match=r"\(3, H, W\) in uint8"):
        flatness(wrong)
