"""Training state and shipped networks on disk."""

import json
import os
import signal
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn

from backend.training.checkpoints import Clock, load_state, save_network, save_state


def test_state_round_trip_and_absence(tmp_path: Path) -> None:
    assert load_state(tmp_path) is None
    save_state(tmp_path, {"step": 3, "weights": torch.arange(4.0)})
    state = load_state(tmp_path)
    assert state is not None
    assert state["step"] == 3
    assert torch.equal(state["weights"], torch.arange(4.0))


def test_shipped_network_is_half_precision_with_its_config(tmp_path: Path) -> None:
    network = nn.BatchNorm1d(3)
    save_network(tmp_path / "n.safetensors", network, {"size": 3}, {"steps_done": 5})
    tensors = load_file(tmp_path / "n.safetensors")
    assert tensors["weight"].dtype == torch.float16
    assert tensors["num_batches_tracked"].dtype == torch.int64
    assert json.loads((tmp_path / "n.json").read_text()) == {
        "config": {"size": 3},
        "training": {"steps_done": 5},
    }


def test_a_signal_asks_the_clock_to_stop_and_handlers_come_back() -> None:
    clock = Clock(None, 1000)
    before = signal.getsignal(signal.SIGTERM)
    with clock.stopping_on_signals():
        assert not clock.should_stop()
        os.kill(os.getpid(), signal.SIGTERM)
        assert clock.should_stop()
    assert signal.getsignal(signal.SIGTERM) is before


def test_budget_and_saving_interval() -> None:
    assert Clock(0.0, 1000).should_stop()
    clock = Clock(None, 0.0)
    assert clock.should_save()
    assert not clock.should_stop()
