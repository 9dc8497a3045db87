"""The recipe of the conditional GAN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CganTraining:
    """A run of the generator and discriminator.

    Attributes:
        warmup_steps: steps of plain reconstruction before the adversarial game begins.
        gamma_start, gamma_end: weight of R1 and R2, lowered on a cosine over 80 % of the steps.
        penalty_share: share of the batch on which the penalties are computed; an unbiased estimate.
        mismatch_weight: weight of (real scene, wrong text and layout) as negatives.
        reconstruction_weight: pull of the posterior half towards the scene it encodes.
        kl_weight: price of information in the posterior, per nat.
        text_dropout, exemplar_dropout: shares of samples without text, without any exemplar.
        hidden_share: share of samples whose exemplars the discriminator does not see. Seeing them,
            it forbids copies; not seeing them, it asks for a good drawing of the subject.
        tag_share: share of samples described by a tag instead of the glyph's name.
        min_worth, max_complexity: which glyphs are learnt; lacework does not survive the codec.
    """

    steps: int = 6000
    batch_size: int = 128
    warmup_steps: int = 800
    rate_start: float = 4e-4
    rate_end: float = 5e-5
    gamma_start: float = 0.1
    gamma_end: float = 0.01
    penalty_share: float = 0.25
    mismatch_weight: float = 0.5
    adversarial_weight: float = 1.0
    reconstruction_weight: float = 10.0
    kl_weight: float = 0.008
    text_dropout: float = 0.1
    exemplar_dropout: float = 0.1
    hidden_share: float = 0.5
    tag_share: float = 0.35
    ema_decay: float = 0.999
    min_worth: float = 0.9
    max_complexity: float = 24.0
    seed: int = 11
    budget_seconds: float | None = None
    save_every_seconds: float = 240.0
