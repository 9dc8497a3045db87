"""What the folders of sets and of trainings have in common."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from backend.storage.disk_errors import disk_errors

GONE = ".gone-"
_LOCK = "lock"
_LABEL_CHARACTERS = 100


def label(name: str, fallback: str = "untitled") -> str:
    """A name for people: printable, in one line, cut; never used as a path."""
    text = "".join(letter if letter.isprintable() else " " for letter in name)
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = " ".join(unicodedata.normalize("NFC", text).split())
    # Marks that turn text around are not printable, and have gone with the others.
    return re.sub(r"\s+", " ", text)[:_LABEL_CHARACTERS].strip() or fallback


def free_bytes(folder: Path) -> int:
    """How much room there is on a folder's disk."""
    return shutil.disk_usage(folder).free


def read_object(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is none or it is damaged."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """One writer at a time, in whatever process. Raises FileNotFoundError: it has gone."""
    with (folder / _LOCK).open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def removed_at_once(folder: Path) -> None:
    """Removes a folder: at once for everybody, though deleting files takes its time.

    Raises:
        FileNotFoundError: it has gone.
        StorageFull, StoreUnavailable: see `disk_errors`.
    """
    gone = folder.with_name(f"{GONE}{folder.name}")
    with translated():
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def flush_folder(folder: Path) -> None:
    """Has the names of a folder written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def translated() -> AbstractContextManager[None]:
    """Failures of the disk in our words."""
    return disk_errors(
        full="The disk for training data is full; nothing was kept. Free some space and try again.",
        folder="data folder",
    )
