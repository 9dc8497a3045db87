"""What the tests of all trainings need."""

from __future__ import annotations

from pathlib import Path

import torch

from backend.training.checkpoints import Clock, load_state
from backend.training.loop import Lab
from backend.training.machine import build_accelerator
from backend.training.settings import Session, TrackerSettings


class StepClock(Clock):
    """Stops a call after some steps, however fast the machine is."""

    def __init__(self, steps: int, save_every_seconds: float) -> None:
        super().__init__(None, save_every_seconds)
        self._left = steps

    def should_stop(self) -> bool:
        self._left -= 1
        return self._left < 0


def lab(steps: int = 10**6, *, tracker: str = "none", save_every: float = 240.0) -> Lab:
    """A machine for one call of so many steps."""
    session = Session(tracker=TrackerSettings(name=tracker))
    return Lab(session, build_accelerator(session), StepClock(steps, save_every))


def weights_of(run: Path, key: str) -> torch.Tensor:
    """All numbers of a network in a checkpoint."""
    state = load_state(run)
    assert state is not None
    return torch.cat([value.flatten().float() for value in state["networks"][key].values()])
