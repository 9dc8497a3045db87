"""Small variations of a draft of the conditional GAN: its own drawing, changed a little."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from backend.domain.brief import Brief
from backend.models.cgan_painter import Candidate, Drawing, Look, Painter, Words, thumbnail_of
from backend.models.ranking import overlap
from backend.models.variations import ALIKE, Thumbnail, arrangements, noise_near, unlikeness
from backend.utils.seeding import derived_seed
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, fits, suits_colours

# How much of the noise is new. Most often the network repeats its drawing up to some share, and
# draws another example from there on; in between lie the changes that are looked for.
_SHARES = (0.35, 0.45, 0.55, 0.65, 0.75, 0.85)
_SHARES_ELSEWHERE = (0.2, 0.35, 0.5)
# Mean difference of two thumbnails, of 255: a corner that is rounder shows, a pixel's edge does
# not.
_SHOWS = 3.0
# Below this overlap with the original it is another drawing.
_SAME_DRAWING = 0.7
# Worth that a small change may cost; more of it means that the mark has come apart.
_WORTH_LOST = 0.05
_SCENES_TRIED = 4


class Kinsfolk:
    """An original and the drafts like it so far; no two of them look alike.

    Args:
        look, candidate: what the original was drawn from.
    """

    def __init__(
        self, painter: Painter, look: Look, candidate: Candidate, words: Words, brief: Brief
    ) -> None:
        self._painter = painter
        self._look, self._candidate, self._words = look, candidate, words
        self._brief = brief
        (self._original,) = painter.drawings(look, [candidate], words)
        self._seen: list[Thumbnail] = []
        self.meet(look, self._original)

    @property
    def subject(self) -> Glyph | None:
        """The glyph that the original repeats most of; None when it was shown none."""
        drawn = np.ascontiguousarray(self._original.layers[:, ::2, ::2])
        return max(
            (match.glyph for match in self._candidate.exemplars),
            key=lambda glyph: overlap(drawn, self._painter.example(self._look.scene, glyph).layers),
            default=None,
        )

    def meet(self, look: Look, drawing: Drawing) -> None:
        """From now on nothing may look like this."""
        self._seen.append(thumbnail_of(drawing.layers, look.palette))

    def strangers(self, look: Look, drawings: Sequence[Drawing]) -> list[Drawing]:
        """Drawings that nobody takes for one met before, or else the one least like them."""
        away = [self._away(look, drawing.layers) for drawing in drawings]
        fresh = [drawing for drawing, far in zip(drawings, away, strict=True) if far >= ALIKE]
        return fresh or [drawings[away.index(max(away))]]

    def near(self, seed: int) -> tuple[Look, Drawing]:
        """The original with new noise mixed in, where that shows and leaves the mark whole.

        Often it does not: the network draws the same again, or something else. Then the drawing is
        kept and what it wears changes: its colours change places, or the scene does.
        """
        fallback: tuple[Look, Drawing] | None = None
        for look, candidates in self._looks(seed):
            layers = self._painter.layers(look.scene, candidates, self._words)
            keeps_scene = look.scene == self._look.scene
            chosen = [
                place
                for place, drawn in enumerate(layers)
                if self._away(look, drawn) >= _SHOWS
                and (not keeps_scene or overlap(self._original.layers, drawn) >= _SAME_DRAWING)
            ]
            if not chosen:
                continue
            drawings = self._painter.judged(
                look,
                [candidates[place] for place in chosen],
                [layers[p] for p in chosen],
                self._words,
            )
            best = max(drawings, key=lambda drawing: drawing.worth)
            if best.worth >= self._original.worth - _WORTH_LOST:
                return look, best
            if fallback is None or best.worth > fallback[1].worth:
                fallback = look, best
        return fallback or self._least_alike(seed)

    def _looks(self, seed: int) -> Iterator[tuple[Look, list[Candidate]]]:
        """The original's own look, then others in the order they are to be tried."""
        yield self._look, self._candidates(seed, _SHARES)
        rng = random.Random(f"kin:{seed}")
        turned = [
            replace(self._look, palette=palette)
            for palette in arrangements(self._look.palette)[1:]
            if suits_colours(self._layout(self._look.scene), palette, self._brief.colours)
        ]
        scenes = [
            place
            for place in range(len(self._painter.scenes))
            if place != self._look.scene and self._suits(place)
        ]
        moved = [
            replace(self._look, scene=place)
            for place in rng.sample(scenes, min(_SCENES_TRIED, len(scenes)))
        ]
        # Inverted, then elsewhere, then in any other colours.
        for look in [*turned[:1], *moved, *turned[1:]]:
            yield look, self._candidates(seed, _SHARES_ELSEWHERE)

    def _suits(self, scene: int) -> bool:
        """Whether a scene can take the drawing, its colours and what the brief says of shapes."""
        layout = self._layout(scene)
        wanted = self._brief.layouts
        return (
            all(fits(layout, match.glyph) for match in self._look.family)
            and suits_colours(layout, self._look.palette, self._brief.colours)
            and (not wanted or layout in wanted)
            and layout not in self._brief.unwanted_layouts
            and layout is not Layout.OUTLINE
        )

    def _layout(self, scene: int) -> Layout:
        return self._painter.scenes[scene][0]

    def _candidates(self, seed: int, shares: Sequence[float]) -> list[Candidate]:
        return [
            replace(
                self._candidate,
                noise=noise_near(self._candidate.noise, derived_seed("vary", seed, number), share),
            )
            for number, share in enumerate(shares)
        ]

    def _least_alike(self, seed: int) -> tuple[Look, Drawing]:
        """When nothing shows a change: the farthest that the original's look has to give."""
        drawings = self._painter.drawings(self._look, self._candidates(seed, _SHARES), self._words)
        return self._look, max(drawings, key=lambda d: self._away(self._look, d.layers))

    def _away(self, look: Look, layers: NDArray[np.float32]) -> float:
        return unlikeness(thumbnail_of(layers, look.palette), self._seen)
