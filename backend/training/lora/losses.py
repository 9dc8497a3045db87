"""What the denoiser shall say, and how much each noise level counts: pure functions."""

from __future__ import annotations

import torch
from torch import Tensor

from backend.training.diffusion.losses import velocity_target

_LED = 4.0


def target_of(prediction: str, latents: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """The right answer for a prediction type.

    Args:
        prediction: epsilon (the noise), v_prediction (the velocity) or sample (the latents).
        latents, noise: (N, C, H, W).
        alphas_cumprod: (N,) at each sample's timestep.
    """
    if prediction == "epsilon":
        return noise
    if prediction == "v_prediction":
        return velocity_target(latents, noise, alphas_cumprod)
    return latents


def min_snr_weights(prediction: str, alphas_cumprod: Tensor, gamma: float) -> Tensor:
    """Weights (N,) of the samples' losses. Hang et al., "Min-SNR Weighting Strategy", 2023.

    min(snr, gamma) over snr for noise, over snr + 1 for velocities. Velocities under a schedule
    that ends without signal must not be weighted so: their last timestep, which sets the ground of
    the picture, would count nothing.

    Args:
        alphas_cumprod: (N,) in 0..1, below 1.
    """
    snr = alphas_cumprod / (1 - alphas_cumprod)
    capped = torch.clamp(snr, max=gamma)
    if prediction == "epsilon":
        return capped / snr
    if prediction == "v_prediction":
        return capped / (snr + 1)
    return capped


def leading_noise(latents: Tensor, goals: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """The noise that would have made noised latents out of their goals.

    With a = sqrt(abar) and s = sqrt(1 - abar), a latents + s noise = a goals + s leading, so a
    network that predicts it goes to the goals. Where both are equal it is the noise itself.

    Args:
        latents, goals, noise: (N, C, H, W).
        alphas_cumprod: (N,), below 1.
    """
    abar = alphas_cumprod.view(-1, 1, 1, 1)
    return noise + (abar / (1 - abar)).sqrt() * (latents - goals)


def led_weights(latents: Tensor, goals: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """Weights (N,) that keep samples led elsewhere from ruling the loss where there is no noise.

    Their error counts a / s times the distance of latents and goals: without a bound, samples at
    noise levels where nothing can be moved any more would have the largest gradients.
    """
    is_led = (latents != goals).flatten(1).any(dim=1)
    bounded = (_LED * (1 - alphas_cumprod)).clamp(max=1)
    return torch.where(is_led, bounded, torch.ones_like(bounded))


def weighted_error(predicted: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The mean squared error of a batch (N, C, H, W), each sample by its weight (N,)."""
    errors = (predicted.float() - target.float()).square().mean(dim=(1, 2, 3))
    return (errors * weights).mean()
