from __future__ import annotations

import numpy as np
import pytest

from backend.services.evaluation.prompts import SHEET_SUBJECTS, Prompt, choose_prompts
from backend.tests.vector.support import shipped_library
from backend.vector.colour import contrast_ratio


@pytest.fixture(scope="module")
def prompts() -> list[Prompt]:
    return choose_prompts(shipped_library(), 192, 0)


def test_the_sheets_subjects_come_first_and_half_of_all_are_held_out(prompts: list[Prompt]) -> None:
    assert [prompt.subject for prompt in prompts[:48]] == list(SHEET_SUBJECTS)
    assert [prompt.held_out for prompt in prompts[:48]] == [False] * 24 + [True] * 24
    assert 85 <= sum(prompt.held_out for prompt in prompts) <= 96
    assert sum(not prompt.held_out for prompt in prompts) == 96


def test_no_two_subjects_nearly_mean_the_same(prompts: list[Prompt]) -> None:
    index = shipped_library().index
    rows = [index.phrases.index(prompt.subject) for prompt in prompts]
    vectors = index.vectors[rows].astype(float) / 127
    likeness = vectors @ vectors.T - 2 * np.eye(len(rows))
    assert likeness.max() < 0.82  # The sheet's own subjects are never left out.


def test_every_subject_is_drawn_by_several_packs_and_asked_for_in_two_colours_that_show(
    prompts: list[Prompt],
) -> None:
    for prompt in prompts:
        assert len({glyph.pack for glyph in prompt.drawings}) >= 3
        assert {glyph.name for glyph in prompt.drawings} == {prompt.subject}
        ink, ground = prompt.brief.colours
        assert contrast_ratio(ink, ground) > 2
    assert len({prompt.palette for prompt in prompts}) > 5


def test_another_seed_asks_for_other_subjects_beyond_the_sheet(prompts: list[Prompt]) -> None:
    again, other = (choose_prompts(shipped_library(), 192, seed) for seed in (0, 1))
    assert [prompt.subject for prompt in again] == [prompt.subject for prompt in prompts]
    assert [p.subject for p in other[:48]] == list(SHEET_SUBJECTS)
    assert [p.subject for p in other[48:]] != [p.subject for p in prompts[48:]]
