"""Where a line that is too long is broken."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from backend.branding.fonts import family
from backend.branding.wordmarks import shape_line
from backend.domain.branding import TextOptions

_DANGLING = frozenset({"the", "and", "для", "или", "над", "под"})
"""Words of three letters or more that belong to what follows; shorter ones always do."""


def broken(words: Sequence[str], lines: int, text: TextOptions) -> list[str]:
    """The words on so many lines, as even as can be, small words with what follows them.

    Args:
        words: at least as many as lines, one of them not blank.
        lines: 1..3.
        text: family, weight and tracking that widths are measured in.
    """
    one = family(text.font)
    whole = shape_line(" ".join(words), one, text.weight, text.tracking)
    widths: list[float] = []
    place = 0
    for word in words:
        inside = [c for c in whole.clusters if place <= c.glyphs[0].cluster < place + len(word)]
        widths.append(sum(cluster.advance + text.tracking for cluster in inside))
        place += len(word) + 1
    space = whole.advance / len(whole.clusters)

    def unevenness(breaks: tuple[int, ...]) -> float:
        bounds = [0, *breaks, len(words)]
        lengths = [sum(widths[a:b]) + space * (b - a - 1) for a, b in pairwise(bounds)]
        ends = [words[at - 1].lower() for at in breaks]
        dangling = sum(len(end) <= 2 or end in _DANGLING for end in ends)
        return max(lengths) + dangling * 0.2 * whole.advance / lines

    # With three lines at most, a name of a hundred words has five thousand ways.
    best = min(combinations(range(1, len(words)), lines - 1), key=unevenness)
    return [" ".join(words[a:b]) for a, b in pairwise([0, *best, len(words)])]
