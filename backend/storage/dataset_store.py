"""Data sets on disk: uploads that can be resumed, and what lies in the data folder."""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.domain.errors import (
    DatasetNotFound,
    InvalidRequest,
    LogoError,
    NotRemovable,
    StorageFull,
    StoreUnavailable,
    UploadOffsetMismatch,
)
from backend.storage.dataset_folder import FoundSet, found_sets
from backend.storage.disk_errors import disk_errors
from backend.utils.files import write_json

MAX_UPLOAD_BYTES = 64 * 2**30
CHUNK_BYTES = 8 * 2**20
UPLOADS = "uploads"
_ID = re.compile(r"ds_[0-9a-f]{24}")
_STATE, _PART, _FILE, _LOCK = "state.json", "data.part", "data.parquet", "lock"
_GONE = ".gone-"
_KEPT = timedelta(days=7)
# Every unfinished upload costs a folder that lies there for a week.
_MAX_UNFINISHED = 100
# What stays free for the pictures and the job database on the same disk.
_SPARE_BYTES = 256 * 2**20
_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """A data set on disk.

    Attributes:
        origin: "upload" or "folder".
        paths: its parquet files in order; none while it is being uploaded.
        bytes: its size, declared or found.
        received_bytes: how much of an upload has arrived and survives a crash.
    """

    id: str
    name: str
    origin: str
    paths: tuple[Path, ...]
    bytes: int
    received_bytes: int
    created_at: datetime

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        return bool(self.paths)


def _now() -> datetime:
    return datetime.now(UTC)


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class DatasetStore:
    """The data sets of one data folder, safe for several threads and processes.

    An upload with the id ds_ab... lies in uploads/ds_ab.../: its state, and the part that has
    arrived, whose size is the offset of the next chunk. Bytes are only ever appended, and flushed
    before a chunk is confirmed, so the part is a true beginning of the file after any crash.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime] = _now,
        free_bytes: Callable[[Path], int] = _free_bytes,
    ) -> None:
        """Nothing is read or made yet.

        Args:
            folder: the data folder.
            clock: the present time, with a time zone.
            free_bytes: how much room there is on a folder's disk.
        """
        self._folder = folder
        self._uploads = folder / UPLOADS
        self._clock = clock
        self._free_bytes = free_bytes

    def list(self) -> Sequence[StoredDataset]:
        """Uploads, newest first, then what lies in the data folder, by name."""
        self._sweep()
        uploads = []
        for dataset_id in self._upload_ids():
            with suppress(DatasetNotFound):  # Deleted between two looks.
                uploads.append(self._looked_at(dataset_id))
        uploads.sort(key=lambda dataset: dataset.created_at, reverse=True)
        return [*uploads, *(_of_found(found) for found in found_sets(self._folder))]

    def get(self, dataset_id: str) -> StoredDataset:
        """Raises DatasetNotFound."""
        if _ID.fullmatch(dataset_id):
            if (self._uploads / dataset_id).is_dir():
                return self._looked_at(dataset_id)
            for found in found_sets(self._folder):
                if found.id == dataset_id:
                    return _of_found(found)
        raise _not_found()

    def begin(self, name: str, size_bytes: int) -> StoredDataset:
        """Makes room for an upload. The name is only a label.

        Raises:
            InvalidRequest: the size makes no sense.
            StorageFull: it would not fit, or too many uploads were begun and not finished.
        """
        if not 0 < size_bytes <= MAX_UPLOAD_BYTES:
            why = f"must be 1 to {MAX_UPLOAD_BYTES}"
            raise InvalidRequest("a file of this size is not taken", fields=[("bytes", why)])
        self._sweep()
        dataset_id = f"ds_{secrets.token_hex(12)}"
        with _translated():
            self._uploads.mkdir(parents=True, exist_ok=True)
            self._require_room(size_bytes)
            folder = self._uploads / dataset_id
            folder.mkdir()
            try:
                (folder / _PART).touch()
                state = {
                    "name": label(name),
                    "bytes": size_bytes,
                    "created_at": self._clock().isoformat(),
                }
                write_json(folder / _STATE, state)
            except OSError:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return self._upload(dataset_id)

    def append(self, dataset_id: str, offset: int, chunk: bytes) -> StoredDataset:
        """Adds a chunk; it is on the disk when this returns.

        Raises:
            DatasetNotFound: there is no such upload.
            UploadOffsetMismatch: the chunk does not begin where the last one ended; nothing is
                written, and the error's field tells where to go on.
            InvalidRequest: the chunk is empty or goes beyond the declared size.
            StorageFull: the disk is full; nothing of the chunk stays.
        """
        if not _ID.fullmatch(dataset_id) or not (self._uploads / dataset_id).is_dir():
            self._refuse_folder_set(dataset_id)
        with self._locked(dataset_id):
            upload = self._finished(dataset_id)
            if offset != upload.received_bytes:
                raise UploadOffsetMismatch(
                    f"The next byte to send is number {upload.received_bytes}, counted from 0; go "
                    "on from there.",
                    fields=[("Upload-Offset", str(upload.received_bytes))],
                )
            if not chunk:
                raise InvalidRequest(
                    "the chunk is empty", fields=[("body", "send 1 byte at least")]
                )
            if offset + len(chunk) > upload.bytes:
                why = f"goes beyond the {upload.bytes} bytes that were announced"
                raise InvalidRequest("the file is longer than announced", fields=[("body", why)])
            self._write(dataset_id, offset, chunk)
            return self._finished(dataset_id)

    def delete(self, dataset_id: str) -> None:
        """Removes an upload, finished or not.

        Raises:
            DatasetNotFound: there is no such data set.
            NotRemovable: it lies in the data folder and belongs to whoever put it there.
        """
        if not _ID.fullmatch(dataset_id) or not (self._uploads / dataset_id).is_dir():
            self._refuse_folder_set(dataset_id)
        self._remove(dataset_id)

    def _refuse_folder_set(self, dataset_id: str) -> None:
        name = self.get(dataset_id).name
        raise NotRemovable(f"“{name}” lies in the data folder, data/; change or remove it there.")

    def _write(self, dataset_id: str, offset: int, chunk: bytes) -> None:
        path = self._uploads / dataset_id / _PART
        try:
            with _translated(), path.open("r+b", buffering=0) as stream:
                try:
                    stream.seek(offset)
                    rest = memoryview(chunk)
                    while rest:
                        rest = rest[stream.write(rest) :]
                    os.fsync(stream.fileno())
                except OSError:
                    with suppress(OSError):
                        stream.truncate(offset)
                    raise
        except FileNotFoundError as error:
            raise _not_found() from error

    def _looked_at(self, dataset_id: str) -> StoredDataset:
        """An upload; one that a crash kept from its end is brought there."""
        upload = self._upload(dataset_id)
        if _has_every_byte(upload):
            # How far it is can be told even where the disk refuses the rest.
            with suppress(StorageFull, StoreUnavailable), self._locked(dataset_id):
                return self._finished(dataset_id)
        return upload

    def _finished(self, dataset_id: str) -> StoredDataset:
        """An upload whose lock is held; with its last byte the part becomes the file."""
        upload = self._upload(dataset_id)
        if not _has_every_byte(upload):
            return upload
        folder = self._uploads / dataset_id
        try:
            with _translated():
                # Whoever wrote the last byte may have died before it was flushed.
                with (folder / _PART).open("rb") as stream:
                    os.fsync(stream.fileno())
                (folder / _PART).replace(folder / _FILE)
                _flush_folder(folder)
        except FileNotFoundError as error:
            raise _not_found() from error
        return self._upload(dataset_id)

    def _require_room(self, size_bytes: int) -> None:
        unfinished = []
        for dataset_id in self._upload_ids():
            with suppress(DatasetNotFound):
                upload = self._upload(dataset_id)
                if not upload.is_complete:
                    unfinished.append(upload)
        if len(unfinished) >= _MAX_UNFINISHED:
            raise StorageFull(
                f"{len(unfinished)} uploads were begun and not finished. Finish or delete some."
            )
        promised = sum(upload.bytes - upload.received_bytes for upload in unfinished)
        room = self._free_bytes(self._uploads) - promised - _SPARE_BYTES
        if size_bytes > room:
            raise StorageFull(
                f"The disk has room for {max(0, room) // 2**20} MiB more, and the file has "
                f"{-(-size_bytes // 2**20)} MiB. Free some space, or put the file into the data "
                "folder of another disk."
            )

    def _upload_ids(self) -> Sequence[str]:
        try:
            return [name for name in os.listdir(self._uploads) if _ID.fullmatch(name)]
        except OSError:
            return []

    def _upload(self, dataset_id: str) -> StoredDataset:
        folder = self._uploads / dataset_id
        try:
            state = json.loads((folder / _STATE).read_bytes())
            created_at = datetime.fromisoformat(state["created_at"])
            size_bytes, name = int(state["bytes"]), str(state["name"])
            path = folder / _FILE
            is_complete = path.exists()
            received = size_bytes if is_complete else (folder / _PART).stat().st_size
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise _not_found() from error
        paths = (path,) if is_complete else ()
        return StoredDataset(dataset_id, name, "upload", paths, size_bytes, received, created_at)

    @contextmanager
    def _locked(self, dataset_id: str) -> Iterator[None]:
        """One writer at a time, in whatever process."""
        try:
            with _translated():
                stream = (self._uploads / dataset_id / _LOCK).open("w")
        except FileNotFoundError as error:
            raise _not_found() from error
        with stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _sweep(self) -> None:
        """Removes uploads that nobody has gone on with for a week, and what a crash left."""
        limit = self._clock() - _KEPT
        with suppress(OSError):
            for name in os.listdir(self._uploads):
                if name.startswith(_GONE):
                    shutil.rmtree(self._uploads / name, ignore_errors=True)
                elif _ID.fullmatch(name) and self._is_forgotten(name, limit):
                    with suppress(OSError, LogoError):  # Another process may be sweeping, too.
                        self._remove(name)

    def _is_forgotten(self, dataset_id: str, limit: datetime) -> bool:
        folder = self._uploads / dataset_id
        if (folder / _FILE).exists():
            return False
        with suppress(DatasetNotFound):
            if _has_every_byte(self._upload(dataset_id)):
                return False
        with suppress(OSError):
            part = folder / _PART
            # Without a part the process died while it began the upload.
            touched = (part if part.exists() else folder).stat().st_mtime
            return datetime.fromtimestamp(touched, UTC) < limit
        return False

    def _remove(self, dataset_id: str) -> None:
        gone = self._uploads / f"{_GONE}{dataset_id}"
        try:
            # At once for everybody, though removing a large file takes its time.
            with _translated():
                (self._uploads / dataset_id).rename(gone)
        except FileNotFoundError as error:
            raise _not_found() from error
        shutil.rmtree(gone, ignore_errors=True)


def label(name: str) -> str:
    """What a data set is called: the last part of a path, printable, cut; never used as a path."""
    text = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable())
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", text).strip()[:_NAME_CHARACTERS].strip()
    return "data set" if text in ("", ".", "..") else text


def _has_every_byte(upload: StoredDataset) -> bool:
    return not upload.is_complete and upload.received_bytes == upload.bytes


def _of_found(found: FoundSet) -> StoredDataset:
    return StoredDataset(
        found.id, found.name, "folder", found.paths, found.bytes, found.bytes, found.modified_at
    )


def _not_found() -> DatasetNotFound:
    return DatasetNotFound("There is no data set of this id. It may have been deleted.")


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _translated() -> AbstractContextManager[None]:
    return disk_errors(
        full="The disk for data sets is full; what had arrived before is kept. Free some space and "
        "go on.",
        folder="data folder",
    )
