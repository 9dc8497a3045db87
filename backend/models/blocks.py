"""Layers that more than one network uses."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812


class ResidualConv(nn.Module):
    """x + conv(act(conv(act(x)))), no normalisation, last convolution starting at zero.

    Zero start makes a deep stack begin as the identity, which is what lets it train without
    normalisation (Zhang et al., "Fixup Initialization", 2019).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        assert self.second.bias is not None
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        """x: (N, C, H, W) to the same shape."""
        hidden = self.first(F.leaky_relu(x, 0.2))
        return x + self.second(F.leaky_relu(hidden, 0.2))


class ModulatedAttentionBlock(nn.Module):
    """A transformer block whose normalisations are scaled, shifted and gated by a condition.

    Peebles and Xie, "Scalable Diffusion Models with Transformers", 2023, adaLN-zero.
    """

    def __init__(self, width: int, heads: int, condition_size: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm_attention = nn.LayerNorm(width, elementwise_affine=False)
        self.norm_mlp = nn.LayerNorm(width, elementwise_affine=False)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(approximate="tanh"), nn.Linear(4 * width, width)
        )
        self.modulation = nn.Linear(condition_size, 6 * width)
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """x: (N, T, width); condition: (N, condition_size). Returns (N, T, width)."""
        shift_a, scale_a, gate_a, shift_m, scale_m, gate_m = (
            self.modulation(F.silu(condition)).unsqueeze(1).chunk(6, dim=-1)
        )
        x = x + gate_a * self._attend(self.norm_attention(x) * (1 + scale_a) + shift_a)
        return x + gate_m * self.mlp(self.norm_mlp(x) * (1 + scale_m) + shift_m)

    def _attend(self, x: Tensor) -> Tensor:
        batch, tokens, width = x.shape
        qkv = self.query_key_value(x).view(batch, tokens, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each (N, heads, T, width / heads)
        attended = F.scaled_dot_product_attention(query, key, value)
        return self.attention_out(attended.transpose(1, 2).reshape(batch, tokens, width))


def average_pool_2x(x: Tensor) -> Tensor:
    """Halves height and width by 2 x 2 means."""
    return F.avg_pool2d(x, 2)
