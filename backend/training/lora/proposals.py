"""Captions for pictures that came without: measured colours, and what the matcher sees in them.

The proposals are modest on purpose. The matcher knows drawings and not photographs, and its
guesses are right about as often as wrong where it is sure; the user reads and mends them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Colour
from backend.vector.colour_names import everyday_name
from backend.vector.glyphs import GlyphLibrary

_SIDE_PX = 96
_COLOURS = 24
# Above this cosine four in ten first guesses on data/sample.parquet name the subject.
_SURE = 0.7
# Names that several packs draw are everyday things; the others are mostly parts of user interfaces.
_MIN_PACKS = 4
_MIN_SHARE = 0.04
# A drawing has few colours: eight of 24 cover this much of it.
_FLAT = 0.93
# Grey levels from one pixel to the next, at 96 pixels a side.
_SMOOTH = 1.0


class ImageTextMatcher(Protocol):
    """The part of `models.matcher.PictureMatcher` that naming needs."""

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """N pictures to (N, D) unit vectors."""

    def texts(self, phrases: Sequence[str]) -> NDArray[np.float32]:
        """N phrases to (N, D) unit vectors."""


@dataclass(frozen=True, slots=True)
class Look:
    """A picture's colours.

    Attributes:
        ground: name of the colour of its border.
        inks: names of the others, the largest first, at most two.
        is_drawing: whether it is flat art rather than a photograph.
    """

    ground: str
    inks: tuple[str, ...]
    is_drawing: bool


def look_of(picture: Image.Image) -> Look:
    """Measures the colours of an RGB picture."""
    small = picture.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BOX)
    reduced = small.quantize(_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    labels = np.asarray(reduced)
    palette = np.array(reduced.getpalette(), np.uint8).reshape(-1, 3)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    ground = _name(palette[int(np.bincount(border).argmax())])
    shares: dict[str, float] = defaultdict(float)
    counts = np.bincount(labels.ravel(), minlength=len(palette)) / labels.size
    for place in np.flatnonzero(counts):
        shares[_name(palette[place])] += float(counts[place])
    others = sorted((name for name in shares if name != ground), key=lambda name: -shares[name])
    inks = tuple(name for name in others if shares[name] >= _MIN_SHARE)[:2]
    return Look(ground, inks or tuple(others[:1]), _is_drawing(small, labels))


def everyday_names(library: GlyphLibrary) -> list[str]:
    """Names of things that several packs draw, sorted."""
    packs: dict[str, set[str]] = defaultdict(set)
    for glyph in library.glyphs:
        packs[glyph.name].add(glyph.pack)
    return sorted(name for name, drawn_by in packs.items() if len(drawn_by) >= _MIN_PACKS)


def subjects(
    pictures: Sequence[Image.Image], names: Sequence[str], matcher: ImageTextMatcher
) -> list[str | None]:
    """What each picture shows, or None where the matcher is not sure."""
    likeness = matcher.images(pictures) @ matcher.texts(names).T
    best = likeness.argmax(axis=1)
    return [
        names[place] if likeness[row, place] >= _SURE else None
        for row, place in enumerate(best.tolist())
    ]


def proposed(look: Look, subject: str | None) -> str:
    """A caption, such as "a teal and white fox mark on navy"."""
    colours = " and ".join(look.inks)
    if not look.is_drawing:
        return f"a photo, mostly {' and '.join(dict.fromkeys((look.ground, *look.inks[:1])))}"
    what = " ".join(filter(None, [colours, subject, "mark"]))
    article = "an" if what[0] in "aeiou" else "a"
    return f"{article} {what} on {look.ground}"


def _is_drawing(small: Image.Image, labels: NDArray[np.uint8]) -> bool:
    """Few colours, or at least no grain: a gradient is smooth where a photograph is not."""
    counts = np.sort(np.bincount(labels.ravel(), minlength=_COLOURS))[::-1]
    grain = np.median(np.abs(np.diff(np.asarray(small.convert("L"), np.int16), axis=1)))
    return bool(counts[:8].sum() / counts.sum() >= _FLAT or grain <= _SMOOTH)


def _name(rgb: NDArray[np.uint8]) -> str:
    return everyday_name(Colour(*(int(channel) for channel in rgb)))
