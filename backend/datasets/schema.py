"""What a data set must look like, and how its files are opened without trusting them."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from backend.domain.errors import DatasetSchemaMismatch, DatasetUnreadable

MAX_COLUMNS = 1_000
# 4,000 row groups of ten columns take about 10 MB; parsed, a footer is several times as large.
MAX_FOOTER_BYTES = 64 * 2**20
_MAX_THRIFT_STRING = 16 * 2**20
# Of one list: columns, row groups, or columns of a row group. Columns take about 3 kB each of the
# process that looks at them; 400,000 rows in groups of 100 are 4,000 row groups.
_MAX_THRIFT_ITEMS = 50_000
# What Thrift says where a list or a text in the footer is over its limit.
_OVER_LIMIT = "Exceeded size limit"
_MAX_DEPTH = 64
# Pages are read through a window of this size, so that a column chunk of 1 GB is never held whole.
_BUFFER_BYTES = 1 << 20
# A readable footer with encrypted columns is signed: a nonce of 12 bytes and a tag of 16.
_SIGNATURE_BYTES = 28
_EXPECTED = (
    "A data set needs a column `image` (a struct whose field `bytes` is binary: the encoded "
    "picture) and a column `text` (string: its caption); other columns are ignored."
)


def open_parquet(path: Path) -> pq.ParquetFile:
    """Opens one file with limits on what its footer may claim.

    Raises:
        DatasetUnreadable: the file is missing, empty, truncated, encrypted or no parquet at all.
    """
    footer_bytes = check_envelope(path)
    try:
        file = pq.ParquetFile(
            path,
            memory_map=False,
            pre_buffer=False,
            buffer_size=_BUFFER_BYTES,
            thrift_string_size_limit=_MAX_THRIFT_STRING,
            thrift_container_size_limit=_MAX_THRIFT_ITEMS,
            schema_depth_limit=_MAX_DEPTH,
            # Extension types of a stranger run code of whoever registered them.
            arrow_extensions_enabled=False,
        )
    except (pa.ArrowException, OSError, ValueError, RecursionError, MemoryError) as error:
        if _OVER_LIMIT in str(error):
            raise DatasetUnreadable(
                f"{path.name} has too large a table of contents: at most {_MAX_THRIFT_ITEMS:,} "
                f"columns or row groups, and texts of {_MAX_THRIFT_STRING // 2**20} MB, are read. "
                "Write it again with fewer columns or larger row groups."
            ) from error
        raise DatasetUnreadable(
            f"{path.name} cannot be opened as parquet: {reason_of(error)}. "
            "Write the file again with a parquet library and try once more."
        ) from error
    if footer_bytes - file.metadata.serialized_size == _SIGNATURE_BYTES:
        file.close()
        raise DatasetUnreadable(
            f"{path.name} has encrypted columns. Write it again without encryption."
        )
    return file


def check_envelope(path: Path) -> int:
    """Compares size, magic numbers and footer length before any parser sees the file.

    Returns:
        The bytes of the footer.

    Raises:
        DatasetUnreadable: they do not fit; the detail says why in plain words.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(4)
            size = stream.seek(0, 2)
            stream.seek(max(0, size - 8))
            tail = stream.read(8)
    except OSError as error:
        raise DatasetUnreadable(
            f"{path.name} cannot be read: {error.strerror or error}."
        ) from error
    reason = _envelope_fault(size, head, tail)
    if reason:
        raise DatasetUnreadable(f"{path.name} {reason}")
    return int.from_bytes(tail[:4], "little")


def check_schema(file: pq.ParquetFile, name: str) -> None:
    """Refuses a file without the agreed columns.

    Args:
        file: an open file.
        name: what the sentence calls it.

    Raises:
        DatasetSchemaMismatch: what was expected, what was found and what to do next.
        DatasetUnreadable: the schema itself cannot be read.
    """
    found = columns_of(file, name)
    if len(found) > MAX_COLUMNS:
        raise DatasetSchemaMismatch(
            f"{name} has {len(found):,} columns; at most {MAX_COLUMNS:,} are read. {_EXPECTED} "
            "Write the file again with these two columns only."
        )
    schema = file.schema_arrow
    faults = [*_image_faults(schema), *_text_faults(schema)]
    if faults:
        shown = ", ".join(f"{column}: {kind}" for column, kind in found[:8])
        more = f" and {len(found) - 8:,} more" if len(found) > 8 else ""
        raise DatasetSchemaMismatch(
            f"{name}: {'; '.join(faults)}. {_EXPECTED} Found: {shown or 'no columns'}{more}. "
            "Rename or convert the columns and try again."
        )


def columns_of(file: pq.ParquetFile, name: str) -> list[tuple[str, str]]:
    """Names and types of the top-level columns, both cut where they are long.

    Raises:
        DatasetUnreadable: the schema cannot be understood.
    """
    try:
        schema = file.schema_arrow
        return [(_short(field.name), _short(str(field.type))) for field in schema]
    except (pa.ArrowException, OSError, ValueError, RecursionError, MemoryError) as error:
        raise DatasetUnreadable(
            f"the schema of {name} cannot be read: {reason_of(error)}."
        ) from error


def reason_of(error: BaseException) -> str:
    """The first line of a foreign error, short enough for a sentence."""
    if isinstance(error, MemoryError):
        return "it needs more memory than it may have"
    text = str(error).strip().splitlines()
    return _short(text[0].rstrip(". ") if text else type(error).__name__, 200)


def value_type(kind: Any) -> Any:
    """The type of the values, whatever a dictionary encoding wraps around them."""
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def is_binary(kind: Any) -> bool:
    """Whether cells of this type are byte strings."""
    kind = value_type(kind)
    return bool(
        pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    )


def is_text(kind: Any) -> bool:
    """Whether cells of this type are strings."""
    kind = value_type(kind)
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _envelope_fault(size: int, head: bytes, tail: bytes) -> str:
    if size == 0:
        return "is empty. Upload it again."
    if head == b"PARE" or tail[4:] == b"PARE":
        return "is encrypted. Write it again without encryption."
    if head != b"PAR1":
        return "is not a parquet file: it does not begin with PAR1. Convert it to parquet first."
    if size < 12 or tail[4:] != b"PAR1":
        return "is truncated: its end, where the table of contents lies, is missing. Copy it again."
    length = struct.unpack("<I", tail[:4])[0]
    if length == 0 or length > size - 12:
        return "is damaged: its table of contents does not fit into the file. Copy it again."
    if length > MAX_FOOTER_BYTES:
        return (
            f"has a table of contents of {length // 2**20} MB; {MAX_FOOTER_BYTES // 2**20} MB is "
            "the limit. Write it again with fewer columns or larger row groups."
        )
    return ""


def _image_faults(schema: Any) -> list[str]:
    places = schema.get_all_field_indices("image")
    if len(places) != 1:
        return ["the column `image` is missing" if not places else "`image` is there twice"]
    kind = schema.field(places[0]).type
    if not pa.types.is_struct(kind):
        return [f"`image` is {_short(str(kind))} and not a struct with `bytes`"]
    inner = kind.get_all_field_indices("bytes")
    if len(inner) != 1:
        return [f"`image` is {_short(str(kind))} and has no field `bytes`"]
    if not is_binary(kind.field(inner[0]).type):
        return [f"`image.bytes` is {_short(str(kind.field(inner[0]).type))} and not binary"]
    return []


def _text_faults(schema: Any) -> list[str]:
    places = schema.get_all_field_indices("text")
    if len(places) != 1:
        return ["the column `text` is missing" if not places else "`text` is there twice"]
    kind = schema.field(places[0]).type
    return [] if is_text(kind) else [f"`text` is {_short(str(kind))} and not string"]


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
