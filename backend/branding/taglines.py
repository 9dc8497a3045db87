"""Taglines: small lines below a name, in a size and spacing that follow from its width."""

from __future__ import annotations

import math
from dataclasses import replace

from backend.branding.breaking import broken
from backend.branding.fonts import family
from backend.branding.proportions import proportions
from backend.branding.wordmarks import Line, cleaned, set_line, shape_line
from backend.domain.branding import LetterCase, TextOptions
from backend.domain.brief import Colour
from backend.domain.errors import TextNotSettable

_SMALL_CAPITALS = (0.27, 0.40)
_SENTENCE = (0.32, 0.46)
"""Height of a tagline's capitals in those of the name: set in capitals, and as a sentence."""
_CAPITALS_TRACKING = (90.0, 280.0)
"""Capitals in small sizes want air; the range in which they are spaced to the name's width."""
_SENTENCE_TRACKING = 15.0
_WIDEST = 1.45
_WIDEST_CAPS = 7.5
"""A tagline is broken where it would be wider than so many widths of the name, and than so many
heights of its capitals."""
_MOST_LINES = 3


def set_tagline(
    text: TextOptions, colour: Colour, *, width: float, name: Line
) -> tuple[list[Line], float]:
    """Sets a tagline on one line, or on up to three when it is far wider than the name.

    Args:
        text: its tagline must have visible characters.
        width: of the name.
        name: its last line.

    Returns:
        The lines, and their size in ems of the name.

    Raises:
        InvalidRequest, TextNotSettable: see `backend.branding.wordmarks.set_line`.
    """
    one = family(text.font)
    options = TextOptions(
        font=one.companion,
        weight=500 if text.weight >= 500 else 400,
        case=LetterCase.UPPER if text.case is LetterCase.UPPER else LetterCase.TYPED,
    )
    try:
        return _fitted(text.tagline, options, colour, width, name)
    except TextNotSettable:
        # The family itself may have letters that its companion lacks.
        return _fitted(text.tagline, replace(options, font=one.id), colour, width, name)


def _fitted(
    tagline: str, options: TextOptions, colour: Colour, width: float, name: Line
) -> tuple[list[Line], float]:
    one = family(options.font)
    clean = cleaned(tagline, options.case).text
    is_sentence = any(char.islower() for char in clean)
    equal = name.cap_height / proportions(one.font_path(options.weight)).cap_height
    low, high = (share * equal for share in (_SENTENCE if is_sentence else _SMALL_CAPITALS))
    texts = _lines(clean, options, max(_WIDEST * width, _WIDEST_CAPS * name.cap_height) / low)
    # Between the two sizes, nearer to the smaller one.
    usual = low + 0.3 * (high - low)
    tracking = _SENTENCE_TRACKING
    if not is_sentence:
        tracking = min(_spacing(text, options, width / usual) for text in texts)
    spaced = replace(options, tracking=tracking, case=LetterCase.TYPED)
    lines = [set_line(text, options=spaced, colour=colour) for text in texts]
    widest = max(line.width for line in lines)
    return lines, min(max(width / widest, low), high)


def _lines(text: str, options: TextOptions, limit: float) -> list[str]:
    advance = shape_line(text, family(options.font), options.weight).advance
    words = text.split(" ")
    count = min(math.ceil(advance / limit), _MOST_LINES, len(words))
    return broken(words, count, options) if count > 1 else [text]


def _spacing(text: str, options: TextOptions, width: float) -> float:
    """The tracking that makes capitals as wide as wanted, as far as it may go."""
    plain = shape_line(text, family(options.font), options.weight)
    wanted = (width - plain.advance) / max(1, len(plain.clusters) - 1)
    return min(max(wanted, _CAPITALS_TRACKING[0]), _CAPITALS_TRACKING[1])
