"""Histograms out of counted values: how many bins, where they lie, what falls into them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from frontend.datasets_types import Numbers

MAX_BINS = 100
_MIN_USUAL_BINS = 20
_MAX_USUAL_BINS = 50
# Where half of the values are equal the rule knows no width.
_BINS_AROUND_A_PEAK = 30
# A long tail presses all the rest into a few bars: then the chart begins without it.
_LONG_TAIL = 4.0


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bin i reaches from edges[i] to edges[i + 1] and holds counts[i] values.

    Where all values are equal there is one bin, of no width unless it holds whole numbers.

    Attributes:
        left_out: how many values lie outside all bins.
        is_whole: whether the bins hold whole numbers, from edges[i] + 0.5 to edges[i + 1] - 0.5.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    left_out: int = 0
    is_whole: bool = False


def rebin(numbers: Numbers, bins: int, *, with_outliers: bool = True) -> Histogram:
    """Counts values into about that many equal bins.

    Whole numbers get bins of whole width, as otherwise some bins hold one number more than others
    and the histogram shows teeth that are not in the data.

    Args:
        numbers: with at least one value.
        bins: 1 or more; whole numbers may get fewer.
        with_outliers: whether the bins reach beyond the whiskers.
    """
    low, high = _reach(numbers, with_outliers)
    values = np.array([value for value, _ in numbers.points])
    weights = np.array([count for _, count in numbers.points])
    is_whole = holds_whole_numbers(numbers)
    edges = _whole_edges(low, high, bins) if is_whole else _edges(low, high, bins)
    counts, _ = np.histogram(values, edges, weights=weights)
    held = tuple(int(count) for count in counts)
    return Histogram(
        tuple(float(edge) for edge in edges), held, int(weights.sum()) - sum(held), is_whole
    )


def usual_bins(numbers: Numbers, *, with_outliers: bool = True) -> int:
    """How many bins show a distribution well, by the rule of Freedman and Diaconis."""
    low, high = _reach(numbers, with_outliers)
    width = 2 * (numbers.q3 - numbers.q1) / numbers.count ** (1 / 3)
    bins = (high - low) / width if width > 0 else _BINS_AROUND_A_PEAK
    most = most_bins(numbers, with_outliers=with_outliers)
    return min(most, _MAX_USUAL_BINS, max(_MIN_USUAL_BINS, math.ceil(bins)))


def most_bins(numbers: Numbers, *, with_outliers: bool = True) -> int:
    """How many bins can differ at all; 1 where all values are equal."""
    low, high = _reach(numbers, with_outliers)
    if low == high:
        return 1
    return min(MAX_BINS, int(high - low) + 1) if holds_whole_numbers(numbers) else MAX_BINS


def has_long_tail(numbers: Numbers) -> bool:
    """Whether outliers reach so far that they would hide the rest."""
    span = numbers.upper_fence - numbers.lower_fence
    return numbers.outliers > 0 and span > 0 and numbers.high - numbers.low > _LONG_TAIL * span


def holds_whole_numbers(numbers: Numbers) -> bool:
    """Whether every value is known and a whole number."""
    return numbers.is_exact and all(float(value).is_integer() for value, _ in numbers.points)


def outlier_points(numbers: Numbers, most: int) -> tuple[tuple[float, int], ...]:
    """Values outside the whiskers with their counts; of many, evenly chosen ones with both ends."""
    outside = [
        point
        for point in numbers.points
        if not numbers.lower_fence <= point[0] <= numbers.upper_fence
    ]
    if len(outside) <= most:
        return tuple(outside)
    return tuple(outside[i] for i in np.linspace(0, len(outside) - 1, most).round().astype(int))


def _reach(numbers: Numbers, with_outliers: bool) -> tuple[float, float]:
    if with_outliers:
        return numbers.low, numbers.high
    return numbers.lower_fence, numbers.upper_fence


def _edges(low: float, high: float, bins: int) -> list[float]:
    if low == high:
        return [low, high]
    edges: list[float] = np.linspace(low, high, bins + 1).tolist()
    return edges


def _whole_edges(low: float, high: float, bins: int) -> list[float]:
    first, last = math.ceil(low), math.floor(high)
    width = math.ceil((last - first + 1) / bins)
    count = math.ceil((last - first + 1) / width)
    return [first - 0.5 + width * i for i in range(count + 1)]
