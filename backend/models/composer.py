"""The composer: glyphs near the brief in meaning, set into layouts, in the brief's colours."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backend.domain.brief import Brief
from backend.domain.generation import SourceName
from backend.domain.likeness import Recipe
from backend.domain.ports import Draft, DraftOrder, ModelFact
from backend.models.composer_plans import Plan, Theme, plans_for, subject_of
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
    content_phrases,
)
from backend.models.variations import ALIKE, Thumbnail, arrangements, thumbnail, unlikeness
from backend.utils.images import compose_layers
from backend.vector.finishes import Finish, finish_named_in, finished_svg
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, build_scene
from backend.vector.render import render_layers, render_svg
from backend.vector.svg import Scene

DRAFT_PX = 256
_POOL = 14
_SCORE_PX = 64
_RELATIVE_FLOOR = 0.87
_FEWEST, _FEWEST_FLOOR = 5, 0.72
# Score that a plan loses for each time its subject was drawn before: more than two good plans
# differ by, less than it takes to prefer a bad one.
_STALE = 0.05
# Of a second thing's best score, what its best glyph that is not the subject's needs.
_AS_GOOD = 0.8
# Of the best draft's score, what one of the second thing has at most.
_BEHIND = 0.999


@dataclass(frozen=True)
class _Sketch:
    """A plan with what can be said of it before it is drawn; match is None without a matcher."""

    plan: Plan
    scene: Scene
    quality: MarkScores
    match: float | None
    look: Thumbnail

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

        For each slot a few plans are sketched, and the best of them is drawn. Variations differ
        to the eye too, from their original and from each other.
        """
        brief, theme = order.brief, self._theme(order)
        finish = finish_named_in(order.style) or Finish.FLAT
        drafts: list[Draft] = []
        done: list[_Sketch] = []
        phrase = theme.phrases[0]
        seen = [] if theme.original is None else [self._sketches([theme.original], phrase)[0].look]
        for slot in range(order.count):
            rng = random.Random(_dice(order, slot))
            slot_theme = theme.of_slot(slot)
            found = plans_for(brief, slot_theme, slot, [sketch.plan for sketch in done], rng)
            sketches = self._sketches(found, slot_theme.phrases[0])
            if theme.original is not None:
                sketches = _unlike(sketches, seen)
            shown = Counter(glyph.id for sketch in done for glyph in sketch.plan.glyphs)
            best = max(sketches, key=lambda sketch: sketch.score - _stale(sketch.plan, shown))
            done.append(best)
            seen.append(best.look)
            drafts.append(self._draw(best, order.seed + slot, finish))
        return _subject_first(drafts, [theme.of_slot(slot) is theme for slot in range(order.count)])

    def _theme(self, order: DraftOrder) -> Theme:
        brief, like = order.brief, order.likeness
        letter = self._letter(brief)
        glyphs = self._retriever.library.find(like.glyphs) if like else []
        subjects = _near_the_best(self._retriever.for_brief(brief, _POOL))
        second, seconds = self._second_thing(brief, subjects)
        phrases = [content_phrases(brief)[0], second]
        if like is None or not glyphs or len(glyphs) < len(like.glyphs):
            palettes = self._retriever.palettes_for(brief, 4)
            is_name = second == self._retriever.thing_in(brief.name)
            return Theme(phrases, subjects, seconds, letter, palettes, is_name=is_name)
        rated = self._retriever.rated(brief, glyphs)
        original = Plan(
            Layout(like.layout),
            tuple(glyphs),
            like.palette,
            min(rated[-1].similarity, 1.0),
            like.recipe.layout_seed,
        )
        subject = subject_of(original)
        kin = [] if like.is_near else self._retriever.kin(subject, brief, _POOL)
        return Theme(
            phrases=phrases,
            subjects=_near_the_best(kin) if kin else [m for m in rated if m.glyph is subject],
            seconds=seconds,
            letter=letter,
            palettes=arrangements(like.palette),
            original=original,
            is_near=like.is_near,
        )

    def _sketches(self, plans: Sequence[Plan], phrase: str) -> list[_Sketch]:
        scenes = [build_scene(plan.layout, plan.glyphs, plan.seed) for plan in plans]
        layers = [_layers(scene) for scene in scenes]
        pictures = [
            compose_layers(drawing, plan.palette)
            for drawing, plan in zip(layers, plans, strict=True)
        ]
        matches = matches_of(self._matcher, pictures, phrase)
        return [
            _Sketch(plan, scene, score_layers(drawing), match, thumbnail(picture))
            for plan, scene, drawing, match, picture in zip(
                plans, scenes, layers, matches, pictures, strict=True
            )
        ]

    def _draw(self, sketch: _Sketch, seed: int, finish: Finish) -> Draft:
        plan = sketch.plan
        svg = finished_svg(
            sketch.scene, plan.palette, finish, plan.seed, title=plan.glyphs[-1].name
        )
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
            recipe=Recipe(layout_seed=plan.seed),
            is_flat=finish is Finish.FLAT,
        )

    def _second_thing(self, brief: Brief, subjects: Sequence[Match]) -> tuple[str, list[Match]]:
        """What a brief, or a name, says besides its subject, and its glyphs; or nothing."""
        subject, *others = content_phrases(brief)
        shown = [match.glyph for match in subjects]
        # A palm tree is one thing, a turtle school is two.
        is_one = self._retriever.thing_in(subject) == subject
        describes = "" if is_one else subject.rpartition(" ")[0]
        named = [self._retriever.thing_in(text) for text in (brief.name, describes)]
        for phrase in filter(None, [*others, *named]):
            plain = self._retriever.search(phrase, 5, brief.avoid)
            besides = self._retriever.search(phrase, 5, [*brief.avoid, subject])
            # Of an e-bike rental with a bicycle and a bolt the bolt is the second thing.
            is_known = any(match.glyph in shown for match in plain)
            if not is_known and besides[0].score > _AS_GOOD * plain[0].score:
                return phrase, _near_the_best(besides)
        return "", []

    def _letter(self, brief: Brief) -> Glyph | None:
        initial = next((character.upper() for character in brief.name if character.isalnum()), "")
        try:
            return self._retriever.library[f"letters:{initial}"] if initial else None
        except KeyError:
            return None


def _subject_first(drafts: list[Draft], is_subject: Sequence[bool]) -> list[Draft]:
    """Ranks one draft of the brief's second thing beside the second best of its subject.

    However well such a draft is drawn, the subject comes first; however badly, one is shown.
    """
    shows = zip(drafts, is_subject, strict=True)
    best, *others = sorted((draft.score for draft, is_main in shows if is_main), reverse=True)
    bar = min([_BEHIND * best, *others[:1]])
    ranked = list(drafts)
    for place, draft in enumerate(drafts):
        if not is_subject[place]:
            is_first = all(is_subject[:place])
            score = bar if is_first else min(draft.score, bar)
            ranked[place] = replace(draft, score=score)
    return ranked


def _dice(order: DraftOrder, slot: int) -> str:
    """What a slot's random choices start from."""
    base = f"compose:{order.brief.content}:{order.seed + slot}"
    wish = order.likeness.wish if order.likeness else None
    return f"{base}:{wish.image}:{wish.amount}" if wish else base


def _stale(plan: Plan, shown: Mapping[str, int]) -> float:
    return _STALE * shown.get(subject_of(plan).id, 0)


def _unlike(sketches: Sequence[_Sketch], seen: Sequence[Thumbnail]) -> list[_Sketch]:
    """Sketches that nobody takes for a picture seen before, or else the one least like them."""
    distances = [unlikeness(sketch.look, seen) for sketch in sketches]
    fresh = [sketch for sketch, away in zip(sketches, distances, strict=True) if away >= ALIKE]
    return fresh or [sketches[distances.index(max(distances))]]


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
