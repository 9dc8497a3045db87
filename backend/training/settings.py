"""What every training is told: a recipe makes the experiment, a session runs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.domain.errors import InvalidRequest

TRACKERS = ("tensorboard", "mlflow", "wandb", "clearml", "none")
PRECISIONS = ("bf16", "fp16", "no")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What makes an experiment: with the same recipe, the same numbers come out.

    Attributes:
        steps: optimiser steps in all; the learning rate's schedule ends there.
        batch_size: samples of a step in one process.
        seed: of the initial weights and of every draw.
        epoch_steps: steps whose mean metrics make one row of the history.
    """

    steps: int
    batch_size: int
    seed: int
    epoch_steps: int = 50

    def __post_init__(self) -> None:
        require_positive(steps=self.steps, batch_size=self.batch_size, epoch_steps=self.epoch_steps)


@dataclass(frozen=True, kw_only=True)
class TrackerSettings:
    """Where metrics and sample sheets are shown.

    Attributes:
        name: tensorboard, mlflow, wandb, clearml or none.
        offline: keeps everything in the run's folder; False speaks to the tracker's server, with
            the credentials that the tracker's own environment variables or files give.
        address: an MLflow server; None writes into the run's folder.
    """

    name: str = "tensorboard"
    offline: bool = True
    address: str | None = None

    def __post_init__(self) -> None:
        require_one_of("tracker.name", self.name, TRACKERS)


@dataclass(frozen=True, kw_only=True)
class Session:
    """How one call runs: nothing of it changes what comes out, except the precision.

    Attributes:
        budget_seconds: wall-clock limit of this call; the run goes on with the next.
        save_every_seconds: time between checkpoints.
        precision: "bf16" runs the networks in it by autocast, "no" in full precision; "fp16" is for
            GPUs that lack the first, with scaled gradients.
    """

    tracker: TrackerSettings = field(default_factory=TrackerSettings)
    precision: str = "bf16"
    budget_seconds: float | None = None
    save_every_seconds: float = 240.0

    def __post_init__(self) -> None:
        require_one_of("precision", self.precision, PRECISIONS)


def require_positive(**values: float) -> None:
    """Raises InvalidRequest unless every value is above zero."""
    for name, value in values.items():
        if value <= 0:
            raise InvalidRequest(f"{name} must be above zero, not {value}")


def require_one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raises InvalidRequest for a value that is not among the allowed ones."""
    if value not in allowed:
        raise InvalidRequest(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
