"""What a child process says: one JSON object a line on standard output, an outcome at the end."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

_EVERY_SECONDS = 0.5


class Stopped(Exception):  # noqa: N818 - no error: somebody has asked for it
    """Raised at the next report after the process was asked to stop, outside of the loop."""


class Lines:
    """Writes progress, metrics and the outcome.

    Args:
        stream: where to; standard output.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._phase, self._began, self._first, self._told = "", 0.0, 0, 0.0
        self._is_stopping = False

    def stop(self) -> None:
        """Makes the next report outside of the training loop raise `Stopped`."""
        self._is_stopping = True

    def progress(self, phase: str, step: int, total: int) -> None:
        """Says how far a phase is; no more often than twice a second, but every begin and end."""
        now = time.monotonic()
        # The loop stops by itself, after it has saved.
        if self._is_stopping and phase != "train":
            raise Stopped
        is_new = phase != self._phase
        if is_new:
            self._phase, self._began, self._first = phase, now, step
        if is_new or step >= total or now - self._told >= _EVERY_SECONDS:
            self._told = now
            eta = self._eta_seconds(now, step, total)
            self._write(
                {"progress": {"phase": phase, "step": step, "total": total, "eta_seconds": eta}}
            )

    def metrics(self, values: Mapping[str, float]) -> None:
        """Says what was measured."""
        self._write({"metrics": dict(values)})

    def outcome(self, record: Mapping[str, Any]) -> None:
        """Says how it has ended; nothing follows."""
        self._write({"outcome": dict(record)})

    def _eta_seconds(self, now: float, step: int, total: int) -> float | None:
        done = step - self._first
        if done <= 0:
            return None
        return round((now - self._began) / done * max(total - step, 0), 1)

    def _write(self, record: Mapping[str, Any]) -> None:
        line = json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"
        try:
            self._stream.write(line)
            self._stream.flush()
        except BrokenPipeError:
            # Nobody listens any more: stop, and let what is still buffered go nowhere.
            self._is_stopping = True
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())
