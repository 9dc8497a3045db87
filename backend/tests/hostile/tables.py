"""Parquet files that lie: made here, none of them kept."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

from backend.tests.parquets import captioned, content, png

_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def _written(table: Any, **options: Any) -> bytes:
    stream = BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


def _typed(**types: Any) -> bytes:
    return _written(pa.table({name: pa.nulls(2, kind) for name, kind in types.items()}))


def _footer(text: bytes, length: int | None = None) -> bytes:
    size = len(text) if length is None else length
    return b"PAR1" + bytes(100) + text + struct.pack("<I", size) + b"PAR1"


def _deep(depth: int) -> Any:
    kind = pa.int8()
    for _ in range(depth):
        kind = pa.list_(kind)
    return kind


def tables() -> Iterator[tuple[str, bytes]]:
    """Files that are no data set."""
    whole = content()
    yield "PAR1", b"PAR1"
    yield "PAR1PAR1", b"PAR1PAR1"
    yield "PAR1 twice with a length", b"PAR1" + bytes(4) + b"PAR1"
    for length in (2**31 - 1, 2**32 - 1, 1, 50, 10_000):
        yield f"footer of {length:,}", whole[:-8] + struct.pack("<I", length) + b"PAR1"
    for share in (1, 25, 50, 75, 99):
        yield f"cut at {share} %", whole[: len(whole) * share // 100]
    yield "beginning gone", whole[500:]
    yield "doubled end", whole + whole[-8:]
    random_bytes = random.Random(3).randbytes
    for size in (20, 500, 50_000):
        yield f"footer of {size} random bytes", _footer(random_bytes(size))
    yield "footer of ff", _footer(b"\xff" * 400)
    yield "footer of nested structs", _footer(b"\x1c" * 60_000)
    yield "footer of lists of lists", _footer(b"\x19\xf9\xff\xff\xff\xff\x07" * 500)
    yield "footer with a text of 4 GB", _footer(b"\x18\xff\xff\xff\xff\x0f" + bytes(100))
    for place in (10, 60, 200):
        bent = bytearray(whole)
        for offset in range(12):
            bent[-8 - place - offset] ^= 0xA5
        yield f"footer bent at {place}", bytes(bent)
    yield "encrypted footer", whole[:-4] + b"PARE"
    yield "10,000 columns", content({f"c{n}": [1] for n in range(10_000)})
    yield "nested 60 deep and no picture", _typed(image=_deep(60), text=pa.string())
    yield "no text", content({"image": captioned()["image"]})
    yield "no image", content({"text": captioned()["text"]})
    yield "renamed", content({"Image": captioned()["image"], "caption": captioned()["text"]})
    yield "image as plain bytes", _typed(image=pa.binary(), text=pa.string())
    yield "image as text", _typed(image=pa.struct([("bytes", pa.string())]), text=pa.string())
    yield "text as a number", _typed(image=_IMAGE, text=pa.int64())
    yield "text as a list", _typed(image=_IMAGE, text=pa.list_(pa.string()))
    yield "no columns", _written(pa.table({}))
    stream = BytesIO()
    feather.write_feather(pa.table({"text": ["a"]}), stream, compression="uncompressed")
    yield "arrow file", stream.getvalue()
    yield "csv", b"image,text\nx,y\n" * 100
    yield "avro", b"Obj\x01" + bytes(300)
    yield "orc", b"ORC" + bytes(300) + b"ORC"


def giant_cell() -> bytes:
    """A cell of 100 MB in few bytes."""
    columns: dict[str, Any] = {"image": [{"bytes": bytes(100 * 2**20), "path": "x"}], "text": ["a"]}
    return content(columns, compression="zstd")


def row_groups() -> Iterator[tuple[str, bytes]]:
    """Sound tables whose rows are not: the first row cannot be shown."""
    yield "cell of 100 MB", giant_cell()
    whole = bytearray(content(compression="none", use_dictionary=False))
    start = whole.index(b"\x89PNG")
    whole[4:start] = b"\xff" * (start - 4)
    yield "pages of noise", bytes(whole)
    yield "null struct", content({"image": [None], "text": ["a"]})
    yield "null bytes", content({"image": [{"bytes": None, "path": "x"}], "text": ["a"]})
    yield "no bytes", content({"image": [{"bytes": b"", "path": "x"}], "text": ["a"]})


def with_picture(cell: bytes) -> bytes:
    """A table of one row."""
    return content({"image": [{"bytes": cell, "path": "x"}], "text": ["a logo"]})


def sound() -> bytes:
    """What a good data set looks like."""
    return content({"image": [{"bytes": png(), "path": "x"}], "text": ["a logo"]})
