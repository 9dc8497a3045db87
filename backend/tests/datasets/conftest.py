"""Fixtures for the data code."""

from __future__ import annotations

import pytest

from backend.tests.vector.support import shipped_library
from backend.vector.glyphs import GlyphLibrary


@pytest.fixture(scope="session")
def library() -> GlyphLibrary:
    """The glyph library as shipped."""
    return shipped_library()
