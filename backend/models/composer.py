"""The composer: glyphs near the brief in meaning, set into layouts, in the brief's colours."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backend.domain.brief import Brief, Palette
from backend.domain.generation import SourceName
from backend.domain.ports import Draft, DraftOrder, ModelFact
from backend.models.ranking import (
    MarkScores,
    TextMatcher,
    draft_score,
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
from backend.utils.images import compose_layers
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, build_scene, fits, suits_colours
from backend.vector.palette import inverted
from backend.vector.render import render_layers, render_svg
from backend.vector.svg import Scene, palette_fills, scene_to_svg

DRAFT_PX = 256
PLANS_PER_DRAFT = 2
_POOL = 14
_SCORE_PX = 64
_RELATIVE_FLOOR = 0.87
_FEWEST, _FEWEST_FLOOR = 5, 0.72
# How often each layout is tried when the brief names none.
_LAYOUT_WEIGHTS: dict[Layout, float] = {
    Layout.MARK: 5,
    Layout.DISC: 2,
    Layout.ROUNDED_SQUARE: 2,
    Layout.BACKDROP: 2,
    Layout.TWO_COLOUR: 1.5,
    Layout.SHIELD: 0.8,
    Layout.HEXAGON: 1,
    Layout.RING: 1.2,
    Layout.ECHO: 0.8,
    Layout.OUTLINE: 1.2,
    Layout.NEGATIVE: 1,
    Layout.PAIR: 1.6,
    Layout.LETTER: 1.2,
}


@dataclass(frozen=True)
class _Plan:
    """One draft before it is drawn."""

    layout: Layout
    glyphs: tuple[Glyph, ...]
    palette: Palette
    similarity: float
    seed: int

    @property
    def key(self) -> tuple[str, ...]:
        """Drafts with the same drawing in the same layout are duplicates whatever they wear."""
        return (self.layout, *(glyph.id for glyph in self.glyphs))


@dataclass(frozen=True)
class _Sketch:
    """A plan with what can be said of it before it is drawn; match is None without a matcher."""

    plan: _Plan
    scene: Scene
    quality: MarkScores
    match: float | None

    @property
    def score(self) -> float:
        """Of a composed mark both the glyph's name and its look tell what it shows."""
        meaning = self.plan.similarity
        shows = meaning if self.match is None else (meaning + self.match) / 2
        return draft_score(shows, self.quality.overall)


class Composer:
    """Draws recognisable vector drafts for nearly any brief."""

    name = SourceName.COMPOSER

    def __init__(
        self,
        retriever: GlyphRetriever,
        facts: Sequence[ModelFact],
        matcher: TextMatcher | None = None,
    ) -> None:
        self._retriever = retriever
        self._facts = tuple(facts)
        self._matcher = matcher

    def facts(self) -> Sequence[ModelFact]:
        """The glyph library and the networks that choose."""
        return self._facts

    def draw(self, order: DraftOrder) -> list[Draft]:
        """Drafts in the order of their seeds' slots, each with another drawing or layout.

        For each slot a few plans are sketched, and the best of them is drawn.
        """
        brief = order.brief
        subjects = _near_the_best(self._retriever.for_brief(brief, _POOL))
        seconds = self._second_subjects(brief)
        palettes = self._retriever.palettes_for(brief, 4)
        letter = self._letter(brief)
        drafts: list[Draft] = []
        taken: set[tuple[str, ...]] = set()
        used_glyphs: dict[str, int] = {}
        for slot in range(order.count):
            rng = random.Random(f"compose:{brief.content}:{order.seed + slot}")
            plans: dict[tuple[str, ...], _Plan] = {}
            for _ in range(24):
                plan = _plan(brief, subjects, seconds, letter, palettes, slot, used_glyphs, rng)
                if plan.key not in taken:
                    plans.setdefault(plan.key, plan)
                if len(plans) == PLANS_PER_DRAFT:
                    break
            sketches = self._sketches(list(plans.values()) or [plan], content_phrases(brief)[0])
            best = max(sketches, key=lambda sketch: sketch.score)
            taken.add(best.plan.key)
            for glyph in best.plan.glyphs:
                used_glyphs[glyph.id] = used_glyphs.get(glyph.id, 0) + 1
            drafts.append(self._draw(best, order.seed + slot))
        return drafts

    def _sketches(self, plans: Sequence[_Plan], phrase: str) -> list[_Sketch]:
        scenes = [build_scene(plan.layout, plan.glyphs, plan.seed) for plan in plans]
        layers = [_layers(scene) for scene in scenes]
        pictures = [
            compose_layers(drawing, plan.palette)
            for drawing, plan in zip(layers, plans, strict=True)
        ]
        matches = matches_of(self._matcher, pictures, phrase)
        return [
            _Sketch(plan, scene, score_layers(drawing), match)
            for plan, scene, drawing, match in zip(plans, scenes, layers, matches, strict=True)
        ]

    def _draw(self, sketch: _Sketch, seed: int) -> Draft:
        plan = sketch.plan
        svg = scene_to_svg(sketch.scene, palette_fills(plan.palette), title=plan.glyphs[-1].name)
        packs = self._retriever.library.packs
        return Draft(
            image=render_svg(svg, DRAFT_PX).convert("RGB"),
            origin=SourceName.COMPOSER,
            seed=seed,
            palette=plan.palette,
            layout=str(plan.layout),
            concept=plan.glyphs[-1].name,
            score=sketch.score,
            glyphs=tuple(
                (g.id, packs[g.pack].licence, packs[g.pack].author)
                for g in plan.glyphs
                if g.pack in packs
            ),
            svg=svg,
            scores=scores_json(sketch.quality, plan.similarity, sketch.match),
        )

    def _second_subjects(self, brief: Brief) -> list[Match]:
        phrases = content_phrases(brief)
        if len(phrases) < 2:
            return []
        return _near_the_best(self._retriever.search(phrases[1], 5, brief.avoid))

    def _letter(self, brief: Brief) -> Glyph | None:
        initial = next((character.upper() for character in brief.name if character.isalnum()), "")
        try:
            return self._retriever.library[f"letters:{initial}"] if initial else None
        except KeyError:
            return None


def _plan(
    brief: Brief,
    subjects: Sequence[Match],
    seconds: Sequence[Match],
    letter: Glyph | None,
    palettes: Sequence[Palette],
    slot: int,
    used: dict[str, int],
    rng: random.Random,
) -> _Plan:
    weights = [
        (match.score / subjects[0].score) ** 6 * 0.35 ** used.get(match.glyph.id, 0)
        for match in subjects
    ]
    subject = rng.choices(list(subjects), weights)[0]
    # The first palette answers the brief best; later slots look further.
    palette = palettes[min(slot, len(palettes) - 1)] if rng.random() < 0.5 else palettes[0]
    if rng.random() < 0.25:
        palette = inverted(palette) or palette
    allowed = _allowed_layouts(
        brief, subject.glyph, palette, has_second=bool(seconds), letter=letter, rng=rng
    )
    layout = rng.choices(list(allowed), [_LAYOUT_WEIGHTS[choice] for choice in allowed])[0]
    glyphs: tuple[Glyph, ...] = (subject.glyph,)
    if layout is Layout.PAIR:
        glyphs = (subject.glyph, rng.choice(list(seconds)).glyph)
    elif layout is Layout.LETTER and letter is not None:
        glyphs = (letter, subject.glyph)
    return _Plan(layout, glyphs, palette, min(subject.similarity, 1.0), rng.getrandbits(31))


def _allowed_layouts(
    brief: Brief,
    glyph: Glyph,
    palette: Palette,
    *,
    has_second: bool,
    letter: Glyph | None,
    rng: random.Random,
) -> list[Layout]:
    asked = colours_to_show(brief, rng)
    usable = [
        layout
        for layout in _LAYOUT_WEIGHTS
        if fits(layout, glyph)
        and suits_colours(layout, palette, asked)
        and (layout is not Layout.PAIR or has_second)
        and (layout is not Layout.LETTER or letter is not None)
    ]
    wanted = [layout for layout in usable if layout in brief.layouts]
    return wanted or usable or [Layout.MARK]


def _near_the_best(matches: Sequence[Match]) -> list[Match]:
    """Matches not far behind the first, and a few farther ones beside a lone perfect hit."""
    best = matches[0].score
    return [
        match
        for place, match in enumerate(matches)
        if match.score >= best * (_RELATIVE_FLOOR if place >= _FEWEST else _FEWEST_FLOOR)
    ]


def _layers(scene: Scene) -> np.ndarray:
    inks = render_layers(scene, _SCORE_PX).astype(np.float32) / 255
    return np.concatenate([np.clip(1 - inks.sum(0, keepdims=True), 0, 1), inks])
