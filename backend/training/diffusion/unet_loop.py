"""Trains the denoiser of the embedded pipeline on cached latents and caption states."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from backend.models.noise_levels import shift_levels
from backend.models.text import EMBEDDING_SIZE, MAX_TOKENS, TextEncoder
from backend.training.caches import cache_path
from backend.training.diffusion.batches import to_tensor
from backend.training.diffusion.config import (
    LATENT_CHANNELS,
    LATENT_PX,
    TIMESTEPS,
    UnetTraining,
    scheduler_arguments,
    unet_arguments,
)
from backend.training.diffusion.losses import noised, velocity_target
from backend.training.draws import Draws
from backend.training.ema import WeightAverage
from backend.training.loop import Lab, Outcome, Parts, run_steps
from backend.training.machine import step_down
from backend.training.schedules import warm_cosine
from backend.training.sheets import grid
from backend.utils.files import atomic_path

Report = Callable[[str, int, int], None]
_SHEET_SAMPLES, _SHEET_STEPS, _SHEET_GUIDANCE = 6, 8, 3.0


@dataclass(frozen=True)
class LatentCache:
    """What the denoiser trains on.

    Attributes:
        latents: (N, 16, 16, 16) float16.
        states: (N, 64, 384) float16 caption states, memory-mapped.
        empty_state: (64, 384) float16, the state of an empty caption.
    """

    latents: NDArray[np.float16]
    states: NDArray[np.float16]
    empty_state: NDArray[np.float16]


def cache_latents(
    folder: Path,
    vae: AutoencoderTiny,
    encoder: TextEncoder,
    pictures: NDArray[np.uint8],
    captions: Sequence[str],
    report: Report,
) -> LatentCache:
    """Encodes pictures and captions once; the files serve later calls with the same networks."""
    latents_path = cache_path(folder, "latents", [vae, pictures])
    states_path = cache_path(folder, "states", [encoder.model, *captions])
    if not latents_path.exists():
        with atomic_path(latents_path) as path, path.open("wb") as stream:
            np.save(stream, _encode_pictures(vae, pictures, report))
    if not states_path.exists():
        with atomic_path(states_path) as path:
            _encode_captions(path, encoder, captions, report)
    empty = encoder.token_states([""])[0].half().cpu().numpy()
    latents, states = np.load(latents_path), np.load(states_path, mmap_mode="r")
    assert len(latents) == len(states) == len(pictures) == len(captions)
    return LatentCache(latents, states, empty)


class UnetTrainer:
    """Denoiser, average and optimiser, for `run_steps`."""

    def __init__(
        self,
        training: UnetTraining,
        cache: LatentCache,
        vae: AutoencoderTiny,
        lab: Lab,
        architecture: Mapping[str, Any],
        start: UNet2DConditionModel | None = None,
    ) -> None:
        torch.manual_seed(training.seed)
        self._training, self._cache, self._lab = training, cache, lab
        self._vae = vae.to(lab.device).eval()
        self._unet = UNet2DConditionModel(**architecture).to(lab.device)
        if start is not None:
            self._unet.load_state_dict(start.state_dict())
        self._unet.to(memory_format=torch.channels_last)
        if lab.device.type == "cpu":
            # The fused attention of CPUs is slower than plain products on grids this small, its
            # gradient far slower.
            self._unet.set_attn_processor(AttnProcessor())
        self.average = WeightAverage(self._unet, training.ema_decay)
        self._optimiser = torch.optim.AdamW(
            self._unet.parameters(), lr=training.peak_rate, betas=(0.9, 0.99), weight_decay=0.01
        )
        self._scheduler = DDIMScheduler(**scheduler_arguments())
        self._abar = self._scheduler.alphas_cumprod
        self.parts = Parts(
            networks={"unet": self._unet, "average": self.average.average},
            averages=[self.average],
            optimisers={"unet": self._optimiser},
        )

    def step(self, step: int) -> Outcome:
        """One batch of noised latents."""
        training, accelerator = self._training, self._lab.accelerator
        draws = Draws(training.seed, step, accelerator.process_index)
        latents, states, timesteps = _batch(training, self._cache, self._abar, draws.rng)
        noise = draws.normal(*latents.shape)
        latents, states, noise, timesteps, abar = (
            each.to(accelerator.device)
            for each in (latents, states, noise, timesteps, self._abar[timesteps])
        )
        with accelerator.autocast():
            predicted = self._unet(noised(latents, noise, abar), timesteps, states).sample
        loss = F.mse_loss(predicted.float(), velocity_target(latents, noise, abar))
        rate = warm_cosine(
            step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
        )
        step_down(accelerator, loss, self._optimiser, rate=rate, max_norm=1.0)
        self.average.update(self._unet)
        return Outcome({"loss": loss.item(), "rate": rate}, len(latents))

    @torch.inference_mode()
    def sheet(self) -> Image.Image:
        """Pictures over what the denoiser makes of their captions, in few steps."""
        count, device = min(_SHEET_SAMPLES, len(self._cache.latents)), self._lab.device
        real = torch.from_numpy(self._cache.latents[:count]).float().to(device)
        states = torch.from_numpy(self._cache.states[:count].copy()).float()
        empty = torch.from_numpy(self._cache.empty_state).float().expand_as(states)
        both = torch.cat([empty, states]).to(device)
        latents = Draws(self._training.seed, 0).normal(*real.shape).to(device)
        self._scheduler.set_timesteps(_SHEET_STEPS)
        for timestep in self._scheduler.timesteps:
            with self._lab.accelerator.autocast():
                without, told = self.average.average(
                    latents.repeat(2, 1, 1, 1), timestep.to(device), both
                ).sample.chunk(2)
            guided = without.float() + _SHEET_GUIDANCE * (told.float() - without.float())
            latents = self._scheduler.step(guided, timestep, latents).prev_sample
        return grid([self._vae.decode(each).sample for each in (real, latents)])


def train_unet(
    training: UnetTraining,
    cache: LatentCache,
    vae: AutoencoderTiny,
    lab: Lab,
    run: Path,
    architecture: Mapping[str, Any] | None = None,
    start: UNet2DConditionModel | None = None,
) -> tuple[UNet2DConditionModel, int]:
    """Runs or resumes the training.

    Args:
        vae: decodes the sample sheets.
        run: folder for checkpoints and history.
        architecture: UNet2DConditionModel's arguments; the embedded pipeline's by default.
        start: the weights that a new run begins with; fresh ones by default.

    Returns:
        The averaged denoiser and the steps done in all; fewer than asked for if stopped early.
    """
    arguments = architecture or unet_arguments()
    trainer = UnetTrainer(training, cache, vae, lab, arguments, start)
    facts = {
        "architecture": dict(arguments),
        "pictures": len(cache.latents),
        "continues": start is not None,
    }
    steps = run_steps(trainer, training, lab, run, facts)
    return trainer.average.average, steps


def _batch(
    training: UnetTraining, cache: LatentCache, alphas_cumprod: Tensor, rng: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Latents, caption states and timesteps; a function of the generator's state."""
    rows = np.sort(rng.integers(0, len(cache.latents), training.batch_size))
    states = cache.states[rows].copy()
    states[rng.random(training.batch_size) < training.caption_dropout] = cache.empty_state
    timesteps = rng.integers(0, TIMESTEPS, training.batch_size)
    shifted = shift_levels(alphas_cumprod.double().numpy(), timesteps, LATENT_PX)
    timesteps = np.where(rng.random(len(timesteps)) < training.shifted_share, shifted, timesteps)
    timesteps[rng.random(training.batch_size) < training.last_step_share] = TIMESTEPS - 1
    latents = torch.from_numpy(cache.latents[rows]).float()
    return (
        latents.contiguous(memory_format=torch.channels_last),
        torch.from_numpy(states).float(),
        torch.from_numpy(timesteps),
    )


@torch.inference_mode()
def _encode_pictures(
    vae: AutoencoderTiny, pictures: NDArray[np.uint8], report: Report
) -> NDArray[np.float16]:
    latents = np.empty((len(pictures), LATENT_CHANNELS, LATENT_PX, LATENT_PX), np.float16)
    for start in range(0, len(pictures), 64):
        report("latents", start, len(pictures))
        with torch.autocast(vae.device.type, torch.bfloat16):
            encoded = vae.encoder(to_tensor(pictures[start : start + 64]).to(vae.device))
        latents[start : start + 64] = encoded.float().cpu().numpy()
    return latents


def _encode_captions(
    path: Path, encoder: TextEncoder, captions: Sequence[str], report: Report
) -> None:
    states = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float16, shape=(len(captions), MAX_TOKENS, EMBEDDING_SIZE)
    )
    for start in range(0, len(captions), 64):
        report("captions", start, len(captions))
        with torch.autocast(encoder.model.device.type, torch.bfloat16):
            states[start : start + 64] = (
                encoder.token_states(captions[start : start + 64]).half().cpu().numpy()
            )
    states.flush()
