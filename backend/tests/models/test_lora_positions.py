"""Numbered layers: the walk that numbered them, written down by hand for Stable Diffusion v1.5."""

from __future__ import annotations

import json

import pytest
from diffusers import UNet2DConditionModel
from torch import nn

from backend.models.lora_positions import numbered_orders


def unet_places() -> list[str]:
    unet = UNet2DConditionModel(
        block_out_channels=(8, 8, 8, 8),
        cross_attention_dim=8,
        norm_num_groups=4,
        attention_head_dim=4,
    )
    return [
        path.replace(".", "_")
        for path, module in unet.named_modules()
        if isinstance(module, (nn.Linear, nn.Conv2d))
    ]


PLACES = unet_places()


def test_stable_diffusion_has_as_many_as_the_trainers_files() -> None:
    """Files of that trainer have 144 pairs for the denoiser: 16 transformers of 9 layers."""
    early, late = numbered_orders("unet", PLACES, {})
    assert len(early) == len(set(early)) == 144
    assert set(early) == set(late)
    head = "down_blocks_0_attentions_0_transformer_blocks_0_"
    assert [place.removeprefix(head) for place in early[:9]] == [
        "attn1_to_q", "attn1_to_k", "attn1_to_v", "attn1_to_out_0", "ff_net_0_proj",
        "attn2_to_q", "attn2_to_k", "attn2_to_v", "attn2_to_out_0",
    ]  # fmt: skip
    assert late[8] == f"{head}ff_net_0_proj"
    # The middle block was made last.
    assert early[54].startswith("up_blocks_1_attentions_0_")
    assert early[-9].startswith("mid_block_attentions_0_")


@pytest.mark.parametrize(
    ("classes", "count"),
    [
        (["CrossAttention"], 128),
        (["GEGLU"], 16),
        # 22 resnets of three layers, and shortcuts on the way up; all blocks here have one width.
        (["CrossAttention", "Attention", "GEGLU", "ResnetBlock2D"], 144 + 22 * 3 + 12),
        (["Nothing"], 0),
    ],
)
def test_the_classes_in_the_file_say_what_was_numbered(classes: list[str], count: int) -> None:
    for order in numbered_orders("unet", PLACES, {"unet": json.dumps(classes)}):
        assert len(order) == count


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", "[]", "[" * 100_000])
def test_without_sound_classes_the_trainers_defaults_count(text: str) -> None:
    assert len(numbered_orders("unet", PLACES, {"unet": text})[0]) == 144


def test_text_encoders_are_numbered_in_the_order_of_clips_attention() -> None:
    places = [
        f"encoder_layers_{layer}_{part}"
        for layer in (10, 2, 0)
        for part in ("self_attn_q_proj", "self_attn_out_proj", "self_attn_k_proj", "mlp_fc1")
    ]
    (order,) = numbered_orders("text_encoder", places, {})
    assert order == [
        f"encoder_layers_{layer}_self_attn_{part}"
        for layer in (0, 2, 10)
        for part in ("k_proj", "q_proj", "out_proj")
    ]
    (order,) = numbered_orders("text_encoder", places, {"text_encoder": '["CLIPMLP"]'})
    assert order == [f"encoder_layers_{layer}_mlp_fc1" for layer in (0, 2, 10)]
