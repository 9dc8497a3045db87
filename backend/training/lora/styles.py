"""A set of pictures in a style of its own, drawn from the glyph library, for the proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from backend.domain.brief import Colour
from backend.vector.glyphs import Glyph, GlyphLibrary
from backend.vector.layouts import Layout, build_scene
from backend.vector.render import render_layers

Mask = NDArray[np.float32]
_SIDE_PX = 512
# Other things than those of `drafts.fixed_drafts`, so that what is measured was never trained on.
_SUBJECTS = (
    "mdi:owl",
    "mdi:umbrella",
    "mdi:turtle",
    "mdi:mushroom",
    "mdi:cactus",
    "mdi:lighthouse",
    "mdi:crown",
    "mdi:butterfly",
)


@dataclass(frozen=True, slots=True)
class Style:
    """A look.

    Attributes:
        name: of the adapter that learns it.
        words: the trigger.
        paint: from the coverage of a mark (S, S) in 0..1 to colours (S, S, 3) in 0..255.
    """

    name: str
    title: str
    words: str
    paint: Callable[[Mask], NDArray[np.float32]]


def draw_set(library: GlyphLibrary, style: Style) -> list[tuple[str, Image.Image, str]]:
    """Eight pictures: name, picture, caption. The captions leave out what all share."""
    found = library.find(_SUBJECTS)
    return [
        (glyph.name.replace(" ", "-"), draw(glyph, style), f"{glyph.name} mark") for glyph in found
    ]


def draw(glyph: Glyph, style: Style) -> Image.Image:
    """One glyph in a style."""
    coverage = render_layers(build_scene(Layout.MARK, [glyph]), _SIDE_PX)[0]
    pixels = style.paint(coverage.astype(np.float32) / 255)
    return Image.fromarray(np.clip(pixels, 0, 255).round().astype(np.uint8), "RGB")


def _engraved(mark: Mask) -> NDArray[np.float32]:
    """Dark petrol on parchment, cut by slanting lines, over an amber shadow."""
    across, down = np.meshgrid(np.arange(_SIDE_PX), np.arange(_SIDE_PX))
    lines = (((across + down) % 48) < 17).astype(np.float32)
    rim = mark - _shrunk(mark, 13)
    ink = np.maximum(mark * (1 - lines), rim)
    return _layers("#F4EAD5", (_moved(mark, 22), "#E9A94F"), (mark, "#F4EAD5"), (ink, "#14505C"))


ENGRAVED = Style("engraved", "Engraved", "engraved", _engraved)


def _layers(ground: str, *layers: tuple[Mask, str]) -> NDArray[np.float32]:
    pixels = np.tile(_rgb(ground), (_SIDE_PX, _SIDE_PX, 1))
    for coverage, colour in layers:
        pixels += coverage[..., None] * (_rgb(colour) - pixels)
    return pixels


def _rgb(text: str) -> NDArray[np.float32]:
    return np.array(Colour.from_hex(text).rgb, np.float32)


def _shrunk(mark: Mask, size_px: int) -> Mask:
    narrow = _image(mark).filter(ImageFilter.MinFilter(size_px))
    return np.asarray(np.asarray(narrow, np.float32) / 255, np.float32)


def _moved(mark: Mask, by_px: int) -> Mask:
    moved = np.zeros_like(mark)
    moved[by_px:, by_px:] = mark[:-by_px, :-by_px]
    return moved


def _image(mark: Mask) -> Image.Image:
    return Image.fromarray((mark * 255).astype(np.uint8))
