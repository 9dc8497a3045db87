"""Arithmetic of curves."""

from __future__ import annotations

import pytest

from frontend.curves import scaled, smoothed


def test_without_weight_nothing_is_changed() -> None:
    assert smoothed([3.0, None, 5.0], 0) == [3.0, None, 5.0]


def test_a_constant_stays_itself_from_the_first_value_on() -> None:
    assert smoothed([4.0] * 5, 0.9) == pytest.approx([4.0] * 5)


def test_the_average_is_the_weighted_mean_of_what_came() -> None:
    assert smoothed([1.0, 3.0], 0.5) == pytest.approx([1.0, (0.25 * 1 + 0.5 * 3) / 0.75])


def test_gaps_stay_and_do_not_count() -> None:
    line = smoothed([1.0, None, 3.0], 0.5)

    assert line[1] is None
    assert [line[0], line[2]] == smoothed([1.0, 3.0], 0.5)


def test_seconds_are_drawn_as_minutes() -> None:
    assert scaled([60.0, None, 90.0], "seconds") == [1.0, None, 1.5]
    assert scaled([60.0], "step") == [60.0]
