"""Self-attention on processors where torch's own kernel runs far below what they can do.

On a CPU `scaled_dot_product_attention` multiplies matrices by MKL, which takes a slow path on other
makers' processors. With the same products by oneDNN (`torch.bmm` in bf16) the attention of Stable
Diffusion's large levels took a quarter to two fifths less processor time there. So it is computed
here in two products and a softmax between them, over slices of the queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

# Below this, and for the few words of a prompt, torch's kernel is as fast.
MIN_TOKENS = 256
# Below this torch's kernel computes a gradient as fast.
MIN_TRAINED_TOKENS = 2048
# Scores at once: 4 MB in bf16. A quarter of it is slower by the calls, twice as much by the cache.
_SCORES = 1 << 21
# What oneDNN's kernels take at once; products with 40 columns cost twice as much as with 48.
_COLUMNS = 16


class ProductAttention(AttnProcessor2_0):
    """Takes the place of diffusers' processor; computes by itself what pays, and leaves the rest.

    Pictures in one call whose features are equal to the last bit are computed once: with
    classifier-free guidance both rows of a picture are equal until the first word is read.
    """

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> Tensor:
        """See `AttnProcessor2_0`."""
        if encoder_hidden_states is None and attention_mask is None and _pays(attn, hidden_states):
            return _self_attention(attn, hidden_states)
        return super().__call__(
            attn, hidden_states, encoder_hidden_states, attention_mask, temb, *args, **kwargs
        )


def quicken(network: Any) -> None:
    """Gives a denoiser or autoencoder this attention, where it has diffusers' usual one."""
    network.set_attn_processor(
        {
            name: ProductAttention() if type(processor) is AttnProcessor2_0 else processor
            for name, processor in network.attn_processors.items()
        }
    )


def attention(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    """Softmax of scaled products, as `scaled_dot_product_attention` computes it, with a gradient.

    Keys are centred first: that adds one number to all scores of a query, which the softmax does
    not see, and smaller scores lose less when they are rounded to 16 bits.

    Args:
        query: (N, tokens, heads * width).
        key: (N, others, heads * width).
        value: as key.
        heads: of attention.

    Returns:
        As query.
    """
    pictures, tokens, features = query.shape
    scaled = _by_head(query * (features // heads) ** -0.5, heads)
    centred = _by_head(key - key.mean(1, keepdim=True), heads)
    told: Tensor = _Products.apply(scaled, centred, _by_head(value, heads))  # type: ignore[no-untyped-call]
    joined = told.view(pictures, heads, tokens, -1).transpose(1, 2)
    return joined.reshape(pictures, tokens, features)


class _Products(torch.autograd.Function):
    """softmax(Q K^T) V over slices of the queries, all (heads, tokens, width).

    The gradient computes the scores again instead of keeping them: at 4,096 tokens those of one
    layer are 268 MB in bf16. With P the softmax, O the result and G its gradient:
    dV = P^T G, dP = G V^T, dS = P (dP - sum(P dP)), dQ = dS K, dK = dS^T Q.
    """

    @staticmethod
    def forward(ctx: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """O, as query."""
        ctx.save_for_backward(query, key, value)
        turned, padded = key.transpose(1, 2).contiguous(), _padded(value)
        told = query.new_empty(*query.shape[:2], padded.shape[2])
        for few, part in _slices(query, key):
            scores = torch.bmm(query[few, part], turned[few])
            torch.softmax(scores, -1, out=scores)
            told[few, part] = torch.bmm(scores, padded[few])
        return told[..., : query.shape[2]]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """dQ, dK and dV; sums over slices are kept in full precision."""
        query, key, value = ctx.saved_tensors
        width, dtype = query.shape[2], query.dtype
        padded_query, padded_key, told = _padded(query), _padded(key), _padded(gradients[0])
        keys = key.transpose(1, 2).contiguous()
        values = _padded(value).transpose(1, 2).contiguous()
        of_query = torch.empty_like(padded_query)
        of_key = torch.zeros_like(values, dtype=torch.float32)
        of_value = torch.zeros_like(values, dtype=torch.float32)
        for few, part in _slices(query, key):
            shares = torch.bmm(query[few, part], keys[few])
            torch.softmax(shares, -1, out=shares)
            of_value[few] += torch.bmm(told[few, part].transpose(1, 2), shares)
            of_shares = torch.bmm(told[few, part], values[few])
            scores = torch._softmax_backward_data(of_shares, shares, -1, dtype)
            of_query[few, part] = torch.bmm(scores, padded_key[few])
            of_key[few] += torch.bmm(padded_query[few, part].transpose(1, 2), scores)
        return (
            of_query[..., :width],
            of_key[:, :width].transpose(1, 2).to(dtype),
            of_value[:, :width].transpose(1, 2).to(dtype),
        )


def _padded(values: Tensor) -> Tensor:
    """With as many columns as oneDNN's kernels take at once; contiguous."""
    return F.pad(values, (0, -values.shape[2] % _COLUMNS)).contiguous()


def _slices(query: Tensor, key: Tensor) -> Iterator[tuple[slice, slice]]:
    """Heads and queries whose scores are computed at once."""
    count, tokens, others = *query.shape[:2], key.shape[1]
    together = max(1, _SCORES // (tokens * others))
    rows = tokens if together > 1 else max(1, min(tokens, _SCORES // others))
    for head in range(0, count, together):
        for start in range(0, tokens, rows):
            yield slice(head, head + together), slice(start, start + rows)


def _pays(attn: Any, hidden_states: Tensor) -> bool:
    is_picture = hidden_states.ndim == 4
    tokens = hidden_states[0, 0].numel() if is_picture else hidden_states.shape[1]
    is_plain = attn.spatial_norm is None and attn.norm_q is None and attn.norm_k is None
    return (
        is_plain
        and tokens >= (MIN_TRAINED_TOKENS if torch.is_grad_enabled() else MIN_TOKENS)
        and hidden_states.dtype is torch.bfloat16
        and hidden_states.device.type == "cpu"
    )


def _self_attention(attn: Any, hidden_states: Tensor) -> Tensor:
    """The steps of `AttnProcessor2_0` with the products of this module."""
    half, odd = divmod(len(hidden_states), 2)
    is_doubled = not (odd or torch.is_grad_enabled()) and half
    if is_doubled and torch.equal(hidden_states[:half], hidden_states[half:]):
        return torch.cat([_self_attention(attn, hidden_states[:half])] * 2)
    tokens = hidden_states
    if hidden_states.ndim == 4:
        tokens = hidden_states.flatten(2).transpose(1, 2)
    if attn.group_norm is not None:
        tokens = attn.group_norm(tokens.transpose(1, 2)).transpose(1, 2)
    told = attention(attn.to_q(tokens), attn.to_k(tokens), attn.to_v(tokens), attn.heads)
    for layer in attn.to_out:
        told = layer(told)
    if hidden_states.ndim == 4:
        told = told.transpose(1, 2).reshape(hidden_states.shape)
    if attn.residual_connection:
        told = told + hidden_states
    return told if attn.rescale_output_factor == 1 else told / attn.rescale_output_factor


def _by_head(values: Tensor, heads: int) -> Tensor:
    """(N, tokens, heads * width) to (N * heads, tokens, width)."""
    return values.unflatten(2, (heads, -1)).transpose(1, 2).flatten(0, 1)
