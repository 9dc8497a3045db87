"""Trains the layer codec: soft cross-entropy, noisy latents, then latent statistics."""

from __future__ import annotations

import copy
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from backend.models.layer_codec import CodecConfig, LayerCodec, shrink_to_input
from backend.training.cgan.scenes import TrainingGlyph, sample_inks
from backend.training.checkpoints import save_network
from backend.training.draws import Draws
from backend.training.ema import WeightAverage
from backend.training.loop import Lab, Outcome, Parts, run_steps
from backend.training.machine import step_down
from backend.training.schedules import warm_cosine
from backend.training.settings import Recipe
from backend.training.sheets import coloured, grid

_SHEET_SAMPLES = 12


@dataclass(frozen=True, kw_only=True)
class CodecTraining(Recipe):
    """The recipe of the codec.

    Attributes:
        latent_noise: standard deviation of the noise added to the bounded latents; it makes near
            codes decode alike.
        min_worth: which glyphs are learnt.
    """

    codec: CodecConfig = field(default_factory=CodecConfig)
    steps: int = 2500
    batch_size: int = 64
    peak_rate: float = 2e-3
    final_rate: float = 1e-4
    warmup_steps: int = 100
    latent_noise: float = 0.1
    ema_decay: float = 0.998
    min_worth: float = 0.35
    seed: int = 1


def layer_cross_entropy(logits: Tensor, inks: Tensor) -> Tensor:
    """Mean cross-entropy between predicted layers and soft coverage.

    Args:
        logits: (N, 3, S, S), background first.
        inks: (N, 2, S, S) in 0..1, primary and secondary coverage.
    """
    return F.cross_entropy(logits.float(), with_ground(inks))


def with_ground(inks: Tensor) -> Tensor:
    """Ink layers (N, 2, S, S) with what they leave open in front: (N, 3, S, S), sum 1."""
    return torch.cat([(1 - inks.sum(dim=1, keepdim=True)).clamp(0, 1), inks], dim=1)


class CodecTrainer:
    """Codec, average and optimiser, for `run_steps`."""

    def __init__(self, training: CodecTraining, glyphs: list[TrainingGlyph], lab: Lab) -> None:
        torch.manual_seed(training.seed)
        self._training, self._glyphs, self._lab = training, glyphs, lab
        codec = LayerCodec(training.codec).to(lab.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._codec: LayerCodec = codec
        self.average = WeightAverage(self._codec, training.ema_decay)
        self._optimiser = torch.optim.AdamW(
            self._codec.parameters(), lr=training.peak_rate, betas=(0.9, 0.99), weight_decay=1e-3
        )
        self.parts = Parts(
            networks={"codec": self._codec, "average": self.average.average},
            averages=[self.average],
            optimisers={"codec": self._optimiser},
        )

    def step(self, step: int) -> Outcome:
        """One batch of fresh scenes."""
        training, accelerator = self._training, self._lab.accelerator
        draws = Draws(training.seed, step, accelerator.process_index)
        inks = sample_inks(
            self._glyphs, training.batch_size, training.codec.output_px, draws.rng
        ).to(accelerator.device)
        with accelerator.autocast():
            bounded = self._codec.bounded(self._shrunk(inks))
            noise = draws.normal(*bounded.shape).to(bounded.device)
            logits = self._codec.logits(bounded + training.latent_noise * noise)
        loss = layer_cross_entropy(logits, inks)
        rate = warm_cosine(
            step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
        )
        step_down(accelerator, loss, self._optimiser, rate=rate, max_norm=1.0)
        self.average.update(self._codec)
        return Outcome({"loss": loss.item(), "rate": rate}, len(inks))

    @torch.inference_mode()
    def sheet(self) -> Image.Image:
        """Scenes over their reconstructions."""
        rng = Draws(self._training.seed + 1, 0).rng
        inks = sample_inks(self._glyphs, _SHEET_SAMPLES, self._training.codec.output_px, rng)
        inks, codec = inks.to(self._lab.device), self.average.average
        layers = codec.logits(codec.bounded(self._shrunk(inks))).float().softmax(dim=1)
        return grid([coloured(with_ground(inks)), coloured(layers)])

    def _shrunk(self, inks: Tensor) -> Tensor:
        small = shrink_to_input(inks, self._training.codec.input_px)
        return small.contiguous(memory_format=torch.channels_last)


def train_codec(
    training: CodecTraining, glyphs: list[TrainingGlyph], lab: Lab, run: Path, target: Path
) -> bool:
    """Runs or resumes the training.

    Args:
        run: folder for checkpoints and history.
        target: the safetensors file, written when the last step is reached and not before.

    Returns:
        Whether the last step was reached; False means the budget ran out and the run can resume.
    """
    trainer = CodecTrainer(training, glyphs, lab)
    step = run_steps(trainer, training, lab, run, {"glyphs": len(glyphs)})
    if step < training.steps:
        return False
    if lab.is_main:
        shipped = with_latent_statistics(trainer.average.average, glyphs, training)
        save_network(target, shipped, shipped.to_config(), {**asdict(training), "steps_done": step})
    lab.accelerator.wait_for_everyone()
    return True


@torch.inference_mode()
def with_latent_statistics(
    codec: LayerCodec, glyphs: list[TrainingGlyph], training: CodecTraining
) -> LayerCodec:
    """A CPU copy whose latents have zero mean and unit variance per channel, over 1,024 scenes."""
    shipped = copy.deepcopy(codec).cpu().eval()
    inks = sample_inks(
        glyphs, 1024, training.codec.input_px, np.random.default_rng((training.seed, 2**31))
    )
    latents = torch.cat([shipped.bounded(chunk) for chunk in inks.split(64)])
    shipped.latent_mean.copy_(latents.mean(dim=(0, 2, 3)).view(1, -1, 1, 1))
    shipped.latent_std.copy_(latents.std(dim=(0, 2, 3)).view(1, -1, 1, 1))
    return shipped
