"""Samples of a training: pictures restyled from fixed drafts, and pictures from words alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor

from backend.models.compiling import evaluate
from backend.models.prompts import Conditions
from backend.models.sampling import decode, encode, sample, scheduler_for
from backend.models.speeds import SpeedPlan
from backend.training.lora.base import BasePipeline
from backend.training.lora.conditions import Texts
from backend.utils.images import from_signed_nchw, resized, squared, to_signed_nchw

_BATCH = 4


@dataclass(frozen=True, slots=True)
class Brief:
    """One sample to draw.

    Attributes:
        draft: what is restyled; None draws from words alone.
        strength: share of the noise that the draft gets, as in a restyle.
    """

    prompt: str
    seed: int
    draft: Image.Image | None = None
    strength: float = 0.6


class Sampler:
    """Draws samples with a base's denoiser as it is at the moment, by the restyle stage's rules.

    Args:
        evaluations: of the denoiser for a picture.
        guidance: of the classifier-free guidance.
    """

    def __init__(
        self,
        base: BasePipeline,
        texts: Texts,
        *,
        evaluations: int,
        guidance: float,
        resolution_px: int,
    ) -> None:
        self._base, self._texts = base, texts
        self._plan = SpeedPlan(evaluations, guidance=guidance)
        self._resolution_px = resolution_px

    @torch.no_grad()
    def draw(self, briefs: Sequence[Brief]) -> list[Image.Image]:
        """One picture for each brief; the same every time while the networks are the same."""
        # A picture must not depend on its company: a run that is resumed draws the same ones.
        kinds = sorted({(brief.draft is None, brief.strength) for brief in briefs})
        found: dict[int, Image.Image] = {}
        for kind in kinds:
            rows = [
                row
                for row, brief in enumerate(briefs)
                if (brief.draft is None, brief.strength) == kind
            ]
            for start in range(0, len(rows), _BATCH):
                part = rows[start : start + _BATCH]
                drawn = self._batch([briefs[row] for row in part])
                found |= dict(zip(part, drawn, strict=True))
        return [found[row] for row in range(len(briefs))]

    def _batch(self, briefs: Sequence[Brief]) -> list[Image.Image]:
        pipeline, unet = self._base.pipeline, self._base.unet
        from_words = briefs[0].draft is None
        scheduler = scheduler_for(
            self._plan,
            pipeline.scheduler.config,
            1.0 if from_words else briefs[0].strength,
            self._base.latent_px,
            str(unet.device),
        )
        generators = [torch.Generator().manual_seed(brief.seed) for brief in briefs]
        dtype = unet.conv_in.weight.dtype
        with torch.autocast(unet.device.type, dtype, enabled=dtype != torch.float32):
            latents = sample(
                lambda *told: evaluate(unet, *told),
                scheduler,
                self._start(briefs, generators).to(unet.device),
                self._conditions([brief.prompt for brief in briefs]),
                self._plan.guidance,
                generators,
                lambda *_: None,
            )
        return from_signed_nchw(decode(pipeline.vae, latents, together=False).numpy())

    def _conditions(self, prompts: Sequence[str]) -> Conditions:
        """Rows of an empty prompt, then rows of the prompts."""
        texts = self._texts([*("" for _ in prompts), *prompts])
        size = float(self._resolution_px)
        ids = torch.tensor([size, size, 0, 0, size, size], device=texts.states.device)
        told = self._base.conditions(texts, ids.repeat(len(texts.states), 1))
        return Conditions(told["encoder_hidden_states"], told.get("added_cond_kwargs"), rows=2)

    def _start(self, briefs: Sequence[Brief], generators: Sequence[torch.Generator]) -> Tensor:
        """Latents of the drafts; of nothing where words alone are to be drawn."""
        drafts = [brief.draft for brief in briefs if brief.draft is not None]
        if not drafts:
            side = self._resolution_px // self._base.scale
            return torch.zeros(len(briefs), int(self._base.unet.config.in_channels), side, side)
        small = [resized(squared(draft), self._resolution_px) for draft in drafts]
        return encode(self._base.pipeline.vae, torch.from_numpy(to_signed_nchw(small)), generators)
