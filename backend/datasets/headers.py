"""Size, mode and format of encoded pictures, from their headers, without decoding a pixel.

PNG is read for a whole batch at once with numpy; JPEG, WebP, GIF and BMP by small walkers; other
known formats are told by their first bytes only and have no size here.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from backend.datasets.cells import Cells


class Format(IntEnum):
    """What a picture is encoded as. OTHER is a picture of a format that is not looked into."""

    NOT_AN_IMAGE = 0
    PNG = 1
    JPEG = 2
    WEBP = 3
    GIF = 4
    BMP = 5
    OTHER = 6


class Mode(IntEnum):
    """How a pixel is stored."""

    UNKNOWN = 0
    GREY = 1
    RGB = 2
    RGBA = 3
    PALETTE = 4
    CMYK = 5
    GREY_ALPHA = 6


FORMAT_LABELS = {
    Format.PNG: "PNG", Format.JPEG: "JPEG", Format.WEBP: "WebP", Format.GIF: "GIF",
    Format.BMP: "BMP", Format.OTHER: "other",
}  # fmt: skip
MODE_LABELS = {
    Mode.GREY: "grey", Mode.RGB: "RGB", Mode.RGBA: "RGBA", Mode.PALETTE: "palette",
    Mode.CMYK: "CMYK", Mode.GREY_ALPHA: "grey with alpha", Mode.UNKNOWN: "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """What one header tells. `is_truncated`: the file's own end mark or length is not met."""

    format: Format
    mode: Mode = Mode.UNKNOWN
    width: int = 0
    height: int = 0
    is_truncated: bool = False


@dataclass(frozen=True, slots=True)
class Headers:
    """Headers of a batch, all (N,): int64 sizes, uint8 codes of `Format` and `Mode`, bool."""

    width: NDArray[np.int64]
    height: NDArray[np.int64]
    format: NDArray[np.uint8]
    mode: NDArray[np.uint8]
    is_truncated: NDArray[np.bool_]


_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_START = _PNG_SIGNATURE + b"\x00\x00\x00\x0dIHDR"
_PNG_HEADER_BYTES = 33
# The format's own limit; a product of two such sides still fits into int64.
_PNG_MAX_SIDE_PX = 2**31 - 1
_PNG_END = b"IEND\xaeB`\x82"
_PNG_MODES = np.zeros(256, np.uint8)
_PNG_MODES[[0, 2, 3, 4, 6]] = [Mode.GREY, Mode.RGB, Mode.PALETTE, Mode.GREY_ALPHA, Mode.RGBA]
_JPEG_MODES = {1: Mode.GREY, 3: Mode.RGB, 4: Mode.CMYK}
_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_OTHER_STARTS = (b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00", b"8BPS", b"\x00\x00\x00\x0cjP  ",
                 b"\xff\x0a", b"\x00\x00\x00\x0cJXL ", b"qoif", b"<svg")  # fmt: skip
# More bytes than the biggest picture file would need before its size is told.
_MAX_JPEG_SEGMENTS = 10_000


def read_headers(cells: Cells) -> Headers:
    """Headers of all cells; missing and foreign ones are NOT_AN_IMAGE with size 0."""
    count = len(cells)
    result = Headers(
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint8),
        np.zeros(count, np.bool_),
    )
    is_png = _read_pngs(cells, result)
    for place in np.flatnonzero((cells.sizes >= 8) & ~is_png):
        header = header_of(cells.cell(int(place)))
        result.width[place] = header.width
        result.height[place] = header.height
        result.format[place] = header.format
        result.mode[place] = header.mode
        result.is_truncated[place] = header.is_truncated
    return result


def header_of(data: bytes | memoryview) -> Header:
    """The header of one picture of any format but whole PNGs, which `read_headers` reads itself."""
    start = bytes(data[:32])
    try:
        for magic, walk in _WALKERS:
            if start.startswith(magic):
                return walk(data, start)
    except (struct.error, IndexError):
        # The signature was there and what it promises was not.
        return Header(_FORMAT_OF_WALKER[walk], is_truncated=True)
    if start.startswith(_OTHER_STARTS) or start[4:8] == b"ftyp":
        return Header(Format.OTHER)
    return Header(Format.NOT_AN_IMAGE)


def _read_pngs(cells: Cells, result: Headers) -> NDArray[np.bool_]:
    """Fills in what begins like a PNG with a whole header; returns which those are."""
    is_png = np.zeros(len(cells), np.bool_)
    long_enough = np.flatnonzero(cells.sizes >= _PNG_HEADER_BYTES)
    if not len(long_enough):
        return is_png
    starts, sizes = cells.starts[long_enough], cells.sizes[long_enough]
    heads = cells.data[starts[:, None] + np.arange(_PNG_HEADER_BYTES)]
    matches = (heads[:, :16] == np.frombuffer(_PNG_START, np.uint8)).all(axis=1)
    sides = np.ascontiguousarray(heads[:, 16:24]).view(">u4").astype(np.int64)
    matches &= ((sides > 0) & (sides <= _PNG_MAX_SIDE_PX)).all(axis=1)
    places, heads, sides = long_enough[matches], heads[matches], sides[matches]
    if not len(places):
        return is_png
    is_png[places] = True
    result.width[places], result.height[places] = sides[:, 0], sides[:, 1]
    result.format[places] = Format.PNG
    result.mode[places] = _PNG_MODES[heads[:, 25]]
    ends = (starts + sizes)[matches][:, None] - 8 + np.arange(8)
    whole = (cells.data[ends] == np.frombuffer(_PNG_END, np.uint8)).all(axis=1)
    for place in places[~whole]:
        # Bytes after the end are harmless, so the end is looked for before a verdict.
        result.is_truncated[place] = _PNG_END not in bytes(cells.cell(int(place)))
    return is_png


def _walk_png(data: bytes | memoryview, start: bytes) -> Header:
    if len(data) < _PNG_HEADER_BYTES or not start.startswith(_PNG_START):
        return Header(Format.PNG, is_truncated=True)
    width, height, _, colour = struct.unpack_from(">IIBB", start, 16)
    if not (0 < width <= _PNG_MAX_SIDE_PX and 0 < height <= _PNG_MAX_SIDE_PX):
        return Header(Format.NOT_AN_IMAGE)
    return Header(
        Format.PNG, Mode(int(_PNG_MODES[colour])), width, height, _PNG_END not in bytes(data)
    )


def _walk_jpeg(data: bytes | memoryview, _: bytes) -> Header:
    place = 2
    for _segment in range(_MAX_JPEG_SEGMENTS):
        while data[place] != 0xFF:
            place += 1
        while data[place] == 0xFF:
            place += 1
        marker = data[place]
        place += 1
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            continue
        length = struct.unpack_from(">H", data, place)[0]
        if marker in _JPEG_SIZES:
            height, width, parts = struct.unpack_from(">HHB", data, place + 3)
            is_cut = bytes(data[place:]).rfind(b"\xff\xd9") < 0
            return Header(Format.JPEG, _JPEG_MODES.get(parts, Mode.UNKNOWN), width, height, is_cut)
        if marker in (0xD9, 0xDA):
            break
        place += length
    return Header(Format.JPEG, is_truncated=True)


def _walk_gif(data: bytes | memoryview, start: bytes) -> Header:
    width, height = struct.unpack_from("<HH", start, 6)
    # Some writers pad with zeros after the trailer.
    is_cut = not bytes(data[-64:]).rstrip(b"\x00").endswith(b";")
    return Header(Format.GIF, Mode.PALETTE, width, height, is_cut)


def _walk_bmp(data: bytes | memoryview, _: bytes) -> Header:
    pixels_at, header_bytes = struct.unpack_from("<II", data, 10)
    if header_bytes == 12:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
        compression = 0
    elif 40 <= header_bytes <= 124:
        width, height, _, depth, compression = struct.unpack_from("<iiHHI", data, 18)
    else:
        return Header(Format.NOT_AN_IMAGE)
    needed = pixels_at + (abs(width) * depth + 31) // 32 * 4 * abs(height)
    is_cut = compression in (0, 3) and len(data) < needed
    mode = Mode.PALETTE if depth <= 8 else Mode.RGB
    return Header(Format.BMP, mode, abs(width), abs(height), is_cut)


def _walk_webp(data: bytes | memoryview, start: bytes) -> Header:
    if start[8:12] != b"WEBP":
        return Header(Format.NOT_AN_IMAGE)
    is_cut = len(data) < struct.unpack_from("<I", start, 4)[0] + 8
    kind = start[12:16]
    if kind == b"VP8 ":
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", start, 26))
        return Header(Format.WEBP, Mode.RGB, width, height, is_cut)
    if kind == b"VP8L":
        bits = struct.unpack_from("<I", start, 21)[0]
        mode = Mode.RGBA if bits >> 28 & 1 else Mode.RGB
        return Header(Format.WEBP, mode, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, is_cut)
    if kind == b"VP8X":
        mode = Mode.RGBA if start[20] & 0x10 else Mode.RGB
        width = int.from_bytes(start[24:27], "little") + 1
        height = int.from_bytes(start[27:30], "little") + 1
        return Header(Format.WEBP, mode, width, height, is_cut)
    return Header(Format.WEBP, is_truncated=True)


_Walker = Callable[[bytes | memoryview, bytes], Header]
_WALKERS: tuple[tuple[bytes, _Walker], ...] = (
    (_PNG_SIGNATURE, _walk_png),
    (b"\xff\xd8\xff", _walk_jpeg),
    (b"RIFF", _walk_webp),
    (b"GIF87a", _walk_gif),
    (b"GIF89a", _walk_gif),
    (b"BM", _walk_bmp),
)
_FORMAT_OF_WALKER: dict[_Walker, Format] = {
    _walk_png: Format.PNG,
    _walk_jpeg: Format.JPEG,
    _walk_webp: Format.WEBP,
    _walk_gif: Format.GIF,
    _walk_bmp: Format.BMP,
}
