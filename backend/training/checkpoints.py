"""Training state on disk: whole or absent, and enough to go on as if never stopped."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from backend.utils.files import atomic_path, write_json

Network = TypeVar("Network", bound=nn.Module)
STATE_FILE = "state.pt"


def save_state(folder: Path, state: Mapping[str, Any]) -> None:
    """Writes weights, optimiser states, step and random states in one atomic file."""
    with atomic_path(folder / STATE_FILE) as path:
        torch.save(dict(state), path)


def load_state(folder: Path) -> dict[str, Any] | None:
    """The last state written by `save_state`, or None. Only plain tensors and values are read."""
    path = folder / STATE_FILE
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def save_network(
    target: Path, network: nn.Module, config: Mapping[str, Any], notes: Mapping[str, Any]
) -> None:
    """Ships a network: `target` as fp16 safetensors, and beside it a JSON that rebuilds it.

    Args:
        target: path ending in `.safetensors`.
        network: its floating-point tensors are stored in half precision.
        config: what the network's `from_config` takes.
        notes: how it was trained; goes into the JSON for the model card.
    """
    tensors = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous().clone()
        for name, tensor in network.state_dict().items()
    }
    with atomic_path(target) as path:
        save_file(tensors, path)
    write_json(target.with_suffix(".json"), {"config": dict(config), "training": dict(notes)})


def load_network(path: Path, build: Callable[[dict[str, Any]], Network]) -> Network:
    """A network written by `save_network`, in full precision, ready to be used.

    Args:
        path: ending in `.safetensors`, its JSON beside it.
        build: makes the network from the config in the JSON.
    """
    network = build(json.loads(path.with_suffix(".json").read_text("utf-8"))["config"])
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    return network.eval()


class Clock:
    """Says when a call should save and when it should stop.

    Args:
        budget_seconds: stop after this long; None runs to the last step.
        save_every_seconds: time between checkpoints.
    """

    def __init__(self, budget_seconds: float | None, save_every_seconds: float) -> None:
        self._start = self._saved = time.monotonic()
        self._budget = budget_seconds
        self._every = save_every_seconds
        self._asked_to_stop = False

    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the call began."""
        return time.monotonic() - self._start

    def stop(self) -> None:
        """Asks for a clean stop after the current step; safe in signal handlers and threads."""
        self._asked_to_stop = True

    def should_save(self) -> bool:
        """True when the interval has passed; then the interval starts again."""
        if time.monotonic() - self._saved < self._every:
            return False
        self._saved = time.monotonic()
        return True

    def should_stop(self) -> bool:
        """True when the budget is spent or the process was asked to end."""
        return self._asked_to_stop or (
            self._budget is not None and self.elapsed_seconds >= self._budget
        )

    @contextmanager
    def stopping_on_signals(self) -> Iterator[None]:
        """Turns the first SIGINT or SIGTERM into a clean stop after the current step."""

        def ask(_signal: int, _frame: FrameType | None) -> None:
            self.stop()

        previous = {
            number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
