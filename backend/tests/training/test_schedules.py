"""Schedules at their corners."""

import pytest

from backend.training.schedules import cosine, linear, scheduled, warm_cosine


def test_cosine_meets_its_ends_and_its_middle() -> None:
    assert cosine(0, 100, 2.0, 1.0) == 2.0
    assert cosine(50, 100, 2.0, 1.0) == pytest.approx(1.5)
    assert cosine(100, 100, 2.0, 1.0) == 1.0
    assert cosine(1000, 100, 2.0, 1.0) == 1.0


def test_warm_up_is_linear_and_joins_the_cosine() -> None:
    assert warm_cosine(0, 100, 1.0, 0.1, 10) == pytest.approx(0.1)
    assert warm_cosine(9, 100, 1.0, 0.1, 10) == pytest.approx(1.0)
    assert warm_cosine(10, 100, 1.0, 0.1, 10) == pytest.approx(1.0)
    assert warm_cosine(100, 100, 1.0, 0.1, 10) == pytest.approx(0.1)


def test_a_line_and_a_constant() -> None:
    assert [linear(step, 10, 2.0, 1.0) for step in (0, 5, 10, 99)] == [2.0, 1.5, 1.0, 1.0]
    assert scheduled("constant", 7, 10, 2.0, 1.0) == 2.0
    for kind, expected in (("linear", 1.75), ("cosine", cosine(25, 100, 2.0, 1.0))):
        assert scheduled(kind, 25, 100, 2.0, 1.0) == expected
