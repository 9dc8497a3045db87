"""API keys in one JSON file, without their secrets; read again as soon as it has changed."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from backend.domain.access import ApiKey
from backend.domain.errors import StoreUnavailable
from backend.utils.files import write_json

KEYS_FILE = "keys.json"
_PEPPER_FILE = "tickets.secret"
_PEPPER_BYTES = 32
_Stamp = tuple[int, int, int]


class KeyFile:
    """The keys of a state folder. Several processes may write and read.

    A look at the file's stamp comes with every read, so that a revoked key stops at once.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEYS_FILE
        self._folder = folder
        self._stamp: _Stamp | None = None
        self._keys: Mapping[str, ApiKey] = {}
        self._pepper: bytes | None = None

    def all(self) -> Mapping[str, ApiKey]:
        """Keys by id, in the order they were made. Raises StoreUnavailable for a broken file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._keys = None, {}
            return self._keys
        except OSError as error:
            raise StoreUnavailable(_CANNOT) from error
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            self._keys = self._read()
            self._stamp = stamp
        return self._keys

    def add(self, key: ApiKey) -> None:
        """Keeps a key. Raises StoreUnavailable."""
        with self._writing():
            self._write({**self.all(), key.id: key})

    def replace(self, key: ApiKey) -> None:
        """Keeps a key in place of the one with its id. Raises StoreUnavailable."""
        self.add(key)

    def pepper(self) -> bytes:
        """The secret that signs tickets, made on first use; it outlives restarts.

        Raises:
            StoreUnavailable: it can be neither read nor written.
        """
        if self._pepper is None:
            path = self._folder / _PEPPER_FILE
            with self._writing():
                if not path.exists():
                    _write_secret(path, secrets.token_bytes(_PEPPER_BYTES))
                self._pepper = path.read_bytes()
        return self._pepper

    def _read(self) -> Mapping[str, ApiKey]:
        try:
            entries = json.loads(self.path.read_text("utf-8"))["keys"]
            keys = [ApiKey.from_json(entry) for entry in entries]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(_CANNOT) from error
        return {key.id: key for key in keys}

    def _write(self, keys: Mapping[str, ApiKey]) -> None:
        write_json(self.path, {"keys": [key.to_json() for key in keys.values()]})
        self.path.chmod(0o600)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time, also between processes."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._folder / f".{KEYS_FILE}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StoreUnavailable(_CANNOT) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        except OSError as error:
            raise StoreUnavailable(_CANNOT) from error
        finally:
            os.close(lock)


def _write_secret(path: Path, content: bytes) -> None:
    """Whole or absent, and at no moment readable by others."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


_CANNOT = (
    f"the file of API keys ({KEYS_FILE} in the state folder) cannot be used; nobody is let in "
    "until it is mended or removed"
)
