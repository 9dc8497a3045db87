"""One resumable command for the draft networks: the codec, then the GAN in its latent grid."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from backend.models.cgan import CganConfig, Condition, Generator, config_json
from backend.models.layer_codec import LayerCodec
from backend.training.cgan.batches import build_corpus, draw_batch
from backend.training.cgan.codec_loop import CodecTraining, train_codec
from backend.training.cgan.config import CganTraining
from backend.training.cgan.loop import train_cgan
from backend.training.cgan.scenes import SCENE_NAMES, training_glyphs
from backend.training.checkpoints import save_network
from backend.utils.files import atomic_path, write_bytes
from backend.vector.glyphs import GlyphLibrary

Report = Callable[[str, int, int], None]
_SHEET_SAMPLES = 16
# The ink colours of sample sheets: background, primary, secondary.
_SHEET_COLOURS = torch.tensor([[250.0, 250.0, 245.0], [30.0, 40.0, 90.0], [230.0, 100.0, 60.0]])


@dataclass(frozen=True, slots=True)
class CganFolders:
    """Where a run reads and writes.

    Attributes:
        library: the glyph library.
        run: checkpoints, history, sample sheets, the latent cache and the networks of unfinished
            runs; may be deleted afterwards.
        weights: where the finished networks go.
    """

    library: Path
    run: Path
    weights: Path


def train(
    folders: CganFolders, codec_training: CodecTraining, gan_training: CganTraining, report: Report
) -> bool:
    """Trains what is not finished yet.

    Codec and generator belong together: `weights` gets both when both have reached their last
    step, and is left alone until then.

    Returns:
        Whether both networks have reached their last step; if not, the same call goes on.
    """
    library = GlyphLibrary.load(folders.library)
    codec_path = folders.run / "layer-codec.safetensors"
    generator_path = folders.run / "generator.safetensors"
    glyphs = training_glyphs(library, codec_training.min_worth)
    if not train_codec(codec_training, glyphs, folders.run / "codec", codec_path):
        return False
    codec = load_codec(codec_path)
    chosen = training_glyphs(library, gan_training.min_worth, gan_training.max_complexity)
    corpus = build_corpus(library, chosen, codec, folders.run, report)
    config = CganConfig(scenes=SCENE_NAMES)
    probe = draw_batch(
        corpus,
        replace(gan_training, batch_size=_SHEET_SAMPLES, seed=gan_training.seed + 1),
        config,
        0,
    )

    def snapshot(generator: Generator, step: int) -> None:
        with atomic_path(folders.run / f"samples-{step:06d}.png") as path:
            sample_sheet(generator, codec, probe.condition).save(path, "PNG")
        notes = {**asdict(gan_training), "steps_done": step, "glyphs": len(chosen)}
        save_network(generator_path, generator, config_json(config), notes)

    _, finished = train_cgan(gan_training, config, corpus, folders.run / "gan", snapshot)
    if finished:
        for path in (codec_path, generator_path):
            for file in (path, path.with_suffix(".json")):
                write_bytes(folders.weights / file.name, file.read_bytes())
    return finished


def load_codec(path: Path) -> LayerCodec:
    """A codec written by `save_network`, in full precision."""
    config = json.loads(path.with_suffix(".json").read_text("utf-8"))["config"]
    codec = LayerCodec.from_config(config)
    codec.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    return codec.eval()


@torch.inference_mode()
def sample_sheet(generator: Generator, codec: LayerCodec, condition: Condition) -> Image.Image:
    """Columns of samples: the first two exemplars above, then four drawings from four noises."""
    rows = [condition.exemplars[:, 0], condition.exemplars[:, 1]]
    for seed in range(4):
        noise = torch.randn(
            len(condition.text),
            generator.config.noise_size,
            generator=torch.Generator().manual_seed(seed),
        )
        rows.append(generator(noise, condition))
    pictures = [
        torch.einsum("nkhw,kc->nhwc", codec.decode(row), _SHEET_COLOURS).byte().numpy()
        for row in rows
    ]
    return Image.fromarray(
        np.concatenate([np.concatenate(list(row), axis=1) for row in pictures], axis=0)
    )
