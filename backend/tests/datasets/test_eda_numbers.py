from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.datasets import eda_numbers
from backend.datasets.eda_numbers import POINTS, Distribution


def of(values: list[float]) -> Distribution:
    distribution = Distribution()
    distribution.add(values)
    return distribution


@settings(max_examples=200)
@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=80), st.integers(0, 79))
def test_figures_are_those_of_pandas_however_the_values_came(values: list[int], cut: int) -> None:
    distribution = of([float(value) for value in values[:cut]])
    other = Distribution()
    unique, counts = np.unique(values[cut:], return_counts=True)
    other.add(unique, counts)
    distribution.merge(other)
    report, expected = distribution.to_report(), pd.Series(values).describe()
    for ours, theirs in (
        ("count", "count"), ("mean", "mean"), ("min", "min"), ("max", "max"),
        ("q1", "25%"), ("median", "50%"), ("q3", "75%"),
    ):  # fmt: skip
        assert report[ours] == pytest.approx(expected[theirs], rel=1e-8)
    if len(values) > 1:
        assert report["std"] == pytest.approx(expected["std"], rel=1e-6, abs=1e-6)
    assert report["is_exact"]
    assert dict(map(tuple, report["points"])) == pd.Series(values).value_counts().to_dict()


def test_fences_are_where_whiskers_end() -> None:
    report = of([1, 2, 3, 4, 5, 6, 7, 8, 9, 100, -50]).to_report()
    assert (report["q1"], report["q3"]) == (2.5, 7.5)
    assert (report["lower_fence"], report["upper_fence"]) == (1, 9)
    assert report["outliers"] == 2


def test_nothing_has_null_figures_and_is_json() -> None:
    report = Distribution().to_report()
    assert report["count"] == 0
    assert report["points"] == []
    assert all(report[key] is None for key in ("mean", "std", "min", "q1", "upper_fence"))
    json.dumps(report, allow_nan=False)


def test_many_values_are_drawn_with_few_points_that_keep_the_sum() -> None:
    values = np.arange(50_000, dtype=float)
    values[-1] = 10**9
    report = of(values.tolist()).to_report()
    assert not report["is_exact"]
    assert len(report["points"]) <= POINTS
    points = np.array(report["points"])
    assert points[:, 1].sum() == 50_000
    assert (points * points[:, ::-1])[:, 0].sum() == pytest.approx(values.sum())
    assert (np.diff(points[:, 0]) > 0).all()
    # One giant must not push all others into one bin.
    assert points[:, 1].max() < 100
    assert report["median"] == 24_999.5


def test_memory_is_bounded_and_figures_stay_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eda_numbers, "EXACT_VALUES", 1_000)
    rng = np.random.default_rng(3)
    distribution, everything = Distribution(), []
    for _ in range(20):
        part = rng.lognormal(10, 1, 5_000)
        everything.append(part)
        distribution.add(part)
    values = np.concatenate(everything)
    assert len(distribution._values) < 40_000
    report = distribution.to_report()
    assert report["mean"] == pytest.approx(values.mean(), rel=1e-8)
    assert report["std"] == pytest.approx(values.std(ddof=1), rel=1e-8)
    assert report["max"] == pytest.approx(values.max(), rel=1e-8)
    for name, share in (("q1", 0.25), ("median", 0.5), ("q3", 0.75)):
        assert report[name] == pytest.approx(np.quantile(values, share), rel=1e-3)
    assert not report["is_exact"]
