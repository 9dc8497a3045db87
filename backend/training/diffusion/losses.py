"""Losses of the latent autoencoder and the denoiser: pure functions of tensors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def reconstruction_loss(
    output: Tensor, target: Tensor, *, edge_weight: float, frequency_weight: float
) -> Tensor:
    """L1 on pixels, Sobel edges and the Fourier spectrum.

    Flat art is mostly constant: plain L1 is content with blurred outlines, the edge term is not.

    Args:
        output, target: (N, 3, H, W) float in -1..1.
    """
    pixels = (output - target).abs().mean()
    edges = (sobel(output) - sobel(target)).abs().mean()
    spectrum = (
        (torch.fft.rfft2(output, norm="ortho") - torch.fft.rfft2(target, norm="ortho")).abs().mean()
    )
    return pixels + edge_weight * edges + frequency_weight * spectrum


def sobel(images: Tensor) -> Tensor:
    """Horizontal and vertical Sobel responses over 8: (N, C, H, W) to (N, 2C, H - 2, W - 2)."""
    kernel = (
        torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]], device=images.device)
        / 8
    )
    pair = torch.stack([kernel, kernel.T]).unsqueeze(1).to(images.dtype)
    channels = images.shape[1]
    return F.conv2d(images, pair.repeat(channels, 1, 1, 1), groups=channels)


def velocity_target(latents: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """V = sqrt(abar) * noise - sqrt(1 - abar) * latents. Salimans and Ho, 2022, appendix D.

    Args:
        latents, noise: (N, C, H, W).
        alphas_cumprod: (N,) abar at each sample's timestep.
    """
    abar = alphas_cumprod.view(-1, 1, 1, 1)
    return abar.sqrt() * noise - (1 - abar).sqrt() * latents


def noised(latents: Tensor, noise: Tensor, alphas_cumprod: Tensor) -> Tensor:
    """sqrt(abar) * latents + sqrt(1 - abar) * noise, shapes as in `velocity_target`."""
    abar = alphas_cumprod.view(-1, 1, 1, 1)
    return abar.sqrt() * latents + (1 - abar).sqrt() * noise
