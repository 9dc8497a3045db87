"""Log files that only one process writes, and that no reader loses a line of.

A file is never renamed, truncated or written again once the next one has begun: a reader that
follows a folder by file names, or by inodes, sees every line once. Names sort by time:
`api-0.20261121T101500000000.jsonl`, where 0 is the slot that keeps two processes apart.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SUFFIX = ".jsonl"
SLOTS = 64

_LOOK_SECONDS = 1.0
_STAMP = "%Y%m%dT%H%M%S%f"
# Collectors run as another user and must be able to read.
_MODE = 0o644


@dataclass(frozen=True, slots=True)
class Rotation:
    """When a file ends and when it goes.

    Attributes:
        file_bytes: a file that would grow larger is followed by the next one.
        file_count: how many files of one slot are kept, the open one included.
        file_hours: a file that is older is followed by the next one.
        keep_days: files of any slot that were not written for longer go.
    """

    file_bytes: int = 5 * 1024 * 1024
    file_count: int = 5
    file_hours: float = 24
    keep_days: float = 14


class OwnFile:
    """This process's log file. Never raises after its making; not safe for several threads.

    While nothing can be written (disk full, folder gone or read-only) lines are counted in
    `lost`; writing goes on by itself once it can.
    """

    def __init__(
        self, folder: Path, name: str, rotation: Rotation, clock: Callable[[], float] = time.time
    ) -> None:
        """Raises OSError if the folder cannot be written now."""
        self.lost = 0
        self._folder = folder
        self._name = name
        self._rotation = rotation
        self._clock = clock
        self._fd = self._lock_fd = -1
        self._path = self._lock_path = folder
        self._size = 0
        self._slot = 0
        self._began = 0.0
        self._rest = b""
        self._look_at = 0.0
        self._pid = os.getpid()
        self._is_closed = False
        self._open()

    @property
    def path(self) -> Path:
        """The file that is written now."""
        return self._path

    def write(self, line: bytes) -> bool:
        """Appends a line that ends with a line feed. Returns whether it is in the file."""
        try:
            self._prepare(len(line))
            return self._append(line)
        except OSError:
            self.lost += 1
            return False

    def close(self) -> None:
        """Closes the file and frees the slot; later lines are lost."""
        self._is_closed = True
        self._release()

    def _release(self) -> None:
        for fd in (self._fd, self._lock_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._lock_fd = -1

    def _prepare(self, length: int) -> None:
        """Sees that there is an open file that is ours, with room for the line."""
        if self._is_closed:
            raise FileNotFoundError(self._path)
        if os.getpid() != self._pid:
            # A forked child: the file is its parent's, whose lock goes on.
            self._release()
            self._pid, self._rest = os.getpid(), b""
            self._open()
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            if not (
                _is_open_at(self._fd, self._path) and _is_open_at(self._lock_fd, self._lock_path)
            ):
                # Somebody removed the folder or the file: what is written there nobody will see.
                self._release()
                self._open()
            if self._clock() - self._began >= self._rotation.file_hours * 3600:
                self._rotate()
        if self._fd < 0:
            raise FileNotFoundError(self._path)
        if self._size and self._size + length > self._rotation.file_bytes:
            self._rotate()

    def _append(self, line: bytes) -> bool:
        """Writes what an earlier call could not finish, and the line."""
        due, done = self._rest + line, 0
        with suppress(OSError):
            done = os.write(self._fd, due)
            if done < len(due):
                done += os.write(self._fd, due[done:])
        self._size += done
        if done <= len(self._rest) < len(due):
            # Nothing of the line is there: it is lost, the file stays whole.
            self._rest = self._rest[done:]
            self.lost += 1
            return False
        # The disk filled within the line. Its end comes first when there is room again.
        self._rest = due[done:]
        return True

    def _rotate(self) -> None:
        """Goes on in a new file; if none can be made, in the old one."""
        if self._rest:
            return
        try:
            fd, path, began = self._create()
        except OSError:
            return
        os.close(self._fd)
        self._fd, self._path, self._began, self._size = fd, path, began, 0
        self._prune()

    def _open(self) -> None:
        """Takes a free slot, and its newest file if that has room."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock_fd, self._lock_path, self._slot = _claim_slot(self._folder, self._name)
        try:
            self._fd, self._path, self._began = self._newest() or self._create()
            self._size = os.fstat(self._fd).st_size
            if self._size and not _ends_with_line_feed(self._path):
                # The last process was killed within a line.
                self._size += os.write(self._fd, b"\n")
        except OSError:
            self._release()
            raise
        self._prune()

    def _newest(self) -> tuple[int, Path, float] | None:
        files = self._files()
        if not files:
            return None
        path = files[-1]
        began = _began(path)
        is_young = 0 <= self._clock() - began < self._rotation.file_hours * 3600
        if path.stat().st_size >= self._rotation.file_bytes or not is_young:
            return None
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC), path, began

    def _create(self) -> tuple[int, Path, float]:
        """A new file whose name follows all others of the slot, even if the clock went back."""
        files = self._files()
        began = max(self._clock(), _began(files[-1]) + 1e-6 if files else 0.0)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        for _ in range(100):
            stamp = datetime.fromtimestamp(began, UTC).strftime(_STAMP)
            path = self._folder / f"{self._prefix}{stamp}{SUFFIX}"
            try:
                return os.open(path, flags, _MODE), path, began
            except FileExistsError:
                began += 1e-5
        raise FileExistsError(path)

    @property
    def _prefix(self) -> str:
        return f"{self._name}-{self._slot}."

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"{self._prefix}*{SUFFIX}"))

    def _prune(self) -> None:
        """Removes what is too much or too old; what cannot be removed stays."""
        old = self._files()[: -self._rotation.file_count]
        for path in self._folder.glob(f"{self._name}-*{SUFFIX}"):
            try:
                age_days = (self._clock() - path.stat().st_mtime) / 86_400
                if path in old or (age_days > self._rotation.keep_days and path != self._path):
                    path.unlink()
            except OSError:
                continue


def _claim_slot(folder: Path, name: str) -> tuple[int, Path, int]:
    for slot in range(SLOTS):
        path = folder / f".{name}-{slot}.lock"
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            continue
        if not _is_open_at(fd, path):
            # The folder was removed between the two calls.
            os.close(fd)
            continue
        return fd, path, slot
    raise OSError(0, f"{SLOTS} processes named {name} hold all log files")


def _is_open_at(fd: int, path: Path) -> bool:
    try:
        here, there = os.fstat(fd), path.stat()
    except OSError:
        return False
    return (here.st_ino, here.st_dev) == (there.st_ino, there.st_dev)


def _began(path: Path) -> float:
    stamp = path.name.removesuffix(SUFFIX).rpartition(".")[2]
    try:
        return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _ends_with_line_feed(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"
