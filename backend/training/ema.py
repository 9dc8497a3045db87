"""Exponential moving average of a network's weights."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Network = TypeVar("Network", bound=nn.Module)


class WeightAverage(Generic[Network]):
    """Keeps a slow copy of a network; only the copy is sampled from and shipped.

    The decay ramps up as (1 + n) / (10 + n), so the random start is forgotten at once.
    """

    def __init__(self, network: Network, decay: float) -> None:
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, network: Network) -> None:
        """Moves the copy a step towards `network`. Buffers are copied as they are."""
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        self.updates += 1
        for slow, fast in zip(self.average.parameters(), network.parameters(), strict=True):
            slow.lerp_(fast, 1 - decay)
        for kept, current in zip(self.average.buffers(), network.buffers(), strict=True):
            kept.copy_(current)


@torch.no_grad()
def blended(before: Network, after: Network, share: float) -> Network:
    """A network between two of one training.

    Wortsman et al., "Robust fine-tuning of zero-shot models", 2022: along the line between a
    network and what further training made of it, quality often peaks in the middle.

    Args:
        before, after: of one architecture, the second trained on from the first.
        share: of the second, 0..1.
    """
    result = copy.deepcopy(before)
    for mixed, new in zip(result.parameters(), after.parameters(), strict=True):
        mixed.lerp_(new.to(mixed.device), share)
    return result
