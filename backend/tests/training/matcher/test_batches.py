"""Pairs: drawn from a seeded generator, no concept twice, split as promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from backend.datasets.splits import is_held_out
from backend.tests.vector.support import MADE, square_glyph
from backend.training.matcher.batches import (
    PairCorpus,
    build_pairs,
    draw_pairs,
    is_hidden,
    moved,
    painted,
    random_inks,
    roughened,
)
from backend.training.matcher.config import Holdout, MatcherTraining
from backend.vector.glyphs import GlyphLibrary, MeaningIndex

TRAINING = MatcherTraining(batch_size=8, scenes_per_glyph=2, seed=1)


class CountingEncoder:
    """The n-th text becomes n in every place."""

    def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.repeat(np.arange(len(texts), dtype=np.float32)[:, None], 384, axis=1)


def made_library(count: int = 60) -> GlyphLibrary:
    """Half of the concepts have two drawings."""
    names = [f"box {k // 2 if k < count // 2 else k}" for k in range(count)]
    glyphs = [
        replace(square_glyph(name, width=200 + 10 * k), id=f"made:{k}")
        for k, name in enumerate(names)
    ]
    index = MeaningIndex(
        phrases=(*names, "tag"),
        vectors=np.zeros((count + 1, 4), np.int8),
        mean=np.zeros(4, np.float32),
        projection=np.eye(4, dtype=np.float32),
        offsets=np.arange(0, 2 * count + 1, 2, dtype=np.int32),
        links=np.stack([np.arange(count), np.full(count, count)], axis=1).ravel().astype(np.int32),
        weights=np.ones(2 * count, np.float32),
    )
    return GlyphLibrary(glyphs, {"made": MADE}, index)


@pytest.fixture(scope="module")
def pairs() -> PairCorpus:
    return build_pairs(made_library(), CountingEncoder(), TRAINING, 32, lambda *_: None)


def test_held_out_concepts_are_not_among_the_pairs(pairs: PairCorpus) -> None:
    shown = [glyph for glyph in made_library().glyphs if not is_hidden(glyph, Holdout.CONCEPTS)]
    assert len(pairs.inks) == len(shown) < 60
    assert not any(is_held_out(glyph.name) for glyph in shown)


def test_the_split_by_drawings_hides_other_glyphs_and_keeps_most_concepts() -> None:
    glyphs = made_library(400).glyphs
    hidden = [glyph for glyph in glyphs if is_hidden(glyph, Holdout.DRAWINGS)]
    assert 0.04 < len(hidden) / len(glyphs) < 0.18
    assert {glyph.id for glyph in hidden} != {
        glyph.id for glyph in glyphs if is_hidden(glyph, Holdout.CONCEPTS)
    }


def test_a_batch_follows_from_the_generator_and_has_no_concept_twice(pairs: PairCorpus) -> None:
    training = replace(TRAINING, synonym_share=0.0, batch_size=1000)
    pictures, sentences = draw_pairs(pairs, training, np.random.default_rng(3))
    again, _ = draw_pairs(pairs, training, np.random.default_rng(3))
    other, _ = draw_pairs(pairs, training, np.random.default_rng(4))
    assert len(pictures) == len(pairs.concepts) == len(sentences[:, 0].unique())
    torch.testing.assert_close(pictures, again, rtol=0, atol=0)
    assert not torch.equal(pictures, other)
    assert pictures.min() >= -1
    assert pictures.max() <= 1


def test_synonyms_replace_names_in_their_share(pairs: PairCorpus) -> None:
    _, sentences = draw_pairs(pairs, replace(TRAINING, synonym_share=1.0), np.random.default_rng(0))
    assert (sentences[:, 0] == 60).all()


def test_painting_gives_each_layer_its_colour() -> None:
    inks = torch.zeros(1, 2, 2, 2)
    inks[0, 0, 0, 0] = inks[0, 1, 1, 1] = 1
    colours = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 0.0, -1.0], [-1.0, 0.5, 0.5]]])
    picture = painted(inks, colours)
    assert picture[0, :, 0, 0].tolist() == [1, 0, -1]
    assert picture[0, :, 1, 1].tolist() == [-1, 0.5, 0.5]
    assert picture[0, :, 0, 1].tolist() == [0, 0, 0]


def test_inks_stand_out_from_their_ground() -> None:
    colours = (random_inks(500, np.random.default_rng(0)) + 1) / 2
    brightness = colours @ torch.tensor([0.30, 0.59, 0.11])
    contrast = (brightness[:, 1:] - brightness[:, :1]).abs()
    assert (contrast >= 0.35).float().mean() > 0.94


def test_moving_keeps_the_ground_and_roughening_touches_only_its_share() -> None:
    flat = torch.full((40, 3, 16, 16), 0.25)
    torch.testing.assert_close(moved(flat, np.random.default_rng(0)), flat)
    rough = roughened(flat, 0.5, np.random.default_rng(0))
    changed = (rough != flat).flatten(1).any(dim=1)
    assert 8 <= int(changed.sum()) <= 32
    assert torch.equal(roughened(flat, 0.0, np.random.default_rng(0)), flat)
