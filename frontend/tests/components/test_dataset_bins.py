"""Rebinning, against numpy on the raw values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontend.components.dataset_bins import (
    MAX_BINS,
    has_long_tail,
    holds_whole_numbers,
    most_bins,
    outlier_points,
    rebin,
    usual_bins,
)
from frontend.datasets_answers import read_numbers
from frontend.datasets_types import Numbers
from frontend.tests.stub_datasets import numbers_json


def numbers(values: object) -> Numbers:
    return read_numbers(numbers_json(values))


@pytest.mark.parametrize("bins", [1, 7, 30, 100])
def test_fractions_are_counted_as_numpy_counts_the_raw_values(bins: int) -> None:
    raw = np.round(np.random.default_rng(1).lognormal(1, 0.6, 3_000), 3)
    expected, edges = np.histogram(raw, bins)

    histogram = rebin(numbers(raw), bins)

    assert histogram.counts == tuple(expected)
    assert histogram.edges == pytest.approx(tuple(edges))
    assert histogram.left_out == 0


@given(st.lists(st.integers(-50, 400), min_size=1, max_size=60), st.integers(1, 100))
def test_whole_numbers_fall_into_bins_of_equal_whole_width(raw: list[int], bins: int) -> None:
    histogram = rebin(numbers(raw), bins)
    widths = set(np.diff(histogram.edges))
    expected, _ = np.histogram(raw, histogram.edges)

    assert histogram.counts == tuple(expected)
    assert sum(histogram.counts) == len(raw)
    assert len(widths) == 1
    assert float(widths.pop()).is_integer()
    assert len(histogram.counts) <= bins


def test_whole_numbers_show_no_teeth_that_are_not_in_the_data() -> None:
    """Ten values in seven equal bins: numpy's own bins hold one value here and two there."""
    raw = list(range(10)) * 100

    assert set(np.histogram(raw, 7)[0]) == {100, 200}
    assert set(rebin(numbers(raw), 7).counts) == {200}


def test_without_outliers_the_bins_end_at_the_whiskers_and_say_what_is_left_out() -> None:
    raw = [*range(100), 5_000, 6_000]
    found = numbers(raw)
    histogram = rebin(found, 10, with_outliers=False)

    assert (histogram.edges[0], histogram.edges[-1]) == (-0.5, 99.5)
    assert histogram.left_out == 2
    assert outlier_points(found, 50) == ((5_000, 1), (6_000, 1))
    assert has_long_tail(found)
    assert not has_long_tail(numbers(range(100)))


def test_one_value_is_one_bin() -> None:
    for value in (128, 0.25):
        found = numbers([value] * 9)

        assert rebin(found, 20).counts == (9,)
        assert most_bins(found) == 1
        assert usual_bins(found) == 1


def test_the_usual_number_of_bins_fits_the_slider() -> None:
    normal = np.random.default_rng(2).normal(0, 1, 2_000)

    assert 20 <= usual_bins(numbers(normal)) <= 50
    assert usual_bins(numbers([1, 2, 2, 3])) == 3
    assert most_bins(numbers(normal)) == MAX_BINS
    # More than half are equal, so that the rule of Freedman and Diaconis knows no width.
    assert usual_bins(numbers([0.5] * 90 + [0.1, 1.9] * 5)) == 30


def test_centres_of_fine_bins_are_not_taken_for_whole_numbers() -> None:
    centres = read_numbers({**numbers_json([10, 20, 30]), "is_exact": False})

    assert not holds_whole_numbers(centres)
    assert holds_whole_numbers(numbers([10, 20, 30]))


def test_of_many_outliers_some_are_marked_with_both_ends() -> None:
    found = numbers([0.0] * 4_000 + [i + 0.5 for i in range(500)])
    marked = outlier_points(found, 100)

    assert len(marked) == 100
    assert (marked[0][0], marked[-1][0]) == (0.5, 499.5)
