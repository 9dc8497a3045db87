"""What an evaluation asks for: everyday subjects, half of them held out, each with two colours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.datasets.splits import is_held_out
from backend.domain.brief import Brief, Palette
from backend.vector.colour_names import named_colours
from backend.vector.glyphs import Glyph, GlyphLibrary
from backend.vector.palette import palettes_from_colours

# Subjects of the contact sheets, all drawn by several packs; the first half was trained on.
SHEET_SUBJECTS = (
    *("anchor", "bird", "bicycle", "butterfly", "cactus", "castle", "cat", "cherry", "diamond"),
    *("dog", "fish", "feather", "guitar", "key", "leaf", "mountain", "mushroom", "owl", "rabbit"),
    *("rocket", "sailboat", "shield", "star", "umbrella"),
    *("bus", "camera", "candle", "carrot", "cheese", "compass", "crown", "cupcake", "eye"),
    *("factory", "flame", "helicopter", "ice cream", "lightbulb", "magnet", "piggy bank", "pizza"),
    *("rainbow", "scorpion", "skateboard", "skull", "snail", "tent", "tree"),
)
_NEAR_SYNONYMS = 0.8
_MIN_PACKS = 3
_MIN_WORTH = 0.9
_MAX_COMPLEXITY = 24
# Pairs that people ask for; each can be told from the other and seen on it.
_PAIRS = (
    *(("navy", "white"), ("red", "white"), ("green", "white"), ("black", "gold")),
    *(("purple", "white"), ("teal", "white"), ("orange", "charcoal"), ("blue", "white")),
    *(("brown", "beige"), ("pink", "charcoal"), ("navy", "gold"), ("red", "navy")),
)


@dataclass(frozen=True)
class Prompt:
    """One brief of an evaluation.

    Attributes:
        subject: the concept to be drawn; its words are the caption.
        palette: what a real picture of it would wear; ground and ink are asked for.
        drawings: the library's glyphs of the concept.
    """

    subject: str
    palette: Palette
    drawings: tuple[Glyph, ...]

    @property
    def held_out(self) -> bool:
        """Whether no training has seen the concept."""
        return is_held_out(self.subject)

    @property
    def brief(self) -> Brief:
        """What the models are asked."""
        colours = (self.palette.primary, self.palette.background)
        return Brief("", self.subject, colours=colours)


def choose_prompts(library: GlyphLibrary, count: int, seed: int) -> list[Prompt]:
    """The sheet's subjects, then random ones, half of all held out; no two nearly mean the same.

    Args:
        library: whose concepts are asked for.
        count: how many; fewer come if the library has no more.
        seed: of the choice beyond the sheet's subjects and of the colours.
    """
    drawings: dict[str, list[Glyph]] = {}
    for glyph in library.glyphs:
        if glyph.worth >= _MIN_WORTH and glyph.complexity <= _MAX_COMPLEXITY:
            drawings.setdefault(glyph.name, []).append(glyph)
    known = {
        name: glyphs
        for name, glyphs in drawings.items()
        if len({glyph.pack for glyph in glyphs}) >= _MIN_PACKS
    }
    rng = random.Random(f"prompts:{seed}")
    others = sorted(set(known) - set(SHEET_SUBJECTS))
    rng.shuffle(others)
    chosen = _without_synonyms(
        library, [name for name in (*SHEET_SUBJECTS, *others) if name in known], count
    )
    return [Prompt(name, _palette(rng), tuple(known[name])) for name in chosen]


def _without_synonyms(library: GlyphLibrary, names: Sequence[str], count: int) -> list[str]:
    index = library.index
    rows = {phrase: row for row, phrase in enumerate(index.phrases)}
    vectors = index.vectors[[rows[name] for name in names]].astype(np.float32) / 127
    room = {True: count // 2, False: count - count // 2}
    kept: list[int] = []
    for place, name in enumerate(names):
        if not room[is_held_out(name)]:
            continue
        if kept and float((vectors[kept] @ vectors[place]).max()) > _NEAR_SYNONYMS:
            continue
        room[is_held_out(name)] -= 1
        kept.append(place)
    return [names[place] for place in kept]


def _palette(rng: random.Random) -> Palette:
    names = named_colours()
    pair = [names[name] for name in rng.choice(_PAIRS)]
    return palettes_from_colours(pair)[0]
