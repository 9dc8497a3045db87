"""Judges drafts by their layers: does the mark read when small, is it clear, calm and balanced?

Pure functions of arrays. They compare drafts of either source by the same measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Layers = NDArray[np.float32]

# Of the drawings that are less near to what they vary, most have fallen apart.
_LEAST_KINSHIP = 0.75


class TextMatcher(Protocol):
    """The part of `models.matcher.PictureMatcher` that ranking needs."""

    def match(self, pictures: Sequence[Image.Image], phrase: str) -> NDArray[np.float32]:
        """How well pictures show what a phrase says: (N,) in 0..1."""


@dataclass(frozen=True, slots=True)
class MarkScores:
    """Qualities of a drawing, each 0..1, higher is better.

    Attributes:
        clarity: how decided each pixel is between the layers; blur lowers it.
        legibility: how much of the drawing survives at 32 and 16 px.
        calm: freedom from specks and lace.
        balance: closeness of the ink's centre of mass to the middle.
        presence: whether there is neither too little nor too much ink.
        one_colour: how much of the drawing's outlines is left when it is printed in one ink.
    """

    clarity: float
    legibility: float
    calm: float
    balance: float
    presence: float
    one_colour: float

    @property
    def overall(self) -> float:
        """The weighted mean, weights by what makes people reject a mark."""
        return (
            0.3 * self.clarity
            + 0.2 * self.legibility
            + 0.2 * self.calm
            + 0.1 * self.balance
            + 0.1 * self.presence
            + 0.1 * self.one_colour
        )

    def to_json(self) -> dict[str, float]:
        """Rounded values by name."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def score_layers(layers: Layers) -> MarkScores:
    """Judges one picture.

    Args:
        layers: (3, S, S) in 0..1 summing to 1, background first; S a multiple of 32.
    """
    ink = 1 - layers[0]
    return MarkScores(
        clarity=_clarity(layers),
        legibility=0.6 * _survival(ink, 32) + 0.4 * _survival(ink, 16),
        calm=_calm(layers),
        balance=_balance(ink),
        presence=float(np.clip(ink.mean() / 0.12, 0, 1) * np.clip((0.92 - ink.mean()) / 0.2, 0, 1)),
        one_colour=_one_colour(layers),
    )


def draft_score(match: float, quality: float) -> float:
    """Rank among the drafts of one request: half what it shows, half how well it is drawn.

    Args:
        match: likeness to the words, 0..1.
        quality: `MarkScores.overall` or what a source makes of it, 0..1.
    """
    return round(0.5 * float(np.clip(match, 0, 1)) + 0.5 * quality, 4)


def matches_of(
    matcher: TextMatcher | None, pictures: Sequence[Image.Image], phrase: str
) -> list[float | None]:
    """What a matcher says of pictures, or Nones without one."""
    if matcher is None:
        return [None] * len(pictures)
    return [float(value) for value in matcher.match(pictures, phrase)]


def scores_json(quality: MarkScores, meaning: float, match: float | None) -> dict[str, float]:
    """What a draft's record tells of its ranking.

    Args:
        quality: how well it is drawn.
        meaning: likeness of the names of what it is made of to the brief, 0..1.
        match: likeness of the picture to the brief's words, 0..1, or None.
    """
    told = {**quality.to_json(), "meaning": round(min(meaning, 1.0), 3)}
    return told if match is None else {**told, "text_match": round(match, 3)}


def holds_together(scores: Mapping[str, float]) -> bool:
    """Whether a draft with such scores is whole; only variations of examples ever fall apart."""
    return scores.get("kinship", 1.0) >= _LEAST_KINSHIP


def overlap(first: Layers, second: Layers) -> float:
    """Intersection over union of two pictures' layers, 0..1: the mean over layers that are there.

    Args:
        first, second: (K, S, S) in 0..1.
    """
    shared = np.minimum(first, second).sum(axis=(1, 2))
    covered = np.maximum(first, second).sum(axis=(1, 2))
    there = covered > 0.01 * first[0].size
    return float((shared[there] / covered[there]).mean())


def kinship(drawn: Layers, shown: Sequence[Layers]) -> float:
    """How near a drawing is to the nearest of the examples it varies.

    Returns:
        0 when it is as unlike it as the examples are unlike each other, such as a blob in the same
        frame; 1 when it is the same; below 0 it is clipped.
    """
    if not shown:
        return 0.0
    among = [overlap(a, b) for a, b in combinations(shown, 2)]
    unlike = min(float(np.mean(among)), 0.95) if among else 0.5
    nearest = max(overlap(drawn, example) for example in shown)
    return float(np.clip((nearest - unlike) / (1 - unlike), 0, 1))


def _clarity(layers: Layers) -> float:
    """Share of pixels that are decided, where an outline one pixel wide is expected to be soft."""
    soft = float((layers.max(axis=0) < 0.85).mean())
    decided = layers.argmax(axis=0)
    allowed = 1.3 * _edge_length(decided) / decided.size
    return float(np.clip(1 - (soft - allowed) / 0.08, 0, 1))


def _survival(ink: NDArray[np.float32], size_px: int) -> float:
    """Intersection over union of the ink and itself after a trip through size_px, 0..1."""
    factor = ink.shape[0] // size_px
    small = ink.reshape(size_px, factor, size_px, factor).mean(axis=(1, 3))
    back = np.repeat(np.repeat(np.round(small), factor, 0), factor, 1)
    hard = (ink > 0.5).astype(np.float32)
    union = float(np.maximum(hard, back).sum())
    return float(np.minimum(hard, back).sum() / union) if union else 0.0


def _calm(layers: Layers) -> float:
    # A disc over half of the canvas has an edge length of about 3 sides, lacework over 20.
    sides = _edge_length(layers.argmax(axis=0)) / layers.shape[1]
    return float(np.clip((22 - sides) / 16, 0, 1))


def _balance(ink: NDArray[np.float32]) -> float:
    total = float(ink.sum())
    if total < 1:
        return 0.0
    grid = (np.arange(ink.shape[0]) + 0.5) / ink.shape[0] - 0.5
    offset = np.hypot(float(ink.sum(0) @ grid) / total, float(ink.sum(1) @ grid) / total)
    return float(np.clip(1 - offset / 0.18, 0, 1))


def _one_colour(layers: Layers) -> float:
    """The best of three ways to print it in one ink: both inks as one, or either as the paper."""
    decided = layers.argmax(axis=0)
    whole = _edge_length(decided)
    if not whole:
        return 0.0
    prints = (decided > 0, decided == 1, decided == 2)
    return max(_edge_length(ink) for ink in prints) / whole


def _edge_length(labels: NDArray[np.int64] | NDArray[np.bool_]) -> float:
    """Neighbouring pixels with different labels."""
    return float((labels[1:] != labels[:-1]).sum() + (labels[:, 1:] != labels[:, :-1]).sum())
