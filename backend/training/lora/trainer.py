"""The training of one adapter, step by step, for `run_steps`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from backend.training.diffusion.losses import noised
from backend.training.draws import Draws
from backend.training.loop import Lab, Outcome, Parts
from backend.training.lora.adapters import LoraWeights
from backend.training.lora.base import BasePipeline, Encoded
from backend.training.lora.batches import Batch, Noising, draw_batch, fixed_batches
from backend.training.lora.conditions import Latent
from backend.training.lora.config import LoraTraining
from backend.training.lora.losses import (
    leading_noise,
    led_weights,
    min_snr_weights,
    target_of,
    weighted_error,
)
from backend.training.machine import step_down
from backend.training.schedules import warm_cosine

# Noise levels of each held-out picture, and samples in all: enough to see a trend, and quick.
_LEVELS, _MOST_HELD_OUT = 4, 32
_FINAL_SHARE = 0.05
_PRIOR_TURN = 1

Report = Callable[[str, int, int], None]
Evaluate = Callable[[int], dict[str, float]]
TextCode = Callable[[Sequence[str]], Encoded]


@dataclass(frozen=True)
class TrainingData:
    """What is trained on.

    Attributes:
        trained, held_out: latents of the set.
        prior: latents of the class pictures; empty without prior preservation.
    """

    trained: Sequence[Latent]
    held_out: Sequence[Latent]
    prior: Sequence[Latent]

    @property
    def captions(self) -> list[str]:
        """All that will be asked for."""
        every = [*self.trained, *self.held_out, *self.prior]
        return [
            text for each in every for text in (each.caption, *(said for _, said in each.plain))
        ]


class LoraTrainer:
    """Matrices and optimiser; the base stays as it is.

    Args:
        adapter: the parameters that train.
        texts: captions as the denoiser reads them, see `conditions.Texts`.
        evaluate: measures and draws samples after a step; gives the measures.
        report: told every step.
    """

    def __init__(
        self,
        training: LoraTraining,
        base: BasePipeline,
        adapter: LoraWeights,
        texts: TextCode,
        data: TrainingData,
        lab: Lab,
        *,
        evaluate: Evaluate,
        report: Report,
    ) -> None:
        self._training, self._base, self._lab = training, base, lab
        self._adapter, self._texts, self._data = adapter, texts, data
        self._evaluate, self._report = evaluate, report
        self._abar = base.alphas_cumprod.double()
        self._noising = Noising(
            self._abar.numpy(),
            base.latent_px,
            training.shifted_share,
            training.noise_offset,
            training.caption_dropout,
            training.plain_share,
        )
        self._weighs = training.min_snr > 0 and not (
            base.has_zero_terminal_snr or base.prediction == "sample"
        )
        self._held_out = fixed_batches(
            data.held_out, self._noising, levels=_LEVELS, most=_MOST_HELD_OUT, seed=training.seed
        )
        self._groups = _groups(adapter, training)
        self._optimiser = torch.optim.AdamW(
            self._groups, betas=(0.9, 0.99), weight_decay=training.weight_decay
        )
        self.parts = Parts({"adapter": adapter}, [], {"adapter": self._optimiser})

    def step(self, step: int) -> Outcome:
        """One batch of the set and, with prior preservation, one of the class."""
        training, accelerator = self._training, self._lab.accelerator
        draws = Draws(training.seed, step, accelerator.process_index)
        batch = draw_batch(self._data.trained, training.batch_size, self._noising, draws)
        loss = self._loss(batch)
        metrics = {"loss": float(loss.detach())}
        images = training.batch_size
        if training.prior_weight > 0:
            draws = Draws(training.seed, step, accelerator.process_index, _PRIOR_TURN)
            class_batch = draw_batch(self._data.prior, training.batch_size, self._noising, draws)
            prior = self._loss(class_batch)
            metrics["prior_loss"] = float(prior.detach())
            loss = loss + training.prior_weight * prior
            images *= 2
        rate = warm_cosine(
            step,
            training.steps,
            training.learning_rate,
            training.learning_rate * _FINAL_SHARE,
            max(1, round(training.steps * training.warmup_share)),
        )
        norm = step_down(accelerator, loss, self._optimiser, rate=rate, max_norm=training.max_norm)
        metrics["rate"] = rate
        if norm is not None:
            metrics |= self._gradient_norms(norm)
        done = step + 1
        if done % training.sample_every == 0 or done == training.steps:
            metrics |= {"held_out_loss": self.held_out_loss(), "weight_norm": self._adapter.norm()}
            metrics |= self._evaluate(done)
        self._report("train", done, training.steps)
        return Outcome(metrics, images)

    def _gradient_norms(self, norm: float) -> dict[str, float]:
        norms = {"gradient_norm": norm}
        if len(self._groups) > 1:
            norms["text_gradient_norm"] = _gradient_norm(self._groups[1]["params"])  # type: ignore[arg-type]
        return norms

    def sheet(self) -> Image.Image | None:
        """Samples are drawn with the measurements, not at every checkpoint."""
        return None

    @torch.no_grad()
    def held_out_loss(self) -> float:
        """The loss over pictures that are never trained on, with the same noise every time."""
        losses = [float(self._loss(batch)) for batch in self._held_out]
        return sum(losses) / len(losses)

    def _loss(self, batch: Batch) -> Tensor:
        base, device = self._base, self._lab.device
        abar = self._abar[batch.timesteps].float().to(device)
        latents, noise = batch.latents.to(device), batch.noise.to(device)
        goals = batch.goals.to(device)
        noisy = noised(latents, noise, abar).contiguous(memory_format=torch.channels_last)
        precision = (
            self._lab.accelerator.autocast()
            if self._lab.session.precision != "no"
            else nullcontext()
        )
        with precision:
            texts = self._texts(batch.captions)
            conditions = base.conditions(texts, batch.time_ids.to(device))
            predicted = base.unet(noisy, batch.timesteps.to(device), **conditions).sample
        weights = led_weights(latents, goals, abar)
        if self._weighs:
            weights = weights * min_snr_weights(base.prediction, abar, self._training.min_snr)
        noise = leading_noise(latents, goals, noise, abar)
        return weighted_error(predicted, target_of(base.prediction, goals, noise, abar), weights)


def _groups(adapter: LoraWeights, training: LoraTraining) -> list[dict[str, object]]:
    """The denoiser's matrices, and what acts on texts with a rate of its own."""
    denoiser = [value for name, value in adapter.items() if name.startswith("unet.")]
    texts = [value for name, value in adapter.items() if not name.startswith("unet.")]
    groups: list[dict[str, object]] = [{"params": denoiser, "share": 1.0}]
    if texts:
        share = training.text_learning_rate / training.learning_rate
        groups.append({"params": texts, "share": share})
    return groups


def _gradient_norm(parameters: Sequence[nn.Parameter]) -> float:
    squares = [
        float(each.grad.float().square().sum()) for each in parameters if each.grad is not None
    ]
    return sum(squares) ** 0.5
