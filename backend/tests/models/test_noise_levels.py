from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from backend.models.noise_levels import restyle_timesteps

# The cumulated schedule of Stable Diffusion, and the one with zero terminal signal.
BETAS = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
ALPHAS = np.cumprod(1 - BETAS)


def ratio(timestep: int) -> float:
    return float(ALPHAS[timestep] / (1 - ALPHAS[timestep]))


def test_latents_of_stable_diffusions_size_keep_the_schedule() -> None:
    assert restyle_timesteps(ALPHAS, 5, 1.0, 64) == [999, 799, 599, 399, 199]
    assert restyle_timesteps(ALPHAS, 4, 0.3, 128) == [299, 224, 149, 74]


def test_small_latents_get_the_ratio_times_the_area() -> None:
    timesteps = restyle_timesteps(ALPHAS, 10, 1.0, 16)
    assert timesteps[0] == 999
    for even, shifted in zip(range(899, 300, -100), timesteps[1:], strict=False):
        assert ratio(shifted) == pytest.approx(ratio(even) * (64 / 16) ** 2, rel=0.03)


def test_a_strength_takes_the_last_part_of_the_whole_schedule() -> None:
    whole = restyle_timesteps(ALPHAS, 20, 1.0, 16)
    assert restyle_timesteps(ALPHAS, 10, 0.5, 16) == whole[10:]


@pytest.mark.parametrize("evaluations", [1, 4, 37, 100])
@pytest.mark.parametrize("strength", [0.3, 0.58, 0.9, 1.0])
@pytest.mark.parametrize("latent_px", [8, 16, 32, 64])
def test_every_evaluation_has_a_timestep_of_its_own(
    evaluations: int, strength: float, latent_px: int
) -> None:
    timesteps = restyle_timesteps(ALPHAS, evaluations, strength, latent_px)
    assert len(timesteps) == evaluations
    assert all(later < earlier for earlier, later in pairwise(timesteps))
    assert timesteps[-1] >= 0
    assert timesteps[0] <= round(1000 * strength) - 1 or timesteps[0] == evaluations - 1


def test_a_last_timestep_without_signal_is_allowed() -> None:
    alphas = ALPHAS.copy()
    alphas[-1] = 2.0**-24
    assert restyle_timesteps(alphas, 20, 1.0, 16)[0] == 999
