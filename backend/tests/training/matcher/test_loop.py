"""The matcher's loop at toy size: it learns, stops, and goes on as if never stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from backend.models.matcher import MatcherConfig
from backend.tests.training.matcher.test_batches import CountingEncoder, made_library
from backend.training.matcher.batches import PairCorpus, build_pairs
from backend.training.matcher.config import MatcherTraining
from backend.training.matcher.loop import train_matcher

TRAINING = MatcherTraining(
    steps=6, batch_size=8, scenes_per_glyph=1, warmup_steps=1, save_every_seconds=0.0
)
CONFIG = MatcherConfig(
    input_px=32, widths=(4, 4, 8, 8), blocks=(1, 1, 1), text_width=16, embedding_size=8
)


@pytest.fixture(scope="module")
def pairs() -> PairCorpus:
    return build_pairs(made_library(), CountingEncoder(), TRAINING, 32, lambda *_: None)


def test_a_stopped_run_goes_on_as_if_never_stopped(tmp_path: Path, pairs: PairCorpus) -> None:
    whole, steps = train_matcher(TRAINING, CONFIG, pairs, tmp_path / "whole")
    assert steps == 6
    parts = tmp_path / "parts"

    for number in range(40):
        again, done = train_matcher(
            replace(TRAINING, budget_seconds=0.01 * number), CONFIG, pairs, parts
        )
        if done == TRAINING.steps:
            break
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(tensor, again.state_dict()[name], msg=name)
