"""Pairs of a drawing and its words, painted and bent anew each time."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from backend.datasets.splits import is_held_out, is_hidden_drawing
from backend.models.matcher import SentenceEncoder
from backend.training.matcher.config import Holdout, MatcherTraining
from backend.vector.glyphs import Glyph, GlyphLibrary
from backend.vector.layouts import FACTS, Layout, build_scene, fits
from backend.vector.render import render_layers

Report = Callable[[str, int, int], None]
_LAYOUTS = tuple(layout for layout in Layout if FACTS[layout].glyphs == 1)
_LEAST_CONTRAST = 0.35


@dataclass(frozen=True)
class PairCorpus:
    """Everything a batch is drawn from.

    Attributes:
        inks: (G, K, 2, S, S) uint8, each glyph in K scenes.
        concepts: for each concept the rows of its glyphs.
        shares: (C,) how often each concept is drawn: what many packs draw is asked for more often.
        phrases: (P, E) float32 sentence vectors.
        links: for each glyph its phrases, the name first.
    """

    inks: NDArray[np.uint8]
    concepts: list[NDArray[np.int64]]
    shares: NDArray[np.float64]
    phrases: NDArray[np.float32]
    links: list[NDArray[np.int32]]


def is_hidden(glyph: Glyph, holdout: Holdout) -> bool:
    """Whether a matcher of this split never sees the glyph."""
    if holdout is Holdout.CONCEPTS:
        return is_held_out(glyph.name)
    return is_hidden_drawing(glyph.id)


def build_pairs(
    library: GlyphLibrary,
    encoder: SentenceEncoder,
    training: MatcherTraining,
    size_px: int,
    report: Report,
    *,
    hidden: bool = False,
) -> PairCorpus:
    """Draws all scenes and encodes all phrases; a function of the library and the seed.

    Args:
        library: whose glyphs are drawn.
        encoder: of the phrases.
        training: which glyphs, how many scenes.
        size_px: side of the drawings.
        report: called with a stage name, the work done and the work in all.
        hidden: takes the glyphs that the training is kept from seeing, instead of the others.
    """
    chosen = [
        (position, glyph)
        for position, glyph in enumerate(library.glyphs)
        if glyph.worth >= training.min_worth and is_hidden(glyph, training.holdout) is hidden
    ]
    inks = np.zeros((len(chosen), training.scenes_per_glyph, 2, size_px, size_px), np.uint8)
    by_concept: dict[str, list[int]] = {}
    for row, (_, glyph) in enumerate(chosen):
        if row % 500 == 0:
            report("drawings", row, len(chosen))
        by_concept.setdefault(glyph.name, []).append(row)
        rng = random.Random(f"{training.seed}:{glyph.id}")
        for scene in range(training.scenes_per_glyph):
            inks[row, scene] = _drawing(glyph, scene, size_px, rng)
    counts = np.array([len(rows) for rows in by_concept.values()], np.float64)
    index = library.index
    report("phrases", 0, 1)
    return PairCorpus(
        inks=inks,
        concepts=[np.array(rows) for rows in by_concept.values()],
        shares=counts / counts.sum(),
        phrases=encoder.sentences(index.phrases),
        links=[
            index.links[index.offsets[position] : index.offsets[position + 1]]
            for position, _ in chosen
        ],
    )


def draw_pairs(
    corpus: PairCorpus, training: MatcherTraining, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """A batch, no concept twice; a function of the generator's state.

    Returns:
        Pictures (N, 3, S, S) float32 in -1..1 and sentence vectors (N, E).
    """
    count = min(training.batch_size, len(corpus.concepts))
    concepts = rng.choice(len(corpus.concepts), count, replace=False, p=corpus.shares)
    rows = np.array([rng.choice(corpus.concepts[concept]) for concept in concepts])
    inks = corpus.inks[rows, rng.integers(0, corpus.inks.shape[1], count)]
    pictures = painted(torch.from_numpy(inks).float().div_(255), random_inks(count, rng))
    words = [_phrase(corpus.links[row], training.synonym_share, rng) for row in rows]
    bent = roughened(moved(pictures, rng), training.noise_share, rng)
    return bent, torch.from_numpy(corpus.phrases[words])


def painted(inks: Tensor, colours: Tensor) -> Tensor:
    """Paints ink layers.

    Args:
        inks: (N, 2, S, S) coverage in 0..1.
        colours: (N, 3, 3) in -1..1: ground, primary, secondary.

    Returns:
        (N, 3, S, S) in -1..1.
    """
    layers = torch.cat([(1 - inks.sum(1, keepdim=True)).clamp(0, 1), inks], dim=1)
    return torch.einsum("nlhw,nlc->nchw", layers, colours)


def random_inks(count: int, rng: np.random.Generator) -> Tensor:
    """Colours (count, 3, 3) in -1..1 whose inks differ from the ground in brightness."""
    colours = rng.random((count, 3, 3), np.float32)
    light = rng.random(count) < 0.5
    colours[light, 0] = 1 - 0.15 * colours[light, 0]
    weights = np.array([0.30, 0.59, 0.11], np.float32)
    for _ in range(20):
        brightness = colours @ weights
        weak = np.abs(brightness[:, 1:] - brightness[:, :1]) < _LEAST_CONTRAST
        if not weak.any():
            break
        rows, inks = np.nonzero(weak)
        colours[rows, inks + 1] = rng.random((len(rows), 3), np.float32)
    return torch.from_numpy(colours * 2 - 1)


def moved(pictures: Tensor, rng: np.random.Generator) -> Tensor:
    """Scales by 0.85 to 1.1, turns by up to 8 degrees and shifts by up to 6 % of the side."""
    count = len(pictures)
    angle = rng.uniform(-1, 1, count) * math.radians(8)
    scale = 1 / rng.uniform(0.85, 1.1, count)
    cosine, sine = np.cos(angle) * scale, np.sin(angle) * scale
    shift = rng.uniform(-0.12, 0.12, (2, count))
    matrix = np.stack([cosine, -sine, shift[0], sine, cosine, shift[1]], axis=1)
    theta = torch.from_numpy(matrix.reshape(count, 2, 3).astype(np.float32))
    grid = F.affine_grid(theta, list(pictures.shape), align_corners=False)
    return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def roughened(pictures: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Blurs some pictures and puts grain on them, as unfinished generators do."""
    chosen = torch.from_numpy(np.flatnonzero(rng.random(len(pictures)) < share))
    if not len(chosen):
        return pictures
    blurred = F.avg_pool2d(
        F.pad(pictures[chosen], (1, 1, 1, 1), mode="replicate"), kernel_size=3, stride=1
    )
    mix = torch.from_numpy(rng.random((len(chosen), 1, 1, 1), np.float32))
    grain = torch.from_numpy(rng.standard_normal(blurred.shape, np.float32))
    level = torch.from_numpy(rng.uniform(0, 0.2, (len(chosen), 1, 1, 1)).astype(np.float32))
    result = pictures.clone()
    result[chosen] = (pictures[chosen].lerp(blurred, mix) + level * grain).clamp(-1, 1)
    return result


def _phrase(links: NDArray[np.int32], synonym_share: float, rng: np.random.Generator) -> int:
    synonym = len(links) > 1 and rng.random() < synonym_share
    return int(links[rng.integers(1, len(links))] if synonym else links[0])


def _drawing(glyph: Glyph, scene: int, size_px: int, rng: random.Random) -> NDArray[np.uint8]:
    usable = [layout for layout in _LAYOUTS if fits(layout, glyph)]
    layout = Layout.MARK if scene == 0 else rng.choice(usable)
    return render_layers(build_scene(layout, [glyph], rng.getrandbits(31)), size_px)
