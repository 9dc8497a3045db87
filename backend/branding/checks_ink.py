"""Whether a drawing survives a single ink, other grounds, and other eyes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from backend.branding.drawing import Drawing
from backend.branding.regions import grown
from backend.branding.variants import varied
from backend.branding.views import Labels, View, view
from backend.branding.vision import Deficiency, colour_seen_with
from backend.domain.branding import Finding, Variant, Verdict
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference, contrast_ratio

LEAST_CONTRAST = 3.0
"""WCAG 2.2, success criterion 1.4.11, for graphics."""
MOST_LOST = 0.2
LEAST_DIFFERENCE = 10.0
"""CIEDE2000 between areas that touch."""

_ESSENTIAL_SHARE, _BARE_SHARE = 0.03, 0.2
_TOUCHING_SHARE = 0.01
_GAP_SHARE = 0.02
Mask = NDArray[np.bool_]


def one_colour(mark: Drawing, seen: View, ground: Colour) -> Finding:
    """How many of the edges between inks are gone in the black variant."""
    lost = lost_edges(mark, seen, ground)
    figures = {"lost": round(lost, 2), "limit": MOST_LOST}
    if lost <= MOST_LOST:
        text = (
            f"In one colour {round(100 * lost)} % of the mark's inner edges are lost; "
            "stamps and engravings work."
            if lost >= 0.005
            else "In one colour the mark stays whole; stamps and engravings work."
        )
        return Finding("one-colour", Verdict.PASS, text, "", figures)
    text = f"In one colour {round(100 * lost)} % of the mark's inner edges are lost."
    advice = "For stamps, engraving and fax use the wordmark, or a mark with fewer colours."
    return Finding("one-colour", Verdict.WARN, text, advice, figures)


def lost_edges(mark: Drawing, seen: View, ground: Colour) -> float:
    """Share of the edges between two inks that the black variant has no edge near, 0..1."""
    inner = _edges(seen.labels, inner=True)
    if not inner.any():
        return 0.0
    black, _ = varied(mark, Variant.BLACK, ground=ground)
    labels = view(black, pixels=seen.labels.size).labels
    height, width = inner.shape
    labels = labels[:height, :width]
    near = grown(_edges(labels, inner=False), round(_GAP_SHARE * min(height, width)) + 2)
    return float((inner[: near.shape[0], : near.shape[1]] & ~near).sum() / inner.sum())


def contrast_on(name: str, lockup: View, ground: Colour) -> Finding:
    """The contrast of the weakest ink that stands on the ground itself.

    Args:
        name: of the ground, "white" or "black".
    """
    inks = bare_inks(lockup)
    ratios = {ink: contrast_ratio(ink, ground) for ink in inks}
    ink, ratio = min(ratios.items(), key=lambda item: item[1], default=(ground, 1.0))
    figures = {"contrast": round(ratio, 2), "limit": LEAST_CONTRAST, "colour": ink.hex}
    code = f"contrast-{name}"
    if ratio >= LEAST_CONTRAST:
        text = f"On {name} it is easy to see: its weakest colour has a contrast of {ratio:.1f}:1."
        return Finding(code, Verdict.PASS, text, "", figures)
    text = (
        f"On {name} {ink.hex} is hard to see: its contrast is {ratio:.1f}:1, "
        f"{LEAST_CONTRAST:.0f}:1 is needed."
    )
    other = "the reversed or the white variant" if name == "black" else "the black variant"
    return Finding(code, Verdict.WARN, text, f"On {name} use {other}.", figures)


def bare_inks(lockup: View) -> tuple[Colour, ...]:
    """Inks that matter and that stand on the ground: those inside others are told by these."""
    labels = np.pad(lockup.labels, 1)
    sizes = np.bincount(labels.ravel(), minlength=len(lockup.inks) + 1)
    lengths = _contact_lengths(labels)
    painted = max(1, int(sizes[1:].sum()))
    found = []
    for place, ink in enumerate(lockup.inks, start=1):
        edge = sum(length for pair, length in lengths.items() if place in pair)
        on_ground = lengths.get((0, place), 0)
        if sizes[place] >= _ESSENTIAL_SHARE * painted and on_ground >= _BARE_SHARE * edge:
            found.append(ink)
    return tuple(found)


def colour_blind(lockup: View, ground: Colour) -> Finding:
    """The smallest difference of colours that touch, for three kinds of colour blindness.

    Colours that nobody tells apart easily are left out: they are meant to be alike.
    """
    code, limit = "colour-blind", LEAST_DIFFERENCE
    worst: tuple[float, Deficiency, Colour, Colour] | None = None
    for first, second in _touching(lockup, ground):
        if colour_difference(first, second) < limit:
            continue
        for kind in Deficiency:
            seen = colour_seen_with(kind, first), colour_seen_with(kind, second)
            difference = colour_difference(*seen)
            if worst is None or difference < worst[0]:
                worst = difference, kind, first, second
    if worst is None:
        text = "No two different colours touch, so colour blindness changes nothing."
        return Finding(code, Verdict.PASS, text, "", {"limit": limit})
    difference, kind, first, second = worst
    figures = {
        "difference": round(difference, 1),
        "limit": limit,
        "kind": str(kind),
        "first": first.hex,
        "second": second.hex,
    }
    if difference >= limit:
        text = "People with colour blindness can tell all neighbouring colours apart."
        return Finding(code, Verdict.PASS, text, "", figures)
    text = (
        f"With {kind} {first.hex} and {second.hex}, which touch, look alike: "
        f"they differ by {difference:.0f}, {limit:.0f} is needed."
    )
    advice = "Make one of the two clearly lighter or darker."
    return Finding(code, Verdict.WARN, text, advice, figures)


def _touching(lockup: View, ground: Colour) -> list[tuple[Colour, Colour]]:
    lengths = _contact_lengths(np.pad(lockup.labels, 1))
    least = _TOUCHING_SHARE * sum(lengths.values())
    colours = (ground, *lockup.inks)
    return [(colours[i], colours[j]) for (i, j), length in lengths.items() if length > least]


def _contact_lengths(labels: Labels) -> dict[tuple[int, int], int]:
    """How many sides of pixels each two labels share."""
    kinds = int(labels.max()) + 1
    table = np.zeros(kinds * kinds, np.int64)
    for first, second in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        table += np.bincount((first * kinds + second).ravel(), minlength=kinds * kinds)
    table = table.reshape(kinds, kinds)
    return {
        (i, j): int(table[i, j] + table[j, i])
        for i, j in combinations(range(kinds), 2)
        if table[i, j] + table[j, i]
    }


def _edges(labels: Labels, *, inner: bool) -> Mask:
    """Pixels whose right or lower neighbour is of another label; inner: neither is bare."""
    found = np.zeros(labels.shape, np.bool_)
    for first, second, place in (
        (labels[:, :-1], labels[:, 1:], found[:, :-1]),
        (labels[:-1], labels[1:], found[:-1]),
    ):
        place |= (first != second) & ((first > 0) & (second > 0) if inner else True)
    return found
