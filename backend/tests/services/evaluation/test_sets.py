from __future__ import annotations

import numpy as np

from backend.domain.generation import RestyleParams, SourceName
from backend.metrics.colour import colour_recall
from backend.metrics.pixels import uint8_batch
from backend.services.evaluation.prompts import choose_prompts
from backend.services.evaluation.sets import (
    MASK_PX,
    PICTURE_PX,
    bare_masks,
    chained,
    glyph_masks,
    real_pictures,
)
from backend.tests.services.evaluation.support import MadeUpModels, PaintingSource, sheet_library

PROMPTS = choose_prompts(sheet_library(), 12, 0)


def silent(label: str, done: int, total: int) -> None:
    """Hears progress and says nothing."""


def test_real_pictures_wear_the_colours_and_follow_from_the_seed() -> None:
    first, again, other = (real_pictures(PROMPTS, 3, seed) for seed in (0, 0, 1))
    assert first.prompts.tolist() == [row for row in range(len(PROMPTS)) for _ in range(3)]
    pixels = uint8_batch(first.pictures)
    assert pixels.shape == (3 * len(PROMPTS), 3, PICTURE_PX, PICTURE_PX)
    asked = [PROMPTS[row].brief.colours for row in first.prompts]
    assert colour_recall(list(pixels), asked) > 0.95
    assert np.array_equal(pixels, uint8_batch(again.pictures))
    assert not np.array_equal(pixels, uint8_batch(other.pictures))


def test_subjects_without_a_wanted_drawing_are_left_out() -> None:
    kept = {PROMPTS[2].drawings[0].id, PROMPTS[5].drawings[1].id}
    some = real_pictures(PROMPTS, 2, 0, lambda glyph: glyph.id in kept)
    assert some.prompts.tolist() == [2, 2, 5, 5]


def test_the_chain_gives_drafts_and_the_same_drafts_restyled() -> None:
    drafts, restyled = chained(
        MadeUpModels(), SourceName.CGAN, PROMPTS, 2, 0, silent, RestyleParams()
    )
    before, after = uint8_batch(drafts.pictures), uint8_batch(restyled.pictures)
    assert before.shape == after.shape == (2 * len(PROMPTS), 3, PICTURE_PX, PICTURE_PX)
    assert drafts.prompts.tolist() == [row for row in range(len(PROMPTS)) for _ in range(2)]
    assert not np.array_equal(after, before)
    assert np.abs(after[..., ::-1].astype(int) - before).mean() < 2
    alone, twice = chained(MadeUpModels(), SourceName.CGAN, PROMPTS, 2, 0, silent, None)
    assert np.array_equal(uint8_batch(alone.pictures), before)
    assert np.array_equal(uint8_batch(twice.pictures), before)


def test_masks_are_true_where_there_is_ink() -> None:
    masks = bare_masks(PaintingSource(SourceName.CGAN), PROMPTS[:1], 2, 0)
    assert masks.shape == (2, MASK_PX, MASK_PX)
    assert masks[0, 8:56, 8:16].all()
    assert masks[0].sum() == 48 * 8
    glyphs = sheet_library().glyphs[:5]
    drawn = glyph_masks(glyphs, silent)
    assert (drawn.mean(axis=(1, 2)) > 0.05).all()
    assert (drawn.mean(axis=(1, 2)) < 0.7).all()
