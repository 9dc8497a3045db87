"""Finds glyphs and palettes near a brief in meaning."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backend.domain.brief import Brief, Colour, Palette
from backend.models import brief_words as tables
from backend.models.brief_glossary import Glossary
from backend.models.brief_text import word_forms
from backend.vector.glyphs import Glyph, GlyphLibrary
from backend.vector.palette import PALETTES, palettes_from_colours

# A drawing of what is crossed out or forbidden shows the thing, but says the opposite of a brand.
_NEGATIONS = frozenset(
    [
        "no",
        "off",
        "not",
        "crossed",
        "slash",
        "slashed",
        "prohibited",
        "banned",
        "disabled",
        "broken",
        "missing",
    ]
)
_LATER_PHRASE_WEIGHT = 0.6
_DOMAIN_SHARE = 0.12
_SAME_THING = 0.75
_SUBJECT_SHARE = 0.6


class SentenceEncoder(Protocol):
    """The part of `models.text.TextEncoder` that retrieval needs."""

    def sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """N texts to (N, E) unit vectors."""


@dataclass(frozen=True, slots=True)
class Match:
    """A glyph and how well it answers a brief: by meaning, then with its fitness as a mark."""

    glyph: Glyph
    similarity: float
    score: float


class GlyphRetriever:
    """Ranks the library's glyphs for a brief."""

    def __init__(self, library: GlyphLibrary, encoder: SentenceEncoder) -> None:
        self.library = library
        self._encoder = encoder
        self._names = frozenset(glyph.name for glyph in library.glyphs)
        self._glossary = Glossary()
        self._fitness = np.array([_fitness(glyph) for glyph in library.glyphs], np.float32)
        moods = encoder.sentences([named.mood for named in PALETTES])
        self._mood_mean = moods.mean(axis=0)
        self._moods = self._centred(moods)

    def text_vector(self, text: str) -> NDArray[np.float32]:
        """A text in the index's space, (D,) unit vector: the generator's text condition."""
        return self.library.index.project(self._encoder.sentences([text]))[0]

    def search(self, phrase: str, count: int, avoid: Sequence[str] = ()) -> list[Match]:
        """The best glyphs for one phrase, no two of one name and pack.

        Args:
            phrase: what to look for.
            count: how many at most.
            avoid: glyphs named or nearly named like these are left out.
        """
        return self._ranked(self._subject_similarity(phrase), count, avoid)

    def for_brief(self, brief: Brief, count: int) -> list[Match]:
        """The best glyphs for a brief: its first phrase is the subject, later ones count less."""
        phrases = content_phrases(brief)
        similarity = self._subject_similarity(phrases[0])
        if len(phrases) > 1:
            later = np.max([self._similarity(phrase) for phrase in phrases[1:]], axis=0)
            similarity = np.maximum(
                similarity + _DOMAIN_SHARE * later, _LATER_PHRASE_WEIGHT * later
            )
        return self._ranked(similarity, count, brief.avoid)

    def thing_in(self, name: str) -> str:
        """The first drawing that a name is named after, of Blue Whale Books "whale"; or ""."""
        words = re.findall(r"[\w-]+", name.lower())
        words = [self._glossary.english(word) or word for word in words if len(word) > 2]
        words = [word for word in words if word not in tables.NUMBERS | tables.VENUES]
        spans = sorted(combinations(range(len(words) + 1), 2), key=lambda span: span[0] - span[1])
        parts = (" ".join(words[start:end]) for start, end in spans)
        return next((part for part in parts if part in self._names), "")

    def rated(self, brief: Brief, glyphs: Sequence[Glyph]) -> list[Match]:
        """Given glyphs, in their order, as matches for a brief's subject."""
        similarity = dict(
            zip(
                (glyph.id for glyph in self.library.glyphs),
                self._subject_similarity(content_phrases(brief)[0]).tolist(),
                strict=True,
            )
        )
        return [
            Match(glyph, similarity[glyph.id], similarity[glyph.id] * _fitness(glyph))
            for glyph in glyphs
        ]

    def kin(self, glyph: Glyph, brief: Brief, count: int) -> list[Match]:
        """Other glyphs of what a glyph shows, the nearest first, and never the glyph itself.

        What it shows is what its name and the brief have in common: of a fox's tail the fox.
        """
        asked = self._subject_similarity(content_phrases(brief)[0])
        similarity = (self._similarity(glyph.name) + asked) / 2
        matches = self._ranked(similarity.astype(np.float32), count + 1, brief.avoid)
        return [match for match in matches if match.glyph.id != glyph.id][:count]

    def palettes_for(self, brief: Brief, count: int) -> list[Palette]:
        """Palettes of the colours asked for, or else those whose mood is nearest to the brief.

        A ground that was asked for is worn wherever the other colours can be seen on it, and the
        first of those is the main one.
        """
        if brief.colours:
            palettes = palettes_from_colours(brief.colours)
            grounded = [palette for palette in palettes if palette.background == brief.ground]
            grounded.sort(key=lambda palette: _place(palette.primary, brief.colours))
            return (grounded or palettes)[:count]
        query = self._centred(self._encoder.sentences([" ".join([brief.content, *brief.styles])]))[
            0
        ]
        order = np.argsort(-(self._moods @ query), kind="stable")
        return [PALETTES[int(place)].palette for place in order[:count]]

    def _centred(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Unit vectors about the mean of the moods: without the centring all texts look alike."""
        centred = vectors - self._mood_mean
        norms = np.linalg.norm(centred, axis=1, keepdims=True)
        return np.asarray(centred / np.maximum(norms, 1e-6), np.float32)

    def _shows(self, text: str) -> NDArray[np.bool_]:
        """Which glyphs are of a thing: by meaning, or by the words of their names and tags."""
        return (self._similarity(text) > _SAME_THING) | self.library.index.mentions(
            [word_forms(word) for word in text.lower().split()]
        )

    def _subject_similarity(self, phrase: str) -> NDArray[np.float32]:
        """Similarity to what a phrase shows: of a puppy daycare or face above all the puppy."""
        *words, last = phrase.split()
        similarity = self._similarity(phrase)
        if not words or last.lower() not in tables.VENUES | tables.VIEWS:
            return similarity
        subject = self._similarity(" ".join(words))
        return (1 - _SUBJECT_SHARE) * similarity + _SUBJECT_SHARE * subject

    def _similarity(self, phrase: str) -> NDArray[np.float32]:
        return self.library.index.similarity(self._encoder.sentences([phrase])[0])

    def _ranked(
        self, similarity: NDArray[np.float32], count: int, avoid: Sequence[str]
    ) -> list[Match]:
        scores = similarity * self._fitness
        for text in avoid:
            scores = np.where(self._shows(text), -1.0, scores)
        matches: list[Match] = []
        taken: set[tuple[str, str]] = set()
        for place in np.argsort(-scores, kind="stable"):
            glyph = self.library.glyphs[int(place)]
            if (glyph.pack, glyph.name) in taken:
                continue
            taken.add((glyph.pack, glyph.name))
            matches.append(Match(glyph, float(similarity[place]), float(scores[place])))
            if len(matches) == count:
                break
        return matches


def content_phrases(brief: Brief) -> list[str]:
    """The brief's content split at commas, at least one phrase."""
    phrases = [phrase.strip() for phrase in brief.content.split(",") if phrase.strip()]
    return phrases or [brief.name or "abstract mark"]


def _place(colour: Colour, colours: Sequence[Colour]) -> int:
    return colours.index(colour) if colour in colours else len(colours)


def colours_to_show(brief: Brief, rng: random.Random) -> tuple[Colour, ...]:
    """The colours that a draft's layout must not hide.

    Two that are asked for both show. Of three, every other draft shows the third: few layouts have
    room for it, and drafts should differ. A shape that is asked for goes before any of it.
    """
    if brief.layouts or (len(brief.colours) > 2 and rng.random() < 0.5):
        return ()
    return brief.colours


def _fitness(glyph: Glyph) -> float:
    if glyph.worth == 0:
        return 0.0
    factor = 0.6 + 0.4 * glyph.worth
    return factor * (0.7 if _NEGATIONS & set(glyph.name.split()) else 1.0)
