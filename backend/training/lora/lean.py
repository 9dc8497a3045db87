"""peft's layer for linear maps, with fewer passes over its activations.

peft widens every input to the matrices' full precision, which autocast narrows again at once, and
adds the scaled product to the layer's result in passes of their own. On a CPU, where a step of
Stable Diffusion waits for memory as much as for products, that is a tenth of its time.
"""

from __future__ import annotations

from typing import Any

import torch
from peft.tuners.lora import Linear
from torch import Tensor
from torch.nn import functional as F  # noqa: N812


class LeanLinear(Linear):
    """peft's `Linear`; under autocast to 16 bits computed as `_LowRank`, otherwise by peft."""

    def forward(self, x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """See `Linear`."""
        names = [name for name in self.active_adapters if name in self.lora_A]
        base = self.get_base_layer()
        is_plain = (
            x.dtype is base.weight.dtype
            and x.dtype in (torch.bfloat16, torch.float16)
            and torch.is_autocast_enabled(x.device.type)
            and len(names) == 1
            and not (args or kwargs or self.merged or self.disable_adapters)
            and not (self.lora_variant or base.weight.requires_grad)
        )
        if not is_plain or self.lora_dropout[names[0]].__class__ is torch.nn.Dropout:
            return super().forward(x, *args, **kwargs)
        down, up = self.lora_A[names[0]].weight, self.lora_B[names[0]].weight
        told: Tensor = _LowRank.apply(x, base.weight, base.bias, down, up, self.scaling[names[0]])  # type: ignore[no-untyped-call]
        return told


class _LowRank(torch.autograd.Function):
    """y = W x + b + s B A x, with W and b frozen; the product is added where W x was written."""

    @staticmethod
    def forward(
        ctx: Any,
        values: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        down: Tensor,
        up: Tensor,
        scale: float,
    ) -> Tensor:
        """Args: x (..., in), W (out, in), b (out,), A (rank, in), B (out, rank), s."""
        rows = values.flatten(0, -2)
        narrow_down, narrow_up = down.to(values.dtype), (up * scale).to(values.dtype)
        with torch.autocast(values.device.type, enabled=False):
            hidden = rows @ narrow_down.T
            told = F.linear(rows, weight, bias).addmm_(hidden, narrow_up.T)
        ctx.save_for_backward(rows, weight, narrow_down, narrow_up, hidden)
        ctx.scale = scale
        return told.view(*values.shape[:-1], len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        """With G of y: (W^T + s A^T B^T) G for x, s B^T G x^T for A and s G (A x)^T for B."""
        rows, weight, down, up, hidden = ctx.saved_tensors
        told = gradients[0].flatten(0, -2)
        of_hidden = told @ up
        of_values = None
        if ctx.needs_input_grad[0]:
            flat = (told @ weight).addmm_(of_hidden, down)
            of_values = flat.view(*gradients[0].shape[:-1], weight.shape[1])
        of_down = (of_hidden.T @ rows).float()
        of_up = (told.T @ hidden).float() * ctx.scale
        return of_values, None, None, of_down, of_up, None
