"""Does a stopped training go on as if never stopped? Every trainer at toy size, on a CPU.

Each trainer runs three times, every time in a process of its own: once without a stop, once until
its budget ends, and once more from that checkpoint. The losses of the steps after the resume must
be those of the run that was never stopped.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.domain.errors import InvalidRequest, StageFailed
from backend.training.history import read_history

TRAINERS = ("codec", "cgan", "vae", "unet", "matcher", "lora")
# A resumed step is the same arithmetic on the same numbers; this only allows for another order of
# sums, far below what a lost optimiser state does.
RELATIVE_TOLERANCE = 1e-4
# The first loss after a resume depends on the weights alone, the second on the optimiser's state.
LEAST_STEPS = 3
_NOT_LOSSES = frozenset({"epoch", "step", "seconds", "images"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one trainer did.

    Attributes:
        stopped_at: the step of the checkpoint that was resumed.
        compared: steps after it that both runs have done.
        deviation: the largest relative difference of any metric in those steps.
    """

    trainer: str
    stopped_at: int
    compared: int
    deviation: float

    @property
    def passed(self) -> bool:
        """Whether enough steps were compared and all of them match."""
        return self.finding == "ok"

    @property
    def finding(self) -> str:
        """In words; a machine too slow for the budget proves nothing, which is no pass."""
        if self.deviation > RELATIVE_TOLERANCE:
            return "DIFFERS"
        if self.stopped_at == 0 or self.compared < LEAST_STEPS:
            return "TOO FEW STEPS, give more --seconds"
        return "ok"


def compare(
    trainer: str, whole: Sequence[dict[str, Any]], parts: Sequence[dict[str, Any]], stopped_at: int
) -> Verdict:
    """Compares histories with one record a step, from the first step after the resume on."""
    there = {record["step"]: record for record in whole}
    common = [(record, there[record["step"]]) for record in parts if record["step"] in there]
    after = [(mine, other) for mine, other in common if mine["step"] > stopped_at]
    deviations = [
        _deviation(mine, other, name)
        for mine, other in after
        for name in (mine.keys() | other.keys()) - _NOT_LOSSES
    ]
    return Verdict(trainer, stopped_at, len(after), max(deviations, default=0.0))


def run_smoke(
    weights: Path, seconds: float, only: Sequence[str], say: Callable[[str], None]
) -> bool:
    """Runs the trainers one after another and prints a line for each.

    Args:
        weights: the weights folder with the glyph library and the text encoder.
        seconds: of training for each trainer: half of them without a stop, half in two parts.
        only: names of trainers; all when empty.

    Returns:
        Whether all have passed.

    Raises:
        InvalidRequest: there is no trainer of a name.
        StageFailed: a training ended with an error.
    """
    if unknown := set(only) - set(TRAINERS):
        raise InvalidRequest(
            f"there is no trainer {sorted(unknown)[0]}; there are {', '.join(TRAINERS)}"
        )
    say(f"{'trainer':8} {'stopped at':>10} {'compared':>9} {'deviation':>10}")
    passed = True
    with tempfile.TemporaryDirectory() as folder:
        for trainer in only or TRAINERS:
            whole, parts = (Path(folder) / trainer / name for name in ("whole", "parts"))
            _leg(trainer, weights, whole, seconds / 2)
            _leg(trainer, weights, parts, seconds / 4)
            stopped_at = max((r["step"] for r in read_history(parts)), default=0)
            _leg(trainer, weights, parts, seconds / 4)
            verdict = compare(trainer, read_history(whole), read_history(parts), stopped_at)
            passed &= verdict.passed
            say(
                f"{trainer:8} {verdict.stopped_at:10d} {verdict.compared:9d} "
                f"{verdict.deviation:10.1e} {verdict.finding}"
            )
    return passed


def _leg(trainer: str, weights: Path, run: Path, seconds: float) -> None:
    """One call of a trainer in a fresh process."""
    command = [sys.executable, "-m", "backend.training.smoke_trainers"]
    done = subprocess.run(
        [*command, trainer, str(weights), str(run), str(seconds)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise StageFailed(f"the {trainer} trainer ended with an error: {last}")


def _deviation(mine: dict[str, Any], other: dict[str, Any], name: str) -> float:
    first, second = mine.get(name, float("nan")), other.get(name, float("nan"))
    difference = abs(first - second)
    # A metric that only one of the runs has gives not a number, which must not pass.
    return difference / max(abs(first), abs(second), 1e-6) if difference >= 0 else float("inf")
