"""What the tests of all trainings need."""

from __future__ import annotations

from pathlib import Path

import torch

from backend.training.checkpoints import load_state
from backend.training.loop import Lab
from backend.training.settings import Session, TrackerSettings


def lab(
    budget_seconds: float | None = None, *, tracker: str = "none", save_every: float = 240.0
) -> Lab:
    """A machine for one call; the clock starts here."""
    session = Session(
        tracker=TrackerSettings(name=tracker),
        budget_seconds=budget_seconds,
        save_every_seconds=save_every,
    )
    return Lab.open(session)


def weights_of(run: Path, key: str) -> torch.Tensor:
    """All numbers of a network in a checkpoint."""
    state = load_state(run)
    assert state is not None
    return torch.cat([value.flatten().float() for value in state["networks"][key].values()])
