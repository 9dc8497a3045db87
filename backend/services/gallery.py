"""Use cases of the gallery that need more than the store: a selection of pictures as one file."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from backend.domain.errors import ImageNotFound
from backend.domain.ports import ImageStore, StoredImage

MANIFEST = "MANIFEST.txt"
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_STEM_CHARACTERS = 40
_SHORT_ID_DIGITS = 8
# ZIP cannot tell earlier times.
_FIRST_DAY = datetime(1980, 1, 1, tzinfo=UTC)


def zipped(images: ImageStore, image_ids: Sequence[str]) -> Iterator[bytes]:
    """A ZIP file of stored pictures, piece by piece; holds one picture in memory.

    Each picture comes as it is stored (PNG), with its drawing (SVG) if it has one and its record
    (JSON), in the order asked for. A manifest at the end says what is inside and which pictures
    were not there. Equal selections of equal pictures give equal bytes.

    Args:
        images: the store.
        image_ids: repeated ones come once.

    Raises:
        ImageNotFound: none of the pictures is there; before the first piece.
    """
    wanted = list(dict.fromkeys(image_ids))
    if not any(_found(images, image_id) for image_id in wanted):
        raise ImageNotFound("None of these pictures is in the store. They may have been deleted.")
    return _pieces(images, wanted)


def _pieces(images: ImageStore, wanted: Sequence[str]) -> Iterator[bytes]:
    sink = _Sink()
    lines, missing, taken = list[str](), list[str](), set[str]()
    with zipfile.ZipFile(sink, "w") as archive:
        for image_id in wanted:
            try:
                stored = images.get(image_id)
                files = _files(images, stored)
            except ImageNotFound:
                missing.append(image_id)
                continue
            stem = _stem(stored)
            if stem.casefold() in taken:
                stem = stem[: -_SHORT_ID_DIGITS - 1] + "-" + stored.id.removeprefix("img_")
            taken.add(stem.casefold())
            for suffix, content in files:
                _write(archive, stem + suffix, content, stored.created_at)
                yield sink.taken()
            lines.append(f"{stem}.png  {stored.id}")
        _write(archive, MANIFEST, _manifest(lines, missing), _FIRST_DAY)
    yield sink.taken()


class _Sink:
    """What a ZipFile writes to when nobody can seek: keeps pieces until they are taken."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        """Keeps a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to do."""

    def taken(self) -> bytes:
        """All since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _found(images: ImageStore, image_id: str) -> bool:
    try:
        images.get(image_id)
    except ImageNotFound:
        return False
    return True


def _files(images: ImageStore, stored: StoredImage) -> list[tuple[str, bytes]]:
    """Endings and contents. All are read before any is written: a picture comes whole or not."""
    files = [(".png", images.png(stored.id))]
    if stored.has_svg:
        files.append((".svg", images.svg(stored.id).encode("utf-8")))
    record = json.dumps(dict(stored.record), indent=2, ensure_ascii=False)
    # Half a surrogate pair has no UTF-8; written as \ud800 it is the same JSON.
    files.append((".json", record.encode("utf-8", "backslashreplace")))
    return files


def _stem(stored: StoredImage) -> str:
    """A file name of letters and digits of any script: `harbour-beans-4f2a9c1d`."""
    name = _NOT_IN_NAMES.sub("-", str(stored.record.get("name", "")).lower())
    name = name[:_STEM_CHARACTERS].strip("-") or "logo"
    return f"{name}-{stored.id.removeprefix('img_')[:_SHORT_ID_DIGITS]}"


def _write(archive: zipfile.ZipFile, name: str, content: bytes, moment: datetime) -> None:
    moment = max(moment.astimezone(UTC), _FIRST_DAY)
    info = zipfile.ZipInfo(name, moment.timetuple()[:6])
    # A PNG is compressed already.
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, content)


def _manifest(lines: Sequence[str], missing: Sequence[str]) -> bytes:
    text = [f"{len(lines)} pictures", *lines]
    if missing:
        text += ["", f"{len(missing)} were not in the store and are left out:", *missing]
    return ("\n".join(text) + "\n").encode("utf-8")
