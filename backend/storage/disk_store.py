"""Immutable pictures in a folder: PNG, JSON sidecar and, for composed drafts, SVG."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from backend.domain.errors import ImageNotFound, StorageFull, StoreUnavailable
from backend.domain.ports import ImageFilter, ImagePage, StoredImage
from backend.storage.derived_files import DerivedFiles
from backend.storage.disk_errors import disk_errors
from backend.storage.favourites import FavouriteMarks
from backend.storage.finishes import FinishStore
from backend.storage.fragments import clear_fragments
from backend.storage.image_index import ImageIndex, IndexEntry
from backend.storage.png_files import encode_png, image_id_of
from backend.utils.files import write_bytes

_ID = re.compile(r"img_[0-9a-f]{24}")
_FORM = re.compile(r"[0-9a-z]+\.[a-z]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A few milliseconds of writing; whoever waits for the index waits no longer.
_REBUILT_AT_ONCE = 500
_YOUNG_MICROSECONDS = 600 * 1_000_000


def _now() -> datetime:
    return datetime.now(UTC)


class DiskImageStore:
    """An ImageStore in one folder, safe for several threads and processes.

    A picture with the id img_ab... lies in images/ab/ and exists as soon as its sidecar does,
    which is written last. An index gives the order and finds words; it is completed from the
    sidecars whenever a store is opened, so it may be deleted at any time. So may thumbs/, which
    keeps what was made from pictures. Favourites are empty files in favourites/, finished states
    lie in finishes/. Beginnings of files that a killed process left are cleared away when a store
    is opened later.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime] = _now) -> None:
        """Opens the store and makes the folder.

        Args:
            folder: where everything lies.
            clock: the present time, with a time zone.

        Raises:
            StoreUnavailable, StorageFull: the folder cannot be used.
        """
        self._images = folder / "images"
        self._clock = clock
        with _translated():
            self._images.mkdir(parents=True, exist_ok=True)
            self._favourites = FavouriteMarks(folder / "favourites")
        self._derived = DerivedFiles(folder / "thumbs")
        self._finishes = FinishStore(folder)
        self._index = ImageIndex(folder / "images.db")
        self._complete_index()

    def close(self) -> None:
        """Closes the index."""
        self._index.close()

    def save(
        self, image: Image.Image, record: Mapping[str, Any], *, svg: str | None = None
    ) -> StoredImage:
        """Writes PNG (the record's `reproduce` part inside), sidecar and SVG, atomically.

        The same picture saved again stays as it was, with its first record.

        Args:
            image: RGB or RGBA.
            record: JSON-able values; "reproduce" goes into the PNG as the text `parameters`.
            svg: the vector drawing of the same picture.

        Raises:
            StorageFull: no space is left; nothing is half-written.
        """
        png = encode_png(image, record.get("reproduce", {}))
        drawing = None if svg is None else svg.encode()
        image_id = image_id_of(png)
        with _translated():
            known = self._read(image_id)
            if known is not None and self._path(image_id, ".png").exists():
                if drawing is not None and not known.has_svg:
                    write_bytes(self._path(image_id, ".svg"), drawing)
                    return self.get(image_id)
                return known
            sidecar = {
                **record,
                "id": image_id,
                "width": image.width,
                "height": image.height,
                "created_at": self._clock().astimezone(UTC).isoformat(),
            }
            self._write_files(image_id, png, drawing, sidecar)
        return self.get(image_id)

    def get(self, image_id: str) -> StoredImage:
        """Raises ImageNotFound."""
        stored = self._read(image_id) if _ID.fullmatch(image_id) else None
        if stored is None:
            raise _not_found()
        return stored

    def png(self, image_id: str) -> bytes:
        """The file as stored. Raises ImageNotFound."""
        self.get(image_id)
        try:
            with _translated():
                return self._path(image_id, ".png").read_bytes()
        except FileNotFoundError as error:
            raise _not_found() from error

    def svg(self, image_id: str) -> str:
        """The vector drawing. Raises ImageNotFound when there is none."""
        self.get(image_id)
        try:
            with _translated():
                return self._path(image_id, ".svg").read_text("utf-8")
        except FileNotFoundError as error:
            raise ImageNotFound(
                "This picture has no vector drawing; only composed drafts have one. Ask for PNG."
            ) from error

    def load(self, image_id: str) -> Image.Image:
        """The decoded picture, RGB or RGBA. Raises ImageNotFound."""
        with Image.open(BytesIO(self.png(image_id)), formats=["PNG"]) as image:
            image.load()
            return image.copy()

    def derived(self, image_id: str, form: str, make: Callable[[Image.Image], bytes]) -> bytes:
        """A file made from the picture, kept until the picture goes or room is needed.

        Args:
            form: names what `make` makes, such as "256.webp": equal names, equal files.

        Raises:
            ImageNotFound: there is no such picture.
        """
        assert _FORM.fullmatch(form), form
        if not self._exists(image_id):
            raise _not_found()
        content = self._derived.read(image_id, form)
        if content is None:
            content = make(self.load(image_id))
            self._derived.write(image_id, form, content)
            if not self._exists(image_id):
                # It was deleted while this was made; nobody else would clear it away.
                self._derived.remove(image_id)
        return content

    def list(self, *, limit: int, before: str | None = None) -> Sequence[StoredImage]:
        """Newest first, after the picture `before`, which may have been deleted meanwhile."""
        return self._page(ImageFilter(), limit, before)

    def search(self, wanted: ImageFilter, *, limit: int, before: str | None = None) -> ImagePage:
        """Pictures that match, newest first, after the picture `before`.

        `before` may have been deleted meanwhile, and need not match.
        """
        return ImagePage(self._page(wanted, limit, before), self._index.count(wanted))

    def set_favourite(self, image_id: str, favourite: bool) -> None:
        """Marks a picture as a favourite, or as none. Idempotent. Raises ImageNotFound."""

        def mark() -> None:
            # Within the index's turn to write: a delete at the same time comes before or after.
            if not self._exists(image_id):
                raise _not_found()
            if favourite:
                self._favourites.add(image_id)
            else:
                self._favourites.remove(image_id)

        with _translated():
            self._index.set_favourite(image_id, favourite, mark)

    def delete(self, image_id: str) -> None:
        """Removes a picture and everything kept with it. Raises ImageNotFound."""
        if not self.delete_many([image_id]):
            raise _not_found()

    def delete_many(self, image_ids: Iterable[str]) -> int:
        """Removes pictures; ids that are none are passed over. Returns how many were removed."""
        removed = list[str]()
        try:
            for image_id in dict.fromkeys(image_ids):
                if _ID.fullmatch(image_id) and self._read(image_id) is not None:
                    # The sidecar first: without it the picture is gone, whatever happens next.
                    with _translated():
                        self._path(image_id, ".json").unlink(missing_ok=True)
                        removed.append(image_id)
                        for suffix in (".svg", ".png"):
                            self._path(image_id, suffix).unlink(missing_ok=True)
        finally:
            with _translated():
                self._index.remove(removed, self._favourites.remove)
            for image_id in removed:
                self._derived.remove(image_id)
                self._finishes.remove(image_id)
        return len(removed)

    def _page(self, wanted: ImageFilter, limit: int, before: str | None) -> Sequence[StoredImage]:
        found: list[StoredImage] = []
        while len(found) < limit:
            ids = self._index.newest(wanted, limit=limit - len(found), before=before)
            if not ids:
                break
            found += [stored for stored in map(self._read, ids) if stored is not None]
            before = ids[-1]
        return found

    def _exists(self, image_id: str) -> bool:
        return bool(_ID.fullmatch(image_id)) and self._path(image_id, ".json").exists()

    def _path(self, image_id: str, suffix: str) -> Path:
        return self._images / image_id[4:6] / f"{image_id}{suffix}"

    def _read(self, image_id: str) -> StoredImage | None:
        """A picture by its sidecar; None when there is none or it cannot be read."""
        try:
            with _translated():
                content = self._path(image_id, ".json").read_bytes()
            record = json.loads(content)
            return StoredImage(
                id=record["id"],
                width=record["width"],
                height=record["height"],
                created_at=datetime.fromisoformat(record["created_at"]).astimezone(UTC),
                record=record,
                has_svg=self._path(image_id, ".svg").exists(),
                favourite=self._favourites.has(image_id),
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError, OverflowError):
            return None

    def _write_files(
        self, image_id: str, png: bytes, drawing: bytes | None, sidecar: Mapping[str, Any]
    ) -> None:
        text = json.dumps(sidecar, indent=2, allow_nan=False)
        created_at = datetime.fromisoformat(sidecar["created_at"])
        width, height = sidecar["width"], sidecar["height"]
        favourite = self._favourites.has(image_id)
        stored = StoredImage(image_id, width, height, created_at, sidecar, favourite=favourite)
        try:
            write_bytes(self._path(image_id, ".png"), png)
            if drawing is not None:
                write_bytes(self._path(image_id, ".svg"), drawing)
            # Before the sidecar: a picture that exists is listed, even if the process dies now.
            self._index.add([_entry(stored)])
            write_bytes(self._path(image_id, ".json"), text.encode())
        except (OSError, StorageFull, StoreUnavailable):
            if self._read(image_id) is None:
                self._path(image_id, ".png").unlink(missing_ok=True)
                self._path(image_id, ".svg").unlink(missing_ok=True)
            raise

    def _complete_index(self) -> None:
        times = self._index.times()
        with _translated():
            on_disk = self._ids_on_disk()
        missing = sorted(on_disk - times.keys())
        for start in range(0, len(missing), _REBUILT_AT_ONCE):
            # Read before the index is locked: other processes may be waiting to write.
            found = [self._read(image_id) for image_id in missing[start : start + _REBUILT_AT_ONCE]]
            self._index.add([_entry(stored) for stored in found if stored is not None])
        if gone := times.keys() - on_disk:
            # Taken away by hand. A young picture may just be about to get its sidecar.
            young = _microseconds(self._clock()) - _YOUNG_MICROSECONDS
            gone = {image_id for image_id in gone if times[image_id] < young}
            # The marks stay: the files may be on a disk that is not mounted yet.
            self._index.remove(gone, unmark=lambda _: None)
        with _translated():
            self._index.match_favourites(self._favourites.all)

    def _ids_on_disk(self) -> set[str]:
        """Ids of all sidecars. Globbing makes a Path of each: 100 ms to open 25,000, now 60."""
        found: set[str] = set()
        with os.scandir(self._images) as shards:
            folders = [shard.path for shard in shards if len(shard.name) == 2 and shard.is_dir()]
        for folder in folders:
            listed = os.listdir(folder)
            clear_fragments(folder, listed)
            names = (name.removesuffix(".json") for name in listed if name[-5:] == ".json")
            found.update(name for name in names if _ID.fullmatch(name))
        return found


def _entry(stored: StoredImage) -> IndexEntry:
    record = stored.record
    words = [record.get(key, "") for key in ("name", "description", "concept")]
    return IndexEntry(
        stored.id,
        _microseconds(stored.created_at),
        stage=str(record.get("stage", "")),
        origin=str(record.get("origin", "")),
        text="\n".join(map(str, [*words, stored.style])),
        favourite=stored.favourite,
    )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _not_found() -> ImageNotFound:
    return ImageNotFound("There is no picture of this id. It may have been deleted.")


def _translated() -> AbstractContextManager[None]:
    # A file that is not there means that a picture is not, which the caller knows to say.
    return disk_errors(
        full="The disk for pictures is full, so the picture was not stored. Free some space and "
        "try again.",
        folder="folder for pictures",
    )
