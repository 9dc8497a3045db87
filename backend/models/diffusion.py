"""The restyle stage: Stable Diffusion img2img from a diffusers folder or a hub id, with LoRAs.

The embedded pipeline, Stable Diffusion v1.5 and XL go through the same lines: what differs between
them (size, text encoders, autoencoder) is read from the loaded parts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny
from PIL import Image
from torch import Tensor

from backend.domain.errors import InvalidOutput, OutOfMemory
from backend.domain.generation import RestyleParams
from backend.domain.ports import ModelFact, RestyleOrder, StepReport
from backend.models.compiling import GraphedDenoiser, evaluate
from backend.models.devices import Compute
from backend.models.lora import LoraShelf
from backend.models.memory import Rung, is_out_of_memory, ladder, placed, release, saving
from backend.models.pipelines import (
    Pipeline,
    cast_to,
    load_pipeline,
    load_tiny,
    prepare,
    text_encoders,
)
from backend.models.prompts import Conditions, PromptBook
from backend.models.sampling import decode, encode, sample, scheduler_for
from backend.models.speeds import ExtraModel, Planner, SpeedPlan, plain_plan
from backend.utils.files import sha256_of
from backend.utils.images import from_signed_nchw, is_blank, resized, squared, to_signed_nchw

PREVIEW_EVERY_SECONDS = 0.5


class DiffusionRestyler:
    """Repaints pictures with a Stable Diffusion pipeline that stays loaded.

    Args:
        pipeline: of diffusers; its networks are changed in place.
        compute: device and number format.
        loras: the adapters.
        facts: the pipeline's own name and hash.
        planner: what the pipeline's speeds mean.
        max_batch: pictures in one run.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        compute: Compute,
        loras: LoraShelf,
        facts: Sequence[ModelFact],
        *,
        planner: Planner = plain_plan,
        max_batch: int = 8,
    ) -> None:
        self._pipeline = prepare(pipeline, compute)
        self._compute = compute
        self._loras = loras
        self._facts = tuple(facts)
        self._planner = planner
        self._max_batch = max_batch
        self._prompts = PromptBook(pipeline)
        self._graphs = GraphedDenoiser(pipeline.unet) if compute.is_cuda else None
        self._tiny: dict[Path, AutoencoderTiny] = {}
        self._hashes: dict[Path, str] = {}
        self._retries = 0
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
            WeightsMissing, WeightsCorrupt: see `load_pipeline`.
        """
        return cls(load_pipeline(source, compute), compute, loras, facts, planner=planner)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Running counts by name and label: runs that did not fit into memory, and caches."""
        prompts, loras = self._prompts, self._loras
        return {
            "logo_out_of_memory_retries": {"": self._retries},
            "logo_cache_hits": {"prompts": prompts.hits, "loras": loras.hits},
            "logo_cache_misses": {"prompts": prompts.misses, "loras": loras.misses},
        }

    def facts(self, params: RestyleParams) -> Sequence[ModelFact]:
        """The pipeline, what its speed adds, and the adapters that act."""
        plan = self._planner(params)
        extras = [
            ModelFact(extra.name, self._hash_of(extra))
            for extra in (plan.adapter, plan.decoder)
            if extra is not None
        ]
        return (*self._facts, *extras, *self._loras.facts(params.loras))

    def restyle(self, orders: Sequence[RestyleOrder], report: StepReport) -> list[Image.Image]:
        """One picture for each order; see the port.

        On a CPU only pictures of one group run together: kernels round differently for different
        batch sizes, and a request has to give the same pixels in company as alone.
        """
        chunks = list(self._chunks(orders))
        plan = self._planner(orders[0].params)
        total = plan.evaluations * len(chunks)
        images: list[Image.Image] = []
        for number, chunk in enumerate(chunks):
            meter = _StepMeter(self._preview(plan), report, plan.evaluations * number, total)
            images.extend(self._restyle_chunk(chunk, plan, meter))
        return images

    def _chunks(self, orders: Sequence[RestyleOrder]) -> Iterator[list[RestyleOrder]]:
        keyed = groupby(orders, key=lambda order: "" if self._compute.is_cuda else order.group)
        for _, members in keyed:
            group = list(members)
            for start in range(0, len(group), self._max_batch):
                yield group[start : start + self._max_batch]

    def _restyle_chunk(
        self, orders: list[RestyleOrder], plan: SpeedPlan, meter: _StepMeter
    ) -> list[Image.Image]:
        """Runs a chunk; unusable pictures are tried once more in full precision."""
        images = self._climb(orders, plan, meter)
        if all(_is_usable(image) for image in images):
            return images
        if self._compute.reduced is not None:
            with self._full_precision():
                images = self._climb(orders, plan, meter)
        if not all(_is_usable(image) for image in images):
            raise InvalidOutput(
                "the model gave an unusable picture; try another seed or a lower strength"
            )
        return images

    def _climb(
        self, orders: list[RestyleOrder], plan: SpeedPlan, meter: _StepMeter
    ) -> list[Image.Image]:
        """Gives up more and more until the pictures fit into memory; later runs start anew.

        Raises:
            OutOfMemory: nothing helped.
        """
        for rung in ladder(self._compute, len(orders)):
            images = self._attempt(orders, plan, meter, rung)
            if images is not None:
                return images
            self._retries += 1
            # Here, where no exception's frames hold the very tensors that filled the memory.
            self._prompts.forget()
            release(self._compute)
        raise OutOfMemory(
            "the device ran out of memory even with one picture at a time, attention in slices and "
            "decoding in tiles; choose fewer LoRAs or another model, or close what else uses the "
            "device"
        )

    def _attempt(
        self, orders: list[RestyleOrder], plan: SpeedPlan, meter: _StepMeter, rung: Rung
    ) -> list[Image.Image] | None:
        """The pictures, or None when they did not fit."""
        batches = [orders] if rung is Rung.NORMAL else [[order] for order in orders]
        try:
            return [image for batch in batches for image in self._run(batch, plan, meter, rung)]
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            return None

    def _run(
        self, orders: list[RestyleOrder], plan: SpeedPlan, meter: _StepMeter, rung: Rung
    ) -> list[Image.Image]:
        params, pipeline = orders[0].params, self._pipeline
        vae = self._autoencoder(plan)
        if rung is not Rung.OFFLOADED:
            self._settle(vae)
        always = () if plan.adapter is None else (plan.adapter.path,)
        with (
            torch.inference_mode(),
            saving(rung, pipeline.unet, vae),
            self._loras.applied(pipeline, params.loras, always) as triggers,
            self._offloaded(rung, vae) as on_device,
        ):
            with ExitStack() as stack:
                for encoder in text_encoders(pipeline):
                    stack.enter_context(on_device(encoder))
                conditions = self._prompts.conditions(
                    [", ".join(filter(None, [triggers, order.prompt])) for order in orders],
                    [order.params.avoid for order in orders],
                    self._loras.text_key(params.loras),
                    self.native_px,
                    guided=plan.guidance > 1,
                )
            generators = [torch.Generator().manual_seed(order.seed) for order in orders]
            pictures = [resized(squared(order.image), self.native_px) for order in orders]
            with on_device(vae):
                latents = encode(vae, torch.from_numpy(to_signed_nchw(pictures)), generators)
            with on_device(pipeline.unet):
                latents = self._sampled(latents, plan, params, conditions, generators, meter, rung)
            with on_device(vae):
                together = self._compute.is_cuda and rung is Rung.NORMAL
                pixels = decode(vae, latents, together=together).numpy()
        # What is not finite becomes grey, and a blank picture is caught by the caller.
        return from_signed_nchw(
            np.where(np.isfinite(pixels).all(axis=(1, 2, 3), keepdims=True), pixels, 0)
        )

    def _sampled(
        self,
        latents: Tensor,
        plan: SpeedPlan,
        params: RestyleParams,
        conditions: Conditions,
        generators: Sequence[torch.Generator],
        meter: _StepMeter,
        rung: Rung,
    ) -> Tensor:
        unet = self._pipeline.unet
        scheduler = scheduler_for(
            plan,
            self._pipeline.scheduler.config,
            params.strength,
            unet.config.sample_size,
            self._compute.device,
        )

        def denoiser(
            rows: Tensor, timestep: Tensor, states: Tensor, added: dict[str, Tensor] | None
        ) -> Tensor:
            if self._graphs is not None and rung < Rung.SLICED:
                return self._graphs(rows, timestep, states, added)
            return evaluate(unet, rows, timestep, states, added)

        return sample(
            denoiser, scheduler, latents, conditions, plan.guidance, generators, meter.on_step
        )

    def _autoencoder(self, plan: SpeedPlan) -> Any:
        if plan.decoder is None:
            return self._pipeline.vae
        path = plan.decoder.path
        if path not in self._tiny:
            self._tiny[path] = load_tiny(path, self._pipeline)
        return self._tiny[path]

    def _preview(self, plan: SpeedPlan) -> Callable[[Tensor], Image.Image] | None:
        """Decodes the first unfinished picture, where that is cheap beside an evaluation."""
        vae = self._autoencoder(plan)
        if not (isinstance(vae, AutoencoderTiny) or self._compute.is_cuda):
            return None

        def look(latents: Tensor) -> Image.Image:
            decoded = decode(vae, latents[:1], together=True).numpy()
            return from_signed_nchw(np.nan_to_num(decoded))[0]

        return look

    @contextmanager
    def _offloaded(self, rung: Rung, vae: Any) -> Iterator[Callable[[Any], Any]]:
        """Keeps only the network that works on the device, at the last step of the ladder.

        Yields:
            What puts a network there for as long as its context lasts.
        """
        if rung is not Rung.OFFLOADED:
            yield lambda _network: nullcontext()
            return
        device = self._compute.device
        self._moved()
        try:
            for network in self._networks(vae):
                network.to("cpu")
            release(self._compute)
            yield lambda network: placed(network, device, afterwards="cpu")
        finally:
            try:
                self._settle(vae)
            except (RuntimeError, MemoryError) as error:
                # The pictures are there all the same; the next run tries to come back again.
                if not is_out_of_memory(error):
                    raise

    def _networks(self, vae: Any) -> list[Any]:
        return [*text_encoders(self._pipeline), self._pipeline.unet, self._pipeline.vae, vae]

    def _settle(self, vae: Any) -> None:
        """Brings what an earlier run left elsewhere, even in parts, back to the device."""
        kind = torch.device(self._compute.device).type
        for network in self._networks(vae):
            if any(weight.device.type != kind for weight in network.parameters()):
                self._moved()
                network.to(self._compute.device)

    @contextmanager
    def _full_precision(self) -> Iterator[None]:
        """Widens the weights for the body; back again they are the same, bit for bit."""
        networks = [self._pipeline.unet, self._pipeline.vae, *self._tiny.values()]
        formats = [network.dtype for network in networks]
        self._moved()
        try:
            for network in networks:
                cast_to(network, torch.float32)
            yield
        finally:
            # Graphs that were made meanwhile are of the wide weights.
            self._moved()
            for network, dtype in zip(networks, formats, strict=True):
                cast_to(network, dtype)

    def _moved(self) -> None:
        if self._graphs is not None:
            self._graphs.reset()

    def _hash_of(self, extra: ExtraModel) -> str:
        """The manifest's hash, or that of the weights file where the manifest has none."""
        if extra.sha256:
            return extra.sha256
        if extra.path not in self._hashes:
            folder = extra.path if extra.path.is_dir() else None
            file = next(folder.glob("*.safetensors")) if folder else extra.path
            self._hashes[extra.path] = sha256_of(file)
        return self._hashes[extra.path]


class _StepMeter:
    """Turns the sampler's steps into reports of the whole run."""

    def __init__(
        self,
        preview: Callable[[Tensor], Image.Image] | None,
        report: StepReport,
        done: int,
        total: int,
    ) -> None:
        self._preview, self._report = preview, report
        self._done, self._total = done, total
        self._previewed = time.monotonic()

    def on_step(self, step: int, latents: Tensor) -> None:
        """See `sampling.OnStep`."""
        preview = None
        if self._preview and time.monotonic() - self._previewed > PREVIEW_EVERY_SECONDS:
            preview = self._preview(latents)
            self._previewed = time.monotonic()
        self._report(min(self._done + step, self._total), self._total, preview)


def _is_usable(image: Image.Image) -> bool:
    return not is_blank(image)
