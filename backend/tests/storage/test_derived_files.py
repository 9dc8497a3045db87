from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from backend.storage.derived_files import DerivedFiles

ONE, TWO = "img_ab" + "0" * 22, "img_ab" + "1" * 22
ELSEWHERE = "img_cd" + "0" * 22


def test_what_is_written_is_read_until_it_is_removed(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path / "thumbs")
    assert files.read(ONE, "256.webp") is None
    files.write(ONE, "256.webp", b"a")
    files.write(ONE, "64.jpeg", b"b")
    files.write(TWO, "256.webp", b"c")
    assert files.read(ONE, "256.webp") == b"a"
    assert files.read(ONE, "64.jpeg") == b"b"
    files.remove(ONE)
    files.remove(ELSEWHERE)
    assert files.read(ONE, "256.webp") is None
    assert files.read(ONE, "64.jpeg") is None
    assert files.read(TWO, "256.webp") == b"c"


def test_an_empty_file_counts_as_none(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path)
    files.write(ONE, "256.webp", b"a")
    (path,) = tmp_path.rglob("*.webp")
    path.write_bytes(b"")
    assert files.read(ONE, "256.webp") is None


def test_the_oldest_go_when_a_shard_is_full(tmp_path: Path) -> None:
    files = DerivedFiles(tmp_path, shard_bytes=1_000)
    files.write(ELSEWHERE, "1.webp", bytes(900))
    for number in range(1, 31):
        files.write(ONE, f"{number}.webp", bytes(90))
        path = tmp_path / "ab" / f"{ONE}.{number}.webp"
        os.utime(path, ns=(number * 10**9, number * 10**9))
        assert sum(path.stat().st_size for path in (tmp_path / "ab").iterdir()) <= 1_000
    assert files.read(ONE, "30.webp") is not None
    assert files.read(ONE, "29.webp") is not None
    assert files.read(ONE, "1.webp") is None
    assert files.read(ELSEWHERE, "1.webp") is not None


def test_a_disk_that_fails_costs_the_cache_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "thumbs").write_text("a file where the folder should be")
    files = DerivedFiles(tmp_path / "thumbs")
    with caplog.at_level(logging.WARNING):
        files.write(ONE, "256.webp", b"a")
    assert "not kept" in caplog.text
    assert files.read(ONE, "256.webp") is None
    files.remove(ONE)
