"""What composed drafts are planned from: which glyph, in which layout, in which colours."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.domain.brief import Brief, Palette
from backend.models.retrieval import Match, colours_to_show
from backend.vector.glyphs import Glyph
from backend.vector.layouts import FACTS as LAYOUT_FACTS
from backend.vector.layouts import Layout, fits, suits_colours
from backend.vector.palette import inverted

PLANS_PER_DRAFT = 2
# Variations are chosen among more plans: some look too much like what was drawn before.
_VARIED_PLANS = 5
# How much less likely a glyph becomes each time it is shown; siblings differ by their glyphs.
_SHOWN_AGAIN, _SIBLING_SHOWN_AGAIN = 0.2, 0.1
# Of the ways to wear the original's colours: as they are, inverted, any other.
_PALETTE_WEIGHTS = (1.0, 0.6, 0.25)
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
class Plan:
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
class Theme:
    """What all drafts of an order are planned from.

    Attributes:
        phrases: what the subjects and, where there are any, the seconds show.
        subjects: glyphs to show, the best first.
        seconds: glyphs of the brief's second thing, to stand beside a subject; often none.
        palettes: the best first.
        original: the plan that the drafts shall resemble; None when they are new ideas.
        is_near: whether they shall show the original's very glyphs.
        is_name: whether the seconds show what the brand is named after: a mark of its own.
        is_paired: whether the second thing has to be seen.
    """

    phrases: Sequence[str]
    subjects: Sequence[Match]
    seconds: Sequence[Match]
    letter: Glyph | None
    palettes: Sequence[Palette]
    original: Plan | None = None
    is_near: bool = False
    is_name: bool = False
    is_paired: bool = False

    def of_slot(self, slot: int) -> Theme:
        """The theme as a slot sees it: every third one has to show the second thing."""
        if self.original is not None or not self.seconds or slot % 3 != 1:
            return self
        if not self.is_name:
            return replace(self, is_paired=True)
        turned = self.phrases[::-1]
        return replace(self, phrases=turned, subjects=self.seconds, seconds=self.subjects)


def plans_for(
    brief: Brief, theme: Theme, slot: int, done: Sequence[Plan], rng: random.Random
) -> list[Plan]:
    """Plans for one slot, none of them drawn before unless there is nothing else."""
    if theme.is_near and theme.original is not None:
        return _near_plans(brief, theme.original, theme.palettes, done, rng)
    taken = {plan.key for plan in done}
    used = Counter(glyph.id for plan in done for glyph in plan.glyphs)
    found: dict[tuple[str, ...], Plan] = {}
    for _ in range(24):
        plan = _plan(brief, theme, slot, used, rng)
        if plan.key not in taken:
            found.setdefault(plan.key, plan)
        if len(found) == (PLANS_PER_DRAFT if theme.original is None else _VARIED_PLANS):
            break
    return list(found.values()) or [plan]


def _plan(
    brief: Brief, theme: Theme, slot: int, used: Mapping[str, int], rng: random.Random
) -> Plan:
    subjects, palettes = theme.subjects, theme.palettes
    again = _SHOWN_AGAIN if theme.original is None else _SIBLING_SHOWN_AGAIN
    weights = [
        (match.score / subjects[0].score) ** 6 * again ** used.get(match.glyph.id, 0)
        for match in subjects
    ]
    subject = rng.choices(list(subjects), weights)[0]
    # The first palette answers the brief best; later slots look further.
    palette = palettes[min(slot, len(palettes) - 1)] if rng.random() < 0.5 else palettes[0]
    if rng.random() < 0.25 and palette.background != brief.ground:
        palette = inverted(palette) or palette
    allowed = _allowed_layouts(
        brief, subject.glyph, palette, has_second=bool(theme.seconds), letter=theme.letter, rng=rng
    )
    if theme.is_paired and Layout.PAIR in allowed:
        allowed = [Layout.PAIR]
    layout = rng.choices(list(allowed), [_LAYOUT_WEIGHTS[choice] for choice in allowed])[0]
    glyphs: tuple[Glyph, ...] = (subject.glyph,)
    if layout is Layout.PAIR:
        glyphs = (subject.glyph, rng.choice(list(theme.seconds)).glyph)
    elif layout is Layout.LETTER and theme.letter is not None:
        glyphs = (theme.letter, subject.glyph)
    return Plan(layout, glyphs, palette, min(subject.similarity, 1.0), rng.getrandbits(31))


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
        and layout not in brief.unwanted_layouts
        and suits_colours(layout, palette, asked)
        and (layout is not Layout.PAIR or has_second)
        and (layout is not Layout.LETTER or letter is not None)
    ]
    wanted = [layout for layout in usable if layout in brief.layouts]
    return wanted or usable or [Layout.MARK]


def _near_plans(
    brief: Brief,
    original: Plan,
    palettes: Sequence[Palette],
    done: Sequence[Plan],
    rng: random.Random,
) -> list[Plan]:
    """A few ways to dress the original's glyphs anew: other layouts, the same colours turned."""
    asked = colours_to_show(brief, rng)
    taken = {(plan.key, plan.palette) for plan in [original, *done]}
    used = Counter(plan.layout for plan in [original, *done])
    choices: dict[Plan, float] = {}
    for layout, glyphs in _dressings(original):
        if layout in brief.unwanted_layouts:
            continue
        for place, palette in enumerate(palettes):
            plan = Plan(layout, glyphs, palette, original.similarity, rng.getrandbits(31))
            if (plan.key, palette) in taken or not suits_colours(layout, palette, asked):
                continue
            wanted = 8.0 if layout in brief.layouts else 1.0
            worn = _PALETTE_WEIGHTS[min(place, len(_PALETTE_WEIGHTS) - 1)]
            choices[plan] = _LAYOUT_WEIGHTS[layout] * wanted * worn * 0.4 ** used[layout]
    plans: list[Plan] = []
    while choices and len(plans) < _VARIED_PLANS:
        plan = rng.choices(list(choices), list(choices.values()))[0]
        plans.append(plan)
        del choices[plan]
    return plans or [replace(original, seed=rng.getrandbits(31))]


def _dressings(original: Plan) -> list[tuple[Layout, tuple[Glyph, ...]]]:
    """The layouts that show what a plan shows: of two glyphs both, or the subject alone."""
    subject = subject_of(original)
    alone: list[tuple[Layout, tuple[Glyph, ...]]] = [
        (layout, (subject,))
        for layout in _LAYOUT_WEIGHTS
        if LAYOUT_FACTS[layout].glyphs == 1 and fits(layout, subject)
    ]
    if len(original.glyphs) < 2:
        return alone
    together = [original.glyphs]
    if original.layout is Layout.PAIR:
        together.append(original.glyphs[::-1])
    return [*((original.layout, glyphs) for glyphs in together), *alone]


def subject_of(plan: Plan) -> Glyph:
    """The glyph that shows what the brand is about: a pair begins with it, a letter precedes it."""
    return plan.glyphs[-1] if plan.layout is Layout.LETTER else plan.glyphs[0]
