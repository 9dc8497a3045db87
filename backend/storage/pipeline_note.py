"""Which diffusion pipeline the worker took: only it knows whether there is a GPU."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from backend.utils.files import write_bytes

_FILE = "pipeline"
_MAX_BYTES = 64


class PipelineNote:
    """A word in the state folder, written by the worker that started last, read by the web process.

    Args:
        state: the folder; where workers have another one, nothing is known.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / _FILE

    def write(self, name: str) -> None:
        """Notes a pipeline's manifest name; nobody fails for want of it."""
        with suppress(OSError):
            write_bytes(self._path, name.encode())

    def read(self) -> str | None:
        """The manifest name, as somebody wrote it; None while no worker has."""
        try:
            with self._path.open("rb") as stream:
                return stream.read(_MAX_BYTES).decode().strip() or None
        except (OSError, ValueError):
            return None
