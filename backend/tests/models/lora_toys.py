"""Adapters made from known matrices, in every layout that is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import nn

Array = NDArray[np.floating[Any]]
# Network and path of a layer, its down and its up matrix.
Matrices = dict[tuple[str, str], tuple[Array, Array]]
NETWORKS = ("unet", "text_encoder", "text_encoder_2")
_ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
_TEXT_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj", "query", "key", "value")


def layers(pipeline: Any, network: str) -> dict[str, Any]:
    """Linear and convolution layers of a network by path."""
    return {
        path: module
        for path, module in getattr(pipeline, network).named_modules()
        if isinstance(module, (nn.Linear, nn.Conv2d))
    }


def known_matrices(
    pipeline: Any,
    *,
    rank: int = 3,
    seed: int = 0,
    networks: tuple[str, ...] = ("unet",),
    wanted: Callable[[str], bool] = lambda path: path.endswith(_ATTENTION + _TEXT_ATTENTION),
) -> Matrices:
    """Random matrices for some layers of a pipeline."""
    random = np.random.default_rng(seed)
    found: Matrices = {}
    for network in networks:
        for path, module in layers(pipeline, network).items():
            if wanted(path):
                out, *rest = module.weight.shape
                down = random.normal(size=(rank, *rest)).astype(np.float32)
                kernel = (1, 1) if len(rest) == 3 else ()
                up = random.normal(size=(out, rank, *kernel)).astype(np.float32)
                found[network, path] = (down, up)
    assert found
    return found


def product(down: Array, up: Array) -> NDArray[np.float64]:
    """up @ down in the shape of the layer's weight, in double precision."""
    made = up.reshape(len(up), -1).astype(np.float64) @ down.reshape(len(down), -1)
    return made.reshape(len(up), *down.shape[1:])


def kohya(matrices: Matrices, alpha: float | None = None) -> dict[str, Array]:
    """As kohya's trainer writes: underscores, and the text encoders numbered for SDXL."""
    has_two = any(network == "text_encoder_2" for network, _ in matrices)
    names = {"unet": "lora_unet", "text_encoder": "lora_te1" if has_two else "lora_te"}
    tensors: dict[str, Array] = {}
    for (network, path), (down, up) in matrices.items():
        place = _clip_path(network, path).replace(".", "_")
        stem = f"{names.get(network, 'lora_te2')}_{place}"
        tensors[f"{stem}.lora_down.weight"] = down
        tensors[f"{stem}.lora_up.weight"] = up
        if alpha is not None:
            tensors[f"{stem}.alpha"] = np.array(alpha, down.dtype)
    return tensors


def peft(matrices: Matrices, prefix: str = "{network}.") -> dict[str, Array]:
    """As PEFT and today's diffusers write."""
    return _dotted(matrices, prefix, ".lora_A.weight", ".lora_B.weight")


def diffusers(matrices: Matrices) -> dict[str, Array]:
    """As diffusers wrote before it used PEFT: text encoders had names of their own."""
    unet = {key: value for key, value in matrices.items() if key[0] == "unet"}
    text = {key: value for key, value in matrices.items() if key[0] != "unet"}
    return _dotted(unet, "{network}.", ".lora.down.weight", ".lora.up.weight") | _dotted(
        text, "{network}.", ".lora_linear_layer.down.weight", ".lora_linear_layer.up.weight"
    )


def old_diffusers(matrices: Matrices) -> dict[str, Array]:
    """As diffusers' attention processors were saved at first."""
    renamed = {"q_proj": "to_q", "k_proj": "to_k", "v_proj": "to_v", "out_proj": "to_out"}
    tensors: dict[str, Array] = {}
    for (network, path), (down, up) in matrices.items():
        head, _, last = _clip_path(network, path).removesuffix(".0").rpartition(".")
        middle = "processor." if network == "unet" else ""
        stem = f"{network}.{head}.{middle}{renamed.get(last, last)}_lora"
        tensors[f"{stem}.down.weight"], tensors[f"{stem}.up.weight"] = down, up
    return tensors


def lora_diffusion(
    pipeline: Any, matrices: Matrices, *, feed_forward_last: bool = False
) -> tuple[dict[str, Array], dict[str, str]]:
    """As the first trainer wrote: numbered by a walk over the network, classes in the metadata."""
    tensors: dict[str, Array] = {}
    classes = {"unet": ["CrossAttention", "Attention", "GEGLU"], "text_encoder": ["CLIPAttention"]}
    metadata = {}
    for network in {network for network, _ in matrices}:
        metadata[network] = json.dumps(classes[network])
        walk = _walk(pipeline, network, feed_forward_last=feed_forward_last)
        for number, path in enumerate(path for path in walk if (network, path) in matrices):
            down, up = matrices[network, path]
            tensors[f"{network}:{number}:up"], tensors[f"{network}:{number}:down"] = up, down
            metadata[f"{network}:{number}:rank"] = str(len(down))
    return tensors, metadata


def numbered_layers(path: str) -> bool:
    """The layers that the first trainer changed."""
    return path.endswith((*_ATTENTION, "ff.net.0.proj", "_proj")) and "time" not in path


def write(
    folder: Path,
    name: str,
    tensors: Mapping[str, Array],
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """An adapter's file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    save_file({key: np.ascontiguousarray(value) for key, value in tensors.items()}, path, metadata)
    return path


def weights(pipeline: Any) -> dict[tuple[str, str], torch.Tensor]:
    """Copies of all parameters of the networks that adapters change."""
    return {
        (network, name): parameter.detach().clone()
        for network in NETWORKS
        if getattr(pipeline, network, None) is not None
        for name, parameter in getattr(pipeline, network).named_parameters()
    }


def same_bits(
    first: Mapping[tuple[str, str], torch.Tensor], second: Mapping[tuple[str, str], torch.Tensor]
) -> bool:
    """Whether two copies of all parameters are the same to the last bit."""
    return first.keys() == second.keys() and all(
        torch.equal(first[key], second[key]) for key in first
    )


def _dotted(matrices: Matrices, prefix: str, down_name: str, up_name: str) -> dict[str, Array]:
    tensors: dict[str, Array] = {}
    for (network, path), (down, up) in matrices.items():
        stem = prefix.format(network=network) + _clip_path(network, path)
        tensors[stem + down_name], tensors[stem + up_name] = down, up
    return tensors


def _clip_path(network: str, path: str) -> str:
    """Files name CLIP's layers below "text_model"; today's class leaves that out."""
    is_clip = network != "unet" and path.startswith("encoder.layers.")
    return f"text_model.{path}" if is_clip else path


def _walk(pipeline: Any, network: str, *, feed_forward_last: bool) -> list[str]:
    """The order in which the first trainer met the layers, written down by hand."""
    paths = list(layers(pipeline, network))
    if network != "unet":
        count = 1 + max(int(p.split("layers.")[1].split(".")[0]) for p in paths if "layers." in p)
        head = "text_model." if any(p.startswith("text_model.") for p in paths) else ""
        return [
            f"{head}encoder.layers.{i}.self_attn.{name}"
            for i in range(count)
            for name in ("k_proj", "v_proj", "q_proj", "out_proj")
        ]
    inner = [f"attn1.{name}" for name in _ATTENTION]
    cross = [f"attn2.{name}" for name in _ATTENTION]
    inner += [*cross, "ff.net.0.proj"] if feed_forward_last else ["ff.net.0.proj", *cross]
    found = []
    for side in ("down_blocks", "up_blocks", "mid_block"):
        blocks = sorted(
            {
                p.split(".transformer_blocks.0.")[0]
                for p in paths
                if p.startswith(side) and ".transformer_blocks.0." in p
            }
        )
        found += [f"{block}.transformer_blocks.0.{name}" for block in blocks for name in inner]
    return found
