"""Text chunks of PNG files: put into a file that exists, and read from files of strangers."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

KEYWORD = "parameters"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = len(SIGNATURE) + 8 + 13 + 4


def with_parameters(png: bytes, text: str) -> bytes:
    """A PNG file with a text `parameters` and a note that its colours are sRGB.

    Args:
        png: a whole file that has neither.
        text: any text; half a surrogate pair is written as its escape, which JSON reads alike.
    """
    content = text.encode("utf-8", "backslashreplace")
    added = _chunk(b"sRGB", b"\0")
    if content:
        added += _chunk(b"iTXt", KEYWORD.encode() + b"\0\0\0\0\0" + content)
    return png[:_HEADER_END] + added + png[_HEADER_END:]


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def read_parameters(content: bytes, *, limit_bytes: int) -> str | None:
    """The text `parameters` of a PNG file, without decoding a pixel of it.

    Args:
        content: a whole file, of whatever origin.
        limit_bytes: how long the text may be; compressed text is unpacked no further.

    Returns:
        None if the file has no such text.

    Raises:
        ValueError: the file is not a whole PNG, or the text is too long; says which.
    """
    found: str | None = None
    # To the end: half a file is refused wherever its text stands.
    for kind, data in _chunks(content):
        if found is None and kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, _, rest = data.partition(b"\0")
            if keyword == KEYWORD.encode():
                found = _text(kind, rest, limit_bytes)
    return found


def png_size(content: bytes) -> tuple[int, int]:
    """Width and height as a PNG's header tells. Raises ValueError when there is no header."""
    kind, data = next(_chunks(content), (b"", b""))
    if kind != b"IHDR" or len(data) != 13:
        raise ValueError("it does not begin as a PNG does")
    width, height = struct.unpack(">II", data[:8])
    return width, height


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and data of each chunk up to the end; sums are checked where there is little to sum."""
    if not content.startswith(SIGNATURE):
        raise ValueError("it is not a PNG file")
    place = len(SIGNATURE)
    while True:
        head = content[place : place + 8]
        if len(head) < 8:
            raise ValueError("the file breaks off")
        length, kind = struct.unpack(">I4s", head)
        data = content[place + 8 : place + 8 + length]
        tail = content[place + 8 + length : place + 12 + length]
        if len(data) < length or len(tail) < 4:
            raise ValueError("the file breaks off")
        if kind != b"IDAT" and zlib.crc32(kind + data) != int.from_bytes(tail, "big"):
            raise ValueError("the file is damaged")
        if kind == b"IEND":
            return
        yield kind, data
        place += 12 + length


def _text(kind: bytes, rest: bytes, limit_bytes: int) -> str:
    """The text after a chunk's keyword."""
    if kind == b"tEXt":
        return _within(rest, limit_bytes).decode("latin-1")
    if kind == b"zTXt":
        return _unpacked(rest[1:], limit_bytes).decode("latin-1")
    is_packed, rest = rest[:1] == b"\1", rest[2:]
    _language, _, rest = rest.partition(b"\0")
    _translated_keyword, _, rest = rest.partition(b"\0")
    text = _unpacked(rest, limit_bytes) if is_packed else _within(rest, limit_bytes)
    return text.decode("utf-8")


def _unpacked(packed: bytes, limit_bytes: int) -> bytes:
    try:
        return _within(zlib.decompressobj().decompress(packed, limit_bytes + 1), limit_bytes)
    except zlib.error as error:
        raise ValueError("its text cannot be unpacked") from error


def _within(text: bytes, limit_bytes: int) -> bytes:
    if len(text) > limit_bytes:
        raise ValueError("its text is too long")
    return text
