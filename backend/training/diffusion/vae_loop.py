"""Trains the latent autoencoder of the embedded pipeline and folds its latent statistics in."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from torch import Tensor, nn

from backend.training.checkpoints import Clock, append_history, load_state, save_state
from backend.training.diffusion.batches import random_crops, to_tensor
from backend.training.diffusion.config import LATENT_CHANNELS, VaeTraining, vae_arguments
from backend.training.diffusion.losses import reconstruction_loss
from backend.training.ema import WeightAverage
from backend.training.schedules import warm_cosine


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


def train_vae(
    training: VaeTraining, pictures: NDArray[np.uint8], run: Path
) -> tuple[AutoencoderTiny, int]:
    """Runs or resumes the training.

    Args:
        pictures: (N, 128, 128, 3) uint8.
        run: folder for checkpoints and history.

    Returns:
        The averaged autoencoder with unit-variance latents, and the steps done in all; fewer than
        asked for if stopped early.
    """
    torch.manual_seed(training.seed)
    network = NormalisedVae()
    network.vae.to(memory_format=torch.channels_last)
    average = WeightAverage(network, training.ema_decay)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=training.peak_rate, betas=(0.9, 0.99), weight_decay=1e-4
    )
    step = 0
    if (state := load_state(run)) is not None:
        network.load_state_dict(state["network"])
        average.average.load_state_dict(state["average"])
        average.updates = step = state["step"]
        optimiser.load_state_dict(state["optimiser"])
    clock = Clock(training.budget_seconds, training.save_every_seconds)
    losses: list[float] = []
    with clock.stopping_on_signals():
        while step < training.steps and not clock.should_stop():
            rng = np.random.default_rng((training.seed, step))
            generator = torch.Generator().manual_seed(training.seed * 1_000_003 + step)
            rate = warm_cosine(
                step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
            )
            for group in optimiser.param_groups:
                group["lr"] = rate
            images = _batch(training, pictures, step, rng)
            grid = images.shape[-1] // 8
            noise = training.latent_noise * torch.randn(
                (len(images), LATENT_CHANNELS, grid, grid), generator=generator
            )
            with torch.autocast("cpu", torch.bfloat16):
                output = network(images, noise)
            loss = reconstruction_loss(
                output.float(),
                images,
                edge_weight=training.edge_weight,
                frequency_weight=training.frequency_weight,
            )
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            average.update(network)
            losses.append(loss.item())
            step += 1
            if step % 50 == 0:
                append_history(
                    run,
                    {
                        "step": step,
                        "loss": float(np.mean(losses)),
                        "seconds": clock.elapsed_seconds,
                    },
                )
                losses.clear()
            if clock.should_save():
                _save(run, network, average, optimiser, step)
    _save(run, network, average, optimiser, step)
    return folded(average.average), step


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


def _save(
    run: Path,
    network: NormalisedVae,
    average: WeightAverage[NormalisedVae],
    optimiser: torch.optim.Optimizer,
    step: int,
) -> None:
    save_state(
        run,
        {
            "network": network.state_dict(),
            "average": average.average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
        },
    )
