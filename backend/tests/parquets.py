"""Small parquet files for tests: captioned pictures, and what people send instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

_TYPES = {
    "image": pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    "text": pa.string(),
}


def png(number: int = 0, size: tuple[int, int] = (32, 24)) -> bytes:
    """A picture that differs for each number."""
    stream = BytesIO()
    Image.new("RGB", size, (number % 256, number // 256 % 256, 40)).save(stream, "PNG")
    return stream.getvalue()


def captioned(rows: int = 20, start: int = 0) -> Mapping[str, Sequence[Any]]:
    """Columns of a data set as it should be."""
    numbers = range(start, start + rows)
    return {
        "image": [{"bytes": png(number), "path": f"{number}.png"} for number in numbers],
        "text": [f"a red logo with {number} stars" for number in numbers],
    }


def write(path: Path, columns: Mapping[str, Sequence[Any]] | None = None, **options: Any) -> Path:
    """Writes a parquet file; without columns one as it should be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = captioned() if columns is None else columns
    arrays = {name: pa.array(values, _TYPES.get(name)) for name, values in columns.items()}
    pq.write_table(pa.table(arrays), path, **options)
    return path


def content(columns: Mapping[str, Sequence[Any]] | None = None, **options: Any) -> bytes:
    """The bytes of such a file."""
    stream = BytesIO()
    columns = captioned() if columns is None else columns
    arrays = {name: pa.array(values, _TYPES.get(name)) for name, values in columns.items()}
    pq.write_table(pa.table(arrays), stream, **options)
    return stream.getvalue()
