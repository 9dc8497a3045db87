"""The pipeline that an adapter is trained for: read from its own configuration, never by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor

import backend.models.quiet  # noqa: F401 - before what the libraries print
from backend.domain.errors import InvalidRequest, WeightsMissing
from backend.models.attending import quicken
from backend.models.catalog import Catalog

PREDICTIONS = ("epsilon", "v_prediction", "sample")
# Attention over so few cells is faster without the fused kernel, its gradient by far.
_SMALL_CELLS = 32
_LARGE_PARAMETERS = 300_000_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """Texts as the denoiser reads them.

    Attributes:
        states: (N, tokens, width).
        pooled: (N, width) of the second encoder of SDXL, else None.
    """

    states: Tensor
    pooled: Tensor | None = None

    def rows(self, places: list[int]) -> Encoded:
        """Some of the texts, in this order."""
        return Encoded(self.states[places], None if self.pooled is None else self.pooled[places])

    def to(self, device: torch.device, dtype: torch.dtype | None = None) -> Encoded:
        """On another device or in another format."""
        pooled = None if self.pooled is None else self.pooled.to(device, dtype)
        return Encoded(self.states.to(device, dtype), pooled)

    @staticmethod
    def joined(parts: list[Encoded]) -> Encoded:
        """Several as one."""
        pooled = [part.pooled for part in parts if part.pooled is not None]
        return Encoded(
            torch.cat([part.states for part in parts]), torch.cat(pooled) if pooled else None
        )


class BasePipeline:
    """The networks of a Stable Diffusion folder, and what training has to know of them.

    Args:
        pipeline: StableDiffusionPipeline or StableDiffusionXLPipeline.
        name: in the manifest.
        fingerprint: SHA-256 over its files.
    """

    def __init__(self, pipeline: Any, name: str, fingerprint: str) -> None:
        self.pipeline, self.name, self.fingerprint = pipeline, name, fingerprint
        self.prediction = str(pipeline.scheduler.config.get("prediction_type", "epsilon"))
        if self.prediction not in PREDICTIONS:
            raise InvalidRequest(
                f"{name} predicts {self.prediction!r}; adapters are trained for "
                f"{', '.join(PREDICTIONS)}"
            )
        for network in (pipeline.unet, pipeline.vae, *self.text_encoders):
            network.eval().requires_grad_(False)

    @classmethod
    def load(cls, catalog: Catalog, name: str) -> BasePipeline:
        """Loads a manifest entry in full precision; nothing is ever downloaded.

        Raises:
            UnknownWeights: the manifest has no such name.
            WeightsMissing: files are absent; the message says which command brings them.
        """
        entry = catalog.require(name)
        return cls.from_folder(catalog.folder / entry.name, name, entry.fingerprint)

    @classmethod
    def from_folder(cls, folder: Path, name: str, fingerprint: str) -> BasePipeline:
        """Loads a folder in diffusers format.

        Raises:
            WeightsMissing: it is not complete.
        """
        arguments: dict[str, Any] = {
            "dtype": torch.float32,
            "variant": "fp16" if any(folder.glob("unet/*.fp16.safetensors")) else None,
            "local_files_only": True,
        }
        try:
            unet_config = UNet2DConditionModel.load_config(folder / "unet")
            if unet_config.get("addition_embed_type") == "text_time":
                pipeline = StableDiffusionXLPipeline.from_pretrained(folder, **arguments)
            else:
                pipeline = StableDiffusionPipeline.from_pretrained(
                    folder, safety_checker=None, requires_safety_checker=False, **arguments
                )
        except (OSError, ValueError) as error:
            raise WeightsMissing(
                f"the pipeline {name} is not complete; run: python -m backend weights pull {name}"
            ) from error
        return cls(pipeline, name, fingerprint)

    @property
    def unet(self) -> Any:
        """The denoiser."""
        return self.pipeline.unet

    @property
    def text_encoders(self) -> list[Any]:
        """One, or the two of SDXL."""
        found = [self.pipeline.text_encoder, getattr(self.pipeline, "text_encoder_2", None)]
        return [each for each in found if each is not None]

    @property
    def is_xl(self) -> bool:
        """Whether the denoiser also reads sizes and a pooled text."""
        return bool(self.unet.config.get("addition_embed_type") == "text_time")

    @property
    def is_large(self) -> bool:
        """Whether a step needs a GPU's memory to be saved."""
        return sum(each.numel() for each in self.unet.parameters()) > _LARGE_PARAMETERS

    @property
    def architecture(self) -> str:
        """For `modelspec.architecture`."""
        if self.is_xl:
            return "stable-diffusion-xl-v1-base/lora"
        if type(self.text_encoders[0]).__name__ == "BertModel":
            return "sd-embedded/lora"
        is_v2 = int(self.unet.config.cross_attention_dim) == 1024
        return "stable-diffusion-v2/lora" if is_v2 else "stable-diffusion-v1/lora"

    @property
    def latent_px(self) -> int:
        """Side of the latents that the denoiser was made for."""
        return int(self.unet.config.sample_size)

    @property
    def scale(self) -> int:
        """Pixels a side of one latent cell."""
        return int(self.pipeline.vae_scale_factor)

    @property
    def resolution_px(self) -> int:
        """Side of the pictures that the pipeline was made for."""
        return self.latent_px * self.scale

    @property
    def step_px(self) -> int:
        """What both sides of a picture must be multiples of."""
        return self.scale * int(2 ** (len(self.unet.config.block_out_channels) - 1))

    @cached_property
    def noise_schedule(self) -> Any:
        """The scheduler of the training: the base's own betas and prediction type."""
        return DDIMScheduler.from_config(self.pipeline.scheduler.config)

    @property
    def alphas_cumprod(self) -> Tensor:
        """(T,) float32."""
        return self.noise_schedule.alphas_cumprod

    @property
    def has_zero_terminal_snr(self) -> bool:
        """Whether nothing of the picture is left at the last timestep."""
        return float(self.alphas_cumprod[-1]) < 1e-6

    def place(self, device: torch.device, dtype: torch.dtype) -> None:
        """Puts the denoiser where it trains, in the format that its frozen weights take."""
        self.unet.to(device, dtype).to(memory_format=torch.channels_last)
        self.pipeline.vae.to(device).to(memory_format=torch.channels_last)
        for encoder in self.text_encoders:
            encoder.to(device)
        if device.type == "cpu" and self.latent_px < _SMALL_CELLS:
            self.unet.set_attn_processor(AttnProcessor())
        else:
            quicken(self.unet)

    def encode(self, texts: list[str]) -> Encoded:
        """Texts as the pipeline itself encodes them; differentiable where weights ask for it.

        An empty one, which dropped captions and guidance's other half are, is zeros where the base
        has learnt it so: `force_zeros_for_empty_prompt`, as in `models.prompts`.
        """
        device = self.text_encoders[0].device
        if self.is_xl:
            states, _, pooled, _ = self.pipeline.encode_prompt(
                texts, device=device, do_classifier_free_guidance=False
            )
            if not self.pipeline.config.get("force_zeros_for_empty_prompt"):
                return Encoded(states, pooled)
            said = torch.tensor([bool(text) for text in texts], device=states.device)
            zeros = states.new_zeros(())
            return Encoded(
                torch.where(said[:, None, None], states, zeros),
                torch.where(said[:, None], pooled, zeros.to(pooled.dtype)),
            )
        states, _ = self.pipeline.encode_prompt(texts, device, 1, False)
        return Encoded(states)

    def conditions(self, texts: Encoded, time_ids: Tensor | None) -> dict[str, Any]:
        """What the denoiser is called with beside latents and timesteps.

        Args:
            time_ids: (N, 6) for SDXL: original height and width, crop, target height and width.
        """
        if not self.is_xl:
            return {"encoder_hidden_states": texts.states}
        return {
            "encoder_hidden_states": texts.states,
            "added_cond_kwargs": {"text_embeds": texts.pooled, "time_ids": time_ids},
        }
