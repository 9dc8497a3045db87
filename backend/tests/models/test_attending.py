"""Attention in slices of products gives what torch's own does; where it does not pay, torch's."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0
from torch import Tensor
from torch.nn import functional as F

from backend.models import attending
from backend.models.attending import ProductAttention, attention, quicken

# A width over and one under a multiple of 16, one that is; one head and several; slices and none.
_SHAPES = [(2, 300, 4, 40), (1, 256, 2, 80), (1, 64, 3, 7), (2, 1600, 1, 16)]


def _torch_attention(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
    split = [each.unflatten(2, (heads, -1)).transpose(1, 2) for each in (query, key, value)]
    return F.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)


def _inputs(
    shape: tuple[int, int, int, int], dtype: torch.dtype = torch.float32
) -> tuple[Tensor, Tensor, Tensor]:
    pictures, tokens, heads, width = shape
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(3, pictures, tokens, heads * width, generator=generator).to(dtype)
    return values[0], values[1], values[2]


@pytest.mark.parametrize("shape", _SHAPES)
def test_it_is_torchs_attention_in_full_precision(shape: tuple[int, int, int, int]) -> None:
    query, key, value = _inputs(shape)
    expected = _torch_attention(query, key, value, shape[2])
    torch.testing.assert_close(attention(query, key, value, shape[2]), expected)


@pytest.mark.parametrize("scores", [1, 700, 1 << 30])
def test_slices_of_any_size_give_the_same(scores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attending, "_SCORES", scores)
    query, key, value = _inputs((2, 50, 4, 8))
    expected = _torch_attention(query, key, value, 4)
    torch.testing.assert_close(attention(query, key, value, 4), expected)


@pytest.mark.parametrize("shape", _SHAPES)
def test_in_16_bits_it_errs_as_the_format_does(shape: tuple[int, int, int, int]) -> None:
    exact = _torch_attention(*_inputs(shape), shape[2])
    ours = attention(*_inputs(shape, torch.bfloat16), shape[2])
    assert ours.dtype is torch.bfloat16
    assert float((ours.float() - exact).norm() / exact.norm()) < 0.01


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize("scores", [700, 1 << 30])
def test_its_gradient_is_that_of_torchs_attention(
    shape: tuple[int, int, int, int], scores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending, "_SCORES", scores)
    found = []
    for function in (attention, _torch_attention):
        inputs = [each.requires_grad_() for each in _inputs(shape)]
        told = function(inputs[0], inputs[1], inputs[2], shape[2])
        (told * torch.linspace(-1, 1, told.numel()).view_as(told)).sum().backward()
        found.append([each.grad for each in inputs])
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-5)


def test_a_gradient_is_taken_where_there_are_many_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = _unet().down_blocks[0].attentions[0].transformer_blocks[0].attn1
    layer.set_processor(ProductAttention())
    monkeypatch.setattr(attending, "MIN_TRAINED_TOKENS", 256)
    called = []
    plain = attending.attention

    def counted(*words: Any) -> Tensor:
        called.append(1)
        return plain(*words)

    monkeypatch.setattr(attending, "attention", counted)
    hidden = torch.randn(2, 256, 16).bfloat16().requires_grad_()
    layer(hidden).float().square().sum().backward()
    assert called
    assert hidden.grad is not None
    assert float(hidden.grad.float().norm()) > 0


def test_keys_with_a_large_common_part_lose_nothing() -> None:
    """Their scores are hundreds; rounded to 16 bits without centring they would differ by ones."""
    query, key, value = _inputs((1, 256, 2, 16))
    query, key, value = query.bfloat16(), (key + 100).bfloat16(), value.bfloat16()
    exact = _torch_attention(query.float(), key.float(), value.float(), 2)
    ours = attention(query, key, value, 2)
    assert float((ours.float() - exact).norm() / exact.norm()) < 0.02


def _unet() -> UNet2DConditionModel:
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(16, 32),
        layers_per_block=1,
        cross_attention_dim=16,
        attention_head_dim=4,
        norm_num_groups=4,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
    )
    return unet.eval().requires_grad_(False).to(torch.bfloat16)


def _twins(unet: Any) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    latents = torch.randn(1, 4, 16, 16, generator=generator).bfloat16()
    states = torch.randn(2, 5, 16, generator=generator).bfloat16()
    with torch.inference_mode():
        predicted: Tensor = unet(torch.cat([latents] * 2), 500, states).sample
    return predicted.float()


def test_a_denoiser_predicts_the_same_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unet = _unet()
    exact = _twins(copy.deepcopy(unet).float().to(torch.bfloat16))
    rows: list[int] = []
    plain = attending.attention

    def counted(query: Tensor, key: Tensor, value: Tensor, heads: int) -> Tensor:
        rows.append(len(query))
        return plain(query, key, value, heads)

    monkeypatch.setattr(attending, "attention", counted)
    quicken(unet)
    ours = _twins(unet)
    torch.testing.assert_close(ours, exact, atol=0.05, rtol=0.05)
    assert torch.equal(ours, _twins(unet))
    # Before the first word is read both rows are one picture; after it they are two.
    assert rows[0] == 1
    assert rows[1:3] == [2, 2]


def test_an_autoencoder_decodes_the_same_with_it() -> None:
    torch.manual_seed(0)
    vae = AutoencoderKL(block_out_channels=(16,), norm_num_groups=4).eval().requires_grad_(False)
    latents = torch.randn(1, 4, 16, 16)
    with torch.inference_mode():
        exact = vae.decode(latents).sample
        vae.to(torch.bfloat16)
        quicken(vae)
        ours = vae.decode(latents.bfloat16()).sample.float()
    assert any(isinstance(each, ProductAttention) for each in vae.attn_processors.values())
    torch.testing.assert_close(ours, exact, atol=0.05, rtol=0.05)


@pytest.mark.parametrize("why", ["few tokens", "full precision", "words", "gradients"])
def test_what_does_not_pay_is_left_to_torch(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Tensor:
        raise AssertionError(why)

    monkeypatch.setattr(attending, "attention", refuse)
    layer = _unet().down_blocks[0].attentions[0].transformer_blocks[0]
    tokens = 64 if why == "few tokens" else 256
    hidden = torch.randn(2, tokens, 16).bfloat16()
    chosen = layer.attn2 if why == "words" else layer.attn1
    words = torch.randn(2, 5, 16).bfloat16() if why == "words" else None
    if why == "full precision":
        chosen, hidden = chosen.float(), hidden.float()
    with torch.set_grad_enabled(why == "gradients"):
        chosen.set_processor(AttnProcessor2_0())
        expected = chosen(hidden, words)
        chosen.set_processor(ProductAttention())
        assert torch.equal(chosen(hidden, words), expected)


def test_other_processors_stay() -> None:
    unet = _unet()
    unet.set_attention_slice("max")
    before = dict(unet.attn_processors)
    quicken(unet)
    assert unet.attn_processors == before
