"""What a LoRA training may be told, and what it does when told nothing: goals, bases, limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from backend.domain.generation import Range


class Goal(StrEnum):
    """What an adapter shall learn from its pictures.

    STYLE: the look of all of them. OBJECT: the one thing that they show, without forgetting its
    kind (DreamBooth). TRIGGER: a word that stands for what they share (textual inversion), with a
    small adapter beside it.
    """

    STYLE = "style"
    OBJECT = "object"
    TRIGGER = "trigger"


@dataclass(frozen=True, slots=True)
class Preset:
    """How a goal is trained.

    Attributes:
        steps: optimiser steps.
        rank: of the LoRA matrices; alpha is the same, so that their product acts as it is.
        modules: which layers get one: "attention", "attention+ff" or "all", convolutions included.
        learning_rate: of the LoRA matrices, at its peak.
        text_learning_rate: of the text encoder's matrices or the trigger's embedding.
        batch_size: pictures of a step.
        train_text_encoder: whether the text encoder gets matrices, too.
        caption_dropout: share of the samples whose caption is emptied.
        prior_weight: weight of the class pictures' loss beside the set's; 0 makes none.
        prior_pictures: class pictures that the base draws before the training.
        noise_offset: standard deviation of the noise that a whole channel shares.
        plain_share: share of the samples that begin at a plain copy of their picture, so that the
            adapter acts on drafts.
        pictures_low, pictures_high: how many pictures suit the goal; fewer or more is only warned
            about, within `LIMITS.pictures`.
    """

    steps: int
    rank: int
    modules: str
    learning_rate: float
    text_learning_rate: float
    batch_size: int
    train_text_encoder: bool
    caption_dropout: float
    prior_weight: float
    prior_pictures: int
    noise_offset: float
    plain_share: float
    pictures_low: int
    pictures_high: int


@dataclass(frozen=True, slots=True)
class Base:
    """A pipeline that adapters can be trained for.

    Attributes:
        name: in the weights' manifest.
        resolution_px: side of the pictures that it was made for.
        needs_gpu: whether a training without one takes hours.
    """

    name: str
    resolution_px: int
    needs_gpu: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraLimits:
    """Bounds of what a training can be told; the defaults of the ranges are `Goal.STYLE`'s."""

    pictures: tuple[int, int]
    caption_characters: int
    trigger_characters: int
    class_phrase_characters: int
    title_characters: int
    licence_characters: int
    steps: Range
    rank: Range
    learning_rate: Range
    resolution_px: Range
    batch_size: Range
    seed: Range


LIMITS = LoraLimits(
    pictures=(3, 200),
    caption_characters=500,
    trigger_characters=40,
    class_phrase_characters=60,
    title_characters=80,
    licence_characters=80,
    steps=Range(10, 20_000, 300),
    rank=Range(1, 128, 8),
    learning_rate=Range(1e-6, 1e-2, 2e-3),
    resolution_px=Range(64, 1536, 128),
    batch_size=Range(1, 64, 8),
    seed=Range(0, 2**32 - 1, 0),
)
DEFAULT_BASE = "sd-embedded"
BASES: Mapping[str, Base] = {
    base.name: base
    for base in (
        Base("sd-embedded", 128, needs_gpu=False),
        Base("sd15", 512, needs_gpu=True),
        Base("sdxl", 1024, needs_gpu=True),
    )
}

# The embedded pipeline is small and its pictures are, too: it takes a far higher rate and needs
# convolutions adapted before a look changes.
GOALS: Mapping[Goal, Preset] = {
    Goal.STYLE: Preset(
        steps=300,
        rank=8,
        modules="all",
        learning_rate=2e-3,
        text_learning_rate=2e-4,
        batch_size=8,
        train_text_encoder=False,
        caption_dropout=0.1,
        prior_weight=0.0,
        prior_pictures=0,
        noise_offset=0.0,
        plain_share=0.5,
        pictures_low=8,
        pictures_high=50,
    ),
    Goal.OBJECT: Preset(
        steps=400,
        rank=8,
        modules="all",
        learning_rate=1e-3,
        text_learning_rate=2e-4,
        batch_size=8,
        train_text_encoder=False,
        caption_dropout=0.05,
        prior_weight=1.0,
        prior_pictures=48,
        noise_offset=0.0,
        plain_share=0.0,
        pictures_low=3,
        pictures_high=30,
    ),
    Goal.TRIGGER: Preset(
        steps=400,
        rank=4,
        modules="attention",
        learning_rate=5e-4,
        text_learning_rate=5e-3,
        batch_size=8,
        train_text_encoder=False,
        caption_dropout=0.05,
        prior_weight=0.0,
        prior_pictures=0,
        noise_offset=0.0,
        plain_share=0.0,
        pictures_low=3,
        pictures_high=20,
    ),
}


def preset_for(goal: Goal, base: str = DEFAULT_BASE) -> Preset:
    """A goal's preset on a base.

    Args:
        base: manifest name; an unknown one counts as a large pipeline.
    """
    preset = GOALS[goal]
    if base == DEFAULT_BASE:
        return preset
    # The usual figures for Stable Diffusion, of diffusers' examples and kohya's documentation.
    steps = {Goal.STYLE: 1200, Goal.OBJECT: 800, Goal.TRIGGER: 1000}[goal]
    rank = {Goal.STYLE: 16, Goal.OBJECT: 8, Goal.TRIGGER: 4}[goal]
    return replace(
        preset,
        steps=steps,
        rank=rank,
        modules="attention+ff" if goal is Goal.OBJECT else "attention",
        learning_rate=1e-4,
        text_learning_rate=1e-3 if goal is Goal.TRIGGER else 2e-5,
        batch_size=4 if base == "sd15" else 2,
        prior_pictures=200 if goal is Goal.OBJECT else 0,
        noise_offset=0.04 if goal is Goal.STYLE else 0.0,
        plain_share=0.0,
    )
