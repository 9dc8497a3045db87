"""The diffusion losses against closed forms."""

import pytest
import torch
from diffusers import DDIMScheduler

from backend.training.diffusion.config import scheduler_arguments
from backend.training.diffusion.losses import noised, reconstruction_loss, sobel, velocity_target


def test_velocity_and_noising_agree_with_the_scheduler() -> None:
    scheduler = DDIMScheduler(**scheduler_arguments())
    latents, noise = torch.randn(3, 2, 4, 4), torch.randn(3, 2, 4, 4)
    timesteps = torch.tensor([10, 500, 999])
    abar = scheduler.alphas_cumprod[timesteps]
    torch.testing.assert_close(
        velocity_target(latents, noise, abar), scheduler.get_velocity(latents, noise, timesteps)
    )
    torch.testing.assert_close(
        noised(latents, noise, abar), scheduler.add_noise(latents, noise, timesteps)
    )


def test_last_step_is_pure_noise() -> None:
    scheduler = DDIMScheduler(**scheduler_arguments())
    latents, noise = torch.randn(1, 2, 4, 4), torch.randn(1, 2, 4, 4)
    assert torch.allclose(noised(latents, noise, scheduler.alphas_cumprod[999:]), noise, atol=1e-4)


def test_sobel_of_a_ramp_is_constant() -> None:
    ramp = torch.arange(8.0).repeat(8, 1)[None, None]
    response = sobel(ramp)
    assert response.shape == (1, 2, 6, 6)
    torch.testing.assert_close(response[0, 0], torch.ones(6, 6))
    torch.testing.assert_close(response[0, 1], torch.zeros(6, 6))


def test_reconstruction_loss_is_zero_only_for_equal_pictures_and_prefers_sharp_edges() -> None:
    target = torch.full((1, 3, 16, 16), -1.0)
    target[..., 8:] = 1
    assert reconstruction_loss(target, target, edge_weight=0.5, frequency_weight=0.1).item() == 0
    blurred = target.clone()
    blurred[..., 7], blurred[..., 8] = -0.3, 0.3
    shifted = target - 2 * 0.7 * 2 / 16 / 2  # the same L1 distance, without touching the edge
    args = {"edge_weight": 0.5, "frequency_weight": 0.0}
    assert (blurred - target).abs().mean().item() == pytest.approx(
        (shifted - target).abs().mean().item()
    )
    assert reconstruction_loss(blurred, target, **args) > reconstruction_loss(
        shifted, target, **args
    )
