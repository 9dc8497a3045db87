"""The bucket against a model of two lines, and what it promises to callers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from backend.domain.rates import Rate, RateLimiter, job_cost

# Quarters of seconds and points are exact as floats, so that the model may be compared with `==`.
PAUSES = st.integers(0, 40).map(lambda quarters: quarters / 4)
COSTS = st.integers(0, 60)
RATES = st.builds(Rate, st.sampled_from([0.25, 0.5, 1.0, 2.0, 8.0]), st.integers(1, 40))
NAMES = st.sampled_from(["a", "b"])


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(RATES, st.lists(st.tuples(PAUSES, NAMES, COSTS), max_size=60))
def test_it_is_the_model(rate: Rate, asked: list[tuple[float, str, int]]) -> None:
    clock = Clock()
    limiter = RateLimiter(rate, clock)
    model = {name: Fraction(rate.burst) for name in "ab"}
    for pause, name, cost in asked:
        clock.now += pause
        back = Fraction(rate.per_second) * Fraction(pause)
        model = {of: min(Fraction(rate.burst), left + back) for of, left in model.items()}
        taken = min(cost, rate.burst)
        verdict = limiter.take(name, cost)
        assert verdict.is_admitted == (taken <= model[name])
        model[name] -= taken if verdict.is_admitted else 0
        assert verdict.left == model[name].__floor__()
        missing = 0 if verdict.is_admitted else (taken - model[name]) / Fraction(rate.per_second)
        assert verdict.wait_seconds == missing


@given(RATES, st.lists(st.tuples(PAUSES, COSTS), max_size=60))
def test_no_span_of_time_admits_more_than_burst_and_refill(
    rate: Rate, asked: list[tuple[float, int]]
) -> None:
    clock = Clock()
    limiter = RateLimiter(rate, clock)
    admitted: list[tuple[float, int]] = []
    for pause, cost in asked:
        clock.now += pause
        if limiter.take("a", cost).is_admitted:
            admitted.append((clock.now, min(cost, rate.burst)))
    for index, (start, _) in enumerate(admitted):
        total = 0
        for end, cost in admitted[index:]:
            total += cost
            assert total <= rate.burst + rate.per_second * (end - start)


@given(RATES, st.lists(COSTS, min_size=1, max_size=30))
def test_whoever_waits_as_told_gets_in(rate: Rate, costs: list[int]) -> None:
    clock = Clock()
    limiter = RateLimiter(rate, clock)
    for cost in costs:
        verdict = limiter.take("a", cost)
        if not verdict.is_admitted:
            clock.now += verdict.wait_seconds
            assert limiter.take("a", cost).is_admitted


@given(st.lists(st.integers(0, 50), max_size=100), st.integers(1, 10))
def test_the_number_of_buckets_is_bounded(names: list[int], most: int) -> None:
    limiter = RateLimiter(Rate(1, 5), Clock(), most)
    for name in names:
        limiter.take(str(name), 1)
        assert len(limiter) <= most


def test_the_bucket_unused_for_longest_goes_first() -> None:
    limiter = RateLimiter(Rate(1, 5), Clock(), 2)
    for name in ("a", "b", "a", "c"):
        limiter.take(name, 5)
    assert not limiter.take("a", 1).is_admitted
    assert limiter.take("b", 1).is_admitted


def test_a_clock_that_stands_or_falls_back_gives_nothing() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate(1, 5), clock)
    limiter.take("a", 5)
    clock.now -= 50
    assert not limiter.take("a", 1).is_admitted


def test_a_job_costs_by_its_pictures_and_steps() -> None:
    assert job_cost(4, 10) == 44
    assert job_cost(4, 0) == 4
