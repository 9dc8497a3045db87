"""Training sets on disk: uploaded files, what a check made of them, and captions by hand."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from backend.domain.errors import InvalidRequest, NotFound, SetNotFound, StorageFull
from backend.storage.training_folders import (
    GONE,
    flush_folder,
    folder_lock,
    free_bytes,
    label,
    read_object,
    removed_at_once,
    translated,
)
from backend.storage.training_inspection import (
    CAPTIONS_BY_PICTURE,
    INSPECTION_FILE,
    CheckState,
    Inspection,
    read_check_state,
    read_inspection,
    state_of,
    without_picture,
    write_inspection,
)
from backend.storage.training_uploads import (
    copied,
    facts_of,
    require_counts,
    require_kinds,
    stamp_of,
)
from backend.storage.upload_names import (
    PICTURE_SUFFIXES,
    TEXT_SUFFIX,
    names_for,
)
from backend.utils.files import write_json

MAX_SET_BYTES = 2 * 2**30
MAX_SETS = 200
_ID = re.compile(r"set_[0-9a-f]{24}")
_SET, _UPLOADS, _PICTURES, _THUMBS = "set.json", "uploads", "pictures", "thumbs"
_EDITED, _REMOVED = "edited.json", "removed.json"
_INCOMING = ".in-"
# What stays free for the pictures and the job database on the same disk.
_SPARE_BYTES = 256 * 2**20


@dataclass(frozen=True, slots=True)
class StoredSet:
    """A training set.

    Attributes:
        uploads: names and sizes of the files as they were sent.
        stamp: changes with the uploads.
        check: the state of the last check; None before the first one.
        inspection: what it found; None in lists, and before the first one.
        captions: what somebody wrote by hand, by picture; empty in lists.
    """

    id: str
    name: str
    created_at: datetime
    folder: Path
    uploads: Mapping[str, int]
    stamp: str
    check: CheckState | None
    inspection: Inspection | None
    captions: Mapping[str, str]

    @property
    def bytes(self) -> int:
        """The size of the uploads."""
        return sum(self.uploads.values())

    @property
    def is_checked(self) -> bool:
        """Whether the last check was of the files that are there now."""
        return self.check is not None and self.check.stamp == self.stamp


def _now() -> datetime:
    return datetime.now(UTC)


class TrainingSetStore:
    """The sets of one data folder, safe for several threads and processes.

    A set with the id set_ab... lies in training/sets/set_ab.../. Files arrive in a folder beside
    `uploads` and are moved into it when all of them are whole and on the disk.
    """

    def __init__(
        self,
        data: Path,
        clock: Callable[[], datetime] = _now,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        """Nothing is read or made yet.

        Args:
            data: the data folder.
            clock: the present time, with a time zone.
            free: how many bytes there is room for on a folder's disk.
        """
        self._folder = data / "training" / "sets"
        self._clock = clock
        self._free = free

    def list(self) -> Sequence[StoredSet]:
        """All sets, newest first, without what their checks found."""
        self._sweep()
        found = []
        for name in self._ids():
            with suppress(SetNotFound):  # Deleted between two looks.
                found.append(self._facts(name))
        return sorted(found, key=lambda stored: stored.created_at, reverse=True)

    def get(self, set_id: str) -> StoredSet:
        """Raises SetNotFound."""
        stored = self._facts(set_id)
        found = read_inspection(stored.folder)
        captions = read_object(stored.folder / CAPTIONS_BY_PICTURE)
        return replace(
            stored,
            check=state_of(found),
            inspection=found,
            captions={name: str(text) for name, text in captions.items()},
        )

    def _facts(self, set_id: str) -> StoredSet:
        """What a list says of a set. Raises SetNotFound."""
        folder = self._place(set_id)
        state = read_object(folder / _SET)
        try:
            created_at = datetime.fromisoformat(str(state["created_at"]))
            facts = facts_of(folder / _UPLOADS)
        except (LookupError, ValueError, OSError) as error:
            raise _not_found() from error
        return StoredSet(
            id=set_id,
            name=str(state.get("name", "")),
            created_at=created_at,
            folder=folder,
            uploads={name: size for name, (size, _) in facts.items()},
            stamp=stamp_of(facts),
            check=read_check_state(folder),
            inspection=None,
            captions={},
        )

    def create(self, name: str) -> StoredSet:
        """Makes an empty set; the name is only a label. Raises StorageFull."""
        self._sweep()
        if len(self._ids()) >= MAX_SETS:
            raise StorageFull(f"There are {MAX_SETS} training sets already. Delete some first.")
        set_id = f"set_{secrets.token_hex(12)}"
        hidden = self._folder / f"{_INCOMING}{set_id}"
        state = {"id": set_id, "name": label(name), "created_at": self._clock().isoformat()}
        with translated():
            try:
                (hidden / _UPLOADS).mkdir(parents=True)
                write_json(hidden / _SET, state)
                hidden.rename(self._folder / set_id)
            finally:
                shutil.rmtree(hidden, ignore_errors=True)
        return self.get(set_id)

    def delete(self, set_id: str) -> None:
        """Removes a set with everything in it. Raises SetNotFound."""
        try:
            removed_at_once(self._place(set_id))
        except FileNotFoundError as error:
            raise _not_found() from error

    def add(self, set_id: str, files: Sequence[tuple[str, IO[bytes]]]) -> StoredSet:
        """Adds files; they are on the disk when this returns, all of them or none.

        Args:
            set_id: which set.
            files: names as they were sent, and contents.

        Raises:
            SetNotFound: there is no such set.
            InvalidRequest: a file is of no kind that is taken, is empty, or the set would have too
                many files or bytes; names each file at fault.
            StorageFull: the disk is full; nothing of the files stays.
        """
        require_kinds([name for name, _ in files])
        folder = self._place(set_id)
        incoming = folder / f"{_INCOMING}{secrets.token_hex(6)}"
        try:
            with translated():
                incoming.mkdir()
                room = self._room(folder)
                parts = []
                for number, (_, stream) in enumerate(files):
                    parts.append(incoming / str(number))
                    room -= copied(stream, parts[-1], room, field=f"files[{number}]")
                with folder_lock(folder):
                    uploads = folder / _UPLOADS
                    names = names_for([name for name, _ in files], os.listdir(uploads))
                    require_counts([*os.listdir(uploads), *names])
                    for part, name in zip(parts, names, strict=True):
                        part.replace(uploads / name)
                    flush_folder(uploads)
        except FileNotFoundError as error:
            raise _not_found() from error
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        return self.get(set_id)

    def settle_inspection(self, set_id: str, stamp: str) -> StoredSet:
        """Takes over what a check wrote: pictures that were removed before stay away.

        Args:
            set_id: which set.
            stamp: of the uploads when the check began.

        Raises:
            SetNotFound: there is no such set, or the check wrote nothing that can be read.
        """
        folder = self._place(set_id)
        try:
            with translated(), folder_lock(folder):
                found = read_inspection(folder)
                if found is None:
                    raise _not_found()
                removed = set(read_object(folder / _REMOVED))
                for picture in [one for one in found.pictures if one.source in removed]:
                    found = without_picture(found, picture.file)
                    _drop_files(folder, picture.file)
                write_inspection(folder, replace(found, stamp=stamp))
                edited = read_object(folder / _EDITED)
                captions = {
                    picture.file: edited[picture.source]
                    for picture in found.pictures
                    if picture.source in edited
                }
                write_json(folder / CAPTIONS_BY_PICTURE, captions)
        except FileNotFoundError as error:
            raise _not_found() from error
        return self.get(set_id)

    def write_captions(self, set_id: str, captions: Mapping[str, str]) -> StoredSet:
        """Keeps captions by picture beside those that are there.

        Raises:
            SetNotFound: there is no such set.
            InvalidRequest: a name is not that of a picture; names each.
        """
        folder = self._place(set_id)
        try:
            with translated(), folder_lock(folder):
                found = read_inspection(folder)
                sources = {} if found is None else found.sources
                unknown = [name for name in captions if name not in sources]
                if unknown:
                    why = "there is no picture of this name"
                    raise InvalidRequest(
                        "Captions go with pictures of the set; have it checked first.",
                        fields=[(f"captions.{name}", why) for name in unknown],
                    )
                # By source, too: a picture may have another name after the next check.
                edited = {sources[name]: text for name, text in captions.items()}
                write_json(folder / _EDITED, {**read_object(folder / _EDITED), **edited})
                write_json(
                    folder / CAPTIONS_BY_PICTURE,
                    {**read_object(folder / CAPTIONS_BY_PICTURE), **captions},
                )
        except FileNotFoundError as error:
            raise _not_found() from error
        return self.get(set_id)

    def remove_picture(self, set_id: str, file: str) -> StoredSet:
        """Takes a picture out of the set, and the upload that it came from if it was alone in it.

        Raises:
            SetNotFound: there is no such set.
            NotFound: it has no such picture.
        """
        folder = self._place(set_id)
        try:
            with translated(), folder_lock(folder):
                found = read_inspection(folder)
                source = None if found is None else found.sources.get(file)
                if found is None or source is None:
                    raise NotFound("The set has no picture of this name.")
                was_checked = found.stamp == stamp_of(facts_of(folder / _UPLOADS))
                removed = {**read_object(folder / _REMOVED), source: file}
                write_json(folder / _REMOVED, removed)
                _drop_files(folder, file)
                _drop_upload(folder / _UPLOADS, source)
                stamp = stamp_of(facts_of(folder / _UPLOADS)) if was_checked else found.stamp
                write_inspection(folder, replace(without_picture(found, file), stamp=stamp))
        except FileNotFoundError as error:
            raise _not_found() from error
        return self.get(set_id)

    def thumbnail(self, set_id: str, file: str) -> bytes:
        """A small WEBP of a picture. Raises SetNotFound, NotFound."""
        stored = self.get(set_id)
        names = {} if stored.inspection is None else stored.inspection.sources
        if file in names:
            for name in (f"{file}.webp", f"{Path(file).stem}.webp"):
                with suppress(OSError):
                    return (stored.folder / _THUMBS / name).read_bytes()
        raise NotFound("The set has no picture of this name, or no small one of it.")

    def copy_to(self, stored: StoredSet, target: Path) -> None:
        """Copies what a training reads, so that later changes of the set do not reach it.

        Raises:
            SetNotFound: the set has gone meanwhile.
            StorageFull: the disk is full; the caller removes what was copied.
        """
        names = {} if stored.inspection is None else stored.inspection.sources
        try:
            with translated(), folder_lock(stored.folder):
                (target / _PICTURES).mkdir(parents=True)
                for name in names:
                    source, copy = stored.folder / _PICTURES / name, target / _PICTURES / name
                    if source.stat().st_size + _SPARE_BYTES > self._free(target):
                        raise StorageFull("The disk has no room for a copy of the pictures.")
                    shutil.copyfile(source, copy)
                for name in (_SET, CAPTIONS_BY_PICTURE, INSPECTION_FILE):
                    if (stored.folder / name).exists():
                        shutil.copyfile(stored.folder / name, target / name)
        except FileNotFoundError as error:
            raise SetNotFound("Pictures of the set have gone; have it checked again.") from error

    def _place(self, set_id: str) -> Path:
        folder = self._folder / set_id
        if not _ID.fullmatch(set_id) or not folder.is_dir():
            raise _not_found()
        return folder

    def _ids(self) -> Sequence[str]:
        try:
            return [name for name in os.listdir(self._folder) if _ID.fullmatch(name)]
        except OSError:
            return []

    def _room(self, folder: Path) -> int:
        """How many bytes may still be added to a set."""
        left = MAX_SET_BYTES - sum(size for size, _ in facts_of(folder / _UPLOADS).values())
        free = self._free(folder) - _SPARE_BYTES
        if free <= 0:
            raise StorageFull("The disk is nearly full. Free some space and send the files again.")
        return min(left, free)

    def _sweep(self) -> None:
        """Removes what a crash or a deletion left, once nobody can be at work with it any more."""
        limit = self._clock().timestamp() - 24 * 3600
        with suppress(OSError):
            for entry in self._folder.iterdir():
                left = [entry] if entry.name.startswith((GONE, _INCOMING)) else []
                if _ID.fullmatch(entry.name):
                    left = list(entry.glob(f"{_INCOMING}*"))
                for path in left:
                    if path.name.startswith(GONE) or path.stat().st_mtime < limit:
                        shutil.rmtree(path, ignore_errors=True)


def _not_found() -> SetNotFound:
    return SetNotFound("There is no training set of this id. It may have been deleted.")


def _drop_files(folder: Path, file: str) -> None:
    """The picture and its small one."""
    for path in (
        folder / _PICTURES / file,
        folder / _THUMBS / f"{file}.webp",
        folder / _THUMBS / f"{Path(file).stem}.webp",
    ):
        path.unlink(missing_ok=True)


def _drop_upload(uploads: Path, source: str) -> None:
    """An uploaded picture and its caption; what came out of a zip file has no upload of its own."""
    path = uploads / source
    if path.parent == uploads and path.suffix.lower() in PICTURE_SUFFIXES:
        path.unlink(missing_ok=True)
        path.with_suffix(TEXT_SUFFIX).unlink(missing_ok=True)
