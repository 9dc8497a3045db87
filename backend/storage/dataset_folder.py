"""Parquet files that somebody put into the data folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# `runs` and `training` hold the trainers' own files.
_SKIPPED = frozenset({"uploads", "bench", "runs", "training"})
_SUFFIX = ".parquet"
# Shards lie in data/NAME/ or data/NAME/part/; a link that leads in circles ends here, too.
_MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class FoundSet:
    """A parquet file, or the files of a folder that count as one data set.

    Attributes:
        id: follows from the place below the data folder.
        name: that place, readable.
    """

    id: str
    name: str
    paths: tuple[Path, ...]
    bytes: int
    modified_at: datetime


def found_sets(folder: Path) -> list[FoundSet]:
    """Files directly in the folder, then folders of shards, each by name."""
    single = [
        found
        for path in _parquet_files(folder)
        if (found := _found(folder, path, (path,))) is not None
    ]
    shards = [
        found
        for inner in _folders(folder, _MAX_DEPTH)
        if (paths := _parquet_files(inner)) and (found := _found(folder, inner, paths)) is not None
    ]
    return [*single, *shards]


def _found(folder: Path, place: Path, paths: tuple[Path, ...]) -> FoundSet | None:
    relative = os.fsencode(place.relative_to(folder))
    try:
        facts = [path.stat() for path in paths]
    except OSError:
        return None  # Gone between two looks.
    return FoundSet(
        id="ds_" + hashlib.sha256(b"folder:" + relative).hexdigest()[:24],
        name=relative.decode("utf-8", "replace"),
        paths=paths,
        bytes=sum(fact.st_size for fact in facts),
        modified_at=datetime.fromtimestamp(max(fact.st_mtime for fact in facts), UTC),
    )


def _parquet_files(folder: Path) -> tuple[Path, ...]:
    return tuple(entry for entry in _entries(folder) if _is_parquet(entry))


def _is_parquet(path: Path) -> bool:
    return path.suffix == _SUFFIX and path.is_file()


def _folders(folder: Path, depth: int) -> Iterator[Path]:
    for entry in _entries(folder):
        if entry.name not in _SKIPPED and entry.is_dir():
            yield entry
            if depth > 1:
                yield from _folders(entry, depth - 1)


def _entries(folder: Path) -> list[Path]:
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return []
    return [folder / name for name in names]
