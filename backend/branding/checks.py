"""Quality gates: what a lockup can be used for, and what to do where it cannot."""

from __future__ import annotations

from backend.branding.checks_contrast import colour_blind, contrast_on
from backend.branding.checks_ink import one_colour
from backend.branding.checks_legibility import SIDES_PX, legible
from backend.branding.checks_shape import centring, complexity, margins
from backend.branding.checks_stroke import minimum_stroke
from backend.branding.lockups import Lockup
from backend.branding.marks import Mark
from backend.branding.views import view
from backend.domain.branding import Finding
from backend.domain.brief import Colour

CODES = (
    "legible-16",
    "legible-32",
    "one-colour",
    "contrast-white",
    "contrast-black",
    "margins",
    "centring",
    "complexity",
    "minimum-stroke",
    "colour-blind",
)
"""In the order in which `check` answers, each once."""

_MARK_PIXELS, _LOCKUP_PIXELS = 256 * 256, 300_000
_WHITE, _BLACK = Colour(255, 255, 255), Colour(0, 0, 0)


def check(
    mark: Mark, lockup: Lockup, *, ground: Colour, print_width_mm: float = 30
) -> tuple[Finding, ...]:
    """Looks at a mark and at a lockup of it.

    Args:
        ground: what both stand on.
        print_width_mm: width of the lockup that strokes and free space are given for; above 0.

    Returns:
        A finding for each of CODES: passed, or a warning with what to do.
    """
    seen = view(mark.drawing, pixels=_MARK_PIXELS)
    whole = view(lockup.drawing, pixels=_LOCKUP_PIXELS)
    return (
        *(legible(seen, ground, side) for side in SIDES_PX),
        one_colour(mark.drawing, seen, ground),
        contrast_on("white", whole, _WHITE),
        contrast_on("black", whole, _BLACK),
        margins(seen, lockup, print_width_mm),
        centring(seen, ground),
        complexity(mark, seen),
        minimum_stroke(whole, lockup.drawing.width, print_width_mm),
        colour_blind(whole, ground),
    )
