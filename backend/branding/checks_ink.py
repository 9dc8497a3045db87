"""Whether a mark survives a single ink."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from backend.branding.drawing import Drawing
from backend.branding.one_ink import GAP_SHARE
from backend.branding.regions import grown
from backend.branding.variants import varied
from backend.branding.views import Labels, View, view_at_width
from backend.domain.branding import Finding, Variant, Verdict
from backend.domain.brief import Colour

MOST_LOST = 0.2
"""Share of the edges between inks: with a fifth gone, most shapes are still closed."""

Mask = NDArray[np.bool_]


def one_colour(mark: Drawing, seen: View, ground: Colour) -> Finding:
    """How many of the edges between inks are gone in the black variant."""
    lost = lost_edges(mark, seen, ground)
    percent = round(100 * lost) if lost <= MOST_LOST else math.ceil(100 * lost)
    figures: dict[str, float | str] = {
        "lost": round(lost, 3),
        "lost_percent": float(percent),
        "limit": MOST_LOST,
        "limit_percent": 100 * MOST_LOST,
    }
    if lost <= MOST_LOST:
        text = (
            f"In one colour {percent} % of the mark's inner edges are lost: fit for stamps, "
            "engraving and black-and-white print."
            if percent
            else "In one colour nothing of the mark is lost: fit for stamps, engraving and "
            "black-and-white print."
        )
        return Finding("one-colour", Verdict.PASS, text, "", figures)
    text = (
        f"In one colour {percent} % of the mark's inner edges are lost, as colours that touch "
        f"melt together; up to {100 * MOST_LOST:.0f} % still looks complete."
    )
    advice = (
        "For stamps, engraving and black-and-white print choose colours of clearly different "
        "lightness, or use the name alone."
    )
    return Finding("one-colour", Verdict.WARN, text, advice, figures)


def lost_edges(mark: Drawing, seen: View, ground: Colour) -> float:
    """Share of the edges between two inks that the black variant has no edge near, 0..1.

    Args:
        mark: in its own colours.
        seen: the same.
    """
    inner = _edges(seen.labels, inner=True)
    if not inner.any():
        return 0.0
    black, _ = varied(mark, Variant.BLACK, ground=ground)
    height, width = inner.shape
    labels = view_at_width(black, width).labels
    # A gap's middle, or its far side, counts as the edge that it stands for.
    reach = round(GAP_SHARE * min(height, width)) + 2
    near = grown(_edges(labels, inner=False), reach)
    return float((inner & ~near).sum() / inner.sum())


def _edges(labels: Labels, *, inner: bool) -> Mask:
    """Pixels whose right or lower neighbour is of another label; inner: neither is bare."""
    found = np.zeros(labels.shape, np.bool_)
    for first, second, place in (
        (labels[:, :-1], labels[:, 1:], found[:, :-1]),
        (labels[:-1], labels[1:], found[:-1]),
    ):
        place |= (first != second) & ((first > 0) & (second > 0) | (not inner))
    return found
