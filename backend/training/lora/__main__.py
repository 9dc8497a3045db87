"""The children of the service's trainings.

`python -m backend.training.lora inspect SET_FOLDER --weights WEIGHTS`
`python -m backend.training.lora train RUN_FOLDER --weights WEIGHTS --lora LORA_FOLDER`

They speak JSON lines, see `lines.py`. SIGTERM, SIGINT and the end of standard input, which means
that the parent is gone, stop them safely: a training is saved and goes on with the same command.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from backend.domain.errors import (
    InvalidRequest,
    LogoError,
    OutOfMemory,
    StageFailed,
    StorageFull,
)
from backend.domain.lora_orders import LoraOrder
from backend.storage.disk_errors import FULL, disk_errors
from backend.training.lora.lines import Lines, Stopped

ORDER_FILE = "order.json"
_SAVE_EVERY_SECONDS = 60.0
_FULL = {
    "inspect": "The disk is full. Free some space, then check the pictures again.",
    "train": "The disk is full. Free some space, then go on with the training: its last "
    "checkpoint is kept.",
}
_MEMORY = {
    "inspect": "The check of the pictures needs more memory than there is. Send fewer or smaller "
    "pictures.",
    "train": "The training needs more memory than there is. Choose a smaller batch_size, rank or "
    "resolution_px.",
}
_TORCH_WRITER = "PytorchStreamWriter failed writing"


def main(words: list[str] | None = None) -> int:
    """Runs one child; the exit code is 0 unless it failed."""
    arguments = _parsed(words)
    # Libraries print to standard output, which is for our lines alone.
    lines = Lines(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    stops: list[Callable[[], None]] = [lines.stop]
    _listen(stops)
    try:
        with disk_errors(full=_FULL[arguments.what], folder="data folder"):
            if arguments.what == "inspect":
                outcome = _inspect(arguments, lines)
            else:
                outcome = _train(arguments, lines, stops)
        lines.outcome(outcome)
    except Stopped:
        lines.outcome({"stopped": True})
    except LogoError as error:
        lines.outcome(error.to_record())
        return 1
    except Exception as error:
        # The one place of this process where the unknown becomes a record.
        known = _known(error, arguments.what)
        lines.outcome((known or _unexpected(error)).to_record())
        if known is None:
            raise
        return 1
    return 0


def _inspect(arguments: argparse.Namespace, lines: Lines) -> dict[str, Any]:
    import backend.models.quiet  # noqa: F401 - before what imports the libraries it silences
    from backend.training.lora.inspection import inspect_set
    from backend.training.lora.proposers import propose_captions

    inspect_set(arguments.folder, partial(propose_captions, arguments.weights), lines.progress)
    return {}


def _train(
    arguments: argparse.Namespace, lines: Lines, stops: list[Callable[[], None]]
) -> dict[str, Any]:
    order = _order(arguments.folder)
    lines.progress("load", 0, 1)
    import backend.models.quiet  # noqa: F401 - before what imports the libraries it silences
    from backend.training.loop import Lab
    from backend.training.lora.config import recipe_for
    from backend.training.lora.run import LoraFolders, train_adapter
    from backend.training.machine import best_precision, training_device
    from backend.training.settings import Session, TrackerSettings
    from backend.utils.allocating import keep_freed_memory

    keep_freed_memory()
    session = Session(
        tracker=TrackerSettings(name="none"),
        precision=best_precision(training_device()),
        save_every_seconds=_SAVE_EVERY_SECONDS,
    )
    lab = Lab.open(session)
    stops.append(lab.clock.stop)
    folders = LoraFolders(arguments.folder, arguments.weights, arguments.lora)
    result = train_adapter(order, recipe_for(order), folders, lab, lines.progress, lines.metrics)
    return {"stopped": True} if result is None else {}


def _order(folder: Path) -> LoraOrder:
    try:
        values = json.loads((folder / ORDER_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{ORDER_FILE} of the run cannot be read") from error
    return LoraOrder.from_json(values)


def _listen(stops: list[Callable[[], None]]) -> None:
    """Calls every stop at a signal or when standard input ends."""

    def ask(_signal: int | None = None, _frame: FrameType | None = None) -> None:
        for stop in stops:
            stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)

    def wait() -> None:
        # Not through sys.stdin: its lock, held at the end of the process, would abort it.
        while os.read(0, 4096):
            pass
        ask()

    threading.Thread(target=wait, daemon=True).start()


def _known(error: Exception, what: str) -> LogoError | None:
    """What users can do something about."""
    if _is_out_of_memory(error):
        return OutOfMemory(_MEMORY[what])
    return StorageFull(_FULL[what]) if _is_full_disk(error) else None


def _is_out_of_memory(error: Exception) -> bool:
    # Torch's words for it exist only where it is; to import it now would take more memory.
    if isinstance(error, MemoryError) or "torch" not in sys.modules:
        return isinstance(error, MemoryError)
    from backend.models.memory import is_out_of_memory

    return is_out_of_memory(error)


def _is_full_disk(error: BaseException) -> bool:
    """Whether a library that writes files itself has met a full disk: it has only words for it."""
    words = str(error)
    if any(f"os error {number}" in words for number in FULL) or _TORCH_WRITER in words:
        return True
    before = error.__cause__ or error.__context__
    return before is not None and _is_full_disk(before)


def _unexpected(error: Exception) -> LogoError:
    return StageFailed(f"the training ended with an unexpected error: {type(error).__name__}")


def _parsed(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m backend.training.lora")
    commands = parser.add_subparsers(dest="what", required=True)
    for name in ("inspect", "train"):
        command = commands.add_parser(name)
        command.add_argument("folder", type=Path)
        command.add_argument("--weights", type=Path, required=True)
        if name == "train":
            command.add_argument("--lora", type=Path, required=True)
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
