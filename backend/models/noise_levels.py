"""Which noise levels small latents need, so that a strength means the same at any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Stable Diffusion's schedule was chosen for latents of this side.
_REFERENCE_PX = 64


def shift_levels(
    alphas_cumprod: NDArray[np.float64], timesteps: NDArray[np.int64], latent_px: int
) -> NDArray[np.int64]:
    """Moves timesteps to where the signal-to-noise ratio suits latents smaller than 64 px.

    Noise of one level hides more of a small latent: there are fewer neighbours to average over.
    Multiplying the ratio by (64 / latent_px)^2 keeps what is left of a picture alike, as in
    Hoogeboom et al., "simple diffusion", 2023, section 3.1.

    Args:
        alphas_cumprod: (T,) of the schedule, decreasing.
        timesteps: (N,) in 0..T - 1.
        latent_px: side of the latents.

    Returns:
        (N,) timesteps, none later than it was; the last one stays, nothing of the picture is left
        there.
    """
    last = len(alphas_cumprod) - 1
    if latent_px >= _REFERENCE_PX:
        return timesteps
    with np.errstate(divide="ignore"):  # The last timestep may have no signal at all.
        log_ratio = np.log(alphas_cumprod) - np.log1p(-alphas_cumprod)
    wanted = log_ratio[timesteps] + 2 * np.log(_REFERENCE_PX / latent_px)
    moved = np.minimum(np.searchsorted(-log_ratio, -wanted), last)
    return np.where(timesteps == last, last, moved)


def shifted_timesteps(
    alphas_cumprod: NDArray[np.float64], steps: int, latent_px: int
) -> list[int] | None:
    """The timesteps of a sampling run whose noise levels are shifted, see `shift_levels`.

    Args:
        alphas_cumprod: (T,) of the schedule, decreasing.
        steps: how many, evenly spaced from the last timestep down before the shift.
        latent_px: side of the latents.

    Returns:
        `steps` strictly decreasing timesteps, or None when the schedule fits as it is.
    """
    if latent_px >= _REFERENCE_PX:
        return None
    total = len(alphas_cumprod)
    even = np.round(total - np.arange(steps) * total / steps).astype(np.int64) - 1
    shifted = shift_levels(alphas_cumprod, even, latent_px)
    lowest = np.arange(steps)[::-1]
    return [int(t) for t in np.maximum(shifted, lowest)]
