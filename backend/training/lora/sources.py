"""What was sent in for a training, one file at a time: folders and zips, within bounds.

Nothing is ever unpacked to a path that an archive names: its entries are read from where they are.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from backend.domain.errors import UnreadableImage

TEXT_SUFFIXES = frozenset({".txt", ".jsonl"})
MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_TEXT_BYTES = 1024 * 1024
MAX_ENTRIES = 2_000
_MAX_UNPACKED_BYTES = 2 * 1024**3
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What the library raises on odd archives, beside its own errors.
_ODD = (OSError, ValueError, EOFError, RuntimeError, OverflowError, LookupError, struct.error)


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was sent in.

    Attributes:
        name: where it was, such as "photos.zip/toy/1.heic"; for people.
        read: its bytes, while it is the latest that `sources_in` gave; raises UnreadableImage.
    """

    name: str
    read: Callable[[], bytes]

    @property
    def stem(self) -> str:
        """The file's name without folder and suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """In lower case, with the dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def is_text(self) -> bool:
        """Whether it may hold captions."""
        return self.suffix in TEXT_SUFFIXES


def sources_in(place: Path) -> Iterator[Source]:
    """All files of a folder and of the zips in it, or of one zip, in the order of their names.

    Hidden files and what archives of other systems add are left out.

    Raises:
        UnreadableImage: from `Source.read`, and for a zip that is broken or too large.
    """
    if place.is_file():
        yield from _opened(place, place.name)
        return
    for path in sorted(place.rglob("*")):
        relative = path.relative_to(place)
        if path.is_file() and not path.is_symlink() and not _is_hidden(relative.as_posix()):
            yield from _opened(path, relative.as_posix())


def _opened(path: Path, name: str) -> Iterator[Source]:
    if path.suffix.lower() == ".zip":
        yield from _zipped(path, name)
    else:
        yield Source(name, lambda: _read_file(path))


def _read_file(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise UnreadableImage(f"it is larger than {MAX_FILE_BYTES // 2**20} MB")
    return path.read_bytes()


def _zipped(path: Path, name: str) -> Iterator[Source]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, *_ODD) as error:
        raise UnreadableImage(f"{name} is no zip file that can be read; pack it again") from error
    with archive:
        entries = [
            entry
            for entry in archive.infolist()
            if not entry.is_dir() and not _is_hidden(entry.filename)
        ]
        if len(entries) > MAX_ENTRIES:
            raise UnreadableImage(
                f"{name} holds {len(entries)} files; send at most {MAX_ENTRIES} in one zip"
            )
        if sum(entry.file_size for entry in entries) > _MAX_UNPACKED_BYTES:
            raise UnreadableImage(f"{name} holds more than 2 GB of pictures; send fewer")
        for entry in sorted(entries, key=lambda each: each.filename):
            yield Source(f"{name}/{entry.filename}", lambda entry=entry: _read(archive, entry))  # type: ignore[misc]


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One entry, with no more memory than it may have: its stated size may be a lie."""
    if entry.flag_bits & 1:
        raise UnreadableImage("it is encrypted; pack it without a password")
    if entry.compress_type not in _PACKINGS:
        raise UnreadableImage("it is packed in an unusual way; pack the zip with plain Deflate")
    try:
        with archive.open(entry) as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, *_ODD) as error:
        raise UnreadableImage("its place in the zip is damaged; pack it again") from error
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableImage(f"it is larger than {MAX_FILE_BYTES // 2**20} MB")
    return content


def _is_hidden(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts)
