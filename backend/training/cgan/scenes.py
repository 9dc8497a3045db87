"""Layered scenes for the codec and the GAN, drawn from the glyph library on demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from backend.datasets.splits import is_held_out
from backend.vector.glyphs import Glyph, GlyphLibrary
from backend.vector.layouts import Layout, build_scene, fits
from backend.vector.render import render_layers

SCENES: tuple[tuple[Layout, int], ...] = (
    (Layout.MARK, 0),
    (Layout.DISC, 0),
    (Layout.RING, 0),
    (Layout.RING, 1),
    (Layout.ROUNDED_SQUARE, 0),
    (Layout.SHIELD, 0),
    (Layout.HEXAGON, 0),
    (Layout.TWO_COLOUR, 0),
    (Layout.TWO_COLOUR, 1),
    (Layout.BACKDROP, 0),
    (Layout.BACKDROP, 1),
    (Layout.OUTLINE, 0),
)
"""Layouts with the seeds of their proportions, in the order of the generator's condition."""

SCENE_NAMES = tuple(f"{layout}:{seed}" for layout, seed in SCENES)


@dataclass(frozen=True, slots=True)
class TrainingGlyph:
    """A library row that may be trained on."""

    position: int
    glyph: Glyph


def training_glyphs(
    library: GlyphLibrary, min_worth: float, max_complexity: float = 99.0
) -> list[TrainingGlyph]:
    """Glyphs fit to be marks whose concepts are not held out."""
    return [
        TrainingGlyph(position, glyph)
        for position, glyph in enumerate(library.glyphs)
        if glyph.worth >= min_worth
        and glyph.complexity <= max_complexity
        and not is_held_out(glyph.name)
    ]


def draw_inks(glyph: Glyph, layout: Layout, seed: int, size_px: int) -> NDArray[np.uint8]:
    """One scene's ink layers: (2, size_px, size_px) uint8."""
    return render_layers(build_scene(layout, [glyph], seed), size_px)


def to_inks(scenes: list[NDArray[np.uint8]]) -> Tensor:
    """Stacks scenes to (N, 2, S, S) float32 in 0..1."""
    return torch.from_numpy(np.stack(scenes)).float().div_(255)


def sample_inks(
    glyphs: list[TrainingGlyph], count: int, size_px: int, rng: np.random.Generator
) -> Tensor:
    """A random batch of scenes: (count, 2, size_px, size_px) float32 in 0..1."""
    scenes: list[NDArray[np.uint8]] = []
    while len(scenes) < count:
        glyph = glyphs[int(rng.integers(len(glyphs)))].glyph
        layout, _ = SCENES[int(rng.integers(len(SCENES)))]
        if fits(layout, glyph):
            scenes.append(draw_inks(glyph, layout, int(rng.integers(2**31)), size_px))
    return to_inks(scenes)
