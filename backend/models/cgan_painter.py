"""The conditional GAN at work: looks and candidates in, judged layered drawings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from backend.domain.brief import Palette
from backend.domain.likeness import NoiseMix
from backend.models.cgan import Condition, Generator
from backend.models.devices import Compute
from backend.models.layer_codec import LayerCodec
from backend.models.ranking import (
    MarkScores,
    TextMatcher,
    kinship,
    matches_of,
    score_layers,
)
from backend.models.retrieval import Match
from backend.models.variations import Thumbnail, thumbnail
from backend.utils.images import compose_layers, decided_layers
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, build_scene
from backend.vector.render import render_layers

# Of the drawings below it, some have fallen apart.
_ENOUGH_KINSHIP = 0.8
# Examples kept between requests, about 50 kB each: people ask for more ideas of one brief.
_REMEMBERED = 500


@dataclass(frozen=True)
class Look:
    """What all candidates of one picture share."""

    scene: int
    palette: Palette
    family: tuple[Match, ...]


@dataclass(frozen=True)
class Words:
    """What the drawings shall show, as the matcher and as the generator are told.

    Attributes:
        vector: (D,) unit vector, see `GlyphRetriever.text_vector`.
    """

    phrase: str
    vector: NDArray[np.float32]


@dataclass(frozen=True)
class Candidate:
    """One row of the generator's batch."""

    exemplars: tuple[Match, ...]
    noise: NoiseMix


@dataclass(frozen=True)
class Example:
    """A glyph in a scene.

    Attributes:
        layers: (3, 64, 64) in 0..1.
        latents: (C, G, G).
    """

    layers: NDArray[np.float32]
    latents: torch.Tensor


@dataclass(frozen=True)
class Drawing:
    """A candidate as it was drawn.

    Attributes:
        layers: (3, S, S) in 0..1.
        kinship: see `ranking.kinship`.
        match: likeness to the words, 0..1; None without a matcher.
    """

    candidate: Candidate
    layers: NDArray[np.float32]
    scores: MarkScores
    kinship: float
    match: float | None

    @property
    def worth(self) -> float:
        """A clear mark that still shows its subject; being nearer than enough earns nothing."""
        kinship = min(1.0, self.kinship / _ENOUGH_KINSHIP)
        shows = kinship if self.match is None else 0.5 * kinship + 0.5 * self.match
        return 0.6 * self.scores.overall + 0.4 * shows


class Painter:
    """Asks the generator for drawings and judges them.

    Candidates of one call share a batch. Matrix kernels round differently for different sizes, so
    a picture stays the same only if its batch does.
    """

    def __init__(
        self,
        generator: Generator,
        codec: LayerCodec,
        compute: Compute,
        matcher: TextMatcher | None,
    ) -> None:
        # Small enough for the processor, whatever the device of the larger networks.
        self._dtype = torch.float32 if compute.is_cuda else compute.reduced or torch.float32
        self._generator = generator.eval().to(self._dtype)
        self._codec = codec.eval().to(self._dtype)
        for part in (codec.encoder, codec.decoder):
            part.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._matcher = matcher
        self.exemplars = generator.config.exemplars
        self.scenes = [_parse_scene(name) for name in generator.config.scenes]
        self._remembered: dict[tuple[int, str], Example] = {}

    def drawings(self, look: Look, candidates: Sequence[Candidate], words: Words) -> list[Drawing]:
        """Every candidate drawn and judged."""
        return self.judged(look, candidates, self.layers(look.scene, candidates, words), words)

    @torch.inference_mode()
    def layers(
        self, scene: int, candidates: Sequence[Candidate], words: Words
    ) -> list[NDArray[np.float32]]:
        """Soft layers (3, S, S) of every candidate."""
        examples = self._examples(scene, candidates)
        noise = torch.stack([self._noise(candidate.noise) for candidate in candidates])
        condition = self._condition(scene, candidates, examples, words.vector)
        latents = self._generator(
            noise.to(self._dtype), Condition(*(part.to(self._dtype) for part in condition))
        )
        pictures = self._codec.decode(latents.contiguous(memory_format=torch.channels_last))
        return [decided_layers(picture) for picture in pictures.float().numpy()]

    def judged(
        self,
        look: Look,
        candidates: Sequence[Candidate],
        layers: Sequence[NDArray[np.float32]],
        words: Words,
    ) -> list[Drawing]:
        """Candidates with what is to be said of their layers (3, S, S) in a palette."""
        examples = self._examples(look.scene, candidates)
        small = [np.ascontiguousarray(picture[:, ::2, ::2]) for picture in layers]
        pictures = [compose_layers(picture, look.palette) for picture in small]
        matches = matches_of(self._matcher, pictures, words.phrase)
        drawings = []
        for candidate, picture, seen, match in zip(candidates, layers, small, matches, strict=True):
            shown = [examples[exemplar.glyph.id].layers for exemplar in candidate.exemplars]
            quality, near = score_layers(seen), kinship(seen, shown)
            drawings.append(Drawing(candidate, picture, quality, near, match))
        return drawings

    def _condition(
        self,
        scene: int,
        candidates: Sequence[Candidate],
        examples: Mapping[str, Example],
        text: NDArray[np.float32],
    ) -> Condition:
        config = self._generator.config
        rows, places = len(candidates), config.exemplars
        grid = (config.latent_channels, config.grid, config.grid)
        exemplars, present = torch.zeros(rows, places, *grid), torch.zeros(rows, places)
        one_hot = torch.zeros(rows, len(config.scenes))
        one_hot[:, scene] = 1
        for row, candidate in enumerate(candidates):
            for place, match in enumerate(candidate.exemplars):
                exemplars[row, place] = examples[match.glyph.id].latents
                present[row, place] = 1
        texts = torch.from_numpy(text).expand(rows, -1)
        return Condition(texts, one_hot, exemplars, present)

    def _examples(self, scene: int, candidates: Sequence[Candidate]) -> dict[str, Example]:
        """All glyphs that the candidates are shown, in their scene, by id."""
        glyphs = {m.glyph.id: m.glyph for candidate in candidates for m in candidate.exemplars}
        return {glyph_id: self.example(scene, glyph) for glyph_id, glyph in glyphs.items()}

    def example(self, scene: int, glyph: Glyph) -> Example:
        """A glyph as the generator is shown it in a scene."""
        key = (scene, glyph.id)
        if (known := self._remembered.pop(key, None)) is None:
            layout, seed = self.scenes[scene]
            inks = render_layers(build_scene(layout, [glyph], seed), self._codec.config.input_px)
            layers = _with_background(inks)
            # One by one: in a batch the kernels would round differently from time to time.
            batch = torch.from_numpy(layers[None, 1:]).to(self._dtype)
            batch = batch.contiguous(memory_format=torch.channels_last)
            with torch.inference_mode():
                known = Example(layers, self._codec.encode(batch)[0])
        self._remembered[key] = known
        if len(self._remembered) > _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        return known

    def _noise(self, mix: NoiseMix) -> torch.Tensor:
        size = self._generator.config.noise_size
        streams = [
            weight * torch.randn(size, generator=torch.Generator().manual_seed(seed))
            for seed, weight in mix
        ]
        return torch.stack(streams).sum(dim=0)


def _with_background(inks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Ink layers (2, S, S) in 0..255 with what they leave open in front, in 0..1."""
    shares = inks.astype(np.float32) / 255
    return np.concatenate([np.clip(1 - shares.sum(axis=0, keepdims=True), 0, 1), shares])


def _parse_scene(name: str) -> tuple[Layout, int]:
    layout, _, seed = name.partition(":")
    return Layout(layout), int(seed)


def thumbnail_of(layers: NDArray[np.float32], palette: Palette) -> Thumbnail:
    """What layers (3, S, S) look like, small, in a palette."""
    return thumbnail(compose_layers(np.ascontiguousarray(layers[:, ::2, ::2]), palette))
