"""The order of stored pictures, in a small database that the sidecars can rebuild."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from backend.domain.errors import StorageFull, StoreUnavailable

_TABLES = """
PRAGMA busy_timeout=5000;
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS images (
    id TEXT PRIMARY KEY,
    created_us INTEGER NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS images_by_time ON images (created_us, id) WHERE NOT deleted;
"""


class ImageIndex:
    """Ids by the time of their making. Safe for several threads and processes.

    The index may know pictures that are not there (a writer died before the sidecar stood); it is
    the reader's part to skip them. Rows of deleted pictures stay, marked, so that a page can go on
    after one.
    """

    def __init__(self, path: Path) -> None:
        """Opens the index; a damaged file gives way to an empty one.

        Raises:
            StoreUnavailable, StorageFull: the file cannot be used.
        """
        self._lock = threading.Lock()
        with _translated():
            try:
                self._connection = _open(path)
            except sqlite3.DatabaseError as error:
                if error.sqlite_errorcode not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                    raise
                for suffix in ("", "-wal", "-shm"):
                    path.with_name(path.name + suffix).unlink(missing_ok=True)
                self._connection = _open(path)

    def add(self, pictures: Iterable[tuple[str, int]]) -> None:
        """Enters pictures as (id, created_us). One that is there already keeps its time."""
        statement = (
            "INSERT INTO images (id, created_us) VALUES (?, ?) ON CONFLICT (id) DO UPDATE "
            "SET created_us = excluded.created_us, deleted = 0 WHERE deleted"
        )
        with self._cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                cursor.executemany(statement, pictures)
            except BaseException:
                # SQLite has rolled back by itself after some failures, such as a full disk.
                if self._connection.in_transaction:
                    cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")

    def ids(self) -> set[str]:
        """All pictures but deleted ones."""
        with self._cursor() as cursor:
            return {row[0] for row in cursor.execute("SELECT id FROM images WHERE NOT deleted")}

    def newest(self, *, limit: int, before: str | None) -> Sequence[str]:
        """Ids, newest first, after `before`."""
        where, values = "NOT deleted", []
        if before is not None:
            where += " AND (created_us, id) < (SELECT created_us, id FROM images WHERE id = ?)"
            values.append(before)
        statement = (
            f"SELECT id FROM images WHERE {where} "  # noqa: S608 - both parts are written above
            "ORDER BY created_us DESC, id DESC LIMIT ?"
        )
        with self._cursor() as cursor:
            return [row[0] for row in cursor.execute(statement, (*values, limit))]

    def remove(self, image_id: str) -> None:
        """Marks a picture as deleted."""
        with self._cursor() as cursor:
            cursor.execute("UPDATE images SET deleted = 1 WHERE id = ?", (image_id,))

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with _translated(), self._lock:
            cursor = self._connection.cursor()
            try:
                yield cursor
            finally:
                cursor.close()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(_TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise StorageFull("The disk for pictures is full. Free some space.") from error
        raise StoreUnavailable(
            f"The index of pictures cannot be used ({error}). Check that the folder for pictures "
            "can be written; the index file in it may be deleted, it is rebuilt at the next start."
        ) from error
