"""Opens the job database and translates its failures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.domain.errors import LogoError, StorageFull, StoreUnavailable
from backend.jobs.schema import prepare
from backend.utils.sqlite import use_write_ahead_log

_FLUSH = "logo_flush"
_PATIENCE_SECONDS = 5
_POSTGRES_DISK_FULL = "53100"
# The web process answers from up to 40 threads (AnyIO's default); none should wait for another.
_POOL_SIZE, _POOL_OVERFLOW = 8, 32


class Database:
    """A pool of connections to the job database, and three kinds of transaction.

    On SQLite a write takes the lock at once (BEGIN IMMEDIATE): a transaction that reads first and
    writes later could otherwise fail half-way when another process wrote in between.
    """

    def __init__(self, url: str) -> None:
        """Opens the database and creates what is missing.

        Raises:
            StoreUnavailable: it cannot be reached, read or written, or is of a newer version.
            StorageFull: there is no room for it.
        """
        self._engine = _open(url)
        self._durable = self._engine.execution_options(**{_FLUSH: "FULL"})
        self._relaxed = self._engine.execution_options(**{_FLUSH: "NORMAL"})
        try:
            with self.durable() as connection:
                prepare(connection)
        except LogoError:
            self._engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For a single SELECT."""
        with translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def durable(self) -> Iterator[Connection]:
        """A writing transaction that survives a power cut once it is through."""
        with translated(), self._durable.begin() as connection:
            yield connection

    @contextmanager
    def relaxed(self) -> Iterator[Connection]:
        """A writing transaction that survives the death of every process, but not a power cut.

        It saves the 4 ms of a disk flush. Order is kept: what a later durable transaction
        promises never stands without the relaxed ones before it.
        """
        with translated(), self._relaxed.begin() as connection:
            yield connection

    def close(self) -> None:
        """Closes all connections."""
        self._engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turns failures of the database into ours.

    Raises:
        StorageFull: the disk under the database is full.
        StoreUnavailable: any other failure.
    """
    try:
        yield
    except DBAPIError as error:
        if _is_disk_full(error.orig):
            raise StorageFull(
                "The disk that holds the job database is full. Free some space and try again."
            ) from error
        raise StoreUnavailable(
            f"The job database cannot be used{_reason(error.orig)}. Try again in a moment; if it "
            "goes on, check that the database is running and that its folder can be written."
        ) from error
    except PoolTimeoutError as error:
        raise StoreUnavailable(
            "The job database has no free connection. Try again in a moment."
        ) from error


def _is_disk_full(error: BaseException | None) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(error, "sqlstate", None) == _POSTGRES_DISK_FULL


def _reason(error: BaseException | None) -> str:
    # SQLite's messages name the cause in a few words; those of a server may name hosts and users.
    return f" ({error})" if isinstance(error, sqlite3.Error) else ""


def _open(url: str) -> Engine:
    try:
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        if is_sqlite:
            _make_folder(parsed)
        # A server may have gone away since a connection was used last; a file cannot.
        engine = create_engine(
            parsed,
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_OVERFLOW,
            pool_pre_ping=not is_sqlite,
        )
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise StoreUnavailable(
            "The address of the job database is not usable. Write it like "
            "sqlite:///data/jobs.db or postgresql+psycopg://user@host/name, and install its driver."
        ) from error
    if is_sqlite:
        _tune_sqlite(engine)
    return engine


def _make_folder(url: URL) -> None:
    if not url.database or ":memory:" in url.database or "mode" in url.query:
        raise StoreUnavailable(
            "The job database must be a file: jobs in memory are lost on a restart."
        )
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder of the job database cannot be made ({error.strerror}). "
            "Check its place and its permissions."
        ) from error


def _tune_sqlite(engine: Engine) -> None:
    """Lets SQLAlchemy, not sqlite3, begin transactions (recipe of SQLAlchemy's SQLite manual)."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:  # noqa: ARG001
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout={_PATIENCE_SECONDS * 1000}")
        use_write_ahead_log(connection, _PATIENCE_SECONDS)
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        flush = connection.get_execution_options().get(_FLUSH)
        if flush is None:
            return  # A single SELECT is a transaction of its own.
        if connection.info.get(_FLUSH) != flush:
            connection.exec_driver_sql(f"PRAGMA synchronous={flush}")
            connection.info[_FLUSH] = flush
        connection.exec_driver_sql("BEGIN IMMEDIATE")
