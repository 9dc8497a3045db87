"""The header of a safetensors file, read in plain Python and believed in nothing.

The library's own parser lets through duplicate names, a hundred thousand tensors, names that look
like paths, and dimensions that overflow; each of these is refused here, with the reason.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from backend.domain.errors import LoraIncompatible

MAX_FILE_BYTES = 1024**3
MAX_HEADER_BYTES = 8 * 1024**2
MAX_TENSORS = 20_000
MAX_DIMENSION = 65_536
MAX_AXES = 4
BYTES_PER_VALUE: Mapping[str, int] = {"F16": 2, "BF16": 2, "F32": 4}

_METADATA = "__metadata__"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.\-/]{1,256}")
# The early trainer numbers layers: "unet:7:up".
_NUMBERED_NAME = re.compile(r"[a-z_0-9]{1,32}:[0-9]{1,5}:(?:up|down)")
_EMBEDDING = "<embed>"
_MAX_TOKEN_CHARACTERS = 60
# What is often given the wrong ending. Order matters nowhere: no two begin alike.
_MAGIC = (
    (b"PK\x03\x04", "a zip archive, as torch.save writes it; such files can carry programs"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x80\x02", "a pickle; such files can carry programs"),
    (b"\x80\x03", "a pickle; such files can carry programs"),
    (b"\x80\x04", "a pickle; such files can carry programs"),
    (b"\x80\x05", "a pickle; such files can carry programs"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a Linux program"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GGUF", "a GGUF file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"version https://git-lfs", "a Git LFS pointer; the file itself was not downloaded"),
    (b"{", "a JSON text"),
    (b"<", "an HTML page, such as a web site answers instead of the file"),
)


@dataclass(frozen=True, slots=True)
class TensorEntry:
    """One tensor of a file.

    Attributes:
        dtype: F16, BF16 or F32.
        begin: its first byte, counted from the end of the header.
        end: the byte after its last.
    """

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Header:
    """A header that holds what it promises.

    Attributes:
        tensors: by name, in the order of their bytes; together they cover the data exactly.
        raw: the bytes read so far: length and header.
    """

    tensors: Mapping[str, TensorEntry]
    metadata: Mapping[str, str]
    raw: bytes


def read_header(file: IO[bytes], size: int) -> Header:
    """Reads and checks the header; the file then stands at the first byte of the data.

    Args:
        file: open at its beginning.
        size: bytes of the file.

    Raises:
        LoraIncompatible: with the reason as half a sentence.
    """
    if size > MAX_FILE_BYTES:
        raise LoraIncompatible(f"it has {size:,} bytes; at most {MAX_FILE_BYTES:,} are allowed")
    start = file.read(8)
    if not start:
        raise LoraIncompatible("it is empty")
    if len(start) < 8:
        raise LoraIncompatible(
            f"it ends after {_counted(len(start), 'byte')}; a safetensors file begins with 8 that "
            "give the length of its header"
        )
    length = int.from_bytes(start, "little")
    if length > MAX_HEADER_BYTES:
        raise LoraIncompatible(
            _what_it_is(start + file.read(64))
            or f"its header claims {length:,} bytes; at most {MAX_HEADER_BYTES:,} are allowed"
        )
    text = file.read(length)
    if len(text) < length:
        raise LoraIncompatible(
            f"it is cut off: its header claims {length:,} bytes, of which {len(text):,} are there"
        )
    # Counted before a parser makes objects of them: a hundred thousand take seconds. Inside of
    # texts the quotation marks would be escaped.
    _check_count(text.count(b'"data_offsets"'))
    header = _parsed(text)
    metadata = _metadata(header.pop(_METADATA, {}))
    _check_count(len(header), at_least=1)
    entries = {name: _entry(name, value, metadata) for name, value in header.items()}
    in_order = dict(sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)))
    _check_cover(in_order, size - 8 - length)
    return Header(in_order, metadata, start + text)


def _check_count(tensors: int, at_least: int = 0) -> None:
    if not at_least <= tensors <= MAX_TENSORS:
        raise LoraIncompatible(
            f"it holds {_counted(tensors, 'tensor')}; a LoRA has 1 to {MAX_TENSORS:,}"
        )


def shown(name: str) -> str:
    """A name out of a file in quotes, printable and short."""
    text = "".join(letter if letter.isprintable() else "?" for letter in name[:80])
    return f"'{text}{'…' if len(name) > 80 else ''}'"


def _what_it_is(start: bytes) -> str:
    for magic, kind in _MAGIC:
        if start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(magic) or start.startswith(magic):
            return f"it is no safetensors file but {kind}"
    return ""


class _DuplicateError(ValueError):
    pass


def _parsed(text: bytes) -> dict[str, Any]:
    def unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise _DuplicateError(f"its header names {shown(key)} twice")
            found[key] = value
        return found

    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    except _DuplicateError as error:
        raise LoraIncompatible(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise LoraIncompatible("its header is not JSON") from error
    if not isinstance(header, dict):
        raise LoraIncompatible("its header is not a JSON object")
    return header


def _metadata(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise LoraIncompatible("its metadata are not texts by name")
    return value


def _entry(name: str, value: Any, metadata: Mapping[str, str]) -> TensorEntry:
    _check_name(name, metadata)
    if not isinstance(value, dict) or set(value) != {"dtype", "shape", "data_offsets"}:
        raise LoraIncompatible(f"its header does not describe the tensor {shown(name)} completely")
    dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in BYTES_PER_VALUE:
        known = ", ".join(BYTES_PER_VALUE)
        kind = shown(dtype) if isinstance(dtype, str) else "no text"
        raise LoraIncompatible(
            f"the tensor {shown(name)} has the number format {kind}; known are {known}"
        )
    dimensions = _whole_numbers(shape, name, "shape")
    if len(dimensions) > MAX_AXES:
        raise LoraIncompatible(
            f"the tensor {shown(name)} has {len(dimensions)} axes; at most {MAX_AXES} are allowed"
        )
    for size in sorted(dimensions, reverse=True):
        if not 0 < size <= MAX_DIMENSION:
            raise LoraIncompatible(
                f"the tensor {shown(name)} has a dimension of {size:,}; "
                f"1 to {MAX_DIMENSION:,} are allowed"
            )
    bounds = _whole_numbers(offsets, name, "place")
    needed = math.prod(dimensions) * BYTES_PER_VALUE[dtype]
    if len(bounds) != 2 or bounds[1] - bounds[0] != needed:
        raise LoraIncompatible(
            f"the tensor {shown(name)} needs {needed:,} bytes by its shape, "
            "which its place in the file does not give"
        )
    return TensorEntry(dtype, dimensions, bounds[0], bounds[1])


def _check_name(name: str, metadata: Mapping[str, str]) -> None:
    parts = name.split("/")
    if ".." in parts or (len(parts) > 1 and "" in parts):
        raise LoraIncompatible(f"the tensor name {shown(name)} is a path out of the folder")
    if _PLAIN_NAME.fullmatch(name) or _NUMBERED_NAME.fullmatch(name):
        return
    # The early trainer names learned words as they are written, such as "<s1>".
    is_token = metadata.get(name) == _EMBEDDING and len(name) <= _MAX_TOKEN_CHARACTERS
    if not (is_token and name.isprintable() and name.strip()):
        raise LoraIncompatible(
            f"the tensor name {shown(name)} is none: letters, digits, '_', '.', '-' and '/', "
            "256 at most"
        )


def _whole_numbers(value: Any, name: str, what: str) -> tuple[int, ...]:
    # bool is an int to isinstance.
    if not isinstance(value, list) or not all(type(item) is int for item in value):
        raise LoraIncompatible(f"the {what} of the tensor {shown(name)} is no list of numbers")
    if any(item < 0 for item in value):
        raise LoraIncompatible(f"the {what} of the tensor {shown(name)} has a negative number")
    return tuple(value)


def _check_cover(entries: Mapping[str, TensorEntry], data_bytes: int) -> None:
    """Every byte of the data belongs to exactly one tensor."""
    position, before = 0, ""
    for name, entry in entries.items():
        if entry.begin < position:
            raise LoraIncompatible(f"the tensors {shown(before)} and {shown(name)} overlap")
        if entry.begin > position:
            raise LoraIncompatible(
                f"the bytes {position:,} to {entry.begin:,} of its data belong to no tensor"
            )
        position, before = entry.end, name
    if position > data_bytes:
        raise LoraIncompatible(
            f"it is cut off: its tensors need {position:,} bytes, of which {data_bytes:,} are there"
        )
    if position < data_bytes:
        raise LoraIncompatible(
            f"{_counted(data_bytes - position, 'byte')} after its last tensor belong to nothing"
        )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
