"""The draft source around the conditional GAN: exemplars in, layered pictures out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from backend.domain.brief import Brief, Palette
from backend.domain.generation import SourceName
from backend.domain.ports import Draft, DraftOrder, ModelFact
from backend.models.cgan import Condition, Generator
from backend.models.layer_codec import LayerCodec
from backend.models.ranking import MarkScores, score_layers
from backend.models.retrieval import GlyphRetriever, Match, content_phrases
from backend.utils.images import compose_layers, decided_layers
from backend.utils.seeding import derived_seed
from backend.vector.layouts import FACTS, Layout, build_scene, fits
from backend.vector.palette import inverted
from backend.vector.render import render_layers

CANDIDATES_PER_DRAFT = 4
ROWS_PER_CALL = 16
_FAMILY = 8
_SCENE_WEIGHTS = {
    Layout.MARK: 6.0,
    Layout.DISC: 1.5,
    Layout.RING: 1.0,
    Layout.ROUNDED_SQUARE: 1.5,
    Layout.SHIELD: 0.7,
    Layout.HEXAGON: 0.8,
    Layout.TWO_COLOUR: 1.5,
    Layout.BACKDROP: 1.5,
    Layout.OUTLINE: 0.5,
}


@dataclass(frozen=True)
class _Candidate:
    """One row of the generator's batch."""

    slot: int
    scene: int
    exemplars: tuple[Match, ...]
    palette: Palette
    noise_seed: int


class CganDrafts:
    """Draws drafts with the generator.

    For each picture several candidates are drawn from the picture's own seed, and the best is
    kept. The generator always runs on full rows of sixteen: matrix kernels round differently for
    different batch sizes, and a picture must not depend on how many were asked for beside it.
    """

    name = SourceName.CGAN

    def __init__(
        self,
        generator: Generator,
        codec: LayerCodec,
        retriever: GlyphRetriever,
        facts: Sequence[ModelFact],
    ) -> None:
        self._generator = generator.eval()
        self._codec = codec.eval()
        self._retriever = retriever
        self._facts = tuple(facts)
        self._scenes = [_parse_scene(name) for name in generator.config.scenes]

    def facts(self) -> Sequence[ModelFact]:
        """The generator, the codec and the encoder."""
        return self._facts

    def draw(self, order: DraftOrder) -> list[Draft]:
        """One draft for each seed from `order.seed` on."""
        brief = order.brief
        family = [
            match for match in self._retriever.for_brief(brief, _FAMILY) if match.similarity > 0.3
        ]
        palettes = self._retriever.palettes_for(brief, 3)
        text = self._retriever.text_vector(content_phrases(brief)[0])
        candidates = [
            self._candidate(brief, family, palettes, slot, order.seed + slot, number)
            for slot in range(order.count)
            for number in range(CANDIDATES_PER_DRAFT)
        ]
        layers = self._draw_layers(candidates, text)
        scores = [score_layers(picture[:, ::2, ::2]) for picture in layers]
        drafts = []
        for slot in range(order.count):
            rows = [row for row, candidate in enumerate(candidates) if candidate.slot == slot]
            best = max(rows, key=lambda row: (scores[row].overall, -row))
            drafts.append(
                self._draft(candidates[best], layers[best], scores[best], order.seed + slot)
            )
        return drafts

    def _candidate(
        self,
        brief: Brief,
        family: Sequence[Match],
        palettes: Sequence[Palette],
        slot: int,
        seed: int,
        number: int,
    ) -> _Candidate:
        # Scene and palette belong to the picture, exemplars and noise to the candidate.
        look = random.Random(f"cgan:{brief.content}:{seed}")
        palette = palettes[min(slot, len(palettes) - 1)] if look.random() < 0.5 else palettes[0]
        if look.random() < 0.2:
            palette = inverted(palette) or palette
        scene = self._choose_scene(brief, palette, look)
        rng = random.Random(f"cgan:{brief.content}:{seed}:{number}")
        shown = [match for match in family if fits(self._scenes[scene][0], match.glyph)] or list(
            family
        )
        rng.shuffle(shown)
        exemplars = tuple(shown[: self._generator.config.exemplars])
        return _Candidate(slot, scene, exemplars, palette, derived_seed("noise", seed, number))

    def _choose_scene(self, brief: Brief, palette: Palette, rng: random.Random) -> int:
        two_inks = palette.primary != palette.secondary
        usable = [
            place
            for place, (layout, _) in enumerate(self._scenes)
            if two_inks or not FACTS[layout].two_inks
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
        self, candidates: Sequence[_Candidate], text: NDArray[np.float32]
    ) -> list[NDArray[np.float32]]:
        """Soft layers (3, S, S) of every candidate."""
        layers: list[NDArray[np.float32]] = []
        for start in range(0, len(candidates), ROWS_PER_CALL):
            chunk = list(candidates[start : start + ROWS_PER_CALL])
            padded = chunk + [chunk[-1]] * (ROWS_PER_CALL - len(chunk))
            noise = torch.stack([self._noise(candidate.noise_seed) for candidate in padded])
            latents = self._generator(noise, self._condition(padded, text))
            pictures = self._codec.decode(latents).numpy()
            layers.extend(decided_layers(picture) for picture in pictures[: len(chunk)])
        return layers

    def _condition(self, candidates: Sequence[_Candidate], text: NDArray[np.float32]) -> Condition:
        config = self._generator.config
        shape = (
            len(candidates),
            config.exemplars,
            config.latent_channels,
            config.grid,
            config.grid,
        )
        exemplars, present = torch.zeros(shape), torch.zeros(shape[:2])
        one_hot = torch.zeros(len(candidates), len(config.scenes))
        encoded: dict[tuple[str, int], torch.Tensor] = {}
        for row, candidate in enumerate(candidates):
            one_hot[row, candidate.scene] = 1
            for place, match in enumerate(candidate.exemplars):
                key = (match.glyph.id, candidate.scene)
                if key not in encoded:
                    encoded[key] = self._encode(match, candidate.scene)
                exemplars[row, place] = encoded[key]
                present[row, place] = 1
        texts = torch.from_numpy(text).expand(len(candidates), -1)
        return Condition(texts, one_hot, exemplars, present)

    def _encode(self, match: Match, scene: int) -> torch.Tensor:
        layout, seed = self._scenes[scene]
        inks = render_layers(build_scene(layout, [match.glyph], seed), self._codec.config.input_px)
        return self._codec.encode(torch.from_numpy(inks).float().div_(255)[None])[0]

    def _noise(self, seed: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(seed)
        return torch.randn(self._generator.config.noise_size, generator=generator)

    def _draft(
        self, candidate: _Candidate, layers: NDArray[np.float32], scores: MarkScores, seed: int
    ) -> Draft:
        packs = self._retriever.library.packs
        meaning = (
            float(np.mean([match.similarity for match in candidate.exemplars]))
            if candidate.exemplars
            else 0.0
        )
        glyphs = [match.glyph for match in candidate.exemplars]
        return Draft(
            image=compose_layers(layers, candidate.palette),
            origin=SourceName.CGAN,
            seed=seed,
            palette=candidate.palette,
            layout=str(self._scenes[candidate.scene][0]),
            concept=glyphs[0].name if glyphs else "abstract mark",
            score=round(0.5 * min(meaning, 1.0) + 0.5 * scores.overall, 4),
            glyphs=tuple((g.id, packs[g.pack].licence, packs[g.pack].author) for g in glyphs),
            scores={**scores.to_json(), "meaning": round(meaning, 3)},
        )


def _parse_scene(name: str) -> tuple[Layout, int]:
    layout, _, seed = name.partition(":")
    return Layout(layout), int(seed)
