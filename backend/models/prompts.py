"""Prompts as the denoiser reads them, remembered: people try one sentence many times."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from backend.models.pipelines import Pipeline, is_xl

# A request has one negative and up to eight other prompts; 200 kB each for Stable Diffusion 1.5.
_REMEMBERED = 64
# What XL was told of the pictures it learnt from: scores of well liked ones and of others.
_LIKED, _DISLIKED = 6.0, 2.5


@dataclass(frozen=True, slots=True)
class Encoded:
    """One prompt.

    Attributes:
        states: (1, tokens, width).
        pooled: (1, width) for XL, None otherwise.
    """

    states: Tensor
    pooled: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the denoiser is told beside latents and timestep, for a batch.

    Attributes:
        states: (rows, tokens, width); with guidance the negative prompts' rows come first.
        added: what XL wants besides, each of as many rows.
        rows: how many there are for each picture: two with guidance, one without.
    """

    states: Tensor
    added: dict[str, Tensor] | None
    rows: int


class PromptBook:
    """Encodes prompts, and remembers the last ones.

    Each prompt is encoded by itself: what comes out must not depend on which others happen to be
    remembered, and kernels round differently for batches of different sizes.

    Attributes:
        hits: how often a prompt was remembered; misses: how often it had to be encoded.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._is_xl = is_xl(pipeline)
        self._known: OrderedDict[tuple[str, str, bool], Encoded] = OrderedDict()
        self.hits = self.misses = 0

    def encoded(self, prompt: str, text_key: str, *, negative: bool = False) -> Encoded:
        """A prompt's encoding.

        Args:
            prompt: any length; what is over the encoder's limit is left out by its tokenizer.
            text_key: what acts on the text encoder, see `LoraShelf.text_key`.
            negative: whether it is what must not appear; XL has zeros for an empty one.
        """
        key = (text_key, prompt, negative and not prompt)
        if key in self._known:
            self.hits += 1
        else:
            self.misses += 1
            self._known[key] = self._encode(prompt, is_nothing=key[2])
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def forget(self) -> None:
        """Lets go of all tensors."""
        self._known.clear()

    def _encode(self, prompt: str, *, is_nothing: bool) -> Encoded:
        device = self._pipeline.text_encoder.device
        if not self._is_xl:
            states, _ = self._pipeline.encode_prompt(prompt, device, 1, False)
            return Encoded(states)
        states, _, pooled, _ = self._pipeline.encode_prompt(
            prompt, None, device, 1, do_classifier_free_guidance=False
        )
        if is_nothing and self._pipeline.config.force_zeros_for_empty_prompt:
            return Encoded(torch.zeros_like(states), torch.zeros_like(pooled))
        return Encoded(states, pooled)

    def conditions(
        self, prompts: list[str], avoid: list[str], text_key: str, size_px: int, *, guided: bool
    ) -> Conditions:
        """What a batch is told.

        Args:
            prompts: one for each picture.
            avoid: what must not appear, one for each picture; unused without guidance.
            text_key: see `encoded`.
            size_px: side of the pictures.
            guided: whether there are rows for classifier-free guidance.
        """
        told = [self.encoded(words, text_key) for words in prompts]
        against = (
            [self.encoded(words, text_key, negative=True) for words in avoid] if guided else []
        )
        unet = self._pipeline.unet
        states = torch.cat([each.states for each in (*against, *told)])
        states = states.to(unet.device, unet.dtype)
        added = self._added(against, told, size_px) if self._is_xl else None
        return Conditions(states, added, 2 if guided else 1)

    def _added(self, against: list[Encoded], told: list[Encoded], size_px: int) -> dict[str, Any]:
        """Pooled words, and size, crop and target (or score) of Podell et al., "SDXL", 2023."""
        unet = self._pipeline.unet
        scored = self._pipeline.config.requires_aesthetics_score
        place = [size_px, size_px, 0, 0]
        ends = [
            *([[_DISLIKED] if scored else [size_px, size_px]] * len(against)),
            *([[_LIKED] if scored else [size_px, size_px]] * len(told)),
        ]
        pooled = [each.pooled for each in (*against, *told) if each.pooled is not None]
        return {
            "text_embeds": torch.cat(pooled).to(unet.device, unet.dtype),
            "time_ids": torch.tensor(
                [[*place, *end] for end in ends], device=unet.device, dtype=unet.dtype
            ),
        }
