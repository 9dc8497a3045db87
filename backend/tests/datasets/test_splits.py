from __future__ import annotations

from backend.datasets.splits import HELD_OUT_PERCENT, is_held_out
from backend.vector.glyphs import GlyphLibrary


def test_the_choice_is_the_same_for_ever() -> None:
    # Pinned: models were trained on the other side of this line.
    words = ["fox", "coffee", "anchor", "rocket", "tree", "boat", "camera", "candle", "red fox", ""]
    assert [word for word in words if is_held_out(word)] == ["tree", "camera", "candle"]


def test_about_the_stated_share_of_concepts_is_held_out(library: GlyphLibrary) -> None:
    concepts = {glyph.name for glyph in library.glyphs}
    share = sum(map(is_held_out, concepts)) / len(concepts) * 100
    assert abs(share - HELD_OUT_PERCENT) < 1
