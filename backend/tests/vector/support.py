"""Shipped glyphs and small pictures that tests of several folders share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import settings
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Colour, Palette
from backend.vector.glyphs import Glyph, GlyphLibrary, MeaningIndex, Pack

WEIGHTS = Path(__file__).parents[3] / "weights"
MADE = Pack("made", "Made up", "Nobody", "MIT", "https://example.org", "1.0.0")
PAINT = Palette(Colour(250, 246, 238), Colour(20, 60, 140), Colour(230, 110, 30))


@cache
def shipped_library() -> GlyphLibrary:
    """The library in `weights/glyphs`, read once in a test run."""
    return GlyphLibrary.load(WEIGHTS / "glyphs")


def square_glyph(name: str = "box", width: int = 1000, height: int = 1000) -> Glyph:
    """A full rectangle."""
    return Glyph(
        id=f"made:{name.replace(' ', '-')}",
        name=name,
        path=f"M0 0h{width}v{height}h{-width}z",
        width=width,
        height=height,
        ink=width * height / 1e6,
        reach=float(np.hypot(width, height) / 2),
        centroid=(width / 2, height / 2),
        complexity=4.0,
        worth=1.0,
    )


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """An image as (H, W, C) uint8."""
    return np.asarray(image)


def tiny_library() -> GlyphLibrary:
    """Three glyphs, four phrases in a space of three axes; the second glyph has two phrases."""
    glyphs = [square_glyph("red fox"), square_glyph("boat", 800), square_glyph("sun")]
    vectors = np.array([[127, 0, 0], [0, 127, 0], [0, 0, 127], [-127, 0, 0]], np.int8)
    index = MeaningIndex(
        phrases=("red fox", "boat", "ship", "sun"),
        vectors=vectors,
        mean=np.array([0.5, 0, 0, 0], np.float32),
        projection=np.eye(4, 3, dtype=np.float32),
        offsets=np.array([0, 1, 3, 4], np.int32),
        links=np.array([0, 1, 2, 3], np.int32),
        weights=np.array([1, 1, 0.8, 1], np.float32),
    )
    return GlyphLibrary(glyphs, {"made": MADE}, index)


# Each property is narrow.
few_examples = settings(max_examples=60)
