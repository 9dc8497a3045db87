"""When a training set may be trained on: the one rule of the check, the service and the trainer."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from backend.domain.lora_presets import LIMITS

# What the check calls a picture that repeats an earlier one exactly; a training leaves it out.
DUPLICATE = "duplicate"


def count_usable(problems: Iterable[Collection[str]]) -> int:
    """How many pictures a training takes, by what is wrong with each of a set's pictures."""
    return sum(DUPLICATE not in each for each in problems)


def is_ready(levels: Iterable[str], problems: Iterable[Collection[str]]) -> bool:
    """Whether a training may begin.

    Args:
        levels: of the check's findings.
        problems: what is wrong with each picture.
    """
    return "error" not in set(levels) and count_usable(problems) >= LIMITS.pictures[0]
