"""Samples of a training: pictures restyled from fixed drafts, and pictures from words alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from diffusers import DPMSolverMultistepScheduler
from PIL import Image
from torch import Tensor

from backend.training.draws import Draws
from backend.training.lora.base import BasePipeline, Encoded
from backend.training.lora.conditions import Texts, decoded
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
    """Draws samples with a base's denoiser as it is at the moment.

    Args:
        guidance: of the classifier-free guidance.
        negative: what must not be in the picture.
    """

    def __init__(
        self, base: BasePipeline, texts: Texts, *, steps: int, guidance: float, resolution_px: int
    ) -> None:
        self._base, self._texts = base, texts
        self._steps, self._guidance = steps, guidance
        self._resolution_px = resolution_px
        self._started: dict[int, Tensor] = {}

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
        unet = self._base.unet
        device = unet.device
        scheduler = DPMSolverMultistepScheduler.from_config(self._base.pipeline.scheduler.config)
        steps = self._base.sampling_timesteps(scheduler, self._steps, device)
        strength = 1.0 if briefs[0].draft is None else briefs[0].strength
        first = len(steps) - max(1, round(len(steps) * strength))
        scheduler.set_begin_index(first)
        latents = torch.stack([self._start(brief) for brief in briefs]).to(device)
        noise = torch.stack(
            [Draws(brief.seed, 0).normal(*latents.shape[1:]) for brief in briefs]
        ).to(device)
        begin = steps[first : first + 1].repeat(len(briefs))
        latents = (
            noise * scheduler.init_noise_sigma
            if briefs[0].draft is None
            else scheduler.add_noise(latents, noise, begin)
        )
        texts = self._texts([*("" for _ in briefs), *(brief.prompt for brief in briefs)])
        for timestep in steps[first:]:
            guided = self._guided(scheduler, latents, timestep, texts)
            latents = scheduler.step(guided, timestep, latents).prev_sample
        return from_signed_nchw(decoded(self._base, latents))

    def _guided(
        self,
        scheduler: DPMSolverMultistepScheduler,
        latents: Tensor,
        timestep: Tensor,
        texts: Encoded,
    ) -> Tensor:
        unet, device = self._base.unet, latents.device
        twice = scheduler.scale_model_input(latents.repeat(2, 1, 1, 1), timestep)
        size = float(self._resolution_px)
        ids = torch.tensor([size, size, 0, 0, size, size], device=device).repeat(len(twice), 1)
        dtype = unet.conv_in.weight.dtype
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            answers = unet(
                twice.to(memory_format=torch.channels_last),
                timestep,
                **self._base.conditions(texts, ids),
            ).sample
        without, told = answers.float().chunk(2)
        return without + self._guidance * (told - without)

    def _start(self, brief: Brief) -> Tensor:
        """The draft's latents; kept, because drafts never change."""
        side = self._resolution_px // self._base.scale
        if brief.draft is None:
            return torch.zeros(int(self._base.unet.config.in_channels), side, side)
        key = id(brief.draft)
        if key not in self._started:
            vae = self._base.pipeline.vae
            small = resized(squared(brief.draft), self._resolution_px)
            pixels = torch.from_numpy(to_signed_nchw([small])).to(vae.device)
            found = vae.encode(pixels)
            mean = found.latents if hasattr(found, "latents") else found.latent_dist.mean
            self._started[key] = mean[0].float().cpu() * float(vae.config.scaling_factor)
        return self._started[key]
