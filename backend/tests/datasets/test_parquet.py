from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.datasets import parquet
from backend.datasets.parquet import (
    BATCH_BYTES,
    IMAGE_COLUMN,
    TEXT_COLUMN,
    Dataset,
    GroupUnreadable,
    fingerprint_of,
)
from backend.domain.errors import NotFound
from backend.tests.datasets.tables import SAMPLE, images, picture, write


def read(dataset: Dataset, column: str) -> list[bytes | None]:
    return [
        bytes(cells.cell(place)) if cells.present[place] else None
        for group in dataset.groups()
        for cells in dataset.cells(group, column)
        for place in range(len(cells))
    ]


def test_a_folder_of_shards_is_one_data_set(tmp_path: Path) -> None:
    for name, first in (("b", 7), ("a", 0), ("c", 11)):
        rows = range(first, {"a": 7, "b": 11, "c": 12}[name])
        write(tmp_path / f"{name}.parquet", [b"%d" % n for n in rows], [f"t{n}" for n in rows], 3)
    dataset = Dataset(tmp_path)
    assert dataset.rows == 12
    assert read(dataset, IMAGE_COLUMN) == [b"%d" % n for n in range(12)]
    assert read(dataset, TEXT_COLUMN) == [b"t%d" % n for n in range(12)]
    firsts = [group.first_row for group in dataset.groups()]
    assert firsts == [0, 3, 6, 7, 10, 11]
    for index in range(12):
        row = dataset.row(index)
        assert (row.index, row.text, row.image) == (index, f"t{index}", b"%d" % index)
        assert row.problem is None
    for index in (-1, 12):
        with pytest.raises(NotFound):
            dataset.row(index)


@pytest.mark.parametrize("batch_bytes", [1, 300, 10_000])
def test_whatever_the_batches_all_cells_come_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_bytes: int
) -> None:
    rng = np.random.default_rng(1)
    cells = [None if n % 7 == 0 else rng.bytes(int(rng.integers(0, 400))) for n in range(500)]
    path = write(tmp_path / "a.parquet", cells, ["x"] * 500, 123)
    monkeypatch.setattr(parquet, "BATCH_BYTES", batch_bytes)
    assert read(Dataset(path), IMAGE_COLUMN) == cells


def test_equal_cells_that_expand_come_in_batches_of_bounded_size(tmp_path: Path) -> None:
    count, content = 20_000, b"x" * 20_000
    codes = pa.array(np.zeros(count, np.int32))
    cells = pa.DictionaryArray.from_arrays(codes, pa.array([content], pa.binary()))
    table = pa.table(
        {
            "image": pa.StructArray.from_arrays([cells], ["bytes"]),
            "text": pa.nulls(count, pa.string()),
        }
    )
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=count, compression="zstd", store_schema=False)
    assert path.stat().st_size < 20_000
    dataset = Dataset(path)
    rows = 0
    for batch in dataset.cells(next(dataset.groups()), IMAGE_COLUMN):
        assert int(batch.sizes.sum()) <= 2 * BATCH_BYTES
        rows += len(batch)
    assert rows == count


def test_a_null_struct_and_null_bytes_are_both_missing(tmp_path: Path) -> None:
    kind = pa.struct([("bytes", pa.binary())])
    table = pa.table(
        {"image": pa.array([None, {"bytes": None}, {"bytes": b"x"}], kind), "text": ["a"] * 3}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    dataset = Dataset(tmp_path / "a.parquet")
    assert read(dataset, IMAGE_COLUMN) == [None, None, b"x"]
    assert dataset.row(1).problem == "the image is missing"


def test_a_damaged_group_is_skipped_and_the_others_are_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    cells = [rng.bytes(3_000) for _ in range(30)]
    path = write(tmp_path / "a.parquet", cells, ["x"] * 30, 10, compression="zstd")
    content = bytearray(path.read_bytes())
    # The header of the second group's first page.
    start = pq.read_metadata(path).row_group(1).column(0).dictionary_page_offset
    content[start : start + 40] = b"\xff" * 40
    path.write_bytes(content)
    dataset = Dataset(path)
    groups = list(dataset.groups())
    assert sum(len(c) for c in dataset.cells(groups[0], IMAGE_COLUMN)) == 10
    assert sum(len(c) for c in dataset.cells(groups[2], IMAGE_COLUMN)) == 10
    with pytest.raises(GroupUnreadable) as caught:
        list(dataset.cells(groups[1], IMAGE_COLUMN))
    assert caught.value.rows_done == 0
    assert caught.value.reason
    row = dataset.row(15)
    assert row.text == "x"
    assert row.problem is not None
    assert row.problem.startswith("the image of this row cannot be read: ")


def test_a_giant_cell_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [b"\0" * 100_000_000], ["x"], compression="zstd")
    assert path.stat().st_size < 100_000
    row = Dataset(path).row(0)
    assert row.image is None
    assert row.problem is not None
    assert "the image of this row cannot be read: its cells are larger than 64 MB" in row.problem


def test_a_long_caption_is_cut_for_show(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", [picture()], ["ж" * 1_000_000])
    row = Dataset(path).row(0)
    assert row.text_cut
    assert row.text == "ж" * 20_000


def test_text_that_is_no_utf8_is_shown_with_marks(tmp_path: Path) -> None:
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(np.array([0, 3], np.int32)), pa.py_buffer(b"a\xffb")]
    )
    pq.write_table(pa.table({"image": images([b"x"]), "text": broken}), tmp_path / "a.parquet")
    assert Dataset(tmp_path / "a.parquet").row(0).text == "a\ufffdb"


def test_the_fingerprint_is_of_the_files_and_not_of_their_names(tmp_path: Path) -> None:
    one = write(tmp_path / "a.parquet", [picture("red")] * 5, ["a"] * 5)
    two = write(tmp_path / "b.parquet", [picture("blue")] * 5, ["a"] * 5)
    before = fingerprint_of([one])
    one = one.rename(tmp_path / "c.parquet")
    assert fingerprint_of([one]) == before
    assert len({fingerprint_of(p) for p in ([one], [two], [one, two], [two, one])}) == 4
    assert Dataset(SAMPLE).fingerprint == fingerprint_of([SAMPLE])


def test_other_rows_behind_an_equal_footer_are_another_data_set(tmp_path: Path) -> None:
    def saved(name: str, texts: list[str]) -> Path:
        path = tmp_path / name
        return write(path, [b"x", b"x"], texts, compression="none", write_statistics=False)

    one, two = saved("a.parquet", ["fox", "owl"]), saved("b.parquet", ["owl", "fox"])
    length = int.from_bytes(one.read_bytes()[-8:-4], "little") + 8
    assert one.read_bytes()[-length:] == two.read_bytes()[-length:]
    os.utime(two, ns=(one.stat().st_atime_ns, one.stat().st_mtime_ns))
    assert fingerprint_of([one]) != fingerprint_of([two])
    before = fingerprint_of([one])
    # Written over in place: the same inode at another time.
    one.write_bytes(two.read_bytes())
    os.utime(one, ns=(0, 1))
    assert fingerprint_of([one]) != before


def test_zero_rows_are_a_data_set(tmp_path: Path) -> None:
    dataset = Dataset(write(tmp_path / "a.parquet", [], []))
    assert dataset.rows == 0
    assert read(dataset, IMAGE_COLUMN) == []
