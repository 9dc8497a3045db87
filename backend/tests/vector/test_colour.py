from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.brief import Colour
from backend.tests.vector.support import few_examples
from backend.vector.colour import (
    colour_difference,
    contrast_ratio,
    delta_e_2000,
    lab_from_srgb,
    linear_from_srgb,
)

Lab = tuple[float, float, float]
colours = st.builds(Colour, *[st.integers(0, 255)] * 3)

# Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", 2005, table 1.
SHARMA: list[tuple[Lab, Lab, float]] = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, 2.8361, -74.0200), (50.0, 0.0, -82.7485), 3.4412),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, -1.1848, -84.8006), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, -0.9009, -85.5211), (50.0, 0.0, -82.7485), 1.0),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, -1.0, 2.0), (50.0, 0.0, 0.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0010), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0012), 7.2195),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0009, -2.4900), 4.8045),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0010, -2.4900), 4.8045),
    ((50.0, -0.0010, 2.4900), (50.0, 0.0011, -2.4900), 4.7461),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((50.0, 2.5, 0.0), (56.0, -27.0, -3.0), 31.9030),
    ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
    ((50.0, 2.5, 0.0), (50.0, 3.1736, 0.5854), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 3.2972, 0.0), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 1.8634, 0.5757), 1.0),
    ((50.0, 2.5, 0.0), (50.0, 3.2592, 0.3350), 1.0),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.2480, -4.9620), 1.8731),
    ((35.0831, -44.1164, 3.7933), (35.0232, -40.0716, 1.5901), 1.8645),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("first", "second", "expected"), SHARMA)
def test_published_pairs_both_ways(first: Lab, second: Lab, expected: float) -> None:
    assert float(delta_e_2000(first, second)) == pytest.approx(expected, abs=5e-5)
    assert float(delta_e_2000(second, first)) == pytest.approx(expected, abs=5e-5)


def test_pairs_at_once_and_by_broadcasting() -> None:
    first, second, expected = (np.array(column) for column in zip(*SHARMA, strict=True))
    assert delta_e_2000(first, second) == pytest.approx(expected, abs=5e-5)
    assert delta_e_2000(first[:, None], second[None]).shape == (34, 34)
    assert np.diag(delta_e_2000(first[:, None], second[None])) == pytest.approx(expected, abs=5e-5)


@few_examples
@given(colours, colours)
def test_a_difference_is_symmetric_and_zero_only_for_equals(first: Colour, second: Colour) -> None:
    difference = colour_difference(first, second)
    assert difference == pytest.approx(colour_difference(second, first), abs=1e-9)
    assert colour_difference(first, first) == 0
    assert (difference > 0) == (first != second)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.2408, 80.0925, 67.2032)),
        ((0, 255, 0), (87.7347, -86.1827, 83.1793)),
        ((0, 0, 255), (32.2970, 79.1875, -107.8602)),
        ((119, 119, 119), (50.0344, 0.0, 0.0)),
    ],
)
def test_lab_of_known_colours(rgb: tuple[int, int, int], lab: Lab) -> None:
    assert lab_from_srgb(rgb) == pytest.approx(np.array(lab), abs=0.02)


def test_the_transfer_curve_joins_and_ends_where_the_standard_says() -> None:
    assert linear_from_srgb([0, 255]).tolist() == [0, 1]
    levels = linear_from_srgb(np.arange(256))
    assert (np.diff(levels) > 0).all()
    assert float(linear_from_srgb(10)) == pytest.approx(10 / 255 / 12.92, rel=1e-12)
    assert float(linear_from_srgb(11)) == pytest.approx(((11 / 255 + 0.055) / 1.055) ** 2.4)


def test_contrast_of_known_pairs() -> None:
    black, white = Colour(0, 0, 0), Colour(255, 255, 255)
    assert contrast_ratio(black, white) == pytest.approx(21)
    assert contrast_ratio(white, white) == pytest.approx(1)
    # The lightest grey that WCAG AA allows for text on white.
    assert contrast_ratio(Colour(0x76, 0x76, 0x76), white) == pytest.approx(4.54, abs=0.005)
    assert contrast_ratio(Colour(0x77, 0x77, 0x77), white) == pytest.approx(4.48, abs=0.005)


@few_examples
@given(colours, colours)
def test_contrast_is_symmetric_and_within_its_range(first: Colour, second: Colour) -> None:
    ratio = contrast_ratio(first, second)
    assert ratio == contrast_ratio(second, first)
    assert 1 <= ratio <= 21 + 1e-9
