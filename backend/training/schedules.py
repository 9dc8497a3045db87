"""Learning-rate and weight schedules: pure functions of the step."""

from __future__ import annotations

import math


def cosine(step: int, total: int, start: float, end: float) -> float:
    """Half a cosine from `start` at step 0 to `end` at step `total`, then `end`."""
    progress = min(max(step / max(total, 1), 0.0), 1.0)
    return end + (start - end) * 0.5 * (1 + math.cos(math.pi * progress))


def warm_cosine(step: int, total: int, peak: float, end: float, warmup: int) -> float:
    """Linear from 0 to `peak` over `warmup` steps, then a cosine to `end`."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return cosine(step - warmup, total - warmup, peak, end)
