from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from backend.utils.sqlite import use_write_ahead_log


def test_it_waits_until_another_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN EXCLUSIVE")
    mine = sqlite3.connect(path, timeout=0)
    started = time.monotonic()
    threading.Timer(0.2, lambda: other.execute("COMMIT")).start()
    use_write_ahead_log(mine, 60)

    assert time.monotonic() - started > 0.1
    assert mine.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    mine.close()
    other.close()


def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN EXCLUSIVE")
    mine = sqlite3.connect(path, timeout=0)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        use_write_ahead_log(mine, 0.1)
    mine.close()
    other.close()
