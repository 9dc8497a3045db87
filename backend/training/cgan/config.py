"""The recipe of the conditional GAN, and the experiment made of it and the codec's."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from backend.training.cgan.codec_loop import CodecTraining
from backend.training.cgan.losses import GAMES, PENALTIES
from backend.training.schedules import SCHEDULES
from backend.training.settings import Recipe, Session, require_one_of, require_positive


@dataclass(frozen=True, kw_only=True)
class LossSettings:
    """The adversarial game; `conf/loss/` holds those that are known to fit together.

    Attributes:
        name: one of `losses.GAMES`.
        smoothing: how far the label of real scenes is from 1; of `bce` only.
        clip: largest weight of the discriminator, clamped after each of its steps; None leaves
            them alone.
        penalty: one of `losses.PENALTIES`.
        penalty_start, penalty_end: weight of the penalty, moved on a cosine over 80 % of the steps.
    """

    name: str = "relativistic"
    smoothing: float = 0.0
    clip: float | None = None
    penalty: str = "r1r2"
    penalty_start: float = 0.1
    penalty_end: float = 0.01

    def __post_init__(self) -> None:
        require_one_of("loss.name", self.name, tuple(GAMES))
        require_one_of("loss.penalty", self.penalty, PENALTIES)
        if self.clip is not None:
            require_positive(**{"loss.clip": self.clip})


@dataclass(frozen=True, kw_only=True)
class CganTraining(Recipe):
    """The recipe of the generator and discriminator.

    Attributes:
        opening_steps: steps in which only discriminator and posterior learn: an untrained opponent
            would teach a generator that comes trained to forget.
        warmup_steps: steps of plain reconstruction before the adversarial game begins.
        schedule: one of `schedules.SCHEDULES`, from rate_start to rate_end.
        discriminator_steps, generator_steps: optimiser steps of each within a step, each on a
            batch of its own; with one and one, both see the same batch.
        penalty_share: share of the batch on which the penalty is computed; an unbiased estimate.
        mismatch_weight: weight of (real scene, wrong text and layout) as negatives.
        reconstruction_weight: pull of the posterior half towards the scene it encodes.
        kl_weight: price of information in the posterior, per nat.
        guide_weight: weight of the matcher-guided loss: pictures near their texts, by InfoNCE.
        guide_temperature: of its softmax over the batch.
        text_dropout, exemplar_dropout: shares of samples without text, without any exemplar.
        hidden_share: share of samples whose exemplars the discriminator does not see. Seeing them,
            it forbids copies; not seeing them, it asks for a good drawing of the subject.
        tag_share: share of samples described by a tag instead of the glyph's name.
        min_worth, max_complexity: which glyphs are learnt; lacework does not survive the codec.
    """

    steps: int = 6000
    batch_size: int = 128
    loss: LossSettings = field(default_factory=LossSettings)
    opening_steps: int = 0
    warmup_steps: int = 800
    schedule: str = "cosine"
    rate_start: float = 4e-4
    rate_end: float = 5e-5
    discriminator_steps: int = 1
    generator_steps: int = 1
    penalty_share: float = 0.25
    mismatch_weight: float = 0.5
    adversarial_weight: float = 1.0
    reconstruction_weight: float = 10.0
    kl_weight: float = 0.008
    guide_weight: float = 0.0
    guide_temperature: float = 0.1
    text_dropout: float = 0.1
    exemplar_dropout: float = 0.1
    hidden_share: float = 0.5
    tag_share: float = 0.35
    ema_decay: float = 0.999
    min_worth: float = 0.9
    max_complexity: float = 24.0
    seed: int = 11

    def __post_init__(self) -> None:
        Recipe.__post_init__(self)
        require_one_of("schedule", self.schedule, SCHEDULES)
        require_positive(
            discriminator_steps=self.discriminator_steps,
            generator_steps=self.generator_steps,
            guide_temperature=self.guide_temperature,
        )


@dataclass(frozen=True, kw_only=True)
class CganExperiment(CganTraining, Session):
    """What `train cgan` is told: the GAN's recipe, the codec's under `codec`, and the session.

    Attributes:
        continues_shipped: begins with the shipped codec and generator instead of fresh ones; the
            codec stays as it is. Give it `opening_steps` and no `warmup_steps`.
        blend: share of the trained generator in what is shipped by a run that continues; the rest
            is the generator that it began with, see `ema.blended`.
    """

    continues_shipped: bool = False
    blend: float = 1.0
    codec: CodecTraining = field(default_factory=CodecTraining)

    def __post_init__(self) -> None:
        CganTraining.__post_init__(self)
        Session.__post_init__(self)

    @property
    def training(self) -> CganTraining:
        """The GAN's recipe alone."""
        return CganTraining(
            **{each.name: getattr(self, each.name) for each in fields(CganTraining)}
        )
