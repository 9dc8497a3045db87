"""Distributions of whole numbers or ratios in fixed memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

# Up to so many different values a distribution is exact (2 MB); beyond, neighbours share a bin.
EXACT_VALUES = 131_072
# Bits of the fraction that are kept beyond: bins of 1/2,048 of their value.
_COARSE_BITS = 11
POINTS = 2_048
_TAIL_POINTS = 64


class Distribution:
    """Values and how often each occurs.

    At most `EXACT_VALUES` different values are held. When there are more, values are rounded to a
    relative precision of 1/2,048, which bounds them for good; count, mean, deviation, minimum and
    maximum stay exact.
    """

    def __init__(self) -> None:
        self._values: Floats = np.zeros(0)
        self._counts: Counts = np.zeros(0, np.int64)
        self._is_coarse = False
        self._count = 0
        self._mean = 0.0
        self._squares = 0.0
        self._low, self._high = math.inf, -math.inf

    def add(self, values: ArrayLike, weights: ArrayLike | None = None) -> None:
        """Counts finite values, each once or as often as its whole weight says."""
        new = np.asarray(values, np.float64)
        times = np.ones(len(new), np.int64) if weights is None else np.asarray(weights, np.int64)
        if not len(new):
            return
        self._low = min(self._low, float(new.min()))
        self._high = max(self._high, float(new.max()))
        count = int(times.sum())
        mean = float((new * times).sum()) / count
        squares = float((times * (new - mean) ** 2).sum())
        self._merge_moments(count, mean, squares)
        self._merge_values(new, times)

    def merge(self, other: Distribution) -> None:
        """Adds all that another one has counted."""
        if other._count:
            self._low, self._high = min(self._low, other._low), max(self._high, other._high)
            self._merge_moments(other._count, other._mean, other._squares)
            self._is_coarse = self._is_coarse or other._is_coarse
            self._merge_values(other._values, other._counts)

    def to_report(self) -> dict[str, Any]:
        """The `Numbers` of a report.

        Quartiles are those of numpy and pandas (linear between neighbours); the fences are the
        outermost values within 1.5 times the distance of the quartiles (Tukey), where the whiskers
        of a box plot end; outliers lie beyond them.
        """
        if not self._count:
            return _EMPTY | {"points": []}
        below = np.cumsum(self._counts)
        q1, median, q3 = (self._quantile(below, share) for share in (0.25, 0.5, 0.75))
        reach = 1.5 * (q3 - q1)
        inside = (self._values >= q1 - reach) & (self._values <= q3 + reach)
        within = self._values[inside] if inside.any() else np.array([q1, q3])
        points, is_exact = self._points(inside)
        return {
            "count": self._count,
            "mean": _plain(self._mean),
            "std": _plain(math.sqrt(self._squares / (self._count - 1)) if self._count > 1 else 0.0),
            "min": _plain(self._low),
            "q1": _plain(q1),
            "median": _plain(median),
            "q3": _plain(q3),
            "max": _plain(self._high),
            "lower_fence": _plain(max(self._low, float(within[0]))),
            "upper_fence": _plain(min(self._high, float(within[-1]))),
            "outliers": int(self._counts[~inside].sum()),
            "points": points,
            "is_exact": is_exact,
        }

    def _merge_moments(self, count: int, mean: float, squares: float) -> None:
        # Chan, Golub, LeVeque 1979: no loss of digits when a large count meets a small one.
        total = self._count + count
        step = mean - self._mean
        self._squares += squares + step * step * self._count * count / total
        self._mean += step * count / total
        self._count = total

    def _merge_values(self, values: Floats, counts: Counts) -> None:
        self._fold(np.concatenate([self._values, values]), np.concatenate([self._counts, counts]))
        if len(self._values) > EXACT_VALUES and not self._is_coarse:
            self._is_coarse = True
            self._fold(self._values, self._counts)

    def _fold(self, values: Floats, counts: Counts) -> None:
        keys = _rounded(values) if self._is_coarse else values
        self._values, where = np.unique(keys, return_inverse=True)
        self._counts = np.bincount(where, weights=counts).astype(np.int64)

    def _quantile(self, below: Counts, share: float) -> float:
        place = share * (self._count - 1)
        low, part = int(place), place - int(place)
        first = self._values[np.searchsorted(below, low, side="right")]
        second = self._values[np.searchsorted(below, min(low + 1, self._count - 1), side="right")]
        return float(first + (second - first) * part)

    def _points(self, inside: NDArray[np.bool_]) -> tuple[list[list[float]], bool]:
        values, counts = self._values, self._counts
        if len(values) <= POINTS:
            pairs = zip(values.tolist(), counts.tolist(), strict=True)
            return [[_plain(value), count] for value, count in pairs], not self._is_coarse
        # Most bins go to the bulk, so that one giant does not push all others into one bin.
        parts = [values < values[inside][0], inside, values > values[inside][-1]]
        shares = [_TAIL_POINTS, POINTS - 2 * _TAIL_POINTS, _TAIL_POINTS]
        points: list[list[float]] = []
        for part, bins in zip(parts, shares, strict=True):
            points += _binned(values[part], counts[part], bins)
        return points, False


_EMPTY: dict[str, Any] = {
    "count": 0, "mean": None, "std": None, "min": None, "q1": None, "median": None, "q3": None,
    "max": None, "lower_fence": None, "upper_fence": None, "outliers": 0, "is_exact": True,
}  # fmt: skip


def _binned(values: Floats, counts: Counts, bins: int) -> list[list[float]]:
    """Equal bins from the first to the last value; a point lies at its bin's centre of mass."""
    if not len(values):
        return []
    width = (values[-1] - values[0]) / bins or 1.0
    places = np.minimum(((values - values[0]) / width).astype(np.int64), bins - 1)
    held = np.bincount(places, weights=counts, minlength=bins)
    mass = np.bincount(places, weights=counts * values, minlength=bins)
    return [
        [_plain(float(mass[place] / held[place])), int(held[place])]
        for place in np.flatnonzero(held)
    ]


def _rounded(values: Floats) -> Floats:
    fraction, exponent = np.frexp(values)
    steps = float(2**_COARSE_BITS)
    return np.asarray(np.ldexp(np.round(fraction * steps) / steps, exponent))


def _plain(value: float) -> float:
    """Whole numbers without a fraction, others with nine digits: enough for any chart."""
    return int(value) if value == int(value) else float(f"{value:.9g}")
