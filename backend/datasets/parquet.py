"""Data sets of one or many parquet shards, read in pieces of bounded size."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from backend.datasets.cells import Cells, cells_in
from backend.datasets.schema import check_schema, columns_of, open_parquet, reason_of
from backend.domain.errors import DatasetUnreadable, NotFound

IMAGE_COLUMN = "image.bytes"
TEXT_COLUMN = "text"
# One batch of decoded cells. Page and batch are in memory together, once per worker.
BATCH_BYTES = 4 * 2**20
# A page or cell beyond this is not read: Arrow would hold it two or three times at once.
MAX_CELL_BYTES = 64 * 2**20
_TOO_LARGE = f"its cells are larger than {MAX_CELL_BYTES // 2**20} MB"
MAX_BATCH_ROWS = 65_536
# Where a dictionary could blow up the cells, the first look is at so many rows.
_CAUTIOUS_ROWS = 32
_TEXT_SHOWN = 20_000
# Arrow reads a row group from its start, so a row at its end costs all before it.
_MAX_PASSED_BYTES = 4 * 2**30
# Pictures are packed already; a large block that shrinks further than this was made to hurt.
_MAX_PACKED = 50
_FOREIGN = (pa.ArrowException, OSError, ValueError, MemoryError, IndexError, TypeError)


@dataclass(frozen=True, slots=True)
class Shard:
    """One file.

    Attributes:
        path: where it lies.
        bytes: its size.
        first_row: number of its first row in the whole data set.
        group_rows: rows of each row group.
    """

    path: Path
    bytes: int
    first_row: int
    group_rows: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Rows by the footer."""
        return sum(self.group_rows)


@dataclass(frozen=True, slots=True)
class Group:
    """A row group: shard number, number within the shard, its first row in all, its rows."""

    shard: int
    number: int
    first_row: int
    rows: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `problem` says why a part is missing, in a sentence."""

    index: int
    text: str | None
    text_cut: bool
    image: bytes | None
    problem: str | None


class GroupUnreadable(Exception):  # noqa: N818 (a state like those in domain.errors)
    """The rest of a row group cannot be read. `rows_done` rows of it were handed out before."""

    def __init__(self, rows_done: int, reason: str) -> None:
        super().__init__(reason)
        self.rows_done = rows_done
        self.reason = reason


class Dataset:
    """A checked data set.

    Only footers are read when it is made, and every call opens the files it needs, so the object
    is small, can be shared by threads and does not keep files open.

    Attributes:
        name: of the file or folder.
        shards: in order of their names.
        columns: name and type of each column of the first shard.
        fingerprint: changes with the files; see `fingerprint_of`.
    """

    def __init__(self, source: Path | Sequence[Path], name: str | None = None) -> None:
        """Reads the footers.

        Raises:
            DatasetUnreadable: no file, or one that is broken.
            DatasetSchemaMismatch: a shard without the agreed columns.
        """
        paths = shard_paths(source)
        root = source if isinstance(source, Path) else paths[0]
        self.name = name or root.name
        shards: list[Shard] = []
        first = 0
        for path in paths:
            with open_parquet(path) as file:
                check_schema(file, path.name)
                if not shards:
                    self.columns = columns_of(file, path.name)
                shards.append(_shard_of(file, path, first))
            first += shards[-1].rows
        self.shards = tuple(shards)
        self.fingerprint = fingerprint_of(paths)

    @property
    def rows(self) -> int:
        """Rows in all, by the footers."""
        return self.shards[-1].first_row + self.shards[-1].rows

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(shard.bytes for shard in self.shards)

    def groups(self) -> Iterator[Group]:
        """Every row group, in order."""
        for place, shard in enumerate(self.shards):
            first = shard.first_row
            for number, rows in enumerate(shard.group_rows):
                yield Group(place, number, first, rows)
                first += rows

    def cells(self, group: Group, column: str) -> Iterator[Cells]:
        """Reads one column of a row group in batches of about `BATCH_BYTES`.

        Args:
            group: which rows.
            column: `IMAGE_COLUMN` or `TEXT_COLUMN`.

        Raises:
            GroupUnreadable: the group, or what is left of it, cannot be read.
        """
        with open_parquet(self.shards[group.shard].path) as file:
            yield from cells_of(file, group, column)

    def row(self, index: int) -> Row:
        """Reads one row; what cannot be read is told in `problem`.

        Raises:
            NotFound: there is no such row.
            DatasetUnreadable: the file is gone or broken.
        """
        group = self._group_of(index)
        problems: list[str] = []
        shard = self.shards[group.shard]
        with open_parquet(shard.path) as file:
            text = _one_cell(file, shard.bytes, group, TEXT_COLUMN, index, problems)
            image = _one_cell(file, shard.bytes, group, IMAGE_COLUMN, index, problems)
        shown = None if text is None else text[: 8 * _TEXT_SHOWN].decode("utf-8", "replace")
        if text is None and not problems:
            problems.append("the text is missing")
        if image is None and not any("image" in problem for problem in problems):
            problems.append("the image is missing")
        is_cut = shown is not None and len(shown) > _TEXT_SHOWN
        return Row(
            index,
            shown[:_TEXT_SHOWN] if shown is not None else None,
            is_cut,
            image,
            "; ".join(problems) or None,
        )

    def text_of(self, index: int) -> str | None:
        """The caption of one row; None where it is missing or cannot be read.

        Raises:
            NotFound: there is no such row.
            DatasetUnreadable: the file is gone or broken.
        """
        group = self._group_of(index)
        shard = self.shards[group.shard]
        with open_parquet(shard.path) as file:
            text = _one_cell(file, shard.bytes, group, TEXT_COLUMN, index, [])
        return None if text is None else text[: 4 * _TEXT_SHOWN].decode("utf-8", "replace")

    def _group_of(self, index: int) -> Group:
        if not 0 <= index < self.rows:
            raise NotFound(f"there is no row {index}; the data set has {self.rows} rows")
        place = bisect_right([shard.first_row for shard in self.shards], index) - 1
        first = self.shards[place].first_row
        for number, rows in enumerate(self.shards[place].group_rows):
            if index < first + rows:
                return Group(place, number, first, rows)
            first += rows
        raise AssertionError("rows of a shard are the sum of its groups")


def shard_paths(source: Path | Sequence[Path]) -> list[Path]:
    """The files of a data set: the file itself, the *.parquet of a folder, or those listed.

    Raises:
        DatasetUnreadable: there is none.
    """
    if not isinstance(source, Path):
        paths = list(source)
    elif source.is_dir():
        paths = sorted(path for path in source.glob("*.parquet") if path.is_file())
    else:
        paths = [source]
    if not paths:
        raise DatasetUnreadable(f"there is no .parquet file in {source}")
    return paths


def fingerprint_of(paths: Sequence[Path]) -> str:
    """32 hexadecimal digits from size, footer, time of writing and inode of all files, in order.

    Two files of equal size can have equal footers and other rows (uncompressed pages, captions
    that changed places), and hashing 17 GB on every look is not cheap. So the file itself counts
    and not its content alone: a name does not matter, but a file that was touched or copied is
    analysed again.
    """
    digest = xxhash.xxh3_128()
    for path in paths:
        with path.open("rb") as stream:
            fact = os.fstat(stream.fileno())
            size = fact.st_size
            stream.seek(max(0, size - 8))
            length = int.from_bytes(stream.read(4), "little")
            stream.seek(max(0, size - 8 - length))
            digest.update(f"{size}:{fact.st_mtime_ns}:{fact.st_ino}:".encode())
            digest.update(stream.read(length + 8))
    return digest.hexdigest()


def cells_of(file: pq.ParquetFile, group: Group, column: str) -> Iterator[Cells]:
    """See `Dataset.cells`. Batches are small at first where cells may outgrow what the footer says.

    Arrow fixes the rows of a batch when a reader is made, so a change of mind means a new reader
    that passes over the rows that were handed out; batches grow eightfold, which keeps that cheap.
    """
    try:
        budget = _budget(file, group, column)
    except _FOREIGN as error:
        raise GroupUnreadable(0, reason_of(error)) from error
    done, rows = 0, budget.first_rows
    while done < group.rows:
        changed = False
        try:
            for batch in _batches(file, group, column, rows, done):
                cells = cells_in(batch, group.first_row + done)
                yield cells
                done += len(cells)
                wanted = _rows_for(cells, rows, budget)
                if wanted != rows and done < group.rows:
                    rows, changed = wanted, True
                    break
        except _FOREIGN as error:
            if rows > 1 and isinstance(error, MemoryError):
                rows = max(1, rows // 16)
                continue
            raise GroupUnreadable(done, reason_of(error)) from error
        if not changed and done < group.rows:
            raise GroupUnreadable(done, "it ends before the rows that its footer promises")


@dataclass(frozen=True, slots=True)
class _Budget:
    """Rows of the first batch, and whether cells may be larger than the footer says."""

    first_rows: int
    may_expand: bool


def _budget(file: pq.ParquetFile, group: Group, column: str) -> _Budget:
    chunk = _chunk(file, group, column)
    per_row = max(1.0, chunk.total_uncompressed_size / max(1, group.rows))
    if chunk.total_uncompressed_size > MAX_CELL_BYTES and per_row > MAX_CELL_BYTES / 2:
        raise ValueError(_TOO_LARGE)
    rows = int(min(MAX_BATCH_ROWS, max(1, BATCH_BYTES // per_row)))
    plain = {"PLAIN", "RLE", "BIT_PACKED", "DELTA_LENGTH_BYTE_ARRAY"}
    # A dictionary, or common prefixes, let few bytes stand for many; pictures of 1 kB on average
    # are stored in full all the same.
    may_expand = not set(chunk.encodings) <= plain and per_row < 1_024
    return _Budget(min(rows, _CAUTIOUS_ROWS) if may_expand else rows, may_expand)


def _chunk(file: pq.ParquetFile, group: Group, column: str) -> Any:
    """Metadata of a column chunk. Only of the one that is asked for: an encrypted one aborts."""
    metadata = file.metadata.row_group(group.number)
    for place in range(metadata.num_columns):
        if file.schema.column(place).path == column:
            return metadata.column(place)
    raise ValueError(f"it has no column {column}")


def _rows_for(cells: Cells, rows: int, budget: _Budget) -> int:
    """How many rows the next batch may have, by the bytes of this one."""
    size = int(cells.sizes.sum())
    if size > 2 * BATCH_BYTES and rows > 1:
        return max(1, rows * BATCH_BYTES // (2 * size))
    if budget.may_expand and size * 16 <= BATCH_BYTES and rows < MAX_BATCH_ROWS:
        return min(MAX_BATCH_ROWS, rows * 8)
    return rows


def _batches(
    file: pq.ParquetFile, group: Group, column: str, rows: int, skip: int
) -> Iterator[Any]:
    reader = file.iter_batches(
        batch_size=rows, row_groups=[group.number], columns=[column], use_threads=False
    )
    for batch in reader:
        if skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        yield batch.slice(skip) if skip else batch
        skip = 0


def _one_cell(
    file: pq.ParquetFile,
    file_bytes: int,
    group: Group,
    column: str,
    index: int,
    problems: list[str],
) -> bytes | None:
    """One cell, read in this process: refuses what only a confined one may try."""
    part = column.partition(".")[0]
    passed = 0
    try:
        _check_for_one_row(file, file_bytes, group, column)
        for cells in cells_of(file, group, column):
            place = index - cells.first_row
            if place < len(cells):
                return bytes(cells.cell(place)) if cells.present[place] else None
            passed += int(cells.sizes.sum())
            if passed > _MAX_PASSED_BYTES:
                raise GroupUnreadable(0, f"over {passed // 2**30} GB lie before it")
    except GroupUnreadable as error:
        problems.append(f"the {part} of this row cannot be read: {error.reason}")
    return None


def _check_for_one_row(file: pq.ParquetFile, file_bytes: int, group: Group, column: str) -> None:
    # Arrow aborts the process when it is asked for the metadata of an encrypted chunk, and raises
    # an error when it is asked for its data: so sizes of the whole group first, then one row.
    whole = file.metadata.row_group(group.number)
    if whole.total_byte_size / max(1, group.rows) > MAX_CELL_BYTES / 2:
        raise GroupUnreadable(0, _TOO_LARGE)
    _check_packing(whole.total_byte_size, file_bytes)
    try:
        next(file.iter_batches(1, [group.number], [column], use_threads=False), None)
        chunk = _chunk(file, group, column)
    except _FOREIGN as error:
        raise GroupUnreadable(0, reason_of(error)) from error
    _check_packing(chunk.total_uncompressed_size, chunk.total_compressed_size)


def _check_packing(size: int, packed: int) -> None:
    if size > MAX_CELL_BYTES and size > _MAX_PACKED * max(1, packed):
        raise GroupUnreadable(0, f"its block unpacks to {size // 2**20} MB of next to nothing")


def _shard_of(file: pq.ParquetFile, path: Path, first_row: int) -> Shard:
    try:
        metadata = file.metadata
        counts = tuple(metadata.row_group(i).num_rows for i in range(metadata.num_row_groups))
    except _FOREIGN as error:
        raise DatasetUnreadable(f"{path.name}: {reason_of(error)}.") from error
    if any(rows < 0 for rows in counts) or sum(counts) > 2**40:
        raise DatasetUnreadable(f"{path.name} is damaged: it claims an impossible number of rows.")
    return Shard(path, path.stat().st_size, first_row, counts)
