"""Which noise levels a restyle passes through, so that its strength means the same at any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Stable Diffusion's schedule was chosen for latents of this side.
_REFERENCE_PX = 64


def shifted_timesteps(
    alphas_cumprod: NDArray[np.float64], steps: int, latent_px: int
) -> list[int] | None:
    """Timesteps whose signal-to-noise ratio is shifted for latents smaller than 64 px.

    Noise of one level hides more of a small latent: there are fewer neighbours to average over.
    Multiplying the ratio by (64 / latent_px)^2 keeps what is left of a picture alike, as in
    Hoogeboom et al., "simple diffusion", 2023, section 3.1.

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
    even = np.round(total - np.arange(steps) * total / steps).astype(int) - 1
    log_ratio = np.log(alphas_cumprod) - np.log1p(-alphas_cumprod)
    wanted = log_ratio[even] + 2 * np.log(_REFERENCE_PX / latent_px)
    # The last timestep stays: nothing of the picture is left there.
    shifted = np.where(even == total - 1, total - 1, np.searchsorted(-log_ratio, -wanted))
    lowest = np.arange(steps)[::-1]
    return [int(t) for t in np.maximum(np.minimum(shifted, total - 1), lowest)]
