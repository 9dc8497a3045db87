"""The restyle stage: Stable Diffusion img2img from a diffusers folder or a hub id, with LoRAs.

The embedded pipeline and Stable Diffusion v1.5 go through the same lines: what differs between
them (size, text encoder, autoencoder) is read from the loaded parts.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, StableDiffusionImg2ImgPipeline
from PIL import Image

from backend.domain.errors import InvalidOutput, OutOfMemory, WeightsMissing
from backend.domain.generation import RestyleParams
from backend.domain.ports import ModelFact, RestyleOrder, StepReport
from backend.models.devices import Compute
from backend.models.lora import LoraShelf
from backend.models.noise_levels import restyle_timesteps
from backend.models.speeds import Planner, plain_plan
from backend.utils.images import from_signed_nchw, is_blank, resized, squared

PREVIEW_EVERY_SECONDS = 0.5


class DiffusionRestyler:
    """Repaints pictures with a Stable Diffusion pipeline that stays loaded."""

    def __init__(
        self,
        pipeline: StableDiffusionImg2ImgPipeline,
        compute: Compute,
        loras: LoraShelf,
        facts: Sequence[ModelFact],
        *,
        planner: Planner = plain_plan,
        max_batch: int = 8,
    ) -> None:
        self._pipeline = _prepared(pipeline, compute)
        self._compute = compute
        self._loras = loras
        self._facts = tuple(facts)
        self._planner = planner
        self._max_batch = max_batch
        self.native_px = int(pipeline.unet.config.sample_size * pipeline.vae_scale_factor)

    @classmethod
    def load(
        cls,
        source: str,
        compute: Compute,
        loras: LoraShelf,
        facts: Sequence[ModelFact],
        planner: Planner = plain_plan,
    ) -> DiffusionRestyler:
        """Loads a folder in diffusers format, or a hub id that has been downloaded.

        Raises:
            WeightsMissing: there is no such folder or cached download.
        """
        dtype = compute.reduced if compute.is_cuda and compute.reduced else torch.float32
        try:
            pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(
                source,
                dtype=dtype,
                variant="fp16" if any(Path(source).glob("unet/*.fp16.safetensors")) else None,
                safety_checker=None,
                requires_safety_checker=False,
                local_files_only=True,
            )
        except (OSError, ValueError) as error:
            raise WeightsMissing(
                f"the diffusion pipeline {source.rsplit('/', 1)[-1]!r} is not complete; "
                "run: python -m backend weights list"
            ) from error
        return cls(pipeline, compute, loras, facts, planner=planner)

    def facts(self, params: RestyleParams) -> Sequence[ModelFact]:
        """The pipeline and the adapters that act."""
        return (*self._facts, *self._loras.facts(params.loras))

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        """One picture for each order; see the port.

        On a CPU only pictures of one group run together: kernels round differently for different
        batch sizes, and a request has to give the same pixels in company as alone.
        """
        chunks = list(self._chunks(orders))
        steps = [self._planner(chunk[0].params).evaluations for chunk in chunks]
        images: list[Image.Image] = []
        for number, chunk in enumerate(chunks):
            meter = _StepMeter(self, report, done=sum(steps[:number]), total=sum(steps))
            images.extend(self._restyle_chunk(chunk, meter))
        return images

    def _chunks(self, orders: Sequence[RestyleOrder]) -> Iterator[list[RestyleOrder]]:
        keyed = groupby(orders, key=lambda order: "" if self._compute.is_cuda else order.group)
        for _, members in keyed:
            group = list(members)
            for start in range(0, len(group), self._max_batch):
                yield group[start : start + self._max_batch]

    def _restyle_chunk(self, orders: list[RestyleOrder], meter: _StepMeter) -> list[Image.Image]:
        """Runs a chunk; retries out of memory one by one, an unusable picture in full precision."""
        failure = None
        try:
            images = self._run(orders, meter, self._precision())
        except torch.OutOfMemoryError as error:
            failure = str(error)
        if failure is not None:
            # Outside of the handler: the exception's frames hold the very tensors that filled the
            # memory.
            images = self._run_sparingly(orders, meter)
        if not all(_is_usable(image) for image in images) and self._is_mixed:
            images = self._run(orders, meter, nullcontext())
        if not all(_is_usable(image) for image in images):
            raise InvalidOutput(
                "the model gave an unusable picture; try another seed or a lower strength"
            )
        return images

    @property
    def _is_mixed(self) -> bool:
        """Whether full-precision weights run in a 16-bit format, so that there is a way back."""
        return not self._compute.is_cuda and self._compute.reduced is not None

    def _run_sparingly(self, orders: list[RestyleOrder], meter: _StepMeter) -> list[Image.Image]:
        gc.collect()
        if self._compute.is_cuda:
            torch.cuda.empty_cache()
        try:
            return [self._run([order], meter, self._precision())[0] for order in orders]
        except torch.OutOfMemoryError as error:
            raise OutOfMemory(
                "the device ran out of memory even with one picture at a time; "
                "choose a smaller size or fewer LoRAs"
            ) from error

    def _run(
        self, orders: list[RestyleOrder], meter: _StepMeter, precision: AbstractContextManager[Any]
    ) -> list[Image.Image]:
        params = orders[0].params
        plan = self._planner(params)
        with (
            torch.inference_mode(),
            precision,
            self._loras.applied(self._pipeline, params.loras) as triggers,
        ):
            output = self._pipeline(
                prompt=[", ".join(filter(None, [triggers, order.prompt])) for order in orders],
                negative_prompt=[order.params.avoid for order in orders],
                image=[resized(squared(order.image), self.native_px) for order in orders],
                # The timesteps are those of this strength already.
                strength=1.0,
                timesteps=self._timesteps(plan.evaluations, params.strength),
                guidance_scale=plan.guidance,
                generator=[torch.Generator().manual_seed(order.seed) for order in orders],
                output_type="pt",
                callback_on_step_end=meter.on_step,
            )
        # The pipeline's own range is 0..1 here.
        pixels = output.images.float().cpu().numpy() * 2 - 1
        # What is not finite becomes grey, and a blank picture is caught by the caller.
        return from_signed_nchw(
            np.where(np.isfinite(pixels).all(axis=(1, 2, 3), keepdims=True), pixels, 0)
        )

    def _timesteps(self, evaluations: int, strength: float) -> list[int]:
        return restyle_timesteps(
            self._pipeline.scheduler.alphas_cumprod.double().cpu().numpy(),
            evaluations,
            strength,
            self._pipeline.unet.config.sample_size,
        )

    def _precision(self) -> AbstractContextManager[Any]:
        return torch.autocast("cpu", self._compute.reduced) if self._is_mixed else nullcontext()

    def preview(self, latents: torch.Tensor) -> Image.Image | None:
        """A look at the first unfinished picture, when decoding it is cheap."""
        vae = self._pipeline.vae
        if not (isinstance(vae, AutoencoderTiny) or self._compute.is_cuda):
            return None
        decoded = vae.decode(
            latents[:1].to(vae.dtype) / vae.config.scaling_factor, return_dict=False
        )[0]
        return from_signed_nchw(np.nan_to_num(decoded.float().cpu().numpy()))[0]


class _StepMeter:
    """Turns the pipeline's step callback into reports of the whole run."""

    def __init__(
        self, restyler: DiffusionRestyler, report: StepReport, *, done: int, total: int
    ) -> None:
        self._restyler, self._report = restyler, report
        self._done, self._total = done, total
        self._previewed = time.monotonic()

    def on_step(
        self, _pipeline: Any, index: int, _timestep: Any, tensors: dict[str, torch.Tensor]
    ) -> dict[str, torch.Tensor]:
        preview = None
        if time.monotonic() - self._previewed > PREVIEW_EVERY_SECONDS:
            preview = self._restyler.preview(tensors["latents"])
            self._previewed = time.monotonic()
        self._report(min(self._done + index + 1, self._total), self._total, preview)
        return tensors


def _prepared(
    pipeline: StableDiffusionImg2ImgPipeline, compute: Compute
) -> StableDiffusionImg2ImgPipeline:
    pipeline.set_progress_bar_config(disable=True)
    for network in (pipeline.unet, pipeline.vae, pipeline.text_encoder):
        network.eval().requires_grad_(False)
    pipeline.unet.to(memory_format=torch.channels_last)
    pipeline.vae.to(memory_format=torch.channels_last)
    return pipeline.to(compute.device)


def _is_usable(image: Image.Image) -> bool:
    return not is_blank(image)
