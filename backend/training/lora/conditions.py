"""Latents and texts, computed once: no autoencoder and no text encoder runs in the loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny
from PIL import Image
from torch import Tensor

from backend.training.draws import Draws
from backend.training.lora.base import BasePipeline, Encoded
from backend.training.lora.buckets import Fitted
from backend.training.lora.plain import plain_copies
from backend.training.lora.triggers import Trigger
from backend.utils.images import to_signed_nchw

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Latent:
    """One encoded picture.

    Attributes:
        mean: (C, h, w) float32.
        deviation: (C, h, w), of the autoencoder's own Gaussian; None when it is deterministic.
        caption: as it is trained with.
        time_ids: (6,) for SDXL, see `BasePipeline.conditions`.
        plain: latents (C, h, w) of plain copies, see `plain.py`, each with its caption.
    """

    mean: Tensor
    deviation: Tensor | None
    caption: str
    time_ids: Tensor
    plain: tuple[tuple[Tensor, str], ...] = ()

    def sample(self, draws: Draws) -> Tensor:
        """Latents of the picture as the denoiser reads them."""
        if self.deviation is None:
            return self.mean
        return self.mean + self.deviation * draws.normal(*self.mean.shape)


@torch.inference_mode()
def encode_pictures(
    base: BasePipeline,
    pictures: Sequence[Fitted],
    captions: Sequence[str],
    report: Report,
    *,
    copies: int = 0,
) -> list[Latent]:
    """Encodes pictures one by one, so that any size fits the memory.

    Args:
        copies: plain copies of each picture to encode beside it.
    """
    vae = base.pipeline.vae
    found = []
    for number, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        report("cache", number, len(pictures))
        mean, deviation = _gaussian(vae, picture.image)
        plain = tuple(
            (_gaussian(vae, copy.image)[0], f"{caption}, {copy.words}" if caption else copy.words)
            for copy in plain_copies(picture.image, copies, number)
        )
        size = (picture.image.height, picture.image.width)
        time_ids = torch.tensor([*picture.original, *picture.crop, *size], dtype=torch.float32)
        found.append(Latent(mean, deviation, caption, time_ids, plain))
    return found


class Texts:
    """Encoded texts, by text.

    Args:
        trigger: a trained word, which changes what texts mean at every step.
        is_cached: whether the encoder stays as it is; else every call encodes anew.
    """

    def __init__(self, base: BasePipeline, trigger: Trigger | None, *, is_cached: bool) -> None:
        self._base, self._trigger, self._is_cached = base, trigger, is_cached
        self._known: dict[str, Encoded] = {}

    def remember(self, texts: Sequence[str], report: Report) -> None:
        """Encodes what will be asked for."""
        if not self._is_cached:
            return
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        for number, text in enumerate(missing):
            report("cache", number, len(missing))
            with torch.no_grad():
                self._known[text] = self._encode([text])

    def __call__(self, texts: Sequence[str]) -> Encoded:
        """The encodings, in order; differentiable where the encoder is trained."""
        if not self._is_cached:
            return self._encode(list(texts))
        self.remember(texts, _silent)
        return Encoded.joined([self._known[text] for text in texts])

    def _encode(self, texts: list[str]) -> Encoded:
        if self._trigger is not None:
            texts = [self._trigger.in_text(text) for text in texts]
        return self._base.encode(texts)


@torch.inference_mode()
def decoded(base: BasePipeline, latents: Tensor) -> np.ndarray:
    """Latents (N, C, h, w) to pictures (N, 3, H, W) float32 in -1..1, one at a time."""
    vae = base.pipeline.vae
    shift = float(vae.config.get("shift_factor") or 0.0)
    rows = [
        vae.decode(each[None].float() / vae.config.scaling_factor + shift).sample
        for each in latents
    ]
    return np.asarray(torch.cat(rows).float().cpu().numpy(), np.float32)


def _gaussian(vae: Any, image: Image.Image) -> tuple[Tensor, Tensor | None]:
    """Mean and deviation of one picture's latents, scaled as the denoiser reads them."""
    pixels = torch.from_numpy(to_signed_nchw([image])).to(vae.device)
    scale = float(vae.config.scaling_factor)
    if isinstance(vae, AutoencoderTiny):
        return vae.encode(pixels).latents[0].float().cpu() * scale, None
    found = vae.encode(pixels).latent_dist
    return found.mean[0].float().cpu() * scale, found.std[0].float().cpu() * scale


def _silent(_phase: str, _done: int, _total: int) -> None:
    pass
