"""The loop of all trainings, on a network of one weight."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import nn

from backend.domain.errors import InvalidRequest, StageFailed, ToolMissing
from backend.tests.training.support import lab
from backend.training.checkpoints import load_state, save_state
from backend.training.draws import Draws
from backend.training.ema import WeightAverage
from backend.training.history import read_history
from backend.training.loop import Lab, Outcome, Parts, run_steps
from backend.training.machine import step_down
from backend.training.settings import Recipe, Session, TrackerSettings
from backend.training.smoke import compare
from backend.training.tracking import check_tracker

RECIPE = Recipe(steps=12, batch_size=4, seed=0, epoch_steps=4)
EACH_STEP = Recipe(steps=12, batch_size=4, seed=0, epoch_steps=1)


class LineTrainer:
    """Fits w x to 3 x."""

    def __init__(self, lab: Lab, recipe: Recipe, bad_step: int = -1) -> None:
        torch.manual_seed(recipe.seed)
        self._lab, self._recipe, self._bad_step = lab, recipe, bad_step
        self._network = nn.Linear(1, 1, bias=False)
        self._average = WeightAverage(self._network, 0.9)
        self._optimiser = torch.optim.Adam(self._network.parameters())
        self.parts = Parts(
            networks={"line": self._network, "average": self._average.average},
            averages=[self._average],
            optimisers={"line": self._optimiser},
        )

    def step(self, step: int) -> Outcome:
        draws = Draws(self._recipe.seed, step)
        inputs = draws.normal(self._recipe.batch_size, 1)
        loss = (self._network(inputs) - 3 * inputs).square().mean()
        step_down(self._lab.accelerator, loss, self._optimiser, rate=0.1)
        self._average.update(self._network)
        value = float("nan") if step == self._bad_step else loss.item()
        return Outcome({"loss": value}, len(inputs))

    def sheet(self) -> Image.Image:
        return Image.new("RGB", (4, 2), (255, 0, 0))


def run(folder: Path, recipe: Recipe, at: Lab, bad_step: int = -1) -> int:
    return run_steps(LineTrainer(at, recipe, bad_step), recipe, at, folder, {"model": "line"})


def test_an_epoch_is_the_mean_of_its_steps_also_across_a_stop(tmp_path: Path) -> None:
    run(tmp_path / "fine", EACH_STEP, lab())
    assert run(tmp_path / "parts", RECIPE, lab(6)) == 6  # in the middle of the second epoch
    assert run(tmp_path / "parts", RECIPE, lab()) == 12
    fine = [record["loss"] for record in read_history(tmp_path / "fine")]
    epochs = read_history(tmp_path / "parts")
    assert [(e["epoch"], e["step"], e["images"]) for e in epochs] == [
        (1, 4, 16),
        (2, 8, 32),
        (3, 12, 48),
    ]
    for number, epoch in enumerate(epochs):
        assert epoch["loss"] == pytest.approx(sum(fine[4 * number : 4 * number + 4]) / 4)


def test_seconds_go_on_after_a_resume(tmp_path: Path) -> None:
    run(tmp_path, RECIPE, lab(4))
    state = load_state(tmp_path)
    assert state is not None
    state["progress"]["seconds"] = 1000.0
    save_state(tmp_path, state)
    run(tmp_path, RECIPE, lab())
    assert [record["seconds"] > 1000 for record in read_history(tmp_path)] == [False, True, True]


def test_a_resumed_run_matches_and_one_that_lost_its_optimiser_does_not(tmp_path: Path) -> None:
    run(tmp_path / "whole", EACH_STEP, lab())
    run(tmp_path / "parts", EACH_STEP, lab(5))
    run(tmp_path / "robbed", EACH_STEP, lab(5))
    state = load_state(tmp_path / "robbed")
    assert state is not None
    state["optimisers"]["line"]["state"] = {}
    save_state(tmp_path / "robbed", state)
    whole = read_history(tmp_path / "whole")
    for name in ("parts", "robbed"):
        run(tmp_path / name, EACH_STEP, lab())
        verdict = compare(name, whole, read_history(tmp_path / name), 5)
        assert verdict.compared == 7
        assert verdict.passed == (name == "parts")


def test_too_few_steps_after_the_resume_prove_nothing() -> None:
    records = [{"step": step, "loss": 1.0} for step in range(1, 8)]
    assert compare("x", records, records, 4).passed
    assert compare("x", records, records, 5).finding.startswith("TOO FEW STEPS")
    assert not compare("x", records, records, 0).passed
    renamed = [{"step": step, "cost": 1.0} for step in range(1, 8)]
    assert not compare("x", records, renamed, 4).passed


def test_a_crash_after_a_checkpoint_leaves_no_step_twice(tmp_path: Path) -> None:
    run(tmp_path, EACH_STEP, lab(3))
    before = load_state(tmp_path)
    assert before is not None
    run(tmp_path, EACH_STEP, lab(3))
    save_state(tmp_path, before)  # as if the call had died before its checkpoint
    run(tmp_path, EACH_STEP, lab())
    assert [record["step"] for record in read_history(tmp_path)] == list(range(1, 13))


def test_another_recipe_is_refused_and_a_longer_one_is_not(tmp_path: Path) -> None:
    run(tmp_path, RECIPE, lab(4))
    other = Recipe(steps=12, batch_size=8, seed=0, epoch_steps=4)
    with pytest.raises(InvalidRequest, match="batch_size is 4 there and 8 here"):
        run(tmp_path, other, lab())
    assert run(tmp_path, Recipe(steps=16, batch_size=4, seed=0, epoch_steps=4), lab()) == 16


def test_divergence_is_said_and_does_not_reach_the_checkpoint(tmp_path: Path) -> None:
    run(tmp_path, RECIPE, lab(4))
    with pytest.raises(StageFailed, match=r"diverged at step 7: loss is nan"):
        run(tmp_path, RECIPE, lab(save_every=1000.0), bad_step=6)
    state = load_state(tmp_path)
    assert state is not None
    assert state["progress"]["step"] == 4


def test_tensorboard_shows_metrics_parameters_and_samples(tmp_path: Path) -> None:
    run(tmp_path / "line", RECIPE, lab(tracker="tensorboard"))
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (events,) = (tmp_path / "line" / "tracker" / "line").glob("events.*")
    shown = EventAccumulator(str(events))
    shown.Reload()
    assert [event.step for event in shown.Scalars("loss")] == [4, 8, 12]
    assert shown.Images("samples")[0].width == 4
    assert list((tmp_path / "line" / "tracker" / "line").glob("*/hparams.yml"))


def test_a_tracker_that_is_not_installed_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.training.tracking.find_spec", lambda _: None)
    with pytest.raises(ToolMissing, match=r"pip install mlflow==.*tracker=none"):
        check_tracker(TrackerSettings(name="mlflow"))
    check_tracker(TrackerSettings(name="none"))


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("no", torch.float32)])
def test_precision_is_the_sessions(precision: str, dtype: torch.dtype) -> None:
    session = Session(tracker=TrackerSettings(name="none"), precision=precision)
    with Lab.open(session).accelerator.autocast():
        assert nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == dtype


def test_processes_and_turns_draw_differently_and_steps_repeat() -> None:
    kinds = [Draws(1, 2), Draws(1, 3), Draws(1, 2, process=1), Draws(1, 2, turn=1), Draws(2, 2)]
    firsts = {(float(each.rng.random()), float(each.normal(1))) for each in kinds}
    assert len({first for first, _ in firsts}) == len({noise for _, noise in firsts}) == 5
    assert torch.equal(Draws(1, 2).normal(3), Draws(1, 2).normal(3))


class _HalfAccelerator:
    """A stand-in that scales losses, as accelerate does for fp16 on a GPU."""

    num_processes = 1

    def __init__(self) -> None:
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**20)


def test_a_scaled_loss_gives_the_same_step_and_an_overflow_none() -> None:
    plain, scaled = (torch.nn.Parameter(torch.tensor([1.0, -2.0])) for _ in range(2))
    half: Any = _HalfAccelerator()
    norms = []
    for parameter, accelerator in ((plain, lab().accelerator), (scaled, half)):
        optimiser = torch.optim.AdamW([{"params": [parameter], "share": 0.5}])
        loss = (parameter**2).sum()
        norms.append(step_down(accelerator, loss, optimiser, rate=0.1, max_norm=10.0))
        assert optimiser.param_groups[0]["lr"] == 0.05
    torch.testing.assert_close(plain, scaled)
    assert norms == pytest.approx([20**0.5] * 2)
    before = scaled.detach().clone()
    optimiser = torch.optim.AdamW([scaled])
    norm = step_down(half, (scaled * torch.inf).sum(), optimiser, rate=0.1, max_norm=1.0)
    assert norm is None
    assert torch.equal(scaled, before)
    assert half.scaler.get_scale() == 2.0**19


def test_gradients_that_overflow_without_scaling_too_are_told() -> None:
    half: Any = _HalfAccelerator()
    weight = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    optimiser = torch.optim.AdamW([weight])
    norms = [
        step_down(half, (weight * torch.inf).sum(), optimiser, rate=0.1, max_norm=1.0)
        for _ in range(21)
    ]
    assert norms[:20] == [None] * 20
    assert norms[20] is not None
    assert not math.isfinite(norms[20])
