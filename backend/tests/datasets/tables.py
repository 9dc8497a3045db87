"""Small parquet files for tests."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from backend.settings import ROOT

SAMPLE = ROOT / "data" / "sample.parquet"


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def picture(colour: str | int | tuple[int, ...] = "red", size: tuple[int, int] = (8, 8)) -> bytes:
    return encoded(Image.new("RGB", size, colour))


def images(cells: Sequence[bytes | None]) -> Any:
    return pa.array([{"bytes": cell} for cell in cells], pa.struct([("bytes", pa.binary())]))


def write(
    path: Path,
    cells: Sequence[bytes | None],
    texts: Sequence[str | None],
    group_rows: int = 1_000,
    **options: Any,
) -> Path:
    table = pa.table({"image": images(cells), "text": pa.array(texts, pa.string())})
    pq.write_table(table, path, row_group_size=group_rows, **options)
    return path
