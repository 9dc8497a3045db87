"""The files of a training set as they are sent: what is taken, and how they reach the disk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO

from backend.domain.errors import InvalidRequest, StorageFull
from backend.storage.upload_names import (
    PICTURE_SUFFIXES,
    SUFFIXES,
    TEXT_SUFFIX,
    ZIP_SUFFIX,
    split_name,
)

MAX_PICTURES = 200
MAX_ZIPS = 20
_CHUNK_BYTES = 2**20


def require_kinds(names: Iterable[str]) -> None:
    """Raises InvalidRequest: a file is of no kind that is taken; names each by its place."""
    wrong = [
        (f"files[{number}]", "is no picture, zip or text file")
        for number, name in enumerate(names)
        if split_name(name)[1] not in SUFFIXES
    ]
    if wrong:
        raise InvalidRequest(
            "Send pictures (JPEG, PNG, WEBP, HEIC), zip files of pictures, and captions as .txt.",
            fields=wrong,
        )


def require_counts(names: Iterable[str]) -> None:
    """Raises InvalidRequest: a set of these files would have too many of a kind."""
    endings = [split_name(name)[1] for name in set(names)]
    pictures = sum(ending in PICTURE_SUFFIXES for ending in endings)
    many = [
        (pictures, MAX_PICTURES, "pictures"),
        (endings.count(ZIP_SUFFIX), MAX_ZIPS, "zip files"),
        (endings.count(TEXT_SUFFIX), MAX_PICTURES + 1, "text files"),
    ]
    for count, limit, what in many:
        if count > limit:
            raise InvalidRequest(
                f"The set would have {count} {what}; it takes {limit}.",
                fields=[("files", f"too many {what}")],
            )


def copied(source: IO[bytes], target: Path, room: int, field: str) -> int:
    """Writes a file through to the disk and returns its size.

    Args:
        source: what was sent.
        target: a file that does not exist yet.
        room: how many bytes may be written.
        field: what the file is called in the request.

    Raises:
        InvalidRequest: it is empty.
        StorageFull: it is larger than there is room.
    """
    size = 0
    with target.open("xb") as stream:
        while chunk := source.read(_CHUNK_BYTES):
            size += len(chunk)
            if size > room:
                raise StorageFull(
                    "The files do not fit: a set may have 2 GB, and some of the disk stays free. "
                    "Send fewer or smaller ones."
                )
            stream.write(chunk)
        stream.flush()
        os.fsync(stream.fileno())
    if not size:
        raise InvalidRequest("An empty file was sent.", fields=[(field, "is empty")])
    return size


def facts_of(uploads: Path) -> Mapping[str, tuple[int, int]]:
    """Size and time of change of each upload, by name."""
    with os.scandir(uploads) as entries:
        found = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    return {name: (fact.st_size, fact.st_mtime_ns) for name, fact in sorted(found)}


def stamp_of(facts: Mapping[str, tuple[int, int]]) -> str:
    """A text that changes with the uploads."""
    text = json.dumps([[name, *fact] for name, fact in facts.items()])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]
