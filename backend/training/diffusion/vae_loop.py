"""Trains the latent autoencoder of the embedded pipeline and folds its latent statistics in."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from backend.training.diffusion.batches import random_crops, to_tensor
from backend.training.diffusion.config import LATENT_CHANNELS, VaeTraining, vae_arguments
from backend.training.diffusion.losses import reconstruction_loss
from backend.training.draws import Draws
from backend.training.ema import WeightAverage
from backend.training.loop import Lab, Outcome, Parts, run_steps
from backend.training.machine import step_down
from backend.training.schedules import warm_cosine
from backend.training.sheets import grid

_SHEET_SAMPLES = 8


class NormalisedVae(nn.Module):
    """The autoencoder with its latents standardised by running statistics between the halves."""

    def __init__(self) -> None:
        super().__init__()
        self.vae = AutoencoderTiny(**vae_arguments())
        self.standardise = nn.BatchNorm2d(LATENT_CHANNELS, affine=False, momentum=0.02)

    def forward(self, images: Tensor, noise: Tensor | None) -> Tensor:
        """images: (N, 3, H, W) in -1..1; noise: (N, 16, H / 8, W / 8), added to the latents."""
        latents = self.standardise(self.vae.encoder(images).float())
        return self.vae.decoder(latents if noise is None else latents + noise)


class VaeTrainer:
    """Autoencoder, average and optimiser, for `run_steps`."""

    def __init__(self, training: VaeTraining, pictures: NDArray[np.uint8], lab: Lab) -> None:
        torch.manual_seed(training.seed)
        self._training, self._pictures, self._lab = training, pictures, lab
        self._network = NormalisedVae().to(lab.device)
        self._network.vae.to(memory_format=torch.channels_last)
        self.average = WeightAverage(self._network, training.ema_decay)
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=training.peak_rate, betas=(0.9, 0.99), weight_decay=1e-4
        )
        self.parts = Parts(
            networks={"vae": self._network, "average": self.average.average},
            averages=[self.average],
            optimisers={"vae": self._optimiser},
        )

    def step(self, step: int) -> Outcome:
        """One batch of crops, or of whole pictures towards the end."""
        training, accelerator = self._training, self._lab.accelerator
        draws = Draws(training.seed, step, accelerator.process_index)
        images = _batch(training, self._pictures, step, draws.rng).to(accelerator.device)
        side = images.shape[-1] // 8
        noise = training.latent_noise * draws.normal(len(images), LATENT_CHANNELS, side, side)
        with accelerator.autocast():
            output = self._network(images, noise.to(images.device))
        loss = reconstruction_loss(
            output.float(),
            images,
            edge_weight=training.edge_weight,
            frequency_weight=training.frequency_weight,
        )
        rate = warm_cosine(
            step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
        )
        step_down(accelerator, loss, self._optimiser, rate=rate, max_norm=1.0)
        self.average.update(self._network)
        return Outcome({"loss": loss.item(), "rate": rate}, len(images))

    @torch.inference_mode()
    def sheet(self) -> Image.Image:
        """Pictures over their reconstructions."""
        images = to_tensor(self._pictures[:_SHEET_SAMPLES]).to(self._lab.device)
        return grid([images, self.average.average(images, None)])


def train_vae(
    training: VaeTraining, pictures: NDArray[np.uint8], lab: Lab, run: Path
) -> tuple[AutoencoderTiny, int]:
    """Runs or resumes the training.

    Args:
        pictures: (N, 128, 128, 3) uint8.
        run: folder for checkpoints and history.

    Returns:
        The averaged autoencoder with unit-variance latents, and the steps done in all; fewer than
        asked for if stopped early.
    """
    trainer = VaeTrainer(training, pictures, lab)
    steps = run_steps(trainer, training, lab, run, {"pictures": len(pictures)})
    return folded(trainer.average.average), steps


def folded(network: NormalisedVae) -> AutoencoderTiny:
    """The bare autoencoder, its encoder's last convolution rescaled to give standardised latents.

    The Stable Diffusion pipelines ignore a shift factor and know one scalar scale only, so the
    statistics of each channel have to live inside the weights.
    """
    vae: AutoencoderTiny = copy.deepcopy(network.vae).eval()
    last = vae.encoder.layers[-1]
    mean = network.standardise.running_mean
    variance = network.standardise.running_var
    assert mean is not None
    assert variance is not None
    scale = (variance + network.standardise.eps).rsqrt()
    with torch.no_grad():
        last.weight.mul_(scale.view(-1, 1, 1, 1))
        last.bias.sub_(mean).mul_(scale)
    return vae


def _batch(
    training: VaeTraining, pictures: NDArray[np.uint8], step: int, rng: np.random.Generator
) -> Tensor:
    whole = step >= training.full_from * training.steps
    pixels = (pictures.shape[1] // training.crop_px) ** 2
    count = max(1, training.batch_size // pixels) if whole else training.batch_size
    chosen = pictures[rng.integers(0, len(pictures), count)]
    batch = chosen if whole else random_crops(chosen, training.crop_px, rng)
    return to_tensor(batch).contiguous(memory_format=torch.channels_last)
