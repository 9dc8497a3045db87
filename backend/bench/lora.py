"""Another adapter on a warm pipeline of Stable Diffusion v1.5's size, ours against diffusers' way.

Weights are random: the cost is in the shapes. Both pipelines have the same weights and read the
same two files, whose layout is the one that diffusers writes itself.
"""

from __future__ import annotations

import copy
import itertools
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from diffusers import (
    AutoencoderTiny,
    DDIMScheduler,
    StableDiffusionImg2ImgPipeline,
    UNet2DConditionModel,
)
from safetensors.torch import save_file
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from backend.bench.measure import Row, interleaved, median_of, seconds_of
from backend.domain.generation import LoraChoice
from backend.models.lora import LoraShelf

_RANK = 16
_ROUNDS = 7
_ATTENTION = ("to_q", "to_k", "to_v", "to_out.0", "q_proj", "k_proj", "v_proj", "out_proj")


def lora_switch() -> Iterator[Row]:
    """From one adapter to another and back; rank 16 on all attention, text encoder included."""
    with torch.device("cpu"):
        pipeline = stable_diffusion_15()
    theirs = copy.deepcopy(pipeline)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(2):
            write_adapter(pipeline, folder / f"style-{number}.safetensors", seed=number)
        shelf = LoraShelf(folder)
        turns, their_turns = itertools.count(), itertools.count()

        def switch(weight: float = 1.0) -> None:
            with shelf.applied(pipeline, [LoraChoice(f"style-{next(turns) % 2}", weight)]):
                pass

        def unload_and_load() -> None:
            theirs.unload_lora_weights()
            file = f"style-{next(their_turns) % 2}.safetensors"
            theirs.load_lora_weights(str(folder), weight_name=file)

        first = statistics.median(seconds_of(switch) for _ in range(2))
        ours, baseline = interleaved(switch, unload_and_load, _ROUNDS)
        yield Row(
            "LoRA switch on a warm pipeline, SD 1.5 architecture",
            1000 * ours,
            1000 * baseline,
            "ms",
            ">= 20x",
            f"rank {_RANK}, all attention, text encoder too; both sets were worn before",
        )
        weights = (1 - number / 1000 for number in itertools.count(1))
        yield Row(
            "the same at a weight never worn before",
            1000 * median_of(lambda: switch(next(weights)), _ROUNDS),
            1000 * baseline,
            "ms",
            "-",
            f"a file never seen before: {1000 * first:.0f} ms",
        )


def stable_diffusion_15() -> StableDiffusionImg2ImgPipeline:
    """Denoiser and text encoder of Stable Diffusion v1.5's shapes, random; the rest is small."""
    letters = [*"abc", *(f"{letter}</w>" for letter in "abc"), "<|startoftext|>", "<|endoftext|>"]
    return StableDiffusionImg2ImgPipeline(
        vae=AutoencoderTiny(),
        text_encoder=CLIPTextModel(
            CLIPTextConfig(
                hidden_size=768,
                intermediate_size=3072,
                num_hidden_layers=12,
                num_attention_heads=12,
            )
        ).eval(),
        tokenizer=CLIPTokenizer(vocab={word: i for i, word in enumerate(letters)}, merges=[]),
        unet=UNet2DConditionModel(
            sample_size=64,
            in_channels=4,
            out_channels=4,
            cross_attention_dim=768,
            attention_head_dim=8,
        ).eval(),
        scheduler=DDIMScheduler(clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def write_adapter(pipeline: Any, path: Path, seed: int) -> None:
    """A file for all attention of the denoiser and the text encoder, in half precision."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {}
    for network in ("unet", "text_encoder"):
        for where, module in getattr(pipeline, network).named_modules():
            if isinstance(module, nn.Linear) and where.endswith(_ATTENTION):
                out, features = module.weight.shape
                down = torch.randn(_RANK, features, generator=generator) / _RANK
                up = torch.randn(out, _RANK, generator=generator) / 100
                tensors[f"{network}.{where}.lora_A.weight"] = down.half()
                tensors[f"{network}.{where}.lora_B.weight"] = up.half()
    save_file(tensors, path)
