"""The loop that trains every network: steps, epochs, checkpoints, samples, stop and resume."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from accelerate import Accelerator
from PIL import Image
from torch import nn

from backend.domain.errors import StageFailed
from backend.training.checkpoints import STATE_FILE, Clock, load_state, save_state
from backend.training.configuration import claim_folder, flat
from backend.training.ema import WeightAverage
from backend.training.history import TABLE_FILE, append_history, forget_after, write_table
from backend.training.machine import any_process, build_accelerator, mean_over_processes
from backend.training.run_log import log_metrics, run_life
from backend.training.settings import Recipe, Session
from backend.training.tracking import Tracker, check_tracker, opened_tracker
from backend.utils.files import atomic_path


class Outcome(NamedTuple):
    """What one step measured, and how many images this process saw in it."""

    metrics: dict[str, float]
    images: int


@dataclass(frozen=True)
class Parts:
    """What a checkpoint holds of a training.

    Attributes:
        networks: all of them by name, averages included.
        averages: updated once a step by the trainer.
        optimisers: by name.
    """

    networks: Mapping[str, nn.Module]
    averages: Sequence[WeightAverage[Any]]
    optimisers: Mapping[str, torch.optim.Optimizer]


class Trainer(Protocol):
    """One network's training, step by step."""

    parts: Parts

    def step(self, step: int) -> Outcome:
        """Takes one step; a function of the networks, the recipe's seed and the step."""
        ...

    def sheet(self) -> Image.Image | None:
        """A grid of samples of the averaged network; None where the trainer writes its own."""
        ...


@dataclass
class Progress:
    """How far a run is; part of its checkpoint.

    Attributes:
        seconds: of training, over all calls.
        images: seen in all processes.
        sums, counts: of the metrics of the unfinished epoch.
    """

    step: int = 0
    seconds: float = 0.0
    images: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome, processes: int) -> None:
        """Counts one step in."""
        self.step += 1
        self.images += outcome.images * processes
        for name, value in outcome.metrics.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
            self.counts[name] = self.counts.get(name, 0) + 1

    def means(self) -> dict[str, float]:
        """The mean of each metric since the last call."""
        means = {name: total / self.counts[name] for name, total in self.sums.items()}
        self.sums.clear()
        self.counts.clear()
        return means


@dataclass(frozen=True)
class Lab:
    """Where the runs of one call take place.

    Attributes:
        clock: shared by all networks of the call, so that its budget holds for all together.
    """

    session: Session
    accelerator: Accelerator
    clock: Clock

    @classmethod
    def open(cls, session: Session) -> Lab:
        """Takes the machine as it is.

        Raises:
            ToolMissing: the tracker's package is not installed.
        """
        check_tracker(session.tracker)
        clock = Clock(session.budget_seconds, session.save_every_seconds)
        return cls(session, build_accelerator(session), clock)

    @property
    def device(self) -> torch.device:
        """Where the networks live."""
        return self.accelerator.device

    @property
    def is_main(self) -> bool:
        """Whether this process writes files."""
        return bool(self.accelerator.is_main_process)


def run_steps(
    trainer: Trainer, recipe: Recipe, lab: Lab, folder: Path, facts: Mapping[str, Any]
) -> int:
    """Runs or resumes a training until its last step, its budget or a signal.

    Args:
        folder: for checkpoints, history, samples and the tracker's files; its name is the
            network's.
        facts: what else makes the experiment, such as the architecture.

    Returns:
        The steps done in all.

    Raises:
        InvalidRequest: the folder holds a run of another configuration.
        StageFailed: a loss is no longer a number; the last checkpoint is kept.
    """
    accelerator = lab.accelerator
    record = {
        **asdict(recipe),
        **facts,
        "precision": lab.session.precision,
        "processes": accelerator.num_processes,
    }
    if lab.is_main:
        claim_folder(folder, record, resumes=(folder / STATE_FILE).exists())
    accelerator.wait_for_everyone()
    progress = _resume(trainer, folder, accelerator)
    if lab.is_main:
        forget_after(folder, progress.step)
    if progress.step >= recipe.steps:
        return progress.step
    started = time.monotonic() - progress.seconds
    tracking = opened_tracker(lab.session.tracker, accelerator, folder, flat(record))
    told = run_life(folder.name, recipe.steps, lambda: progress.step)
    life = told if lab.is_main else nullcontext()
    with life, tracking as tracker, lab.clock.stopping_on_signals():
        while progress.step < recipe.steps:
            if any_process(accelerator, lab.clock.should_stop()):
                break
            outcome = trainer.step(progress.step)
            _refuse_divergence(outcome.metrics, progress.step, folder.name)
            progress.add(outcome, accelerator.num_processes)
            progress.seconds = time.monotonic() - started
            if progress.step % recipe.epoch_steps == 0:
                _end_epoch(progress, recipe, lab, folder, tracker)
            if lab.is_main and lab.clock.should_save():
                _save(trainer, progress, lab, folder, tracker)
        if lab.is_main:
            _save(trainer, progress, lab, folder, tracker)
    accelerator.wait_for_everyone()
    return progress.step


def _end_epoch(
    progress: Progress, recipe: Recipe, lab: Lab, folder: Path, tracker: Tracker
) -> None:
    metrics = mean_over_processes(lab.accelerator, progress.means())
    if not lab.is_main:
        return
    epoch = {
        "epoch": progress.step // recipe.epoch_steps,
        "step": progress.step,
        "seconds": round(progress.seconds, 3),
        "images": progress.images,
    }
    append_history(folder, {**epoch, **metrics})
    tracker.log(metrics, progress.step)
    log_metrics(folder.name, progress.step, recipe.steps, metrics)


def _refuse_divergence(metrics: Mapping[str, float], step: int, network: str) -> None:
    for name, value in metrics.items():
        if not math.isfinite(value):
            raise StageFailed(
                f"the training of {network} diverged at step {step + 1}: {name} is {value}; its "
                "last checkpoint is kept, a lower learning rate or precision=no may help"
            )


def _resume(trainer: Trainer, folder: Path, accelerator: Accelerator) -> Progress:
    if (state := load_state(folder)) is None:
        return Progress()
    for name, network in trainer.parts.networks.items():
        network.load_state_dict(state["networks"][name])
    for name, optimiser in trainer.parts.optimisers.items():
        optimiser.load_state_dict(state["optimisers"][name])
    if accelerator.scaler is not None and "scaler" in state:
        accelerator.scaler.load_state_dict(state["scaler"])
    progress = Progress(**state["progress"])
    for average in trainer.parts.averages:
        average.updates = progress.step
    return progress


def _save(trainer: Trainer, progress: Progress, lab: Lab, folder: Path, tracker: Tracker) -> None:
    networks = {name: network.state_dict() for name, network in trainer.parts.networks.items()}
    optimisers = {name: each.state_dict() for name, each in trainer.parts.optimisers.items()}
    state = {"networks": networks, "optimisers": optimisers, "progress": asdict(progress)}
    if lab.accelerator.scaler is not None:
        state["scaler"] = lab.accelerator.scaler.state_dict()
    save_state(folder, state)
    write_table(folder / TABLE_FILE, [folder])
    if (sheet := trainer.sheet()) is None:
        return
    picture = folder / f"samples-{progress.step:06d}.png"
    with atomic_path(picture) as path:
        sheet.save(path, "PNG")
    tracker.log_picture(picture, progress.step)
