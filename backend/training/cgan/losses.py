"""Adversarial and auxiliary losses of the conditional GAN: pure functions of tensors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def relativistic_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Mean softplus(-(D(x) - D(G(z)))): Jolicoeur-Martineau, 2019; R3GAN (Huang et al.), eq. 2.

    Args:
        real, fake: (N,) logits, paired by condition.
    """
    return F.softplus(fake - real).mean()


def relativistic_generator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Mean softplus(-(D(G(z)) - D(x))), the mirror of the discriminator's loss."""
    return F.softplus(real - fake).mean()


def zero_centred_penalty(logits: Tensor, inputs: Tensor) -> Tensor:
    """Squared gradient norm of the logits, per sample: R1 on real inputs, R2 on generated ones.

    Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018, eq. 9.

    Args:
        logits: (N,) computed from `inputs`.
        inputs: (N, ...) requiring gradients.

    Returns:
        (N,) penalties; multiply by gamma / 2.
    """
    (gradient,) = torch.autograd.grad(logits.sum(), inputs, create_graph=True)
    return gradient.square().flatten(1).sum(dim=1)


def gaussian_kl(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL divergence of N(mean, exp(log_variance)) from the standard normal, in nats.

    Kingma and Welling, 2014, appendix B. Both arguments: (N, D); the mean over the N samples.
    """
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(dim=1).mean()


def reconstruction_loss(output: Tensor, target: Tensor) -> Tensor:
    """Smooth L1 between standardised latents, mean over all elements."""
    return F.smooth_l1_loss(output, target, beta=0.5)
