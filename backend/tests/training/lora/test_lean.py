"""The lean layer computes what peft's own computes, and steps aside where it must."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from peft import LoraConfig
from peft.tuners.lora import Linear
from torch import Tensor, nn

from backend.training.lora.lean import LeanLinear

_RANK = 4


def _layer(kind: type[Linear], dtype: torch.dtype, *, bias: bool = True) -> Any:
    torch.manual_seed(0)
    base = nn.Linear(24, 40, bias=bias).to(dtype).requires_grad_(False)
    layer = kind(base, "a", config=LoraConfig(r=_RANK, lora_alpha=8), r=_RANK, lora_alpha=8)
    for matrix in (layer.lora_A["a"].weight, layer.lora_B["a"].weight):
        matrix.data = torch.randn(matrix.shape)
    return layer


def _told(layer: Any, values: Tensor, autocast: torch.dtype | None) -> list[Tensor]:
    """The result and the gradients of the input and of both matrices."""
    values = values.clone().requires_grad_()
    with torch.autocast("cpu", autocast or torch.bfloat16, enabled=autocast is not None):
        told = layer(values)
    goal = torch.linspace(-1, 1, told.numel()).view_as(told)
    (told.float() * goal).sum().backward()
    matrices = (layer.lora_A["a"].weight, layer.lora_B["a"].weight)
    found = [told, values.grad, *(each.grad for each in matrices)]
    return [each.detach() for each in found]


@pytest.mark.parametrize("bias", [True, False])
def test_under_autocast_it_errs_no_more_than_pefts_layer(bias: bool) -> None:
    values = torch.randn(3, 7, 24)
    exact = _told(_layer(Linear, torch.float32, bias=bias), values, None)
    half = values.bfloat16()
    pefts = _told(_layer(Linear, torch.bfloat16, bias=bias), half, torch.bfloat16)
    ours = _told(_layer(LeanLinear, torch.bfloat16, bias=bias), half, torch.bfloat16)
    for mine, theirs, true in zip(ours, pefts, exact, strict=True):
        assert mine.dtype is theirs.dtype
        assert mine.shape == theirs.shape
        errors = [float((each.float() - true).norm() / true.norm()) for each in (mine, theirs)]
        assert errors[0] < max(0.006, 1.5 * errors[1])


def test_it_does_without_the_full_precision_copy_of_the_input() -> None:
    kept: list[Tensor] = []

    def keep(value: Tensor) -> Tensor:
        kept.append(value)
        return value

    values = torch.randn(5, 24).bfloat16().requires_grad_()
    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value),
        torch.autocast("cpu", torch.bfloat16),
    ):
        _layer(LeanLinear, torch.bfloat16)(values)
    assert kept
    assert not any(each.dtype is torch.float32 and each.shape == values.shape for each in kept)


@pytest.mark.parametrize("why", ["full precision", "no autocast", "weight 0", "disabled"])
def test_elsewhere_it_is_pefts_layer(why: str) -> None:
    dtype = torch.float32 if why == "full precision" else torch.bfloat16
    autocast = None if why == "no autocast" else torch.bfloat16
    values = torch.randn(5, 24, dtype=dtype)
    found = []
    for kind in (Linear, LeanLinear):
        layer = _layer(kind, dtype)
        layer.scaling["a"] *= 0.0 if why == "weight 0" else 1.0
        layer.enable_adapters(why != "disabled")
        with torch.no_grad(), torch.autocast("cpu", autocast, enabled=autocast is not None):
            found.append(layer(values))
    assert torch.equal(*found)
