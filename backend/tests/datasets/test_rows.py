"""The confined reader says what the plain one says, and outlives what a file does to it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.datasets.rows import ConfinedRows, DataFiles, LocalRows, TableFacts, TableFault
from backend.domain.errors import (
    DatasetNotFound,
    DatasetSchemaMismatch,
    DatasetUnreadable,
    InvalidRequest,
    UnreadableImage,
)
from backend.tests.parquets import captioned, png, write


@pytest.fixture(scope="module")
def confined() -> Iterator[ConfinedRows]:
    rows = ConfinedRows()
    yield rows
    rows.close()


def files_of(*paths: Path) -> DataFiles:
    return DataFiles(str(paths), paths, "logos")


def children_of_this_process() -> set[int]:
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text("ascii").split()}
    return found


def test_both_readers_say_the_same(confined: ConfinedRows, tmp_path: Path) -> None:
    files = files_of(write(tmp_path / "a.parquet"), write(tmp_path / "b.parquet", captioned(3, 50)))
    local = LocalRows()
    table, confined_table = local.table(files), confined.table(files)
    assert isinstance(table, TableFacts)
    assert isinstance(confined_table, TableFacts)
    assert list(table.columns) == list(confined_table.columns)
    assert (table.rows, table.fingerprint) == (confined_table.rows, confined_table.fingerprint)
    for index in (0, 19, 20, 22):
        assert local.row(files, index) == confined.row(files, index)
        assert local.picture(files, index) == confined.picture(files, index)
    assert confined.row(files, 21).text == "a red logo with 51 stars"


def test_errors_keep_their_kind(confined: ConfinedRows, tmp_path: Path) -> None:
    sound = files_of(write(tmp_path / "sound.parquet"))
    with pytest.raises(InvalidRequest):
        confined.row(sound, 20)
    columns = confined.table(files_of(write(tmp_path / "c.parquet", {"text": ["a"]})))
    assert isinstance(columns, TableFault)
    assert isinstance(columns.error, DatasetSchemaMismatch)
    (tmp_path / "junk.parquet").write_bytes(b"PAR1" + b"\xff" * 99 + b"PAR1")
    junk = confined.table(files_of(tmp_path / "junk.parquet"))
    assert isinstance(junk, TableFault)
    assert isinstance(junk.error, DatasetUnreadable)
    assert not junk.is_passing
    with pytest.raises(DatasetNotFound):
        confined.table(files_of(tmp_path / "none.parquet"))
    broken: dict[str, Any] = {"image": [{"bytes": png()[:50]}, None], "text": ["a", "b"]}
    for index in (0, 1):
        with pytest.raises(UnreadableImage):
            confined.picture(files_of(write(tmp_path / "broken.parquet", broken)), index)


def test_a_large_picture_is_made_smaller(confined: ConfinedRows, tmp_path: Path) -> None:
    stream = BytesIO()
    Image.new("RGB", (3000, 1500), "red").save(stream, "JPEG")
    columns: dict[str, Any] = {"image": [{"bytes": stream.getvalue()}], "text": ["a"]}
    shown = confined.picture(files_of(write(tmp_path / "large.parquet", columns)), 0)
    assert Image.open(BytesIO(shown)).size == (512, 256)


def test_the_death_of_a_child_costs_no_answer(tmp_path: Path) -> None:
    files = files_of(write(tmp_path / "a.parquet"))
    before = children_of_this_process()
    rows = ConfinedRows()
    try:
        rows.table(files)
        (child,) = children_of_this_process() - before
        os.kill(child, signal.SIGKILL)
        assert rows.row(files, 3).text == "a red logo with 3 stars"
        (other,) = children_of_this_process() - before
        assert other != child
    finally:
        rows.close()
    assert children_of_this_process() == before
