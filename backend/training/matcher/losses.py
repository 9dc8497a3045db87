"""The contrastive loss: a pure function of tensors."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


def contrastive_loss(images: Tensor, texts: Tensor, scale: Tensor | float) -> Tensor:
    """Symmetric InfoNCE over the pairs of a batch.

    Radford et al., 2021, figure 3: cross-entropy of scaled cosines, pictures to texts and back.

    Args:
        images, texts: (N, D) unit vectors, row by row of one pair.
        scale: what cosines are multiplied by, the inverse of a temperature.
    """
    logits = scale * images @ texts.T
    truth = torch.arange(len(images), device=images.device)
    return (F.cross_entropy(logits, truth) + F.cross_entropy(logits.T, truth)) / 2
