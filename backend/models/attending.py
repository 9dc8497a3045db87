"""Self-attention on processors where torch's own kernel runs far below what they can do.

On a CPU `scaled_dot_product_attention` multiplies matrices by MKL, which takes a slow path on other
makers' processors. With the same products by oneDNN (`torch.bmm` in bf16) the attention of Stable
Diffusion's large levels took a quarter to two fifths less processor time there. So it is computed
here in two products and a softmax between them, over slices of the queries.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor

# Below this, and for the few words of a prompt, torch's kernel is as fast.
MIN_TOKENS = 256
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
    """Softmax of scaled products, as `scaled_dot_product_attention` computes it.

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
    width = features // heads
    count, others = pictures * heads, key.shape[1]
    scaled = _by_head(query * width**-0.5, heads)
    turned = _by_head(key - key.mean(1, keepdim=True), heads).transpose(1, 2).contiguous()
    padded = value.new_zeros(count, others, -(-width // _COLUMNS) * _COLUMNS)
    padded[:, :, :width] = _by_head(value, heads)
    told = query.new_empty(count, tokens, padded.shape[2])
    together = max(1, _SCORES // (tokens * others))
    rows = tokens if together > 1 else max(1, min(tokens, _SCORES // others))
    for head in range(0, count, together):
        few = slice(head, head + together)
        for start in range(0, tokens, rows):
            part = slice(start, start + rows)
            scores = torch.bmm(scaled[few, part], turned[few])
            torch.softmax(scores, -1, out=scores)
            told[few, part] = torch.bmm(scores, padded[few])
    joined = told.view(pictures, heads, tokens, -1)[..., :width].transpose(1, 2)
    return joined.reshape(pictures, tokens, features)


def _pays(attn: Any, hidden_states: Tensor) -> bool:
    is_picture = hidden_states.ndim == 4
    tokens = hidden_states[0, 0].numel() if is_picture else hidden_states.shape[1]
    is_plain = attn.spatial_norm is None and attn.norm_q is None and attn.norm_k is None
    return (
        is_plain
        and tokens >= MIN_TOKENS
        and hidden_states.dtype is torch.bfloat16
        and hidden_states.device.type == "cpu"
        and not torch.is_grad_enabled()
    )


def _self_attention(attn: Any, hidden_states: Tensor) -> Tensor:
    """The steps of `AttnProcessor2_0` with the products of this module."""
    half, odd = divmod(len(hidden_states), 2)
    if half and not odd and torch.equal(hidden_states[:half], hidden_states[half:]):
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
