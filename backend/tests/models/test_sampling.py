"""Schedulers by name: exactly so many evaluations at any strength, and an exact solution."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from backend.models.prompts import Conditions
from backend.models.sampling import sample, scheduler_for
from backend.models.speeds import SAMPLERS, SpeedPlan
from backend.tests.toys import toy_sd15, toy_sdxl
from backend.training.diffusion.config import scheduler_arguments

CONFIGS: dict[str, Any] = {
    "sd15": toy_sd15().scheduler.config,
    "sdxl": toy_sdxl().scheduler.config,
    "embedded": scheduler_arguments(),
}
NOTHING = Conditions(torch.zeros(1, 1, 1), None, 1)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("strength", [0.3, 0.58, 0.9, 1.0])
@pytest.mark.parametrize("evaluations", [1, 2, 4, 25, 100])
def test_exactly_so_many_evaluations_happen(
    config: str, sampler: str, strength: float, evaluations: int
) -> None:
    scheduler = scheduler_for(SpeedPlan(evaluations, sampler), CONFIGS[config], strength, 64, "cpu")
    times: list[int] = []

    def denoiser(rows: Tensor, timestep: Tensor, *_: object) -> Tensor:
        times.append(int(timestep))
        return torch.zeros_like(rows)

    done: list[int] = []
    generators = [torch.Generator().manual_seed(0)]
    latents = sample(
        denoiser, scheduler, torch.zeros(1, 4, 2, 2), NOTHING, 1.0, generators,
        lambda step, _latents: done.append(step),
    )  # fmt: skip
    assert done == list(range(1, evaluations + 1))
    assert len(times) == evaluations
    assert all(later < earlier for earlier, later in pairwise(times))
    # The first level is that of the strength, not that of a share of few steps.
    assert times[0] == pytest.approx(1000 * strength - 1, abs=20)
    assert torch.isfinite(latents).all()


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("evaluations", [1, 3, 12])
def test_a_denoiser_that_knows_the_picture_brings_it_back(sampler: str, evaluations: int) -> None:
    """The noise that leads from one known picture: every solver of the equation ends there."""
    scheduler = scheduler_for(SpeedPlan(evaluations, sampler), CONFIGS["sd15"], 0.7, 64, "cpu")
    picture = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(1))

    def denoiser(rows: Tensor, timestep: Tensor, *_: object) -> Tensor:
        kept = scheduler.alphas_cumprod[timestep]
        noise: Tensor = (rows - kept.sqrt() * picture) / (1 - kept).sqrt()
        return noise

    generators = [torch.Generator().manual_seed(seed) for seed in (5, 6)]
    found = sample(
        denoiser, scheduler, picture, NOTHING, 1.0, generators, lambda _step, _latents: None
    )
    assert torch.allclose(found, picture, atol=2e-2 if sampler == "lcm" else 1e-4)


def test_guidance_moves_away_from_what_must_not_appear() -> None:
    conditions = Conditions(torch.tensor([-1.0, 1.0]).view(2, 1, 1), None, 2)

    def ends(guidance: float) -> float:
        scheduler = scheduler_for(SpeedPlan(1, "ddim"), CONFIGS["sd15"], 0.5, 64, "cpu")

        def denoiser(rows: Tensor, _timestep: Tensor, states: Tensor, _added: object) -> Tensor:
            return states.view(2, 1, 1, 1).expand_as(rows) * 0.1

        generators = [torch.Generator().manual_seed(0)]
        latents = torch.zeros(1, 1, 1, 1)
        return float(
            sample(denoiser, scheduler, latents, conditions, guidance, generators, lambda *_: None)
        )

    # Predicted noise is -0.1 + guidance * 0.2; more noise taken away means a smaller result.
    values = [ends(guidance) for guidance in (0.0, 1.0, 3.0)]
    assert values[1] - values[2] == pytest.approx(2 * (values[0] - values[1]), rel=1e-4)
    assert values[0] > values[1]


def test_each_pictures_noise_is_its_own() -> None:
    def run(seeds: list[int]) -> Tensor:
        scheduler = scheduler_for(SpeedPlan(3, "lcm"), CONFIGS["sd15"], 0.5, 64, "cpu")
        generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        latents = torch.zeros(len(seeds), 4, 2, 2)
        return sample(
            lambda rows, *_: rows * 0.5, scheduler, latents, NOTHING, 1.0, generators,
            lambda *_: None,
        )  # fmt: skip

    assert torch.equal(run([1, 2, 3])[1], run([2])[0])
