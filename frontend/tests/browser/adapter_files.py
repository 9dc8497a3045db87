"""Small adapters for the embedded pipeline, written by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from frontend.tests.browser.stack import ROOT

_NETWORK = ROOT / "weights" / "sd-embedded" / "unet" / "diffusion_pytorch_model.safetensors"
_RANK = 2


def write_adapter(path: Path, title: str, *, trigger: str = "", is_broken: bool = False) -> None:
    """A LoRA on the attention of the embedded denoiser; a broken one holds a NaN."""
    rng = np.random.default_rng(0)
    tensors: dict[str, np.ndarray] = {}
    with safe_open(_NETWORK, "np") as network:
        names = [name for name in network.keys() if name.endswith("to_q.weight")]  # noqa: SIM118
        for name in names:
            rows, columns = network.get_slice(name).get_shape()
            place = f"unet.{name.removesuffix('.weight')}"
            down = rng.normal(0, 0.05, (_RANK, columns)).astype(np.float32)
            up = rng.normal(0, 0.05, (rows, _RANK)).astype(np.float32)
            if is_broken:
                up[0, 0] = np.nan
            tensors |= {f"{place}.lora_A.weight": down, f"{place}.lora_B.weight": up}
    metadata = {
        "modelspec.architecture": "sd-embedded/lora",
        "modelspec.title": title,
        "modelspec.trigger_phrase": trigger,
        "modelspec.license": "CC0-1.0",
    }
    save_file(tensors, path, metadata)
