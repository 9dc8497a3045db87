"""The GAN's losses against closed forms."""

import math

import pytest
import torch
from torch import Tensor, nn

from backend.training.cgan import losses

ALL = [
    losses.relativistic_game(),
    losses.bce_game(),
    losses.wasserstein_game(),
    losses.hinge_game(),
]


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


@pytest.mark.parametrize("game", ALL)
def test_each_side_of_a_game_pulls_its_own_way(game: losses.Game) -> None:
    """The discriminator wants real up and fake down, the generator wants fake up."""
    real = torch.tensor([0.3, -0.2], requires_grad=True)
    fake = torch.tensor([0.1, -0.4], requires_grad=True)
    up, down = torch.autograd.grad(game.discriminator(real, fake), (real, fake))
    assert (up < 0).all()
    assert (down > 0).all()
    (towards,) = torch.autograd.grad(game.generator(real, fake), fake)
    assert (towards < 0).all()


def test_only_the_relativistic_generator_is_compared_with_real_scenes() -> None:
    fake = torch.tensor([0.5])
    for game in ALL:
        changed = game.generator(torch.tensor([9.0]), fake) != game.generator(fake, fake)
        assert bool(changed) == game.compares


def test_relativistic_losses_mirror_each_other_and_meet_at_log_two() -> None:
    game = losses.relativistic_game()
    real, fake = torch.tensor([2.0, -1.0]), torch.tensor([0.5, 3.0])
    expected = (softplus(-1.5) + softplus(4.0)) / 2
    assert game.discriminator(real, fake).item() == pytest.approx(expected)
    assert game.generator(fake, real).item() == pytest.approx(expected)
    equal = torch.zeros(3)
    assert game.generator(equal, equal).item() == pytest.approx(math.log(2))


def test_cross_entropy_of_logits_and_its_generator() -> None:
    game = losses.bce_game()
    loss = game.discriminator(torch.tensor([2.0]), torch.tensor([-1.0]))
    assert loss.item() == pytest.approx(softplus(-2.0) + softplus(-1.0))
    assert game.generator(torch.zeros(1), torch.tensor([-3.0])).item() == pytest.approx(
        softplus(3.0)
    )


def test_smoothing_is_one_sided_and_best_at_the_smoothed_certainty() -> None:
    game = losses.bce_game(0.1)
    best = math.log(0.9 / 0.1)
    real = torch.tensor([best], requires_grad=True)
    fake = torch.tensor([best], requires_grad=True)
    on_real, on_fake = torch.autograd.grad(game.discriminator(real, fake), (real, fake))
    assert on_real.item() == pytest.approx(0, abs=1e-6)
    assert on_fake.item() == pytest.approx(
        0.9, rel=1e-5
    )  # sigmoid(best): its label is 0, unsmoothed
    surer = torch.tensor([best + 1], requires_grad=True)
    (back,) = torch.autograd.grad(game.discriminator(surer, fake.detach()), surer)
    assert back > 0


def test_wasserstein_loss_is_the_difference_of_means() -> None:
    game = losses.wasserstein_game()
    assert game.discriminator(torch.tensor([3.0, 5.0]), torch.tensor([1.0])).item() == -3
    assert game.generator(torch.zeros(1), torch.tensor([1.0, 2.0])).item() == -1.5


def test_clipping_clamps_every_weight_and_leaves_small_ones() -> None:
    network = nn.Linear(3, 4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(-7.0)
        network.bias.fill_(0.01)
    losses.clip_weights(network.parameters(), 0.05)
    assert all(parameter.abs().max() <= 0.05 for parameter in network.parameters())
    assert torch.equal(network.weight, torch.full((4, 3), -0.05))
    assert torch.equal(network.bias, torch.full((4,), 0.01))


def test_hinge_saturates_beyond_its_margin() -> None:
    game = losses.hinge_game()
    real = torch.tensor([1.5, 0.25], requires_grad=True)
    fake = torch.tensor([-1.5, -0.25], requires_grad=True)
    loss = game.discriminator(real, fake)
    assert loss.item() == pytest.approx(0.75 / 2 + 0.75 / 2)
    on_real, on_fake = torch.autograd.grad(loss, (real, fake))
    assert on_real.tolist() == [0, -0.5]
    assert on_fake.tolist() == [0, 0.5]


def linear(weight: Tensor) -> losses.Judge:
    return lambda inputs: inputs.flatten(1) @ weight


def test_penalties_of_a_linear_critic_follow_from_its_weight() -> None:
    judge, (real, fake) = linear(torch.tensor([3.0, -4.0])), torch.randn(2, 5, 2)
    share = torch.rand(5)
    # |w| = 5, wherever it is measured: half of 25 + 25, and (5 - 1)^2.
    assert losses.gradient_penalty("r1r2", judge, real, fake, share).item() == pytest.approx(25)
    assert losses.gradient_penalty("wgan-gp", judge, real, fake, share).item() == pytest.approx(16)
    assert losses.gradient_penalty("none", judge, real, fake, share).item() == 0


def test_zero_centred_penalty_is_taken_at_both_sides() -> None:
    def squares(inputs: Tensor) -> Tensor:
        return inputs.square().sum(1)  # |gradient|^2 = 4 |x|^2

    real, fake = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    penalty = losses.gradient_penalty("r1r2", squares, real, fake, torch.ones(1))
    assert penalty.item() == pytest.approx(0.5 * (4 * 1 + 4 * 9))


def test_one_centred_penalty_is_taken_between_real_and_fake() -> None:
    def squares(inputs: Tensor) -> Tensor:
        return inputs.square().sum(dim=(1, 2, 3))  # |gradient| = 2 |x|

    real, fake = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    for share, norm in ((1.0, 4.0), (0.25, 1.0), (0.0, 0.0)):
        penalty = losses.gradient_penalty("wgan-gp", squares, real, fake, torch.tensor([share]))
        assert penalty.item() == pytest.approx((norm - 1) ** 2)


@pytest.mark.parametrize("kind", ["r1r2", "wgan-gp"])
def test_penalties_can_be_differentiated(kind: str) -> None:
    scale = torch.tensor(2.0, requires_grad=True)
    ones = torch.ones(1, 4)
    losses.gradient_penalty(
        kind, lambda x: (scale * x).sum(1), ones, ones, torch.ones(1)
    ).backward()
    assert scale.grad is not None
    # d(4 s^2) / ds, and d(2 s - 1)^2 / ds, for |gradient| = 2 s.
    assert scale.grad.item() == pytest.approx(16.0 if kind == "r1r2" else 12.0)


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
