"""Loads diffusion pipelines: Stable Diffusion 1.x, 2.x and XL, from a folder or a hub id.

Which of them it is stands in the folder's own `model_index.json`. The denoiser and the autoencoder
take the 16-bit format that pays off on the device; text encoders stay in full precision on a
processor, where they cost nothing beside the denoiser.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionXLImg2ImgPipeline,
)
from huggingface_hub import snapshot_download

from backend.domain.errors import WeightsCorrupt, WeightsMissing
from backend.models.attending import quicken
from backend.models.devices import Compute

# StableDiffusionImg2ImgPipeline or StableDiffusionXLImg2ImgPipeline; diffusers tells no types.
Pipeline: TypeAlias = Any
HALF_PRECISION_FILES = "unet/*.fp16.safetensors"


@dataclass(frozen=True, slots=True)
class Formats:
    """Number formats of a pipeline's networks."""

    denoiser: torch.dtype
    autoencoder: torch.dtype
    text: torch.dtype

    @classmethod
    def chosen(cls, compute: Compute, *, is_xl: bool) -> Formats:
        """What runs fastest without harm.

        XL's autoencoder overflows in fp16, which its configuration says as `force_upcast`; the
        configurations of 1.x say so by default, without need.
        """
        reduced = compute.reduced or torch.float32
        autoencoder = torch.float32 if is_xl and reduced is torch.float16 else reduced
        return cls(reduced, autoencoder, reduced if compute.is_cuda else torch.float32)


def load_pipeline(source: str, compute: Compute) -> Pipeline:
    """Loads a folder in diffusers format, or a hub id (with @revision) that has been downloaded.

    Only safetensors are read.

    Raises:
        WeightsMissing: there is no such folder or cached download, or a part of it is absent.
        WeightsCorrupt: `model_index.json` is of another kind of pipeline.
    """
    try:
        folder = _folder(source)
        is_xl = _is_xl(json.loads((folder / "model_index.json").read_text("utf-8")))
        formats = Formats.chosen(compute, is_xl=is_xl)
        return _from_folder(folder, formats, is_xl=is_xl)
    except (OSError, ValueError) as error:
        raise WeightsMissing(
            f"the diffusion pipeline {source.rsplit('/', 1)[-1]!r} is not complete; "
            "run: python -m backend weights list"
        ) from error


def _from_folder(folder: Path, formats: Formats, *, is_xl: bool) -> Pipeline:
    has_half = any(folder.glob(HALF_PRECISION_FILES))
    arguments: dict[str, Any] = {
        "dtype": {
            "unet": formats.denoiser,
            "vae": formats.autoencoder,
            "default": formats.text,
        },
        "variant": "fp16" if has_half else None,
        "use_safetensors": True,
        "local_files_only": True,
    }
    if is_xl:
        return StableDiffusionXLImg2ImgPipeline.from_pretrained(
            folder, add_watermarker=False, **arguments
        )
    return StableDiffusionImg2ImgPipeline.from_pretrained(
        folder, safety_checker=None, requires_safety_checker=False, **arguments
    )


def load_tiny(folder: Path, pipeline: Pipeline) -> AutoencoderTiny:
    """The small autoencoder (TAESD) that may stand in for a pipeline's own.

    Raises:
        WeightsMissing: the folder is not complete.
        WeightsCorrupt: it belongs to latents of another shape.
    """
    try:
        tiny = AutoencoderTiny.from_pretrained(
            folder, dtype=pipeline.vae.dtype, use_safetensors=True, local_files_only=True
        )
    except (OSError, ValueError) as error:
        raise WeightsMissing(
            f"the quick decoder {folder.name} is not complete; "
            f"run: python -m backend weights pull {folder.name}"
        ) from error
    if tiny.config.latent_channels != pipeline.unet.config.in_channels:
        raise WeightsCorrupt(
            f"{folder.name} decodes other latents than the pipeline makes; "
            f"run: python -m backend weights verify {folder.name}"
        )
    return cast(AutoencoderTiny, _ready(tiny, pipeline.unet.device))


def prepare(pipeline: Pipeline, compute: Compute) -> Pipeline:
    """Puts a pipeline into the form that runs: on the device, for inference, channels last."""
    pipeline.set_progress_bar_config(disable=True)
    formats = Formats.chosen(compute, is_xl=is_xl(pipeline))
    for network in text_encoders(pipeline):
        _ready(cast_to(network, formats.text), compute.device)
    _ready(cast_to(pipeline.unet, formats.denoiser), compute.device)
    _ready(cast_to(pipeline.vae, formats.autoencoder), compute.device)
    if not compute.is_cuda:
        quicken(pipeline.unet)
        if isinstance(pipeline.vae, AutoencoderKL):
            quicken(pipeline.vae)
    return pipeline


def cast_to(network: torch.nn.Module, dtype: torch.dtype) -> torch.nn.Module:
    """A network in another number format, in place.

    Not by its own `to`, which warns of layers to be kept in full precision; these have none.
    """
    return torch.nn.Module.to(network, dtype)


def is_xl(pipeline: Pipeline) -> bool:
    """Whether the denoiser wants a second text encoder's words and the picture's size."""
    return bool(pipeline.unet.config.addition_embed_type == "text_time")


def text_encoders(pipeline: Pipeline) -> list[torch.nn.Module]:
    """The pipeline's text encoders, one or two."""
    found = (pipeline.text_encoder, getattr(pipeline, "text_encoder_2", None))
    return [encoder for encoder in found if encoder is not None]


def _ready(network: torch.nn.Module, device: str | torch.device) -> torch.nn.Module:
    network.eval().requires_grad_(False)
    return cast(Any, network).to(device, memory_format=torch.channels_last)


def _folder(source: str) -> Path:
    """The folder itself, or where a hub id's download lies. Raises OSError or ValueError."""
    if Path(source).is_dir() or Path(source).is_absolute():
        return Path(source)
    repository, _, revision = source.partition("@")
    return Path(snapshot_download(repository, revision=revision or None, local_files_only=True))


def _is_xl(index: dict[str, Any]) -> bool:
    """Raises WeightsCorrupt for what is no Stable Diffusion."""
    kind = str(index.get("_class_name", ""))
    if not kind.startswith("StableDiffusion"):
        raise WeightsCorrupt(
            f"the folder holds a {kind[:60] or 'nameless pipeline'}; "
            "restyling takes Stable Diffusion 1.x, 2.x and XL"
        )
    return "text_encoder_2" in index
