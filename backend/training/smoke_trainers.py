"""Toy trainings on data made on the fly, each in a process of its own: see `smoke.py`.

`python -m backend.training.smoke_trainers TRAINER WEIGHTS RUN SECONDS`
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from PIL import Image

from backend.datasets.corpus import Corpus, CorpusConfig
from backend.models.catalog import Catalog
from backend.models.cgan import CganConfig
from backend.models.layer_codec import CodecConfig, LayerCodec
from backend.models.matcher import MatcherConfig
from backend.models.text import TextEncoder
from backend.training.cgan.batches import build_corpus
from backend.training.cgan.codec_loop import CodecTrainer, CodecTraining, with_latent_statistics
from backend.training.cgan.config import CganTraining
from backend.training.cgan.loop import GanTrainer
from backend.training.cgan.scenes import SCENE_NAMES, TrainingGlyph, training_glyphs
from backend.training.diffusion.config import (
    IMAGE_PX,
    UnetTraining,
    VaeTraining,
    unet_arguments,
    vae_arguments,
)
from backend.training.diffusion.unet_loop import UnetTrainer, cache_latents
from backend.training.diffusion.vae_loop import VaeTrainer
from backend.training.loop import Lab, Trainer, run_steps
from backend.training.lora.adapters import LoraWeights, add_to_unet
from backend.training.lora.base import BasePipeline
from backend.training.lora.buckets import fitted
from backend.training.lora.conditions import Texts, encode_pictures
from backend.training.lora.config import LoraTraining
from backend.training.lora.trainer import LoraTrainer, TrainingData
from backend.training.matcher.batches import build_pairs
from backend.training.matcher.config import MatcherTraining
from backend.training.matcher.loop import MatcherTrainer
from backend.training.settings import Recipe, Session, TrackerSettings
from backend.vector.glyphs import GlyphLibrary

# No run comes near its end: the budget stops it, and the schedule is the same in all of them.
STEPS = 1_000_000
_GLYPHS, _PICTURES = 200, 48
_NARROW_CODEC = CodecConfig(widths=(8, 8, 16, 16), input_px=32, output_px=32)
_NARROW_GAN = {"width": 32, "depth": 1, "heads": 2, "condition_size": 32, "critic_width": 16}

Made = tuple[Trainer, Recipe]


def run_leg(trainer: str, weights: Path, run: Path, seconds: float) -> int:
    """Runs or resumes one toy training for a while; returns its steps in all."""
    # The data are made before the clock starts.
    made, recipe = _MAKERS[trainer](weights, run, _lab(None))
    return run_steps(made, recipe, _lab(seconds), run, {})


def _lab(seconds: float | None) -> Lab:
    return Lab.open(Session(tracker=TrackerSettings(name="none"), budget_seconds=seconds))


def _codec(weights: Path, _run: Path, lab: Lab) -> Made:
    training = CodecTraining(
        codec=_NARROW_CODEC, steps=STEPS, batch_size=8, warmup_steps=5, epoch_steps=1
    )
    return CodecTrainer(training, _some(_library(weights)), lab), training


def _cgan(weights: Path, run: Path, lab: Lab) -> Made:
    library, config = _library(weights), CganConfig(scenes=SCENE_NAMES, grid=4, **_NARROW_GAN)
    torch.manual_seed(0)
    glyphs = _some(library)
    codec = with_latent_statistics(
        LayerCodec(_NARROW_CODEC), glyphs, CodecTraining(codec=_NARROW_CODEC)
    )
    corpus = build_corpus(library, glyphs, codec, run.parent, _quietly)
    training = CganTraining(steps=STEPS, batch_size=16, warmup_steps=2, epoch_steps=1)
    return GanTrainer(training, config, corpus, codec, lab), training


def _vae(weights: Path, _run: Path, lab: Lab) -> Made:
    training = VaeTraining(steps=STEPS, batch_size=4, crop_px=32, warmup_steps=5, epoch_steps=1)
    return VaeTrainer(training, _pictures(weights)[0], lab), training


def _unet(weights: Path, run: Path, lab: Lab) -> Made:
    torch.manual_seed(0)
    vae = AutoencoderTiny(**vae_arguments()).eval()
    encoder = TextEncoder.load(weights / "sd-embedded")
    pictures, captions = _pictures(weights)
    cache = cache_latents(run.parent, vae, encoder, pictures, captions, _quietly)
    narrow: dict[str, Any] = {"block_out_channels": (32, 64), "attention_head_dim": (1, 2)}
    training = UnetTraining(steps=STEPS, batch_size=4, warmup_steps=5, epoch_steps=1)
    return UnetTrainer(training, cache, vae, lab, unet_arguments() | narrow), training


def _matcher(weights: Path, _run: Path, lab: Lab) -> Made:
    config = MatcherConfig(
        input_px=32, widths=(8, 8, 16, 16), blocks=(1, 1, 1), text_width=32, embedding_size=16
    )
    training = MatcherTraining(
        steps=STEPS, batch_size=16, scenes_per_glyph=1, warmup_steps=5, epoch_steps=1
    )
    encoder = TextEncoder.load(weights / "sd-embedded")
    corpus = build_pairs(_library(weights), encoder, training, config.input_px, _quietly)
    return MatcherTrainer(training, config, corpus, lab), training


def _lora(weights: Path, _run: Path, lab: Lab) -> Made:
    """Matrices beside the shipped denoiser, on a few rows of the corpus."""
    recipe = LoraTraining(
        steps=STEPS,
        batch_size=2,
        rank=2,
        modules="attention",
        epoch_steps=1,
        sample_every=STEPS,
    )
    base = BasePipeline.load(Catalog.load(weights), "sd-embedded")
    base.place(lab.device, torch.bfloat16)
    torch.manual_seed(0)
    adapter = LoraWeights(add_to_unet(base.unet, recipe.rank, recipe.modules))
    pictures, captions = _pictures(weights)
    fits = [fitted(Image.fromarray(each), (IMAGE_PX, IMAGE_PX)) for each in pictures[:8]]
    latents = encode_pictures(base, fits, captions[:8], _quietly)
    data = TrainingData(latents[:6], latents[6:], ())
    texts = Texts(base, None, is_cached=True)
    texts.remember(["", *data.captions], _quietly)
    trainer = LoraTrainer(
        recipe, base, adapter, texts, data, lab, evaluate=lambda _step: {}, report=_quietly
    )
    return trainer, recipe


_MAKERS: dict[str, Callable[[Path, Path, Lab], Made]] = {
    "codec": _codec,
    "cgan": _cgan,
    "vae": _vae,
    "unet": _unet,
    "matcher": _matcher,
    "lora": _lora,
}


def _library(weights: Path) -> GlyphLibrary:
    """The first glyphs of the library, with their own phrases only."""
    whole = GlyphLibrary.load(weights / "glyphs")
    index, stop = whole.index, whole.index.offsets[_GLYPHS]
    used, links = np.unique(index.links[:stop], return_inverse=True)
    few = replace(
        index,
        phrases=tuple(index.phrases[place] for place in used),
        vectors=index.vectors[used],
        offsets=index.offsets[: _GLYPHS + 1],
        links=links.astype(np.int32),
        weights=index.weights[:stop],
    )
    return GlyphLibrary(whole.glyphs[:_GLYPHS], whole.packs, few)


def _some(library: GlyphLibrary) -> list[TrainingGlyph]:
    return training_glyphs(library, min_worth=0.35)


def _pictures(weights: Path) -> tuple[NDArray[np.uint8], list[str]]:
    """Rows of the corpus, drawn on the spot."""
    corpus = Corpus(_library(weights), CorpusConfig(rows=_PICTURES, size_px=IMAGE_PX))
    rows = [corpus.row(number) for number in range(_PICTURES)]
    pictures = [
        np.asarray(Image.open(BytesIO(row["image"]["bytes"])).convert("RGB")) for row in rows
    ]
    return np.stack(pictures), [row["text"] for row in rows]


def _quietly(_stage: str, _done: int, _total: int) -> None:
    pass


if __name__ == "__main__":
    # Networks this small gain nothing from threads, which wait for each other on a busy machine.
    torch.set_num_threads(1)
    run_leg(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
