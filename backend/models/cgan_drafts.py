"""The draft source around the conditional GAN: exemplars in, layered pictures out."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from backend.domain.brief import Brief, Palette
from backend.domain.generation import SourceName
from backend.domain.ports import Draft, DraftOrder, ModelFact
from backend.models.cgan import Condition, Generator
from backend.models.devices import Compute
from backend.models.layer_codec import LayerCodec
from backend.models.ranking import (
    MarkScores,
    TextMatcher,
    draft_score,
    kinship,
    matches_of,
    score_layers,
    scores_json,
)
from backend.models.retrieval import (
    GlyphRetriever,
    Match,
    colours_to_show,
    content_phrases,
)
from backend.utils.images import compose_layers, decided_layers
from backend.utils.seeding import derived_seed
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, build_scene, fits, suits_colours
from backend.vector.palette import inverted
from backend.vector.render import render_layers

CANDIDATES_PER_DRAFT = 4
_FAMILY = 8
_SHOWN_PER_PICTURE = 4
# Of the drawings below it, some have fallen apart.
_ENOUGH_KINSHIP = 0.8
# Examples kept between requests, about 50 kB each: people ask for more ideas of one brief.
_REMEMBERED = 500
_SCENE_WEIGHTS = {
    Layout.MARK: 6.0,
    Layout.DISC: 1.5,
    Layout.RING: 1.0,
    Layout.ROUNDED_SQUARE: 1.5,
    Layout.SHIELD: 0.7,
    Layout.HEXAGON: 0.8,
    Layout.TWO_COLOUR: 1.5,
    Layout.BACKDROP: 1.5,
    # Hairlines fall apart in its hands: only for those who ask for them.
    Layout.OUTLINE: 0.02,
}


@dataclass(frozen=True)
class _Look:
    """What all candidates of one picture share."""

    scene: int
    palette: Palette
    family: tuple[Match, ...]


@dataclass(frozen=True)
class _Candidate:
    """One row of the generator's batch."""

    exemplars: tuple[Match, ...]
    noise_seed: int


@dataclass(frozen=True)
class _Example:
    """A glyph in a scene.

    Attributes:
        layers: (3, 64, 64) in 0..1.
        latents: (C, G, G).
    """

    layers: NDArray[np.float32]
    latents: torch.Tensor


@dataclass(frozen=True)
class _Drawing:
    """A candidate as it was drawn.

    Attributes:
        layers: (3, S, S) in 0..1.
        kinship: see `ranking.kinship`.
        match: likeness to the words, 0..1; None without a matcher.
    """

    candidate: _Candidate
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


class CganDrafts:
    """Draws drafts with the generator.

    For each picture several candidates are drawn from the picture's own seed in one batch, and the
    best is kept. Pictures never share a batch: matrix kernels round differently for different
    sizes, and a picture must not depend on how many were asked for beside it.
    """

    name = SourceName.CGAN

    def __init__(
        self,
        generator: Generator,
        codec: LayerCodec,
        retriever: GlyphRetriever,
        facts: Sequence[ModelFact],
        compute: Compute,
        matcher: TextMatcher | None = None,
        candidates: int = CANDIDATES_PER_DRAFT,
    ) -> None:
        # Small enough for the processor, whatever the device of the larger networks.
        self._dtype = torch.float32 if compute.is_cuda else compute.reduced or torch.float32
        self._generator = generator.eval().to(self._dtype)
        self._codec = codec.eval().to(self._dtype)
        for part in (codec.encoder, codec.decoder):
            part.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._retriever = retriever
        self._facts = tuple(facts)
        self._matcher = matcher
        self._candidates = candidates
        self._scenes = [_parse_scene(name) for name in generator.config.scenes]
        self._remembered: dict[tuple[int, str], _Example] = {}

    def facts(self) -> Sequence[ModelFact]:
        """The generator, the codec and the networks that choose."""
        return self._facts

    def draw(self, order: DraftOrder) -> list[Draft]:
        """One draft for each seed from `order.seed` on."""
        brief = order.brief
        family = [
            match for match in self._retriever.for_brief(brief, _FAMILY) if match.similarity > 0.3
        ]
        palettes = self._retriever.palettes_for(brief, 3)
        phrase = content_phrases(brief)[0]
        text = self._retriever.text_vector(phrase)
        drafts = []
        for slot in range(order.count):
            seed = order.seed + slot
            look = self._look(brief, family, palettes, slot, seed)
            candidates = [self._candidate(look, seed, number) for number in range(self._candidates)]
            examples = self._examples(look.scene, candidates)
            layers = self._draw_layers(look.scene, candidates, examples, text)
            drawings = self._judged(candidates, layers, examples, look.palette, phrase)
            drafts.append(self._draft(look, max(drawings, key=lambda d: d.worth), seed))
        return drafts

    def _look(
        self,
        brief: Brief,
        family: Sequence[Match],
        palettes: Sequence[Palette],
        slot: int,
        seed: int,
    ) -> _Look:
        rng = random.Random(f"cgan:{brief.content}:{seed}")
        palette = palettes[min(slot, len(palettes) - 1)] if rng.random() < 0.5 else palettes[0]
        if rng.random() < 0.2:
            palette = inverted(palette) or palette
        scene = self._choose_scene(brief, palette, rng)
        layout = self._scenes[scene][0]
        fitting = [match for match in family if fits(layout, match.glyph)] or list(family)
        rng.shuffle(fitting)
        return _Look(scene, palette, tuple(fitting[:_SHOWN_PER_PICTURE]))

    def _candidate(self, look: _Look, seed: int, number: int) -> _Candidate:
        rng = random.Random(f"cgan:{seed}:{number}")
        count = min(self._generator.config.exemplars, len(look.family))
        exemplars = tuple(rng.sample(look.family, count))
        return _Candidate(exemplars, derived_seed("noise", seed, number))

    def _choose_scene(self, brief: Brief, palette: Palette, rng: random.Random) -> int:
        asked = colours_to_show(brief, rng)
        usable = [
            place
            for place, (layout, _) in enumerate(self._scenes)
            if suits_colours(layout, palette, asked)
        ]
        wanted = [place for place in usable if self._scenes[place][0] in brief.layouts]
        choices = wanted or usable
        weights = [
            _SCENE_WEIGHTS[self._scenes[place][0]]
            / sum(layout is self._scenes[place][0] for layout, _ in self._scenes)
            for place in choices
        ]
        return rng.choices(choices, weights)[0]

    @torch.inference_mode()
    def _draw_layers(
        self,
        scene: int,
        candidates: Sequence[_Candidate],
        examples: Mapping[str, _Example],
        text: NDArray[np.float32],
    ) -> list[NDArray[np.float32]]:
        """Soft layers (3, S, S) of every candidate."""
        noise = torch.stack([self._noise(candidate.noise_seed) for candidate in candidates])
        condition = self._condition(scene, candidates, examples, text)
        latents = self._generator(
            noise.to(self._dtype), Condition(*(part.to(self._dtype) for part in condition))
        )
        pictures = self._codec.decode(latents.contiguous(memory_format=torch.channels_last))
        return [decided_layers(picture) for picture in pictures.float().numpy()]

    def _condition(
        self,
        scene: int,
        candidates: Sequence[_Candidate],
        examples: Mapping[str, _Example],
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

    def _examples(self, scene: int, candidates: Sequence[_Candidate]) -> dict[str, _Example]:
        """All glyphs that the candidates are shown, in their scene, by id."""
        glyphs = {m.glyph.id: m.glyph for candidate in candidates for m in candidate.exemplars}
        return {glyph_id: self._example(scene, glyph) for glyph_id, glyph in glyphs.items()}

    def _example(self, scene: int, glyph: Glyph) -> _Example:
        key = (scene, glyph.id)
        if (known := self._remembered.pop(key, None)) is None:
            layout, seed = self._scenes[scene]
            inks = render_layers(build_scene(layout, [glyph], seed), self._codec.config.input_px)
            layers = _with_background(inks)
            # One by one: in a batch the kernels would round differently from time to time.
            batch = torch.from_numpy(layers[None, 1:]).to(self._dtype)
            batch = batch.contiguous(memory_format=torch.channels_last)
            with torch.inference_mode():
                known = _Example(layers, self._codec.encode(batch)[0])
        self._remembered[key] = known
        if len(self._remembered) > _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        return known

    def _noise(self, seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(self._generator.config.noise_size, generator=generator)

    def _judged(
        self,
        candidates: Sequence[_Candidate],
        layers: Sequence[NDArray[np.float32]],
        examples: Mapping[str, _Example],
        palette: Palette,
        phrase: str,
    ) -> list[_Drawing]:
        small = [np.ascontiguousarray(picture[:, ::2, ::2]) for picture in layers]
        pictures = [compose_layers(picture, palette) for picture in small]
        matches = matches_of(self._matcher, pictures, phrase)
        drawings = []
        for candidate, picture, seen, match in zip(candidates, layers, small, matches, strict=True):
            shown = [examples[exemplar.glyph.id].layers for exemplar in candidate.exemplars]
            quality, near = score_layers(seen), kinship(seen, shown)
            drawings.append(_Drawing(candidate, picture, quality, near, match))
        return drawings

    def _draft(self, look: _Look, drawing: _Drawing, seed: int) -> Draft:
        packs = self._retriever.library.packs
        shown = drawing.candidate.exemplars
        meaning = float(np.mean([match.similarity for match in shown])) if shown else 0.0
        glyphs = [match.glyph for match in shown]
        return Draft(
            image=compose_layers(drawing.layers, look.palette),
            origin=SourceName.CGAN,
            seed=seed,
            palette=look.palette,
            layout=str(self._scenes[look.scene][0]),
            concept=glyphs[0].name if glyphs else "abstract mark",
            score=draft_score(
                meaning if drawing.match is None else (meaning + drawing.match) / 2, drawing.worth
            ),
            glyphs=tuple((g.id, packs[g.pack].licence, packs[g.pack].author) for g in glyphs),
            scores={
                **scores_json(drawing.scores, meaning, drawing.match),
                "kinship": round(drawing.kinship, 3),
            },
        )


def _with_background(inks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Ink layers (2, S, S) in 0..255 with what they leave open in front, in 0..1."""
    shares = inks.astype(np.float32) / 255
    return np.concatenate([np.clip(1 - shares.sum(axis=0, keepdims=True), 0, 1), shares])


def _parse_scene(name: str) -> tuple[Layout, int]:
    layout, _, seed = name.partition(":")
    return Layout(layout), int(seed)
