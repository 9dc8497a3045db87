from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from backend.datasets import eda
from backend.domain.errors import StoreUnavailable
from backend.storage.dataset_reports import REPORT_VERSION, ReportStore, stamp_of

FINGERPRINT = "0123456789abcdef0123456789abcdef"


def test_a_report_is_kept_by_its_content(tmp_path: Path) -> None:
    reports = ReportStore(tmp_path)
    assert reports.get(FINGERPRINT) is None
    assert not reports.has(FINGERPRINT)
    reports.save(FINGERPRINT, {"version": 1, "text": {}})
    assert ReportStore(tmp_path).get(FINGERPRINT) == {"version": 1, "text": {}}
    assert reports.has(FINGERPRINT)
    assert reports.get("f" * 32) is None


@pytest.mark.parametrize("damage", [b"", b'{"version": 1', b"[]", b"\xff", b'{"a": 1}'])
def test_a_damaged_report_counts_as_absent(tmp_path: Path, damage: bytes) -> None:
    reports = ReportStore(tmp_path)
    reports.save(FINGERPRINT, {"version": 1})
    assert reports.has(FINGERPRINT)
    (tmp_path / "reports" / f"{FINGERPRINT}.json").write_bytes(damage)
    assert reports.get(FINGERPRINT) is None
    assert not reports.has(FINGERPRINT)
    reports.save(FINGERPRINT, {"version": 1})
    assert reports.has(FINGERPRINT)


@pytest.mark.parametrize("version", [0, 2, None, "1"])
def test_a_report_of_another_version_counts_as_absent(tmp_path: Path, version: object) -> None:
    reports = ReportStore(tmp_path)
    reports.save(FINGERPRINT, {"version": version})
    assert reports.get(FINGERPRINT) is None
    assert not reports.has(FINGERPRINT)


def test_the_version_is_that_of_the_analysis() -> None:
    assert REPORT_VERSION == eda.VERSION


@pytest.mark.parametrize("name", ["", "../../../etc/x", "a/b", "a" * 200])
def test_no_path_is_built_from_anything_else(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="fingerprint"):
        ReportStore(tmp_path).get(name)


def test_what_is_not_json_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        ReportStore(tmp_path).save(FINGERPRINT, {"version": 1, "mean": float("nan")})
    assert not ReportStore(tmp_path).has(FINGERPRINT)


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file")
    with pytest.raises(StoreUnavailable):
        ReportStore(tmp_path).save(FINGERPRINT, {"version": 1})


def test_a_stamp_tells_a_file_of_the_same_size_whose_time_was_set_back(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"one")
    before, fact = stamp_of([path]), path.stat()
    time.sleep(0.02)  # Clocks of file systems tick a hundred times a second.
    path.write_bytes(b"two")
    os.utime(path, ns=(fact.st_atime_ns, fact.st_mtime_ns))
    assert stamp_of([path]) != before


def test_a_stamp_changes_when_a_file_is_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"one")
    before = stamp_of([path])
    assert stamp_of([path]) == before
    path.write_bytes(b"three")
    assert stamp_of([path]) != before
    with pytest.raises(FileNotFoundError):
        stamp_of([tmp_path / "gone"])
