"""Adversarial and auxiliary losses of the conditional GAN: pure functions of tensors.

A game is a pair of losses over logits, higher for what looks real. Its discriminator's loss serves
twice: against forgeries, and against real scenes with words that do not fit them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

PENALTIES = ("none", "r1r2", "wgan-gp")

Judge = Callable[[Tensor], Tensor]


class Game(NamedTuple):
    """The two sides of an adversarial game.

    Attributes:
        discriminator: loss of (real, fake) logits, both (N,).
        generator: loss of (real, fake) logits; `real` counts only where `compares`.
        compares: whether the generator is measured against real scenes of the same condition.
    """

    discriminator: Callable[[Tensor, Tensor], Tensor]
    generator: Callable[[Tensor, Tensor], Tensor]
    compares: bool = False


class Guide(Protocol):
    """A trained judge of text and picture; see `models/matcher.py`."""

    def __call__(self, layers: Tensor) -> Tensor:
        """Soft layers (N, 3, S, S), background first, to unit vectors (N, D), differentiably."""
        ...


def bce_game(smoothing: float = 0.0) -> Game:
    """Binary cross-entropy on logits, non-saturating: Goodfellow et al., 2014.

    Args:
        smoothing: real scenes are labelled 1 - smoothing, forged ones 0 (one-sided: Salimans et
            al., 2016); a discriminator that is never certain leaves the generator a gradient.
    """

    def discriminator(real: Tensor, fake: Tensor) -> Tensor:
        label = torch.full_like(real, 1 - smoothing)
        certain = F.binary_cross_entropy_with_logits(real, label)
        return certain + F.binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))

    return Game(discriminator, lambda _, fake: F.softplus(-fake).mean())


def wasserstein_game() -> Game:
    """The critic's difference of means: Arjovsky et al., 2017; needs `clip_weights` or wgan-gp."""
    return Game(lambda real, fake: fake.mean() - real.mean(), lambda _, fake: -fake.mean())


def hinge_game() -> Game:
    """max(0, 1 - D(x)) + max(0, 1 + D(G(z))): Lim and Ye, "Geometric GAN", 2017."""
    return Game(
        lambda real, fake: F.relu(1 - real).mean() + F.relu(1 + fake).mean(),
        lambda _, fake: -fake.mean(),
    )


def relativistic_game() -> Game:
    """softplus(-(D(x) - D(G(z)))) and its mirror, paired by condition.

    Jolicoeur-Martineau, 2019; R3GAN (Huang et al., 2024), eq. 2.
    """
    return Game(
        lambda real, fake: F.softplus(fake - real).mean(),
        lambda real, fake: F.softplus(real - fake).mean(),
        compares=True,
    )


GAMES: dict[str, Callable[[float], Game]] = {
    "relativistic": lambda _: relativistic_game(),
    "bce": bce_game,
    "wasserstein": lambda _: wasserstein_game(),
    "hinge": lambda _: hinge_game(),
}
"""Games by name, made from the label smoothing."""


def zero_centred_penalty(logits: Tensor, inputs: Tensor) -> Tensor:
    """Squared gradient norm of the logits, per sample: R1 on real inputs, R2 on generated ones.

    Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018, eq. 9.

    Args:
        logits: (N,) computed from `inputs`.
        inputs: (N, ...) requiring gradients.

    Returns:
        (N,) penalties; multiply by gamma / 2.
    """
    return _gradient(logits, inputs).square().sum(dim=1)


def one_centred_penalty(logits: Tensor, inputs: Tensor) -> Tensor:
    """(|gradient| - 1)^2 per sample, arguments as above: Gulrajani et al., 2017, eq. 3."""
    return (_gradient(logits, inputs).norm(dim=1) - 1).square()


def gradient_penalty(kind: str, judge: Judge, real: Tensor, fake: Tensor, share: Tensor) -> Tensor:
    """The mean penalty of one kind, to be weighted by gamma or lambda.

    Args:
        kind: "r1r2": half of R1 on `real` plus R2 on `fake`; "wgan-gp": one-centred, at random
            places between them; "none": zero.
        judge: (N, ...) to (N,) logits.
        share: (N,) in 0..1, how real the places between are.
    """
    if kind == "r1r2":
        sides = (each.detach().requires_grad_(True) for each in (real, fake))
        return 0.5 * sum(
            (zero_centred_penalty(judge(x), x).mean() for x in sides), real.new_zeros(())
        )
    if kind == "wgan-gp":
        mix = share.view(-1, *[1] * (real.ndim - 1))
        between = (mix * real + (1 - mix) * fake).detach().requires_grad_(True)
        return one_centred_penalty(judge(between), between).mean()
    return real.new_zeros(())


@torch.no_grad()
def clip_weights(parameters: Iterable[Tensor], limit: float) -> None:
    """Clamps every weight into -limit..limit, in place: Arjovsky et al., 2017, algorithm 1."""
    for parameter in parameters:
        parameter.clamp_(-limit, limit)


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, exp(log_variance)) from the standard normal, in nats.

    Kingma and Welling, 2014, appendix B. Both arguments: (N, D); the mean over the N samples.
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()


def reconstruction_loss(output: Tensor, target: Tensor) -> Tensor:
    """Smooth L1 between standardised latents, mean over all elements."""
    return F.smooth_l1_loss(output, target, beta=0.5)


def _gradient(logits: Tensor, inputs: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(logits.sum(), inputs, create_graph=True)
    return gradient.flatten(1)
