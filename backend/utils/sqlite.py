"""What SQLite needs when several processes open one file."""

from __future__ import annotations

import sqlite3
import time


def use_write_ahead_log(connection: sqlite3.Connection, patience_seconds: float) -> None:
    """Turns the write-ahead log on.

    While several processes open a new file together, or the last one closes it, SQLite refuses
    this at once: the busy time-out does not count for it.

    Raises:
        sqlite3.Error: it is still refused after so long, or for another reason.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # The low byte: the rest tells kinds of being busy apart.
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
