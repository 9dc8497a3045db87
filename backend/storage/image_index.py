"""Order and words of stored pictures, in a small database that the sidecars can rebuild."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import StorageFull, StoreUnavailable
from backend.domain.ports import ImageFilter
from backend.storage.search_words import folded, match_expression
from backend.utils.sqlite import use_write_ahead_log

# Raise it with every change of the tables: a file of another version is emptied when it is opened.
_VERSION = 2
_PATIENCE_SECONDS = 5
_TABLES = (
    "DROP TABLE IF EXISTS images",
    "DROP TABLE IF EXISTS words",
    """CREATE TABLE images (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        created_us INTEGER NOT NULL,
        stage TEXT NOT NULL,
        origin TEXT NOT NULL,
        favourite INTEGER NOT NULL,
        deleted INTEGER NOT NULL DEFAULT 0
    )""",
    # Holds all that a page and a count without words ask for.
    """CREATE INDEX images_by_time ON images (created_us, id, stage, origin, favourite)
        WHERE NOT deleted""",
    # Its rowid is the number of the picture. The prefixes make the first letters of a word quick.
    """CREATE VIRTUAL TABLE words USING fts5 (
        text, tokenize = 'unicode61 remove_diacritics 2', prefix = '1 2 3'
    )""",
    f"PRAGMA user_version={_VERSION}",
)
_ADD = """
INSERT INTO images (id, created_us, stage, origin, favourite) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
    created_us = CASE WHEN deleted THEN excluded.created_us ELSE created_us END,
    stage = excluded.stage, origin = excluded.origin, favourite = excluded.favourite, deleted = 0
RETURNING number
"""


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the index knows of a picture.

    Attributes:
        created_us: microseconds since 1970.
        text: everything in it can be searched for.
    """

    id: str
    created_us: int
    stage: str = ""
    origin: str = ""
    text: str = ""
    favourite: bool = False


class ImageIndex:
    """Finds ids, newest first. Safe for several threads and processes.

    The index may know pictures that are not there (a writer died before the sidecar stood); it is
    the reader's part to skip them. Rows of deleted pictures stay, marked, so that a page can go on
    after one.
    """

    def __init__(self, path: Path) -> None:
        """Opens the index; a damaged file, or one of another version, gives way to an empty one.

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

    def add(self, entries: Iterable[IndexEntry]) -> None:
        """Enters pictures. One that is there already keeps its time."""
        with self._writing() as cursor:
            for entry in entries:
                values = (entry.created_us, entry.stage, entry.origin, entry.favourite)
                number = cursor.execute(_ADD, (entry.id, *values)).fetchone()[0]
                cursor.execute("DELETE FROM words WHERE rowid = ?", (number,))
                text = folded(entry.text)
                cursor.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text))

    def times(self) -> dict[str, int]:
        """When each picture was made, in microseconds since 1970; all but deleted ones."""
        with self._cursor() as cursor:
            return dict(cursor.execute("SELECT id, created_us FROM images WHERE NOT deleted"))

    def newest(self, wanted: ImageFilter, *, limit: int, before: str | None) -> Sequence[str]:
        """Ids of matching pictures, newest first, after `before`."""
        where, values = _conditions(wanted)
        if before is not None:
            where += " AND (created_us, id) < (SELECT created_us, id FROM images WHERE id = ?)"
            values.append(before)
        statement = (
            f"SELECT id FROM images WHERE {where} "  # noqa: S608 - made of constants
            "ORDER BY created_us DESC, id DESC LIMIT ?"
        )
        with self._cursor() as cursor:
            return [row[0] for row in cursor.execute(statement, (*values, limit))]

    def count(self, wanted: ImageFilter) -> int:
        """How many pictures match."""
        where, values = _conditions(wanted)
        statement = f"SELECT count(*) FROM images WHERE {where}"  # noqa: S608 - made of constants
        with self._cursor() as cursor:
            return int(cursor.execute(statement, values).fetchone()[0])

    def set_favourite(self, image_id: str, favourite: bool, mark: Callable[[], None]) -> None:
        """Notes a favourite.

        Args:
            mark: writes it down where it lasts, alone among all processes.
        """
        with self._writing() as cursor:
            mark()
            cursor.execute("UPDATE images SET favourite = ? WHERE id = ?", (favourite, image_id))

    def match_favourites(self, read: Callable[[], set[str]]) -> None:
        """Makes the favourites those that `read` tells, which runs alone among all processes."""
        with self._writing() as cursor:
            marked = read()
            rows = cursor.execute("SELECT id FROM images WHERE favourite").fetchall()
            known = {row[0] for row in rows}
            changes = [(True, image_id) for image_id in marked - known]
            changes += [(False, image_id) for image_id in known - marked]
            cursor.executemany("UPDATE images SET favourite = ? WHERE id = ?", changes)

    def remove(self, image_ids: Iterable[str], unmark: Callable[[str], None]) -> None:
        """Marks pictures as deleted.

        Args:
            unmark: forgets a favourite where that lasts, alone among all processes.
        """
        with self._writing() as cursor:
            for image_id in image_ids:
                unmark(image_id)
                cursor.execute(
                    "DELETE FROM words WHERE rowid = (SELECT number FROM images WHERE id = ?)",
                    (image_id,),
                )
                cursor.execute(
                    "UPDATE images SET deleted = 1, favourite = 0 WHERE id = ?", (image_id,)
                )

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

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Cursor]:
        with self._cursor() as cursor, _transaction(self._connection, cursor):
            yield cursor


def _conditions(wanted: ImageFilter) -> tuple[str, list[str | int]]:
    """The WHERE of a search and its values."""
    where, values = "NOT deleted", list[str | int]()
    for column, value in (
        ("stage", wanted.stage),
        ("origin", wanted.origin),
        ("favourite", wanted.favourite),
    ):
        if value is not None:
            where += f" AND {column} = ?"
            values.append(value)
    if expression := match_expression(wanted.query):
        where += " AND number IN (SELECT rowid FROM words WHERE words MATCH ?)"
        values.append(expression)
    return where, values


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA busy_timeout={_PATIENCE_SECONDS * 1000}")
        use_write_ahead_log(connection, _PATIENCE_SECONDS)
        connection.execute("PRAGMA synchronous=NORMAL")
        if _version(connection) != _VERSION:
            with _transaction(connection, connection.cursor()) as cursor:
                # Another process may have been faster.
                if _version(connection) != _VERSION:
                    for statement in _TABLES:
                        cursor.execute(statement)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def _transaction(
    connection: sqlite3.Connection, cursor: sqlite3.Cursor
) -> Iterator[sqlite3.Cursor]:
    """Runs the body while no other process writes; all of it counts, or nothing."""
    cursor.execute("BEGIN IMMEDIATE")
    try:
        yield cursor
        cursor.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some failures, such as a full disk.
        if connection.in_transaction:
            cursor.execute("ROLLBACK")
        raise


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
