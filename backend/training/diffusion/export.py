"""Assembles trained parts into a diffusers folder that Stable Diffusion pipelines load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, DPMSolverMultistepScheduler, UNet2DConditionModel

from backend.training.diffusion.config import scheduler_arguments
from backend.utils.files import write_json


def export_pipeline(
    folder: Path, vae: AutoencoderTiny, unet: UNet2DConditionModel, notes: Mapping[str, Any]
) -> None:
    """Writes vae/, unet/ (fp16), scheduler/ and model_index.json beside the text encoder."""
    vae.to(torch.float16).save_pretrained(folder / "vae")
    unet.to(torch.float16).save_pretrained(folder / "unet")
    DPMSolverMultistepScheduler(**scheduler_arguments()).save_pretrained(folder / "scheduler")
    write_json(
        folder / "model_index.json",
        {
            "_class_name": "StableDiffusionPipeline",
            "_diffusers_version": "0.42.1",
            "feature_extractor": [None, None],
            "image_encoder": [None, None],
            "requires_safety_checker": False,
            "safety_checker": [None, None],
            "scheduler": ["diffusers", "DPMSolverMultistepScheduler"],
            "text_encoder": ["transformers", "BertModel"],
            "tokenizer": ["transformers", "BertTokenizerFast"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderTiny"],
        },
    )
    write_json(folder / "training.json", dict(notes))
    for path in (folder / part / "config.json" for part in ("vae", "unet")):
        # Networks that were loaded remember from which folder: nobody else has it.
        config = json.loads(path.read_text("utf-8"))
        if config.pop("_name_or_path", None) is not None:
            write_json(path, config)
    for path in folder.rglob("*.safetensors"):
        path.chmod(0o644)
