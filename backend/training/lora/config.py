"""The recipe of an adapter, and what comes from the goal's preset, the base and the order."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, make_dataclass, replace
from typing import Any, get_type_hints

from backend.domain.errors import InvalidRequest
from backend.domain.lora_orders import LoraOrder
from backend.domain.lora_presets import DEFAULT_BASE, Goal, preset_for
from backend.training.lora.adapters import MODULES
from backend.training.settings import Recipe, Session, require_one_of, require_positive


@dataclass(frozen=True, kw_only=True)
class LoraTraining(Recipe):
    """The recipe of one adapter; None takes the goal's preset, see `domain.lora_presets`.

    Attributes:
        resolution_px: side of a square picture; None takes the base's own.
        modules: attention, attention+ff or all.
        min_snr: gamma of the loss's weights; 0 switches them off. Used only where it is sound.
        shifted_share: share of the samples at the noise levels that small latents pass through in
            sampling; the rest is spread over the whole schedule.
        plain_share: share of the samples that begin at a plain copy of their picture, see
            `plain.py`; what makes a style act on drafts.
        trigger_vectors: tokens that a trained trigger becomes.
        sample_every: steps between sample sheets and measurements.
        sample_steps: denoising evaluations of a sample.
    """

    steps: int = 600
    batch_size: int = 8
    seed: int = 0
    epoch_steps: int = 20
    rank: int = 16
    modules: str = "all"
    learning_rate: float = 1e-3
    text_learning_rate: float = 2e-4
    warmup_share: float = 0.05
    weight_decay: float = 0.01
    max_norm: float = 1.0
    resolution_px: int | None = None
    caption_dropout: float = 0.1
    noise_offset: float = 0.0
    min_snr: float = 5.0
    shifted_share: float = 0.75
    plain_share: float = 0.0
    train_text_encoder: bool = False
    prior_weight: float = 0.0
    prior_pictures: int = 0
    trigger_vectors: int = 0
    sample_every: int = 100
    sample_steps: int = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        require_one_of("modules", self.modules, tuple(MODULES))
        require_positive(
            rank=self.rank,
            learning_rate=self.learning_rate,
            text_learning_rate=self.text_learning_rate,
            max_norm=self.max_norm,
            sample_every=self.sample_every,
            sample_steps=self.sample_steps,
        )
        if self.prior_weight > 0 and self.prior_pictures < 1:
            raise InvalidRequest("prior_weight needs prior_pictures: pictures of the class to keep")


# What KEY=VALUE may say beside a session: every key of the recipe; null takes the preset.
LoraExperiment: Any = make_dataclass(
    "LoraExperiment",
    [
        (name, hint | None, field(default=None))
        for name, hint in get_type_hints(LoraTraining).items()
    ],
    bases=(Session,),
    frozen=True,
    kw_only=True,
)


def with_words(recipe: LoraTraining, experiment: Any) -> LoraTraining:
    """The recipe with what an experiment says differently."""
    names = [each.name for each in fields(LoraTraining)]
    said = {name: getattr(experiment, name) for name in names}
    said = {name: value for name, value in said.items() if value is not None}
    if "steps" in said:
        said.setdefault("epoch_steps", _epoch_steps(said["steps"]))
    return replace(recipe, **said)


def recipe_for(order: LoraOrder) -> LoraTraining:
    """The goal's preset on the order's base, with what the order overrides."""
    preset = preset_for(order.goal, order.base)
    is_trigger = order.goal is Goal.TRIGGER
    is_small = order.base == DEFAULT_BASE
    settings: dict[str, Any] = {
        "steps": preset.steps,
        "batch_size": preset.batch_size,
        "rank": preset.rank,
        "modules": preset.modules,
        "learning_rate": preset.learning_rate,
        "text_learning_rate": preset.text_learning_rate,
        "caption_dropout": preset.caption_dropout,
        "noise_offset": preset.noise_offset,
        "train_text_encoder": preset.train_text_encoder,
        "prior_weight": preset.prior_weight,
        "prior_pictures": preset.prior_pictures,
        "trigger_vectors": 2 if is_trigger else 0,
        "plain_share": preset.plain_share,
        "sample_steps": 12 if is_small else 20,
    }
    overrides = dict(order.overrides)
    for key in ("steps", "rank", "resolution_px", "batch_size", "seed"):
        if key in overrides:
            overrides[key] = int(overrides[key])
    settings |= overrides
    epoch = _epoch_steps(settings["steps"])
    every = epoch * max(1, round((100 if is_small else 200) / epoch))
    return LoraTraining(**{**settings, "epoch_steps": epoch, "sample_every": every})


def _epoch_steps(steps: int) -> int:
    """The most steps up to 20 that divide all: what the last steps measure is written down, too."""
    return max(each for each in range(1, 21) if steps % each == 0)
