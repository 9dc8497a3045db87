"""Files made from pictures, such as thumbnails: kept to save time, lost without harm."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from backend.utils.files import write_bytes

_LOG = logging.getLogger(__name__)

# A thumbnail has about 8 kB and a shard holds a 256th of all pictures: room for 130,000 pictures.
_SHARD_BYTES = 4 * 1024 * 1024


class DerivedFiles:
    """A bounded cache in a folder, safe for several threads and processes.

    What belongs to img_ab... lies in ab/. Each of these 256 shards has its own bound, so that
    keeping it takes a look at a few hundred files and no bookkeeping. Failures of the disk are
    logged and else ignored: whoever asks can make the file again.
    """

    def __init__(self, folder: Path, shard_bytes: int = _SHARD_BYTES) -> None:
        self._folder = folder
        self._shard_bytes = shard_bytes

    def read(self, image_id: str, form: str) -> bytes | None:
        """The kept file; None if there is none."""
        try:
            return self._path(image_id, form).read_bytes() or None
        except OSError:
            return None

    def write(self, image_id: str, form: str, content: bytes) -> None:
        """Keeps a file; older ones of its shard go when there are too many bytes."""
        path = self._path(image_id, form)
        try:
            write_bytes(path, content)
            self._bound(path.parent)
        except OSError as error:
            _LOG.warning("a derived picture is not kept: %s", error)

    def remove(self, image_id: str) -> None:
        """Drops everything made from a picture."""
        shard = self._folder / image_id[4:6]
        try:
            # Not by glob, which compiles a pattern for each of 500 pictures deleted together.
            for name in os.listdir(shard):
                if name.startswith(f"{image_id}."):
                    (shard / name).unlink(missing_ok=True)
        except FileNotFoundError:
            return
        except OSError as error:
            _LOG.warning("files made from %s stay: %s", image_id, error)

    def _path(self, image_id: str, form: str) -> Path:
        return self._folder / image_id[4:6] / f"{image_id}.{form}"

    def _bound(self, shard: Path) -> None:
        with os.scandir(shard) as entries:
            files = [(entry.stat(), entry.path) for entry in entries]
        total = sum(facts.st_size for facts, _ in files)
        if total <= self._shard_bytes:
            return
        # A quarter more than needed: else every write from here on would have to clear away.
        for facts, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            Path(path).unlink(missing_ok=True)
            total -= facts.st_size
            if total <= self._shard_bytes * 3 // 4:
                break
