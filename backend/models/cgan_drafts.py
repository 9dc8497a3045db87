"""The draft source around the conditional GAN: exemplars in, layered pictures out."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from backend.domain.brief import Brief, Palette
from backend.domain.generation import SourceName
from backend.domain.likeness import Likeness, Recipe
from backend.domain.ports import Draft, DraftOrder, ModelFact
from backend.models.cgan import Generator
from backend.models.cgan_kin import Kinsfolk
from backend.models.cgan_painter import Candidate, Drawing, Look, Painter, Words
from backend.models.devices import Compute
from backend.models.layer_codec import LayerCodec
from backend.models.ranking import TextMatcher, draft_score, scores_json
from backend.models.retrieval import (
    GlyphRetriever,
    Match,
    colours_to_show,
    content_phrases,
)
from backend.models.variations import arrangements
from backend.utils.images import compose_layers
from backend.utils.seeding import derived_seed
from backend.vector.glyphs import Glyph
from backend.vector.layouts import Layout, fits, suits_colours
from backend.vector.palette import inverted

CANDIDATES_PER_DRAFT = 4
# Variations take more: some look too much like what was drawn before.
_VARIED_CANDIDATES = 2
_FAMILY = 8
# Of the best match's similarity: what lies below shows something else.
_FAMILY_FLOOR = 0.6
_SHOWN_PER_PICTURE = 4
# Of the kin of an original's glyph: how near in meaning, and how many at least.
_KIN_FLOOR, _FEWEST_KIN = 0.85, 4
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
        self._painter = Painter(generator, codec, compute, matcher)
        self._retriever = retriever
        self._facts = tuple(facts)
        self._candidates = candidates

    def facts(self) -> Sequence[ModelFact]:
        """The generator, the codec and the networks that choose."""
        return self._facts

    def draw(self, order: DraftOrder) -> list[Draft]:
        """One draft for each seed from `order.seed` on.

        Variations differ to the eye from their original and from each other.
        """
        brief, like = order.brief, order.likeness
        phrase = content_phrases(brief)[0]
        words = Words(phrase, self._retriever.text_vector(phrase))
        kin = self._kinsfolk(brief, like, words) if like else None
        family = self._family(brief, kin.subject if kin else None)
        palettes = arrangements(like.palette) if like else self._retriever.palettes_for(brief, 3)
        drafts = []
        for slot in range(order.count):
            seed = order.seed + slot
            if kin is not None and like is not None and like.is_near:
                look, drawing = kin.near(seed)
            else:
                look = self._look(brief, family, palettes, slot, seed)
                numbers = range(self._candidates * (_VARIED_CANDIDATES if like else 1))
                candidates = [self._candidate(look, seed, number) for number in numbers]
                drawings = self._painter.drawings(look, candidates, words)
                if kin is not None:
                    drawings = kin.strangers(look, drawings)
                drawing = max(drawings, key=lambda d: d.worth)
            if kin is not None:
                kin.meet(look, drawing)
            drafts.append(self._draft(look, drawing, seed))
        return drafts

    def _family(self, brief: Brief, subject: Glyph | None) -> list[Match]:
        """What the network may be shown: for a variation the kin of what the original shows."""
        kin = self._retriever.kin(subject, brief, _FAMILY) if subject else []
        if not kin:
            matches = self._retriever.for_brief(brief, _FAMILY)
            floor = max(_FAMILY_FLOOR * max(match.similarity for match in matches), 0.3)
            return [match for match in matches if match.similarity > floor]
        # Beyond the subject's own name lie other subjects.
        bar = kin[0].similarity * _KIN_FLOOR
        return [m for place, m in enumerate(kin) if place < _FEWEST_KIN or m.similarity >= bar]

    def _kinsfolk(self, brief: Brief, like: Likeness, words: Words) -> Kinsfolk | None:
        """What varies the original; None when its scene is none of the network's."""
        scene = (Layout(like.layout), like.recipe.layout_seed)
        if scene not in self._painter.scenes:
            return None
        shown = self._retriever.rated(brief, self._retriever.library.find(like.glyphs))
        look = Look(self._painter.scenes.index(scene), like.palette, tuple(shown))
        # A picture from before recipes were kept lacks its noise: any of its seed is as near.
        noise = like.recipe.noise or ((derived_seed("noise", like.seed, 0), 1.0),)
        candidate = Candidate(look.family[: self._painter.exemplars], noise)
        return Kinsfolk(self._painter, look, candidate, words, brief)

    def _look(
        self,
        brief: Brief,
        family: Sequence[Match],
        palettes: Sequence[Palette],
        slot: int,
        seed: int,
    ) -> Look:
        rng = random.Random(f"cgan:{brief.content}:{seed}")
        palette = palettes[min(slot, len(palettes) - 1)] if rng.random() < 0.5 else palettes[0]
        if rng.random() < 0.2 and palette.background != brief.ground:
            palette = inverted(palette) or palette
        scene = self._choose_scene(brief, palette, rng)
        layout = self._painter.scenes[scene][0]
        fitting = [match for match in family if fits(layout, match.glyph)] or list(family)
        rng.shuffle(fitting)
        return Look(scene, palette, tuple(fitting[:_SHOWN_PER_PICTURE]))

    def _candidate(self, look: Look, seed: int, number: int) -> Candidate:
        rng = random.Random(f"cgan:{seed}:{number}")
        count = min(self._painter.exemplars, len(look.family))
        exemplars = tuple(rng.sample(look.family, count))
        return Candidate(exemplars, ((derived_seed("noise", seed, number), 1.0),))

    def _choose_scene(self, brief: Brief, palette: Palette, rng: random.Random) -> int:
        asked = colours_to_show(brief, rng)
        usable = [
            place
            for place, (layout, _) in enumerate(self._painter.scenes)
            if layout not in brief.unwanted_layouts and suits_colours(layout, palette, asked)
        ]
        wanted = [place for place in usable if self._painter.scenes[place][0] in brief.layouts]
        choices = wanted or usable
        weights = [
            _SCENE_WEIGHTS[self._painter.scenes[place][0]]
            / sum(layout is self._painter.scenes[place][0] for layout, _ in self._painter.scenes)
            for place in choices
        ]
        return rng.choices(choices, weights)[0]

    def _draft(self, look: Look, drawing: Drawing, seed: int) -> Draft:
        packs = self._retriever.library.packs
        shown = drawing.candidate.exemplars
        meaning = float(np.mean([match.similarity for match in shown])) if shown else 0.0
        glyphs = [match.glyph for match in shown]
        return Draft(
            image=compose_layers(drawing.layers, look.palette),
            origin=SourceName.CGAN,
            seed=seed,
            palette=look.palette,
            layout=str(self._painter.scenes[look.scene][0]),
            concept=glyphs[0].name if glyphs else "abstract mark",
            score=draft_score(
                meaning if drawing.match is None else (meaning + drawing.match) / 2, drawing.worth
            ),
            glyphs=tuple((g.id, packs[g.pack].licence, packs[g.pack].author) for g in glyphs),
            scores={
                **scores_json(drawing.scores, meaning, drawing.match),
                "kinship": round(drawing.kinship, 3),
            },
            recipe=Recipe(self._painter.scenes[look.scene][1], drawing.candidate.noise),
        )
