from __future__ import annotations

import struct
import tracemalloc
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from backend.storage.png_files import encode_png
from backend.tests.storage.support import picture
from backend.utils.png_text import SIGNATURE, png_size, read_parameters, with_parameters

LIMIT = 256 * 1024


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, size: tuple[int, int] = (4, 4)) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    return SIGNATURE + header + b"".join(chunks) + chunk(b"IEND", b"")


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("international", [False, True])
@pytest.mark.parametrize("after_pixels", [False, True])
def test_every_way_of_writing_text_is_read(
    is_packed: bool, international: bool, after_pixels: bool
) -> None:
    info = PngInfo()
    info.add_text("Software", "x")
    text = "a: ü" + "я" * international
    if international:
        info.add_itxt("parameters", text, "ru", "настройки", zip=is_packed)
    else:
        info.add_text("parameters", text, zip=is_packed)
    stream = BytesIO()
    picture().save(stream, "PNG", pnginfo=info)
    content = stream.getvalue()
    if after_pixels:
        start = content.index(b"parameters") - 8
        (length,) = struct.unpack(">I", content[start : start + 4])
        moved = content[start : start + 12 + length]
        content = content.replace(moved, b"")[:-12] + moved + content[-12:]
    assert read_parameters(content, limit_bytes=LIMIT) == text


def test_other_texts_are_none() -> None:
    assert read_parameters(png(), limit_bytes=LIMIT) is None
    assert read_parameters(png(chunk(b"tEXt", b"parameters2\0x")), limit_bytes=LIMIT) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        SIGNATURE,
        SIGNATURE + b"\xff\xff\xff\xffIHDR",
        png()[:-1],
        png()[:-12],
        png(chunk(b"tEXt", b"parameters\0a")).replace(b"\0a", b"\0b"),
        png(chunk(b"zTXt", b"parameters\0\0no zlib")),
        png(chunk(b"iTXt", b"parameters\0\0\0\0\0\xff\xfe")),
        png(chunk(b"tEXt", b"parameters\0" + b"x" * (LIMIT + 1))),
        png(chunk(b"tEXt", b"parameters\0" + b"x" * 10_000_000)),
    ],
)
def test_broken_files_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"PNG|breaks|damaged|text|codec"):
        read_parameters(content, limit_bytes=LIMIT)


def test_packed_text_is_unpacked_no_further_than_the_limit() -> None:
    bomb = zlib.compress(bytes(200_000_000), 9)
    for data in (b"parameters\0\0" + bomb, b"parameters\0\1\0\0\0" + bomb):
        kind = b"zTXt" if data[11:12] == b"\0" else b"iTXt"
        content = png(chunk(kind, data))
        tracemalloc.start()
        with pytest.raises(ValueError, match="too long"):
            read_parameters(content, limit_bytes=LIMIT)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 4_000_000


def test_the_size_is_the_headers() -> None:
    assert png_size(encode_png(Image.new("RGB", (30, 20)), {})) == (30, 20)
    assert png_size(png(size=(100_000, 1_000))) == (100_000, 1_000)
    for content in (b"", SIGNATURE, SIGNATURE + chunk(b"tEXt", b"a\0b"), png()[:20]):
        with pytest.raises(ValueError, match=r"PNG|breaks"):
            png_size(content)


@given(st.binary(max_size=200), st.integers(0, 60), st.integers(0, 255))
def test_no_file_does_more_than_be_refused(tail: bytes, place: int, value: int) -> None:
    good = bytearray(png(chunk(b"tEXt", b"parameters\0{}")))
    good[place] = value
    for content in (bytes(good), SIGNATURE + tail):
        try:
            read_parameters(content, limit_bytes=LIMIT)
        except ValueError:
            continue


@pytest.mark.parametrize("text", ["plain", "кафе «Лиса» 🦊", "x" * 100_000])
def test_a_finished_file_gets_its_text_without_another_pixel(text: str) -> None:
    bare = BytesIO()
    picture().save(bare, "PNG")
    content = with_parameters(bare.getvalue(), text)
    assert read_parameters(content, limit_bytes=LIMIT) == text
    with Image.open(BytesIO(content)) as image:
        image.load()
        assert image.info["srgb"] == 0
        assert image.tobytes() == picture().tobytes()


def test_half_a_surrogate_pair_is_written_as_its_escape() -> None:
    content = with_parameters(png(), "a\ud800b")
    assert read_parameters(content, limit_bytes=LIMIT) == "a\\ud800b"


def test_no_text_is_no_chunk() -> None:
    assert read_parameters(with_parameters(png(), ""), limit_bytes=LIMIT) is None
