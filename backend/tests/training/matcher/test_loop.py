"""The matcher's loop at toy size: it learns, stops, and goes on as if never stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch

from backend.datasets.glyph_build import save_library
from backend.models.matcher import Matcher, MatcherConfig
from backend.tests.training.matcher.test_batches import CountingEncoder, made_library
from backend.tests.training.support import lab
from backend.training.matcher.batches import PairCorpus, build_pairs
from backend.training.matcher.config import MatcherExperiment, MatcherTraining
from backend.training.matcher.loop import cosine_range, train_matcher
from backend.training.matcher.run import MatcherFolders, train
from backend.training.settings import TrackerSettings

TRAINING = MatcherTraining(steps=6, batch_size=8, scenes_per_glyph=1, warmup_steps=1)
CONFIG = MatcherConfig(
    input_px=32, widths=(4, 4, 8, 8), blocks=(1, 1, 1), text_width=16, embedding_size=8
)


@pytest.fixture(scope="module")
def pairs() -> PairCorpus:
    return build_pairs(made_library(), CountingEncoder(), TRAINING, 32, lambda *_: None)


def test_a_stopped_run_goes_on_as_if_never_stopped(tmp_path: Path, pairs: PairCorpus) -> None:
    whole, steps = train_matcher(TRAINING, CONFIG, pairs, lab(), tmp_path / "whole")
    assert steps == 6
    parts = tmp_path / "parts"

    for number in (1, 3, 9):
        again, _ = train_matcher(TRAINING, CONFIG, pairs, lab(number), parts)
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(tensor, again.state_dict()[name], msg=name)


def test_the_range_of_cosines_is_measured_on_glyphs_that_were_hidden(pairs: PairCorpus) -> None:
    unseen = build_pairs(
        made_library(), CountingEncoder(), TRAINING, 32, lambda *_: None, hidden=True
    )
    assert len(unseen.inks) + len(pairs.inks) == len(made_library().glyphs)

    class Knowing(Matcher):
        """Puts every phrase where its own picture is, and the pictures apart."""

        def embed_images(self, images: torch.Tensor) -> torch.Tensor:
            self.shown = torch.eye(9)[: len(images)]
            return self.shown

        def embed_texts(self, sentences: torch.Tensor) -> torch.Tensor:
            return 0.75 * self.shown + 0.25

    wrong, right = cosine_range(Knowing(CONFIG), unseen, TRAINING)
    assert (wrong, right) == pytest.approx((0.25, 1.0))


def test_both_matchers_are_shipped_with_one_history(tmp_path: Path) -> None:
    save_library(made_library(), tmp_path / "glyphs")
    folders = MatcherFolders(tmp_path / "glyphs", tmp_path / "run", tmp_path / "weights")
    experiment = MatcherExperiment(
        steps=1,
        batch_size=4,
        scenes_per_glyph=1,
        epoch_steps=1,
        tracker=TrackerSettings(name="none"),
    )
    stopped = replace(experiment, budget_seconds=0.0)
    assert not train(folders, stopped, CountingEncoder(), lambda *_: None)
    assert not folders.weights.exists()
    for which in ("ranking", "evaluation"):
        assert train(folders, replace(experiment, which=which), CountingEncoder(), lambda *_: None)
    assert (folders.weights / "evaluation.safetensors").exists()
    history = pq.read_table(folders.weights / "history.parquet").to_pylist()
    assert [row["network"] for row in history] == ["ranking", "evaluation"]
