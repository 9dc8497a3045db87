"""Tile geometry: which parts of a picture to compute and where the results go. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: read a window with context around it, keep its core.

    All values are pixels of the input picture.

    Attributes:
        left, top, right, bottom: the window to read.
        core_left, core_top, core_right, core_bottom: the part that this tile answers for.
    """

    left: int
    top: int
    right: int
    bottom: int
    core_left: int
    core_top: int
    core_right: int
    core_bottom: int


def tiles(width: int, height: int, core_px: int, context_px: int) -> Iterator[Tile]:
    """Cuts a picture into tiles whose cores cover every pixel once.

    A network whose receptive field is no wider than the context gives the same result tile by
    tile as in one piece, so there is no seam to blend.

    Args:
        width: of the picture.
        height: of the picture.
        core_px: largest side of a core.
        context_px: pixels read around a core, where the picture has them.

    Raises:
        ValueError: a size is not positive.
    """
    if min(width, height, core_px) <= 0 or context_px < 0:
        raise ValueError("sizes must be positive")
    for top, bottom in _spans(height, core_px):
        for left, right in _spans(width, core_px):
            yield Tile(
                max(left - context_px, 0),
                max(top - context_px, 0),
                min(right + context_px, width),
                min(bottom + context_px, height),
                left,
                top,
                right,
                bottom,
            )


def _spans(length: int, core_px: int) -> list[tuple[int, int]]:
    """Nearly equal spans: equal shapes let a network reuse its plans."""
    count = -(-length // core_px)
    cuts = [round(i * length / count) for i in range(count + 1)]
    return list(pairwise(cuts))
