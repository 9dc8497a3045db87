"""The GAN's losses against closed forms."""

import math

import pytest
import torch

from backend.training.cgan import losses


def test_relativistic_losses_mirror_each_other_and_meet_at_log_two() -> None:
    real, fake = torch.tensor([2.0, -1.0]), torch.tensor([0.5, 3.0])
    assert losses.relativistic_discriminator_loss(real, fake).item() == pytest.approx(
        losses.relativistic_generator_loss(fake, real).item()
    )
    equal = torch.zeros(3)
    assert losses.relativistic_generator_loss(equal, equal).item() == pytest.approx(math.log(2))


def test_relativistic_loss_rewards_telling_apart() -> None:
    good = losses.relativistic_discriminator_loss(torch.tensor([5.0]), torch.tensor([-5.0]))
    bad = losses.relativistic_discriminator_loss(torch.tensor([-5.0]), torch.tensor([5.0]))
    assert good < 1e-3
    assert bad == pytest.approx(10.0, abs=1e-3)


def test_penalty_of_a_linear_critic_is_its_squared_weight() -> None:
    weight = torch.tensor([3.0, -4.0])
    inputs = torch.randn(5, 2, requires_grad=True)
    penalties = losses.zero_centred_penalty(inputs @ weight, inputs)
    torch.testing.assert_close(penalties, torch.full((5,), 25.0))


def test_penalty_can_be_differentiated() -> None:
    scale = torch.tensor(2.0, requires_grad=True)
    inputs = torch.ones(1, 3, requires_grad=True)
    losses.zero_centred_penalty((scale * inputs).sum(1), inputs).mean().backward()
    assert scale.grad is not None
    assert scale.grad.item() == pytest.approx(2 * 2.0 * 3)  # d(3 s^2) / ds


def test_kl_of_the_standard_normal_is_zero_and_grows_with_the_mean() -> None:
    zero = torch.zeros(2, 4)
    assert losses.gaussian_kl(zero, zero).item() == 0
    assert losses.gaussian_kl(zero + 2, zero).item() == pytest.approx(0.5 * 4 * 4)
    expected = torch.distributions.kl_divergence(
        torch.distributions.Normal(0.3, math.exp(0.5 * -1.0)), torch.distributions.Normal(0.0, 1.0)
    )
    assert losses.gaussian_kl(
        torch.tensor([[0.3]]), torch.tensor([[-1.0]])
    ).item() == pytest.approx(expected.item())
