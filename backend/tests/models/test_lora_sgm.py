"""Names of the original code against diffusers' own translation of them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from diffusers.loaders.lora_conversion_utils import (
    _convert_unet_lora_key,
    _maybe_map_sgm_blocks_to_diffusers,
)

from backend.models.lora_layouts import Layer, layer_of
from backend.models.lora_sgm import diffusers_place

_RESNET = ("in_layers_2", "out_layers_3", "emb_layers_1")
_ATTENTION = (
    "proj_in",
    "proj_out",
    "transformer_blocks_0_attn1_to_q",
    "transformer_blocks_1_attn2_to_out_0",
    "transformer_blocks_0_ff_net_0_proj",
    "transformer_blocks_9_ff_net_2",
)


def sdxl_places() -> list[str]:
    """The layers of SDXL's denoiser as the original code names them."""
    places = ["input_blocks_3_0_op", "input_blocks_6_0_op"]
    places += ["output_blocks_2_2_conv", "output_blocks_5_2_conv"]
    places += ["input_blocks_4_0_skip_connection", "output_blocks_8_0_skip_connection"]
    for number in (1, 2, 4, 5, 7, 8):
        places += [f"input_blocks_{number}_0_{part}" for part in _RESNET]
    for number in (4, 5, 7, 8):
        places += [f"input_blocks_{number}_1_{part}" for part in _ATTENTION]
    for number in range(9):
        places += [f"output_blocks_{number}_0_{part}" for part in _RESNET]
    for number in range(6):
        places += [f"output_blocks_{number}_1_{part}" for part in _ATTENTION]
    for number in (0, 2):
        places += [f"middle_block_{number}_{part}" for part in _RESNET]
    places += [f"middle_block_1_{part}" for part in _ATTENTION]
    return places


def of_diffusers(place: str) -> str:
    """diffusers' own translation, with underscores for dots."""
    name = f"lora_unet_{place}.lora_down.weight"
    config = SimpleNamespace(layers_per_block=2)
    (mapped,) = _maybe_map_sgm_blocks_to_diffusers({name: None}, config)
    path: str = _convert_unet_lora_key(mapped)
    path = path.replace(".processor.", ".").replace("to_out_lora", "to_out.0_lora")
    for ending in ("_lora.down.weight", ".lora.down.weight"):
        path = path.removesuffix(ending)
    return path.replace(".", "_")


@pytest.mark.parametrize("place", sdxl_places())
def test_every_layer_of_sdxl_is_named_as_diffusers_does(place: str) -> None:
    assert diffusers_place(place) == of_diffusers(place)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("input_blocks_0_0", "conv_in"),
        ("out_2", "conv_out"),
        ("time_embed_0", "time_embedding_linear_1"),
        ("label_emb_0_2", "add_embedding_linear_2"),
        ("down_blocks_0_attentions_1_proj_in", "down_blocks_0_attentions_1_proj_in"),
        ("anything_else", "anything_else"),
    ],
)
def test_the_rest_is_known_or_left_alone(place: str, expected: str) -> None:
    assert diffusers_place(place) == expected


@pytest.mark.parametrize(
    "stem",
    [
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_out_0",
        "lora_unet_middle_block_1_transformer_blocks_0_attn1_to_out_0",
        "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0",
        "unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_out.0",
        "base_model.model.mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0",
        "mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0",
        "diffusion_model.middle_block.1.transformer_blocks.0.attn1.to_out.0",
    ],
)
def test_one_layer_has_many_names(stem: str) -> None:
    place = "mid_block_attentions_0_transformer_blocks_0_attn1_to_out_0"
    assert layer_of(stem) == Layer("unet", place)


@pytest.mark.parametrize(
    ("stem", "network"),
    [
        ("lora_te_text_model_encoder_layers_3_mlp_fc1", "text_encoder"),
        ("lora_te1_text_model_encoder_layers_3_mlp_fc1", "text_encoder"),
        ("lora_te2_text_model_encoder_layers_3_mlp_fc1", "text_encoder_2"),
        ("text_encoder.text_model.encoder.layers.3.mlp.fc1", "text_encoder"),
        ("text_encoder.encoder.layers.3.mlp.fc1", "text_encoder"),
        ("text_encoder_2.text_model.encoder.layers.3.mlp.fc1", "text_encoder_2"),
        ("base_model.model.text_model.encoder.layers.3.mlp.fc1", "text_encoder"),
    ],
)
def test_text_encoders_too(stem: str, network: str) -> None:
    assert layer_of(stem) == Layer(network, "encoder_layers_3_mlp_fc1")
