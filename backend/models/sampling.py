"""Noise to latents: schedulers by name, and the loop that runs exactly as many evaluations as told.

Latents, noise and the scheduler's arithmetic are fp32 and the noise is drawn on the processor, so
that pictures differ between devices and number formats by nothing but the denoiser's rounding.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from diffusers import DPMSolverMultistepScheduler, LCMScheduler
from torch import Tensor

from backend.models.noise_levels import restyle_timesteps
from backend.models.prompts import Conditions
from backend.models.speeds import SpeedPlan

Denoiser = Callable[[Tensor, Tensor, Tensor, dict[str, Tensor] | None], Tensor]
"""(rows, C, H, W), timestep, states, added to the prediction for each row."""
OnStep = Callable[[int, Tensor], None]
"""Called after an evaluation with how many are done and the latents. May raise."""

# Steps of the schedule that LCM adapters were distilled on, see Luo et al., "LCM-LoRA", 2023; and
# finer ones for more evaluations than these have. Each divides the 1000 levels.
_LCM_GRIDS = (50, 100, 200, 500, 1000)


def scheduler_for(
    plan: SpeedPlan, config: Mapping[str, Any], strength: float, latent_px: int, device: str
) -> Any:
    """A diffusers scheduler whose timesteps are set, for the noise that the pipeline has learnt.

    Args:
        plan: sampler and count of evaluations. `ddim` is DPM++ of first order, which is the same
            equation; unlike diffusers' DDIM it takes any timesteps.
        config: of the pipeline's own scheduler.
        strength: share of the schedule, in (0, 1].
        latent_px: side of the latents.
        device: where the latents are.
    """
    if plan.sampler == "lcm":
        scheduler = LCMScheduler(**_known(config, LCMScheduler) | {"timestep_spacing": "leading"})
        grid = next(grid for grid in _LCM_GRIDS if int(grid * strength) >= plan.evaluations)
        scheduler.set_timesteps(
            plan.evaluations, device, original_inference_steps=grid, strength=strength
        )
    else:
        scheduler = DPMSolverMultistepScheduler(
            **_known(config, DPMSolverMultistepScheduler)
            | {
                "algorithm_type": "dpmsolver++",
                "solver_order": 1 if plan.sampler == "ddim" else 2,
                "timestep_spacing": "trailing",
                "final_sigmas_type": "zero",
                "use_karras_sigmas": False,
            }
        )
        levels = scheduler.alphas_cumprod.double().cpu().numpy()
        timesteps = restyle_timesteps(levels, plan.evaluations, strength, latent_px)
        scheduler.set_timesteps(timesteps=timesteps, device=device)
    scheduler.set_begin_index(0)
    return scheduler


def _known(config: Mapping[str, Any], scheduler: type) -> dict[str, Any]:
    """What a scheduler understands of another one's configuration: the noise, above all."""
    names = inspect.signature(scheduler).parameters
    return {name: value for name, value in config.items() if name in names}


def sample(
    denoiser: Denoiser,
    scheduler: Any,
    latents: Tensor,
    conditions: Conditions,
    guidance: float,
    generators: Sequence[torch.Generator],
    on_step: OnStep,
) -> Tensor:
    """Adds noise to latents and takes it away again under conditions.

    Args:
        denoiser: predicts what the scheduler's `prediction_type` says.
        scheduler: see `scheduler_for`.
        latents: (N, C, H, W) fp32, of the pictures.
        conditions: with two rows for each picture if there is guidance.
        guidance: Ho and Salimans, "Classifier-free diffusion guidance", 2022; unused with one row.
        generators: one for each picture, on the processor.
        on_step: hears about every evaluation.

    Returns:
        (N, C, H, W) fp32.
    """
    noise = torch.cat([_noise(latents[:1], generator) for generator in generators])
    first = scheduler.timesteps[:1].repeat(len(latents))
    latents = scheduler.add_noise(latents, noise, first)
    extra = {"generator": list(generators)} if isinstance(scheduler, LCMScheduler) else {}
    for done, timestep in enumerate(scheduler.timesteps, start=1):
        rows = torch.cat([latents] * conditions.rows)
        rows = scheduler.scale_model_input(rows, timestep)
        predicted = denoiser(rows, timestep, conditions.states, conditions.added).float()
        if conditions.rows == 2:
            without, told = predicted.chunk(2)
            predicted = without + guidance * (told - without)
        latents = scheduler.step(predicted, timestep, latents, return_dict=False, **extra)[0]
        on_step(done, latents)
    return latents


def encode(vae: Any, pixels: Tensor, generators: Sequence[torch.Generator]) -> Tensor:
    """Pictures to scaled latents, each drawn from its own posterior as diffusers does.

    One picture at a time: its latents must not depend on its company.

    Args:
        vae: AutoencoderKL or AutoencoderTiny.
        pixels: (N, 3, H, W) fp32 in [-1, 1].
        generators: one for each picture.

    Returns:
        (N, C, H/f, W/f) fp32 on the autoencoder's device.
    """
    found = []
    for picture, generator in zip(pixels.split(1), generators, strict=True):
        picture = picture.to(vae.device, vae.dtype, memory_format=torch.channels_last)
        output = vae.encode(picture)
        if hasattr(output, "latents"):
            found.append(output.latents.float())
        else:
            mean, spread = output.latent_dist.mean.float(), output.latent_dist.std.float()
            found.append(mean + spread * _noise(mean, generator))
    return torch.cat(found) * vae.config.scaling_factor


def decode(vae: Any, latents: Tensor, *, together: bool) -> Tensor:
    """Scaled latents to pictures.

    Args:
        vae: AutoencoderKL or AutoencoderTiny.
        latents: (N, C, H, W) fp32.
        together: all in one call, which pays off on a GPU alone.

    Returns:
        (N, 3, H*f, W*f) fp32 on the processor, about [-1, 1].
    """
    latents = (latents / vae.config.scaling_factor).to(vae.device, vae.dtype)
    latents = latents.contiguous(memory_format=torch.channels_last)
    parts = [latents] if together else latents.split(1)
    return torch.cat([vae.decode(part, return_dict=False)[0].float().cpu() for part in parts])


def _noise(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator).to(like.device)
