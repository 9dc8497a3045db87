"""Learning-rate and weight schedules: pure functions of the step."""

from __future__ import annotations

import math

SCHEDULES = ("cosine", "linear", "constant")


def cosine(step: int, total: int, start: float, end: float) -> float:
    """Half a cosine from `start` at step 0 to `end` at step `total`, then `end`."""
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * _progress(step, total)))


def linear(step: int, total: int, start: float, end: float) -> float:
    """A straight line from `start` at step 0 to `end` at step `total`, then `end`."""
    return start + (end - start) * _progress(step, total)


def scheduled(kind: str, step: int, total: int, start: float, end: float) -> float:
    """The value of one of `SCHEDULES`; a constant one stays at `start`."""
    if kind == "constant":
        return start
    return {"cosine": cosine, "linear": linear}[kind](step, total, start, end)


def warm_cosine(step: int, total: int, peak: float, end: float, warmup: int) -> float:
    """Linear from 0 to `peak` over `warmup` steps, then a cosine to `end`."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return cosine(step - warmup, total - warmup, peak, end)


def _progress(step: int, total: int) -> float:
    return min(max(step / max(total, 1), 0.0), 1.0)
