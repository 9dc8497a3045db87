from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from backend.models.noise_levels import shifted_timesteps

# The cumulated schedule of Stable Diffusion, and the one with zero terminal signal.
BETAS = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
ALPHAS = np.cumprod(1 - BETAS)


def ratio(timestep: int) -> float:
    return float(ALPHAS[timestep] / (1 - ALPHAS[timestep]))


def test_latents_of_stable_diffusions_size_keep_the_schedule() -> None:
    assert shifted_timesteps(ALPHAS, 20, 64) is None
    assert shifted_timesteps(ALPHAS, 20, 128) is None


def test_small_latents_get_the_ratio_times_the_area() -> None:
    timesteps = shifted_timesteps(ALPHAS, 10, 16)
    assert timesteps is not None
    assert timesteps[0] == 999
    for even, shifted in zip(range(899, 300, -100), timesteps[1:], strict=False):
        assert ratio(shifted) == pytest.approx(ratio(even) * (64 / 16) ** 2, rel=0.03)


@pytest.mark.parametrize("steps", [1, 10, 37, 100])
@pytest.mark.parametrize("latent_px", [8, 16, 32])
def test_every_step_has_a_timestep_of_its_own(steps: int, latent_px: int) -> None:
    timesteps = shifted_timesteps(ALPHAS, steps, latent_px)
    assert timesteps is not None
    assert len(timesteps) == steps
    assert all(later < earlier for earlier, later in pairwise(timesteps))
    assert timesteps[-1] >= 0
    assert timesteps[0] <= 999


def test_a_last_timestep_without_signal_is_allowed() -> None:
    alphas = ALPHAS.copy()
    alphas[-1] = 2.0**-24
    timesteps = shifted_timesteps(alphas, 20, 16)
    assert timesteps is not None
    assert timesteps[0] == 999
