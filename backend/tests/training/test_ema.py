"""The weight average."""

import torch
from torch import nn

from backend.training.ema import WeightAverage, blended


def test_average_ramps_up_and_then_follows_the_decay() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = WeightAverage(network, decay=0.5)
    nn.init.ones_(network.weight)
    average.update(network)  # decay (1 + 0) / (10 + 0) = 0.1
    assert average.average.weight.item() == torch.tensor(0.9).item()
    for _ in range(20):
        average.update(network)
    nn.init.constant_(network.weight, 3.0)
    before = average.average.weight.item()
    average.update(network)
    assert abs(average.average.weight.item() - (0.5 * before + 1.5)) < 1e-6


def test_buffers_are_copied() -> None:
    network = nn.BatchNorm1d(2)
    average = WeightAverage(network, decay=0.9)
    network.running_mean.fill_(7)  # type: ignore[union-attr]
    average.update(network)
    assert torch.equal(average.average.running_mean, network.running_mean)  # type: ignore[arg-type]


def test_a_blend_lies_between_and_leaves_both_alone() -> None:
    before, after = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    old, new = before.weight.detach().clone(), after.weight.detach().clone()
    torch.testing.assert_close(blended(before, after, 0.25).weight, 0.75 * old + 0.25 * new)
    torch.testing.assert_close(blended(before, after, 1.0).weight, new)
    assert torch.equal(before.weight, old)
    assert torch.equal(after.weight, new)
