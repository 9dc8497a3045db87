"""Random draws as a function of seed, step and process, so that a resumed run repeats nothing."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


class Draws:
    """The random numbers of one step in one process.

    Args:
        seed: of the run.
        step: from 0.
        process: rank among the processes; each sees other samples.
        turn: tells several draws within a step apart.
    """

    def __init__(self, seed: int, step: int, process: int = 0, turn: int = 0) -> None:
        # Ranks count from 1: trailing zeros would not change the sequence.
        entropy = np.random.SeedSequence((seed, step, process + 1, turn + 1))
        picks, noise = entropy.spawn(2)
        self.rng = np.random.default_rng(picks)
        self._generator = torch.Generator().manual_seed(int(noise.generate_state(1)[0]))

    def normal(self, *shape: int) -> Tensor:
        """Standard normal numbers; drawn on the CPU, the same for every device."""
        return torch.randn(shape, generator=self._generator)

    def uniform(self, *shape: int) -> Tensor:
        """Numbers evenly spread over [0, 1)."""
        return torch.rand(shape, generator=self._generator)
