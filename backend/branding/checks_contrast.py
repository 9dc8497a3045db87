"""Whether a lockup's colours can be told from the ground and from each other, by all eyes."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from backend.branding.views import Labels, View
from backend.branding.vision import Deficiency, colour_seen_with
from backend.domain.branding import Finding, Verdict
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference, contrast_ratio
from backend.vector.colour_names import everyday_name

LEAST_CONTRAST = 3.0
"""WCAG 2.2, success criterion 1.4.11, for graphics; logotypes need no more."""
LEAST_DIFFERENCE = 10.0
"""CIEDE2000 between areas that touch. Neighbours in a map's key should differ by as much."""

# An ink below this share of the painted area is an accent, and one with less of its edge on the
# ground lies inside others: neither decides whether the whole can be seen.
_ESSENTIAL_SHARE, _BARE_SHARE = 0.03, 0.2
# Colours that share less than this part of all edges only meet at a point.
_TOUCHING_SHARE = 0.01
_BLIND_TO = {
    Deficiency.PROTANOPIA: "red-blind",
    Deficiency.DEUTERANOPIA: "green-blind",
    Deficiency.TRITANOPIA: "blue-blind",
}


def contrast_on(name: str, lockup: View, ground: Colour) -> Finding:
    """The contrast of the weakest ink that stands on the ground itself.

    Args:
        name: of the ground, "white" or "black".
    """
    ratios = {ink: contrast_ratio(ink, ground) for ink in bare_inks(lockup)}
    ink, ratio = min(ratios.items(), key=lambda item: item[1], default=(ground, 1.0))
    figures: dict[str, float | str] = {
        "contrast": math.floor(100 * ratio) / 100,
        "limit": LEAST_CONTRAST,
        "colour": ink.hex,
    }
    code, said = f"contrast-{name}", _named(ink)
    if ratio >= LEAST_CONTRAST:
        text = (
            f"On {name} everything stands out: the weakest colour, {said}, has a contrast of "
            f"{ratio:.1f}:1."
        )
        return Finding(code, Verdict.PASS, text, "", figures)
    text = (
        f"On {name} the {said} is hard to see: its contrast is {_down(ratio)}:1, "
        f"{LEAST_CONTRAST:.0f}:1 is needed."
    )
    other = "reversed or the white" if name == "black" else "black"
    return Finding(code, Verdict.WARN, text, f"On {name} use the {other} version.", figures)


def bare_inks(lockup: View) -> tuple[Colour, ...]:
    """Inks that matter and that stand on the ground: those inside others are told by these."""
    labels = np.pad(lockup.labels, 1)
    sizes = np.bincount(labels.ravel(), minlength=len(lockup.inks) + 1)
    lengths = _contact_lengths(labels)
    painted = int(sizes[1:].sum())
    found = []
    for place, ink in enumerate(lockup.inks, start=1):
        edge = sum(length for pair, length in lengths.items() if place in pair)
        on_ground = lengths.get((0, place), 0)
        if 0 < _ESSENTIAL_SHARE * painted <= sizes[place] and on_ground >= _BARE_SHARE * edge:
            found.append(ink)
    return tuple(found)


def colour_blind(lockup: View, ground: Colour) -> Finding:
    """The smallest difference of colours that touch, for three kinds of colour blindness.

    Colours that nobody tells apart easily are left out: they are meant to be alike.

    Args:
        ground: what the lockup stands on; it touches, too.
    """
    limit = LEAST_DIFFERENCE
    compared = [
        (colour_difference(*(colour_seen_with(kind, colour) for colour in pair)), kind, *pair)
        for pair in touching(lockup, ground)
        if colour_difference(*pair) >= limit
        for kind in Deficiency
    ]
    if not compared:
        text = "No two different colours touch, so colour blindness changes nothing."
        return Finding("colour-blind", Verdict.PASS, text, "", {"limit": limit})
    difference, kind, first, second = min(compared, key=lambda one: one[0])
    figures: dict[str, float | str] = {
        "difference": math.floor(10 * difference) / 10,
        "limit": limit,
        "kind": str(kind),
        "first": first.hex,
        "second": second.hex,
    }
    if difference >= limit:
        text = "Colour-blind people can tell all colours that touch apart."
        return Finding("colour-blind", Verdict.PASS, text, "", figures)
    text = (
        f"For {_BLIND_TO[kind]} people ({kind}) {_named(first)} and {_named(second)}, which "
        f"touch, look alike: they differ by {_down(difference)}, {limit:.0f} is needed."
    )
    advice = "Make one of the two clearly lighter or darker."
    return Finding("colour-blind", Verdict.WARN, text, advice, figures)


def touching(lockup: View, ground: Colour) -> list[tuple[Colour, Colour]]:
    """The pairs of colours that share an edge worth speaking of."""
    lengths = _contact_lengths(np.pad(lockup.labels, 1))
    least = _TOUCHING_SHARE * sum(lengths.values())
    colours = (ground, *lockup.inks)
    return [(colours[i], colours[j]) for (i, j), length in lengths.items() if length > least]


def _contact_lengths(labels: Labels) -> dict[tuple[int, int], int]:
    """How many sides of pixels each two labels share."""
    kinds = int(labels.max()) + 1
    counts = np.zeros(kinds * kinds, np.int64)
    for first, second in ((labels[:, :-1], labels[:, 1:]), (labels[:-1], labels[1:])):
        counts += np.bincount((first * kinds + second).ravel(), minlength=kinds * kinds)
    table = counts.reshape(kinds, kinds)
    return {
        (i, j): int(table[i, j] + table[j, i])
        for i, j in combinations(range(kinds), 2)
        if table[i, j] + table[j, i]
    }


def _named(colour: Colour) -> str:
    return f"{everyday_name(colour)} ({colour.hex})"


def _down(value: float) -> str:
    """To one decimal, never up to a limit that it misses."""
    return f"{math.floor(10 * value) / 10:.1f}"
