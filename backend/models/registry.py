"""Builds the models of a profile from their files: explicit factories, each model at most once."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

import backend.models.quiet  # noqa: F401 - before what imports the libraries it silences
from backend.domain.errors import LogoError, WeightsCorrupt
from backend.domain.generation import RestyleParams, SourceName
from backend.domain.ports import BriefReader, DraftSource, ModelFact, Restyler, Upscaler
from backend.models.brief_parser import SpacyBriefReader
from backend.models.catalog import Catalog
from backend.models.cgan import CganConfig, Generator
from backend.models.cgan_drafts import CANDIDATES_PER_DRAFT, CganDrafts
from backend.models.composer import Composer
from backend.models.devices import Compute
from backend.models.diffusion import DiffusionRestyler
from backend.models.drafts import MixedDrafts
from backend.models.esrgan import EsrganUpscaler, NcnnEnlarger, SpandrelEnlarger, has_vulkan
from backend.models.layer_codec import LayerCodec
from backend.models.lora import LoraShelf
from backend.models.matcher import Matcher, PictureMatcher
from backend.models.retrieval import GlyphRetriever
from backend.models.speeds import SpeedPlan, plan
from backend.models.text import TextEncoder
from backend.vector.glyphs import GlyphLibrary

EMBEDDED, SD15, SDXL = "sd-embedded", "sd15", "sdxl"
RANKING_MATCHER, EVALUATION_MATCHER = "matcher", "matcher-evaluation"
NCNN_UPSCALER, CUDA_UPSCALER = "realesr-animevideov3-x4", "realesrgan-x4plus"


def pipeline_for(profile: str, catalog: Catalog, *, has_gpu: bool) -> str:
    """The manifest name of a profile's diffusion pipeline.

    Args:
        profile: embedded, sd15, sdxl or auto; auto takes sd15 where its weights and a GPU are, and
            without a GPU if the embedded pipeline is not there: slow is better than refused, and
            the service takes restyles that either could do.
    """
    if profile == "auto":
        present = {entry.name for entry in catalog.entries if catalog.is_present(entry)}
        wins = SD15 in present and (has_gpu or EMBEDDED not in present)
        return SD15 if wins else EMBEDDED
    return {"sd15": SD15, "sdxl": SDXL}.get(profile, EMBEDDED)


Network = TypeVar("Network", bound=torch.nn.Module)


class ModelHouse:
    """The models of one process. Each is loaded when first asked for and kept.

    Args:
        catalog: the manifest of the weights folder.
        lora_folder: where adapters lie.
        compute: device, number format, threads.
        pipeline: manifest name of the diffusion pipeline.
        upscaler: manifest name of the upscaler; auto takes the best for the device.
    """

    def __init__(
        self,
        catalog: Catalog,
        lora_folder: Path,
        compute: Compute,
        pipeline: str = EMBEDDED,
        upscaler: str = "auto",
    ) -> None:
        self._catalog = catalog
        self._lora_folder = lora_folder
        self._compute = compute
        self._pipeline = pipeline
        self._upscaler_name = upscaler
        self._lock = threading.RLock()
        torch.set_num_threads(compute.threads)

    def brief_reader(self) -> BriefReader:
        """The rules that take descriptions apart."""
        with self._lock:
            return self._brief_reader

    def drafts(self, source: SourceName) -> DraftSource:
        """A draft source by name."""
        with self._lock:
            if source is SourceName.COMPOSER:
                return self._composer
            return self._cgan if source is SourceName.CGAN else self._mixed

    def upscaler(self) -> Upscaler:
        """Real-ESRGAN x4."""
        with self._lock:
            return self._upscaler

    def restyler(self) -> Restyler:
        """The diffusion pipeline."""
        with self._lock:
            return self._restyler

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """The diffusion pipeline's counts; nothing is loaded for the answer."""
        loaded = vars(self).get("_restyler")
        return loaded.counts() if isinstance(loaded, DiffusionRestyler) else {}

    def speed_plan(self, params: RestyleParams) -> SpeedPlan:
        """How the pipeline samples such a restyle."""
        return plan(self._catalog, self._pipeline, params)

    @property
    def restyles_by_default(self) -> bool:
        """Whether the evaluation says that restyled pictures are no worse than their drafts."""
        return bool(self._catalog.entry(self._pipeline).facts.get("restyles_by_default", False))

    def evaluation_matcher(self) -> PictureMatcher:
        """The judge of evaluations; nothing that draws or ranks may use it."""
        network = _network(self._file(EVALUATION_MATCHER), Matcher.from_config)
        return PictureMatcher(network, self.text_encoder())

    def ranking_matcher(self) -> PictureMatcher | None:
        """The judge of drafts, if it is there; see `evaluation_matcher`."""
        with self._lock:
            return self._matcher

    def cgan(self, candidates: int, *, by_match: bool) -> DraftSource:
        """The network's drafts, chosen among so many, for comparisons."""
        with self._lock:
            return self._build_cgan(candidates, self._matcher if by_match else None)

    def glyph_library(self) -> GlyphLibrary:
        """The glyphs that drafts are composed of."""
        with self._lock:
            return self._retriever.library

    def weight_hashes(self) -> Mapping[str, str]:
        """One SHA-256 for each of our own models and the glyphs."""
        names = ("cgan", "layer-codec", self._pipeline, RANKING_MATCHER, EVALUATION_MATCHER)
        return {name: self._catalog.entry(name).fingerprint for name in ("glyphs", *names)}

    def text_encoder(self) -> TextEncoder:
        """The encoder that every model shares."""
        with self._lock:
            return self._text_encoder

    def warm_up(self) -> list[LogoError]:
        """Loads everything that the profile has, so that the first request does not wait.

        Returns:
            Why some of it could not be loaded; requests that need it will be told the same.
        """
        faults = []
        for load in (
            self.brief_reader,
            lambda: self.drafts(SourceName.AUTO),
            self.upscaler,
            self.restyler,
        ):
            try:
                load()
            except LogoError as error:
                faults.append(error)
        return faults

    @cached_property
    def _brief_reader(self) -> BriefReader:
        return SpacyBriefReader()

    @cached_property
    def _text_encoder(self) -> TextEncoder:
        self._catalog.require("text-encoder")
        return TextEncoder.load(self._catalog.folder / EMBEDDED)

    @cached_property
    def _retriever(self) -> GlyphRetriever:
        self._catalog.require("glyphs")
        return GlyphRetriever(
            GlyphLibrary.load(self._catalog.folder / "glyphs"), self._text_encoder
        )

    @cached_property
    def _composer(self) -> Composer:
        return Composer(
            self._retriever, self._facts("glyphs", "text-encoder", *self._judges), self._matcher
        )

    @cached_property
    def _cgan(self) -> CganDrafts:
        return self._build_cgan(CANDIDATES_PER_DRAFT, self._matcher)

    def _build_cgan(self, candidates: int, matcher: PictureMatcher | None) -> CganDrafts:
        generator = _network(
            self._file("cgan"), lambda config: Generator(CganConfig.from_json(config))
        )
        codec = _network(self._file("layer-codec"), LayerCodec.from_config)
        return CganDrafts(
            generator,
            codec,
            self._retriever,
            self._facts("cgan", "layer-codec", "text-encoder", *self._judges),
            self._compute,
            matcher,
            candidates,
        )

    @property
    def _judges(self) -> tuple[str, ...]:
        """The matcher's name, if it is there: drafts are ranked without it too."""
        is_there = self._catalog.is_present(self._catalog.entry(RANKING_MATCHER))
        return (RANKING_MATCHER,) if is_there else ()

    @cached_property
    def _matcher(self) -> PictureMatcher | None:
        if not self._judges:
            return None
        network = _network(self._file(RANKING_MATCHER), Matcher.from_config)
        dtype = self._compute.reduced if not self._compute.is_cuda else None
        return PictureMatcher(network, self._text_encoder, dtype or torch.float32)

    @cached_property
    def _mixed(self) -> DraftSource:
        """Both sources, or the one whose weights are there."""
        has_cgan = all(
            self._catalog.is_present(self._catalog.entry(name)) for name in ("cgan", "layer-codec")
        )
        if not has_cgan:
            return self._composer
        return MixedDrafts(self._composer, self._cgan)

    @cached_property
    def _upscaler(self) -> Upscaler:
        name = self._upscaler_name
        if name == "auto":
            on_cuda = self._compute.is_cuda and self._catalog.is_present(
                self._catalog.entry(CUDA_UPSCALER)
            )
            name = CUDA_UPSCALER if on_cuda else NCNN_UPSCALER
        if name == CUDA_UPSCALER:
            return EsrganUpscaler(SpandrelEnlarger(self._file(name, ".pth")), self._facts(name))
        enlarger = NcnnEnlarger(
            self._file(name, ".param"), threads=self._compute.threads, vulkan=has_vulkan()
        )
        return EsrganUpscaler(enlarger, self._facts(name))

    @cached_property
    def _restyler(self) -> Restyler:
        entry = self._catalog.require(self._pipeline)
        return DiffusionRestyler.load(
            str(self._catalog.folder / entry.name),
            self._compute,
            LoraShelf(self._lora_folder),
            self._facts(entry.name),
            planner=self.speed_plan,
        )

    def _file(self, name: str, suffix: str = ".safetensors") -> Path:
        entry = self._catalog.require(name)
        return next(
            self._catalog.folder / file.path for file in entry.files if file.path.endswith(suffix)
        )

    def _facts(self, *names: str) -> Sequence[ModelFact]:
        """Each model's name and one hash over its files' hashes."""
        return [ModelFact(name, self._catalog.entry(name).fingerprint) for name in names]


def _network(weights: Path, build: Callable[[dict[str, Any]], Network]) -> Network:
    """A full-precision network from half-precision weights and the config beside them.

    Raises:
        WeightsCorrupt: the files cannot be read or do not fit each other.
    """
    try:
        config = json.loads(weights.with_suffix(".json").read_text("utf-8"))["config"]
        network = build(config)
        network.load_state_dict({key: value.float() for key, value in load_file(weights).items()})
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsCorrupt(
            f"{weights.name} does not fit its config; run: python -m backend weights verify"
        ) from error
    return network
