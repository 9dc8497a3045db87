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


def restyle_timesteps(
    alphas_cumprod: NDArray[np.float64], evaluations: int, strength: float, latent_px: int
) -> list[int]:
    """The timesteps at which a restyle evaluates the denoiser: exactly so many at any strength.

    The first is `strength` of the schedule (trailing spacing, as in Lin et al., "Common diffusion
    noise schedules and sample steps are flawed", 2023, table 2, of the part that is left), the
    others follow evenly. diffusers takes that share of the count instead, which leaves one
    evaluation of four at strength 0.3, and none of one. For small latents the levels are shifted,
    see `shift_levels`.

    Args:
        alphas_cumprod: (T,) of the schedule, decreasing.
        evaluations: how many, at most strength * T.
        strength: share of the schedule, in (0, 1].
        latent_px: side of the latents.

    Returns:
        `evaluations` strictly decreasing timesteps.
    """
    first = len(alphas_cumprod) * strength
    even = np.round(first - np.arange(evaluations) * first / evaluations).astype(np.int64) - 1
    chosen = shift_levels(alphas_cumprod, even, latent_px)
    # The shift may move neighbours onto one timestep; each still gets one of its own.
    from_last = np.arange(evaluations)[::-1]
    spread = np.maximum.accumulate((chosen - from_last)[::-1])[::-1] + from_last
    return [int(t) for t in np.maximum(spread, from_last)]
