"""The confined analysis, and files that were made to bring a reader down."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.datasets.confined import analyse_confined
from backend.datasets.eda import analyse
from backend.domain.errors import (
    DatasetSchemaMismatch,
    DatasetUnreadable,
    JobCancelled,
    StageFailed,
)
from backend.tests.datasets.tables import SAMPLE, picture, write


def bomb(path: Path, rows: int, text: str | None, cell: bytes | None) -> Path:
    """Rows that are all equal: a dictionary of one value and runs of its number."""
    codes = pa.array(np.zeros(rows, np.int32))

    def column(value: Any, kind: Any) -> Any:
        if value is None:
            return pa.nulls(rows, kind)
        return pa.DictionaryArray.from_arrays(codes, pa.array([value], kind))

    image = pa.StructArray.from_arrays([column(cell, pa.binary())], ["bytes"])
    table = pa.table({"image": image, "text": column(text, pa.string())})
    pq.write_table(table, path, row_group_size=rows, compression="zstd", store_schema=False)
    return path


def test_the_report_is_that_of_the_engine_and_progress_arrives() -> None:
    seen: list[tuple[int, int]] = []
    found = analyse_confined(SAMPLE, report=lambda *step: seen.append(step))
    expected = analyse(SAMPLE)
    for section in ("dataset", "images", "text"):
        assert found[section] == expected[section]
    assert seen[0][1] == 2_000
    assert seen[-1] == (2_000, 2_000)
    assert found["computed"]["peak_mb"] < 300


def test_shards_may_be_listed_and_named(tmp_path: Path) -> None:
    paths = [write(tmp_path / name, [picture()], ["a"]) for name in ("b.parquet", "a.parquet")]
    found = analyse_confined(paths, name="my logos")
    assert (found["dataset"]["name"], found["dataset"]["files"]) == ("my logos", 2)


def test_known_errors_keep_their_type_and_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1PAR1")
    with pytest.raises(DatasetUnreadable, match=r"a\.parquet is truncated"):
        analyse_confined(path)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(DatasetSchemaMismatch, match="`image` is missing"):
        analyse_confined(path)


# At 50 MB OpenBLAS gives up while it is imported, at 60 a library does not load, at 90 Arrow fails.
@pytest.mark.parametrize("memory_mb", [50, 60, 90])
def test_too_little_memory_is_a_sentence_and_leaves_no_process(memory_mb: int) -> None:
    with pytest.raises(DatasetUnreadable, match="needs more memory"):
        analyse_confined(SAMPLE, memory_mb=memory_mb)
    _assert_no_children()


def test_a_bug_of_ours_is_logged_and_not_called_want_of_memory(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(StageFailed, match=r"failed unexpectedly.*the log says more"):
        analyse_confined(SAMPLE, workers="two")  # type: ignore[arg-type]
    assert "Traceback" in caplog.text
    assert "TypeError" in caplog.text
    _assert_no_children()


def test_it_can_be_stopped(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.parquet", 3_000_000, "x" * 1_000, None)
    started = time.monotonic()
    with pytest.raises(JobCancelled):
        analyse_confined(path, should_stop=lambda: time.monotonic() - started > 1)
    assert time.monotonic() - started < 60
    _assert_no_children()


def test_a_file_that_expands_two_thousandfold_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.parquet", 500_000, "flat vector " * 80, None)
    assert path.stat().st_size < 240_000
    found = analyse_confined(path, memory_mb=512)
    assert found["text"]["characters"]["mean"] == 960
    assert dict(found["text"]["top_words"])["flat"] == 40_000_000
    assert found["quality"]["missing_image"]["rows"] == 500_000
    assert found["computed"]["peak_mb"] < 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "text", "cell"),
    [(20_000_000, "x" * 1_000, None), (5_000_000, None, b"x" * 4_000)],
)
def test_two_megabytes_that_expand_to_twenty_gigabytes(
    tmp_path: Path, rows: int, text: str | None, cell: bytes | None
) -> None:
    path = bomb(tmp_path / "a.parquet", rows, text, cell)
    assert path.stat().st_size < 2_200_000
    found = analyse_confined(path)
    assert found["dataset"]["rows"] == rows
    assert found["quality"]["unreadable_rows"]["rows"] == 0
    assert found["computed"]["peak_mb"] < 600


def test_five_million_empty_rows_in_one_group(tmp_path: Path) -> None:
    found = analyse_confined(bomb(tmp_path / "a.parquet", 5_000_000, None, None))
    assert found["quality"]["missing_text"]["rows"] == 5_000_000
    assert found["computed"]["peak_mb"] < 400


def test_a_giant_cell_is_counted_and_its_neighbours_are_read(tmp_path: Path) -> None:
    giant = [b"\0" * 200_000_000]
    write(tmp_path / "a.parquet", giant, ["giant"], compression="zstd")
    write(tmp_path / "b.parquet", [*giant, *[picture()] * 99], ["x"] * 100, compression="zstd")
    write(tmp_path / "c.parquet", [picture()] * 10, ["small"] * 10)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 100_000
    found = analyse_confined(tmp_path, memory_mb=512)
    lost = found["quality"]["unreadable_rows"]
    assert lost["rows"] == 101
    assert lost["examples"][0] == 0
    assert "its cells are larger than 64 MB" in lost["reasons"]
    assert found["images"]["computed_on"]["rows"] == 10
    assert dict(found["text"]["top_words"]) == {"small": 10, "giant": 1}


def _assert_no_children() -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    assert not [pid for pid in children if b"confined" in Path(f"/proc/{pid}/cmdline").read_bytes()]
