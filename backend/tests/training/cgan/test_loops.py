"""The codec's and the GAN's loops at toy size: they learn, stop, and go on as if never stopped."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from backend.datasets.glyph_build import save_library
from backend.models.cgan import CganConfig, Generator
from backend.models.layer_codec import CodecConfig, LayerCodec
from backend.tests.vector.support import MADE, square_glyph
from backend.training.cgan.batches import NEIGHBOURS, GanCorpus, build_corpus, draw_batch
from backend.training.cgan.codec_loop import CodecTraining, layer_cross_entropy, train_codec
from backend.training.cgan.config import CganTraining
from backend.training.cgan.loop import train_cgan
from backend.training.cgan.run import CganFolders, train
from backend.training.cgan.scenes import SCENES, TrainingGlyph
from backend.training.checkpoints import load_state
from backend.vector.glyphs import Glyph, GlyphLibrary, MeaningIndex

TINY_CODEC = CodecConfig(widths=(4, 4, 8, 8), input_px=32, output_px=32)
CONFIG = CganConfig(
    scenes=tuple(f"{layout}:{seed}" for layout, seed in SCENES),
    text_size=8,
    width=16,
    depth=1,
    heads=2,
    condition_size=16,
    critic_width=8,
    grid=4,
    noise_size=4,
)
TRAINING = CganTraining(steps=6, batch_size=8, warmup_steps=2, save_every_seconds=0.0)


def glyphs() -> list[TrainingGlyph]:
    square = Glyph(
        "t:a", "square", "M0 0h1000v1000h-1000z", 1000, 1000, 1.0, 707, (500, 500), 4.0, 1.0
    )
    triangle = Glyph(
        "t:b", "triangle", "M0 1000h1000l-500 -1000z", 1000, 1000, 0.5, 707, (500, 660), 4.5, 1.0
    )
    return [TrainingGlyph(0, square), TrainingGlyph(1, triangle)]


def corpus(count: int = 6) -> GanCorpus:
    rng = np.random.default_rng(0)
    neighbours = np.full((count, NEIGHBOURS), -1, np.int32)
    neighbours[:, :3] = [[(row + k) % count for k in (1, 2, 3)] for row in range(count)]
    phrases = rng.normal(size=(2 * count, 8)).astype(np.float32)
    return GanCorpus(
        latents=rng.normal(size=(count, len(SCENES), 8, 4, 4)).astype(np.float16),
        usable=np.ones((count, len(SCENES)), bool),
        neighbours=neighbours,
        phrases=phrases,
        offsets=np.arange(count + 1) * 2,
        links=np.arange(2 * count),
    )


def scene_library(count: int) -> GlyphLibrary:
    """Rectangles of many shapes, whose names lie near each other in meaning."""
    made = [square_glyph(f"box {k}", width=200 + 10 * k) for k in range(count)]
    names = tuple(glyph.name for glyph in made)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(count, 128)) + 3
    vectors = np.round(127 * vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    index = MeaningIndex(
        phrases=names,
        vectors=vectors.astype(np.int8),
        mean=np.zeros(128, np.float32),
        projection=np.eye(128, dtype=np.float32),
        offsets=np.arange(count + 1, dtype=np.int32),
        links=np.arange(count, dtype=np.int32),
        weights=np.ones(count, np.float32),
    )
    return GlyphLibrary(made, {"made": MADE}, index)


def weights_of(run: Path, key: str) -> torch.Tensor:
    state = load_state(run)
    assert state is not None
    return torch.cat([value.flatten().float() for value in state[key].values()])


def test_cross_entropy_of_certain_layers_is_zero() -> None:
    inks = torch.zeros(1, 2, 2, 2)
    inks[0, 0] = 1  # all primary
    logits = torch.zeros(1, 3, 2, 2)
    logits[0, 1] = 50
    assert layer_cross_entropy(logits, inks).item() == pytest.approx(0, abs=1e-6)
    assert layer_cross_entropy(torch.zeros(1, 3, 2, 2), inks).item() == pytest.approx(
        float(np.log(3)), rel=1e-5
    )


def test_codec_learns(tmp_path: Path) -> None:
    training = CodecTraining(
        codec=TINY_CODEC, steps=60, batch_size=4, peak_rate=1e-2, warmup_steps=5
    )
    assert train_codec(training, glyphs(), tmp_path / "run", tmp_path / "codec.safetensors")
    history = (tmp_path / "run" / "history.jsonl").read_text().splitlines()
    assert '"step": 50' in history[0]
    state = load_state(tmp_path / "run")
    assert state is not None
    fresh = LayerCodec(TINY_CODEC)
    trained = LayerCodec(TINY_CODEC)
    trained.load_state_dict(state["codec"])
    inks = torch.zeros(1, 2, 32, 32)
    inks[:, 0, 6:26, 6:26] = 1
    losses = [
        layer_cross_entropy(net.logits(net.bounded(inks)), inks).item() for net in (fresh, trained)
    ]
    assert losses[1] < 0.7 * losses[0]


def test_codec_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    training = CodecTraining(codec=TINY_CODEC, steps=4, batch_size=2)
    train_codec(training, glyphs(), tmp_path / "whole", tmp_path / "a.safetensors")
    early = train_codec(
        replace(training, budget_seconds=0.0),
        glyphs(),
        tmp_path / "parts",
        tmp_path / "b.safetensors",
    )
    assert not early
    assert not (tmp_path / "b.safetensors").exists()
    for _ in range(20):
        if train_codec(
            replace(training, budget_seconds=0.01),
            glyphs(),
            tmp_path / "parts",
            tmp_path / "b.safetensors",
        ):
            break
    assert (tmp_path / "b.safetensors").read_bytes() == (tmp_path / "a.safetensors").read_bytes()
    assert torch.equal(
        weights_of(tmp_path / "whole", "codec"), weights_of(tmp_path / "parts", "codec")
    )


def test_batches_follow_from_the_step_and_never_show_the_target() -> None:
    given = corpus()
    first, again, other = (draw_batch(given, TRAINING, CONFIG, step) for step in (3, 3, 4))
    assert torch.equal(first.real, again.real)
    assert torch.equal(first.condition.exemplars, again.condition.exemplars)
    assert not torch.equal(first.real, other.real)
    hidden = first.judged.present.sum(1) == 0
    assert torch.equal(first.judged.text, first.condition.text)
    assert torch.equal(first.judged.exemplars[~hidden], first.condition.exemplars[~hidden])
    distance = (first.condition.exemplars - first.real[:, None]).abs().sum(dim=(2, 3, 4))
    assert (distance > 0).all()
    changed = (first.mismatched.text != first.condition.text).any(1) | (
        first.mismatched.scene != first.condition.scene
    ).any(1)
    assert changed.float().mean() > 0.5


def test_gan_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    sheets: list[int] = []
    generator, finished = train_cgan(
        TRAINING, CONFIG, corpus(), tmp_path / "whole", lambda _, step: sheets.append(step)
    )
    assert finished
    assert isinstance(generator, Generator)
    assert sheets[-1] == TRAINING.steps
    finished = False
    while not finished:
        _, finished = train_cgan(
            replace(TRAINING, budget_seconds=0.02),
            CONFIG,
            corpus(),
            tmp_path / "parts",
            lambda *_: None,
        )
    for key in ("generator", "discriminator", "posterior", "average"):
        assert torch.equal(
            weights_of(tmp_path / "whole", key), weights_of(tmp_path / "parts", key)
        ), key


def test_the_cache_of_scenes_belongs_to_its_codec_and_glyphs(tmp_path: Path) -> None:
    library = scene_library(70)
    known = [TrainingGlyph(place, glyph) for place, glyph in enumerate(library.glyphs)]
    torch.manual_seed(0)
    codec = LayerCodec(TINY_CODEC).eval()

    def built(glyphs: list[TrainingGlyph], codec: LayerCodec) -> GanCorpus:
        return build_corpus(library, glyphs, codec, tmp_path, lambda *_: None)

    first = built(known, codec)
    assert first.latents.shape[:2] == (70, len(SCENES))
    (made,) = tmp_path.glob("gan-latents-*.npy")
    before = made.stat().st_mtime_ns
    built(known, codec)
    assert [path.stat().st_mtime_ns for path in tmp_path.glob("*.npy")] == [before]
    fewer = built(known[:-2], codec)
    assert fewer.latents.shape[0] == 68
    other = built(known, LayerCodec(TINY_CODEC).eval())
    assert not np.array_equal(first.latents, other.latents)
    assert len(list(tmp_path.glob("gan-latents-*.npy"))) == 3


def test_weights_are_shipped_together_and_only_when_finished(tmp_path: Path) -> None:
    save_library(scene_library(80), tmp_path / "glyphs")
    folders = CganFolders(tmp_path / "glyphs", tmp_path / "run", tmp_path / "weights")
    # Narrow, but with the grid of the real codec, for which the generator is made.
    narrow = CodecConfig(widths=(4, 4, 8, 8), output_px=64)
    codec = CodecTraining(codec=narrow, steps=2, batch_size=2)
    gan = CganTraining(steps=2, batch_size=16, warmup_steps=1)

    def trained(codec: CodecTraining, gan: CganTraining) -> bool:
        return train(folders, codec, gan, lambda *_: None)

    assert not trained(replace(codec, budget_seconds=0.0), gan)
    assert not trained(codec, replace(gan, budget_seconds=0.0))
    assert (folders.run / "generator.safetensors").exists()
    assert not folders.weights.exists()
    assert trained(codec, gan)
    names = {"layer-codec.safetensors", "layer-codec.json", "generator.safetensors"}
    assert {path.name for path in folders.weights.iterdir()} == {*names, "generator.json"}
    notes = json.loads((folders.weights / "generator.json").read_text("utf-8"))["training"]
    assert notes["steps_done"] == 2
