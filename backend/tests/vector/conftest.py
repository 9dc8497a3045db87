"""Fixtures for the drawing code."""

from __future__ import annotations

import pytest

from backend.tests.vector.support import shipped_library
from backend.vector.glyphs import Glyph, GlyphLibrary


@pytest.fixture(scope="session")
def library() -> GlyphLibrary:
    """The glyph library as shipped."""
    return shipped_library()


@pytest.fixture(scope="session")
def extremes(library: GlyphLibrary) -> list[Glyph]:
    """Usable glyphs at the ends of every measure, where placement goes wrong first."""
    usable = [glyph for glyph in library.glyphs if glyph.worth >= 0.35 and glyph.complexity <= 18]
    measures = (
        lambda g: g.width / g.height,
        lambda g: g.ink,
        lambda g: g.reach,
        lambda g: g.centroid[0] - g.width / 2,
        lambda g: g.centroid[1] - g.height / 2,
    )
    found = [pick(usable, key=measure) for measure in measures for pick in (min, max)]
    return list({glyph.id: glyph for glyph in found}.values())
