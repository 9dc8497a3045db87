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
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from backend.models.noise_levels import shift_levels
from backend.models.text import EMBEDDING_SIZE, MAX_TOKENS, TextEncoder
from backend.training.caches import cache_path
from backend.training.checkpoints import Clock, append_history, load_state, save_state
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
from backend.training.ema import WeightAverage
from backend.training.schedules import warm_cosine
from backend.utils.files import atomic_path

Report = Callable[[str, int, int], None]


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


def train_unet(
    training: UnetTraining,
    cache: LatentCache,
    run: Path,
    architecture: Mapping[str, Any] | None = None,
) -> tuple[UNet2DConditionModel, int]:
    """Runs or resumes the training.

    Args:
        run: folder for checkpoints and history.
        architecture: UNet2DConditionModel's arguments; the embedded pipeline's by default.

    Returns:
        The averaged denoiser and the steps done in all; fewer than asked for if stopped early.
    """
    torch.manual_seed(training.seed)
    unet = UNet2DConditionModel(**(architecture or unet_arguments())).to(
        memory_format=torch.channels_last
    )
    # The fused attention of CPUs is slower than plain products on grids this small, its gradient
    # far slower.
    unet.set_attn_processor(AttnProcessor())
    average = WeightAverage(unet, training.ema_decay)
    optimiser = torch.optim.AdamW(
        unet.parameters(), lr=training.peak_rate, betas=(0.9, 0.99), weight_decay=0.01
    )
    alphas_cumprod = DDIMScheduler(**scheduler_arguments()).alphas_cumprod
    step = 0
    if (state := load_state(run)) is not None:
        unet.load_state_dict(state["unet"])
        average.average.load_state_dict(state["average"])
        average.updates = step = state["step"]
        optimiser.load_state_dict(state["optimiser"])
    clock = Clock(training.budget_seconds, training.save_every_seconds)
    losses: list[float] = []
    with clock.stopping_on_signals():
        while step < training.steps and not clock.should_stop():
            rate = warm_cosine(
                step, training.steps, training.peak_rate, training.final_rate, training.warmup_steps
            )
            for group in optimiser.param_groups:
                group["lr"] = rate
            latents, states, timesteps, noise = _batch(training, cache, alphas_cumprod, step)
            abar = alphas_cumprod[timesteps]
            with torch.autocast("cpu", torch.bfloat16):
                predicted = unet(noised(latents, noise, abar), timesteps, states).sample
            loss = F.mse_loss(predicted.float(), velocity_target(latents, noise, abar))
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(unet.parameters(), 1.0)
            optimiser.step()
            average.update(unet)
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
                _save(run, unet, average, optimiser, step)
    _save(run, unet, average, optimiser, step)
    return average.average, step


def _batch(
    training: UnetTraining, cache: LatentCache, alphas_cumprod: Tensor, step: int
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Latents, caption states, timesteps and noise; a function of the seed and the step."""
    rng = np.random.default_rng((training.seed, step))
    generator = torch.Generator().manual_seed(training.seed * 1_000_003 + step)
    rows = np.sort(rng.integers(0, len(cache.latents), training.batch_size))
    states = cache.states[rows].copy()
    states[rng.random(training.batch_size) < training.caption_dropout] = cache.empty_state
    timesteps = rng.integers(0, TIMESTEPS, training.batch_size)
    shifted = shift_levels(alphas_cumprod.double().numpy(), timesteps, LATENT_PX)
    timesteps = np.where(rng.random(len(timesteps)) < training.shifted_share, shifted, timesteps)
    timesteps[rng.random(training.batch_size) < training.last_step_share] = TIMESTEPS - 1
    latents = (
        torch.from_numpy(cache.latents[rows]).float().contiguous(memory_format=torch.channels_last)
    )
    noise = torch.randn(latents.shape, generator=generator)
    return latents, torch.from_numpy(states).float(), torch.from_numpy(timesteps), noise


@torch.inference_mode()
def _encode_pictures(
    vae: AutoencoderTiny, pictures: NDArray[np.uint8], report: Report
) -> NDArray[np.float16]:
    latents = np.empty((len(pictures), LATENT_CHANNELS, LATENT_PX, LATENT_PX), np.float16)
    for start in range(0, len(pictures), 64):
        report("latents", start, len(pictures))
        with torch.autocast("cpu", torch.bfloat16):
            encoded = vae.encoder(to_tensor(pictures[start : start + 64]))
        latents[start : start + 64] = encoded.float().numpy()
    return latents


def _encode_captions(
    path: Path, encoder: TextEncoder, captions: Sequence[str], report: Report
) -> None:
    states = np.lib.format.open_memmap(
        path, mode="w+", dtype=np.float16, shape=(len(captions), MAX_TOKENS, EMBEDDING_SIZE)
    )
    for start in range(0, len(captions), 64):
        report("captions", start, len(captions))
        with torch.autocast("cpu", torch.bfloat16):
            states[start : start + 64] = (
                encoder.token_states(captions[start : start + 64]).half().numpy()
            )
    states.flush()


def _save(
    run: Path,
    unet: UNet2DConditionModel,
    average: WeightAverage[UNet2DConditionModel],
    optimiser: torch.optim.Optimizer,
    step: int,
) -> None:
    save_state(
        run,
        {
            "unet": unet.state_dict(),
            "average": average.average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "step": step,
        },
    )
