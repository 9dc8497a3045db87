"""Brand kits by the hash of their content; the oldest go when there are too many."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from backend.domain.errors import KitNotFound
from backend.storage.disk_errors import disk_errors
from backend.storage.fragments import clear_fragments
from backend.utils.files import write_bytes

KIT_PATTERN = r"kit_[0-9a-f]{24}"
_KIT = re.compile(KIT_PATTERN)
_DIGITS = 24
_PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class KitBounds:
    """How much is kept. A kit can be made again at any time, from the picture and its finish."""

    kits: int = 500
    total_bytes: int = 2 * 1024**3


class KitStore:
    """ZIP files in one folder, safe for several threads and processes."""

    def __init__(self, output: Path, bounds: KitBounds | None = None) -> None:
        """Nothing is read or made yet."""
        self._folder = output / "kits"
        self._bounds = bounds or KitBounds()

    def save(self, content: bytes) -> str:
        """Keeps a kit; returns its id. The same content again counts as made anew.

        Raises:
            StorageFull, StoreUnavailable: the disk does not take it; nothing is half-written.
        """
        kit_id = "kit_" + hashlib.sha256(content).hexdigest()[:_DIGITS]
        path = self._path(kit_id)
        with _translated():
            try:
                os.utime(path)
            except FileNotFoundError:
                write_bytes(path, content)
            self._clear(keep=path.name)
        return kit_id

    def path(self, kit_id: str) -> Path:
        """Where a kit lies. Raises KitNotFound."""
        path = self._path(kit_id)
        if not _KIT.fullmatch(kit_id) or not path.is_file():
            raise _gone()
        return path

    def pieces(self, kit_id: str) -> tuple[int, Iterator[bytes]]:
        """The ZIP file's length and its bytes, all of them even if it is cleared away meanwhile.

        A kit takes tens of megabytes and a client minutes to fetch it, so that it is never in
        memory as a whole. Raises KitNotFound.
        """
        try:
            with _translated():
                stream = self.path(kit_id).open("rb")
        except FileNotFoundError as error:
            raise _gone() from error
        return os.fstat(stream.fileno()).st_size, _read(stream)

    def _path(self, kit_id: str) -> Path:
        return self._folder / f"{kit_id}.zip"

    def _clear(self, keep: str) -> None:
        """Drops the oldest kits beyond the bounds, never the one just made."""
        clear_fragments(str(self._folder), os.listdir(self._folder))
        found = []
        with os.scandir(self._folder) as entries:
            for entry in entries:
                if _KIT.fullmatch(entry.name.removesuffix(".zip")):
                    # Another process may be clearing, too.
                    with suppress(FileNotFoundError):
                        found.append((entry.stat(), entry.name))
        # The new one first, whatever the grain of the disk's clock.
        found.sort(key=lambda kit: (kit[1] == keep, kit[0].st_mtime_ns), reverse=True)
        total = 0
        for place, (facts, name) in enumerate(found):
            total += facts.st_size
            is_over = place >= self._bounds.kits or total > self._bounds.total_bytes
            if is_over and name != keep:
                (self._folder / name).unlink(missing_ok=True)


def _read(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_PIECE_BYTES):
            yield piece


def _gone() -> KitNotFound:
    return KitNotFound(
        "There is no brand kit of this id, or it was cleared away; POST /exports makes it again."
    )


def _translated() -> AbstractContextManager[None]:
    return disk_errors(
        full="The disk is full, so the brand kit was not kept. Free some space and try again.",
        folder="folder for brand kits",
    )
