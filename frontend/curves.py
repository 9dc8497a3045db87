"""Arithmetic of curves."""

from __future__ import annotations

from collections.abc import Sequence

_SECONDS_PER_MINUTE = 60


def smoothed(values: Sequence[float | None], weight: float) -> list[float | None]:
    """An exponential average that is not drawn to zero at its start; gaps stay gaps.

    Args:
        values: in order; None where nothing was measured.
        weight: of what came before, 0 (nothing is changed) to below 1.
    """
    average, mass = 0.0, 0.0
    line: list[float | None] = []
    for value in values:
        if value is None:
            line.append(None)
            continue
        average = weight * average + (1 - weight) * value
        mass = weight * mass + (1 - weight)
        line.append(average / mass)
    return line


def scaled(values: Sequence[float | None], axis: str) -> list[float | None]:
    """Values of an axis in the unit that it is drawn in: seconds become minutes."""
    unit = _SECONDS_PER_MINUTE if axis == "seconds" else 1
    return [None if value is None else value / unit for value in values]
