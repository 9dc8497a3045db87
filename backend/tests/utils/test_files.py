from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest

from backend.utils.files import atomic_path, sha256_of, write_bytes, write_json


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_whole_with_its_folders(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "file.bin"
    with atomic_path(target) as path:
        path.write_bytes(b"half")
        assert not target.exists()
        assert path.parent == target.parent  # so the rename never crosses file systems
        path.write_bytes(b"whole")
    assert target.read_bytes() == b"whole"
    assert names(target.parent) == ["file.bin"]


def test_an_exception_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> None:
        with atomic_path(tmp_path / "file.bin") as path:
            path.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert names(tmp_path) == []


def test_an_exception_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    target.write_bytes(b"old")

    def fail() -> None:
        with atomic_path(target) as path:
            path.write_bytes(b"half of the new")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["file.bin"]


def test_a_file_is_replaced_and_readable_by_others(tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    write_bytes(target, b"old")
    write_bytes(target, b"new")
    assert target.read_bytes() == b"new"
    # The web process and the worker may run as different users.
    assert target.stat().st_mode & 0o777 == 0o644


def test_two_writers_do_not_share_a_temporary_file(tmp_path: Path) -> None:
    target = tmp_path / "file.bin"
    with atomic_path(target) as first, atomic_path(target) as second:
        assert first != second
        first.write_bytes(b"1")
        second.write_bytes(b"2")
    assert target.read_bytes() == b"1"  # the outer block ends last


def test_json_is_readable_utf8_that_ends_with_a_newline(tmp_path: Path) -> None:
    value = {"name": "Лиса", "sizes": [256, 512.5, None], "on": True}
    write_json(tmp_path / "a.json", value)
    text = (tmp_path / "a.json").read_text("utf-8")
    assert json.loads(text) == value
    assert '"Лиса"' in text
    assert text.endswith("}\n")
    assert len(text.splitlines()) > 5


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_json_without_numbers_that_are_none(number: float, tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"loss": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "a.json", {"losses": [0.5, number]})
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == {"loss": 1}
    assert names(tmp_path) == ["a.json"]


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 3])
def test_the_checksum_is_that_of_the_content(size: int, tmp_path: Path) -> None:
    content = bytes(i % 251 for i in range(min(size, 251))) * (size // 251 + 1)
    path = tmp_path / "file.bin"
    path.write_bytes(content[:size])
    assert sha256_of(path) == hashlib.sha256(content[:size]).hexdigest()
