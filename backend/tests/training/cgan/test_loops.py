"""The codec's and the GAN's loops at toy size: they learn, stop, and go on as if never stopped."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from backend.datasets.glyph_build import save_library
from backend.domain.errors import WeightsMissing
from backend.models.cgan import CganConfig, Generator
from backend.models.layer_codec import CodecConfig, LayerCodec
from backend.models.matcher import Matcher, MatcherConfig
from backend.tests.training.support import lab, weights_of
from backend.tests.vector.support import MADE, square_glyph
from backend.training.cgan.batches import NEIGHBOURS, GanCorpus, build_corpus, draw_batch
from backend.training.cgan.codec_loop import CodecTraining, layer_cross_entropy, train_codec
from backend.training.cgan.config import CganExperiment, CganTraining
from backend.training.cgan.guidance import load_matcher, matcher_guidance, phrase_vectors
from backend.training.cgan.loop import GanTrainer, Guidance, train_cgan
from backend.training.cgan.run import CganFolders, load_generator, train
from backend.training.cgan.scenes import SCENES, TrainingGlyph, training_glyphs
from backend.training.checkpoints import load_state, save_network
from backend.training.configuration import compose_experiment
from backend.training.history import read_history
from backend.training.loop import Lab
from backend.training.settings import TrackerSettings
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
TRAINING = CganTraining(steps=6, batch_size=8, warmup_steps=2, epoch_steps=2)


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
    assert train_codec(training, glyphs(), lab(), tmp_path / "run", tmp_path / "codec.safetensors")
    (epoch,) = read_history(tmp_path / "run")
    assert (epoch["epoch"], epoch["step"], epoch["images"]) == (1, 50, 200)
    state = load_state(tmp_path / "run")
    assert state is not None
    fresh = LayerCodec(TINY_CODEC)
    trained = LayerCodec(TINY_CODEC)
    trained.load_state_dict(state["networks"]["codec"])
    inks = torch.zeros(1, 2, 32, 32)
    inks[:, 0, 6:26, 6:26] = 1
    losses = [
        layer_cross_entropy(net.logits(net.bounded(inks)), inks).item() for net in (fresh, trained)
    ]
    assert losses[1] < 0.7 * losses[0]


def test_codec_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    training = CodecTraining(codec=TINY_CODEC, steps=4, batch_size=2)
    whole, parts = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    train_codec(training, glyphs(), lab(), tmp_path / "whole", whole)
    for steps in (0, 1, 2):
        assert not train_codec(training, glyphs(), lab(steps), tmp_path / "parts", parts)
        assert not parts.exists()
    assert train_codec(training, glyphs(), lab(), tmp_path / "parts", parts)
    assert parts.read_bytes() == whole.read_bytes()
    assert torch.equal(
        weights_of(tmp_path / "whole", "codec"), weights_of(tmp_path / "parts", "codec")
    )
    with Image.open(tmp_path / "parts" / "samples-000004.png") as sheet:
        assert sheet.size == (12 * 32, 2 * 32)


def test_batches_follow_from_the_generator_and_never_show_the_target() -> None:
    given = corpus()
    first, again, other = (
        draw_batch(given, TRAINING, CONFIG, np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
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
    for text, phrase in zip(first.condition.text, first.phrases.tolist(), strict=True):
        told = torch.from_numpy(given.phrases[phrase]) if phrase >= 0 else torch.zeros(8)
        assert torch.equal(text, told)


def played(
    training: CganTraining, lab: Lab, run: Path, guidance: Guidance | None = None
) -> tuple[Generator, int]:
    torch.manual_seed(0)
    codec = LayerCodec(TINY_CODEC).eval()
    trainer = GanTrainer(training, CONFIG, corpus(), codec, lab, guidance)
    return train_cgan(trainer, training, CONFIG, lab, run)


def test_gan_resumes_as_if_never_stopped(tmp_path: Path) -> None:
    generator, steps = played(TRAINING, lab(save_every=0.0), tmp_path / "whole")
    assert steps == TRAINING.steps
    assert isinstance(generator, Generator)
    assert len(list((tmp_path / "whole").glob("samples-*.png"))) == TRAINING.steps
    done = [played(TRAINING, lab(steps), tmp_path / "parts")[1] for steps in (1, 2, 2, 9)]
    assert done == [1, 3, 5, 6]
    for key in ("generator", "discriminator", "posterior", "average"):
        assert torch.equal(
            weights_of(tmp_path / "whole", key), weights_of(tmp_path / "parts", key)
        ), key
    there, here = (read_history(tmp_path / name) for name in ("whole", "parts"))
    assert [{**record, "seconds": 0} for record in there] == [
        {**record, "seconds": 0} for record in here
    ]


@pytest.mark.parametrize("game", ["bce", "wasserstein", "wgan-gp", "hinge", "relativistic"])
def test_every_game_of_the_configuration_can_be_played(tmp_path: Path, game: str) -> None:
    loss = compose_experiment("cgan", CganExperiment, [f"loss={game}"]).loss
    training = replace(TRAINING, steps=4, warmup_steps=1, epoch_steps=4, loss=loss)
    _, steps = played(training, lab(), tmp_path)
    assert steps == 4
    (record,) = read_history(tmp_path)
    assert ("fooled" in record) == (game == "relativistic")
    if loss.clip is not None:
        assert weights_of(tmp_path, "discriminator").abs().max() <= loss.clip


def test_each_side_takes_as_many_steps_as_it_is_given(tmp_path: Path) -> None:
    training = replace(TRAINING, steps=3, warmup_steps=1, discriminator_steps=3, epoch_steps=1)
    played(training, lab(), tmp_path)
    state = load_state(tmp_path)
    assert state is not None
    done = {
        name: {int(each["step"]) for each in optimiser["state"].values()}
        for name, optimiser in state["optimisers"].items()
    }
    assert done == {"generator": {3}, "discriminator": {6}}  # none of its in the warm-up
    assert [record["images"] for record in read_history(tmp_path)] == [8, 32, 56]


def test_the_guides_gradient_reaches_the_generator() -> None:
    torch.manual_seed(0)
    matcher = Matcher(MatcherConfig(input_px=32, widths=(4, 4, 8, 8), text_width=16)).eval()
    matcher.requires_grad_(False)
    sentences = np.random.default_rng(0).normal(size=(12, 384)).astype(np.float32)
    guidance = matcher_guidance(matcher, sentences, torch.device("cpu"))
    torch.testing.assert_close(guidance.texts.norm(dim=1), torch.ones(12))
    training = replace(TRAINING, guide_weight=1.0, reconstruction_weight=0.0, kl_weight=0.0)
    codec = LayerCodec(TINY_CODEC).eval()
    trainer = GanTrainer(training, CONFIG, corpus(), codec, lab(), guidance)
    outcome = trainer.step(0)  # in the warm-up the guide is the only loss that is left
    assert outcome.metrics["guide"] > 0
    gradients = [each.grad for each in trainer.generator.parameters() if each.grad is not None]
    assert sum(float(each.abs().sum()) for each in gradients) > 0
    assert all(each.grad is None for each in [*matcher.parameters(), *codec.parameters()])


def test_a_guide_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="guide_weight=0"):
        load_matcher(tmp_path / "ranking.safetensors")


def test_a_shipped_matcher_is_loaded_whole(tmp_path: Path) -> None:
    matcher = Matcher(MatcherConfig(input_px=32, widths=(4, 4, 8, 8))).eval()
    save_network(tmp_path / "m.safetensors", matcher, matcher.to_config(), {})
    loaded = load_matcher(tmp_path / "m.safetensors")
    images = torch.rand(2, 3, 32, 32)
    torch.testing.assert_close(
        loaded.embed_images(images), matcher.embed_images(images), rtol=0.01, atol=0.01
    )


def test_phrases_are_encoded_once(tmp_path: Path) -> None:
    class Encoder:
        calls = 0

        def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
            self.calls += 1
            return np.full((len(texts), 3), 0.5, np.float32)

    encoder = Encoder()
    first, again = (phrase_vectors(("fox", "owl"), encoder, tmp_path) for _ in range(2))
    assert np.array_equal(first, again)
    assert encoder.calls == 1


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
    folders = CganFolders(
        library=tmp_path / "glyphs",
        run=tmp_path / "run",
        weights=tmp_path / "weights",
        matcher=tmp_path / "no-matcher",
        text_encoder=tmp_path / "no-encoder",
    )
    # Narrow, but with the grid of the real codec, for which the generator is made.
    narrow = CodecConfig(widths=(4, 4, 8, 8), output_px=64)
    experiment = CganExperiment(
        steps=2,
        batch_size=16,
        warmup_steps=1,
        epoch_steps=1,
        codec=CodecTraining(codec=narrow, steps=2, batch_size=2, epoch_steps=1),
        tracker=TrackerSettings(name="none"),
    )

    assert not train(folders, replace(experiment, budget_seconds=0.0), lambda *_: None)
    assert not folders.weights.exists()
    glyphs = training_glyphs(GlyphLibrary.load(folders.library), experiment.codec.min_worth)
    codec_path = folders.run / "layer-codec.safetensors"
    assert train_codec(experiment.codec, glyphs, lab(), folders.run / "codec", codec_path)
    assert not train(folders, replace(experiment, budget_seconds=0.0), lambda *_: None)
    assert (folders.run / "generator.safetensors").exists()
    assert not folders.weights.exists()
    assert train(folders, experiment, lambda *_: None)
    names = {"layer-codec.safetensors", "layer-codec.json", "generator.safetensors"}
    assert {path.name for path in folders.weights.iterdir()} == {
        *names,
        "generator.json",
        "history.parquet",
    }
    notes = json.loads((folders.weights / "generator.json").read_text("utf-8"))["training"]
    assert notes["steps_done"] == 2
    history = pq.read_table(folders.weights / "history.parquet").to_pylist()
    assert [row["network"] for row in history] == ["codec", "codec", "gan", "gan"]
    assert train(folders, experiment, lambda *_: None)  # nothing is left to do

    # A run that continues what is shipped begins there, and leaves the codec as it is.
    shipped = load_generator(folders.weights / "generator.safetensors").state_dict()
    codec_before = (folders.weights / "layer-codec.safetensors").read_bytes()
    again = replace(
        experiment, continues_shipped=True, opening_steps=1, warmup_steps=0, budget_seconds=0.0
    )
    later = replace(folders, run=tmp_path / "later")
    assert not train(later, again, lambda *_: None)
    state = load_state(later.run / "gan")
    assert state is not None
    for name, tensor in state["networks"]["generator"].items():
        torch.testing.assert_close(tensor, shipped[name])
    assert train(later, replace(again, budget_seconds=None), lambda *_: None)
    assert (folders.weights / "layer-codec.safetensors").read_bytes() == codec_before
    notes = json.loads((folders.weights / "generator.json").read_text("utf-8"))["training"]
    assert notes["before"]["steps_done"] == 2


def test_in_the_opening_only_discriminator_and_posterior_learn(tmp_path: Path) -> None:
    training = replace(TRAINING, steps=2, warmup_steps=0, opening_steps=1, epoch_steps=1)
    trainer = GanTrainer(training, CONFIG, corpus(), LayerCodec(TINY_CODEC), lab())
    before = {
        name: [each.detach().clone() for each in network.parameters()]
        for name, network in trainer.parts.networks.items()
    }

    def moved(name: str) -> bool:
        return any(
            not torch.equal(old, new)
            for old, new in zip(
                before[name], trainer.parts.networks[name].parameters(), strict=True
            )
        )

    trainer.step(0)
    assert (moved("generator"), moved("discriminator"), moved("posterior")) == (False, True, True)
    trainer.step(1)
    assert moved("generator")
