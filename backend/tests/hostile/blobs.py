"""Files that are something else, and pictures that lie: made here, none of them kept."""

from __future__ import annotations

import gzip
import json
import pickle
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    """A chunk of a PNG file with the right checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def head(width: int, height: int, depth: int = 8, colour: int = 2, lace: int = 0) -> bytes:
    """Signature and IHDR."""
    fields = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    return _SIGNATURE + chunk(b"IHDR", fields)


def png(*chunks: bytes, size: tuple[int, int] = (64, 64)) -> bytes:
    """A sound RGB picture with these chunks before its pixels."""
    pixels = zlib.compress(bytes(size[1] * (1 + 3 * size[0])))
    return head(*size) + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND")


def picture(kind: str, size: tuple[int, int] = (64, 64), **options: Any) -> bytes:
    """A sound picture."""
    stream = BytesIO()
    noise = Image.frombytes("RGB", size, random.Random(1).randbytes(3 * size[0] * size[1]))
    noise.save(stream, kind, **options)
    return stream.getvalue()


def _film(kind: str) -> bytes:
    stream = BytesIO()
    frames = [Image.new("RGB", (32, 32), (n, 0, 0)) for n in range(200)]
    frames[0].save(stream, kind, save_all=True, append_images=frames[1:])
    return stream.getvalue()


def _zip(name: str, content: bytes, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _tar() -> bytes:
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../evil"))
    return stream.getvalue()


class _Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('a pickle was opened')",))


def foreign() -> Iterator[tuple[str, bytes]]:
    """What is no picture, no parquet file and no adapter at all."""
    yield "empty", b""
    yield "one byte", b"x"
    yield "zeros", bytes(5_000)
    yield "noise", random.Random(2).randbytes(5_000)
    yield "a pickle", pickle.dumps(_Evil())
    yield "html", b"<!doctype html><script>alert(1)</script>" * 20
    yield "windows program", b"MZ" + bytes(400) + b"PE\0\0" + bytes(400)
    yield "linux program", b"\x7fELF\x02\x01\x01" + bytes(400)
    yield "pdf", b"%PDF-1.7\n" + b"1 0 obj<</JavaScript (x)>>" * 20
    yield "script", b"#!/bin/sh\nrm -rf /\n" * 20
    yield "gzip bomb", gzip.compress(bytes(30_000_000))
    yield "tar that climbs", _tar()
    yield "zip bomb", _zip("bomb", bytes(30_000_000))
    yield "zip of zips", _zip("a", _zip("b", _zip("c", bytes(10**6))))
    yield "zip that climbs", _zip("../../evil.png", b"x")
    yield "zip without its end", _zip("a", b"x" * 500)[:-30]
    yield "zip of lzma", _zip("a", bytes(10**6), zipfile.ZIP_LZMA)
    yield "json", json.dumps({"a": [[[]]] * 100}).encode()


def images() -> Iterator[tuple[str, bytes]]:
    """Pictures that must not be taken, whoever decodes them."""
    whole = picture("PNG", (128, 128))
    yield "60,000 x 60,000 in 57 bytes", head(60_000, 60_000) + chunk(b"IDAT") + chunk(b"IEND")
    bits = zlib.compress(bytes(10_000 * 1_251), 9)
    bomb = chunk(b"IDAT", bits) + chunk(b"IEND")
    yield "100 Mpx in 12 kB", head(10_000, 10_000, 1, 0) + bomb
    yield "100 Mpx interlaced", head(10_000, 10_000, 1, 0, 1) + bomb
    yield "0 x 0", head(0, 0) + bomb
    yield "0 x 10", head(0, 10) + bomb
    yield "2^31 wide", head(2**31, 1) + bomb
    yield "2^32-1 square", head(2**32 - 1, 2**32 - 1) + bomb
    for share in (9, 30, 60, 90):
        yield f"PNG cut at {share} %", whole[: len(whole) * share // 100]
    broken = bytearray(whole)
    broken[len(broken) // 2] ^= 0xFF
    yield "PNG with wrong data", bytes(broken)
    yield "PNG with a wrong checksum of its head", whole[:29] + b"\0\0\0\0" + whole[33:]
    yield "PNG without pixels", head(64, 64) + chunk(b"IEND")
    yield "PNG of noise", head(64, 64) + chunk(b"IDAT", b"\xff" * 500) + chunk(b"IEND")
    yield "PNG of too little", head(64, 64) + chunk(b"IDAT", zlib.compress(b"x")) + chunk(b"IEND")
    yield "PNG of depth 3", head(64, 64, 3) + bomb
    yield "PNG of colour type 5", head(64, 64, 8, 5) + bomb
    yield "PNG without a head", _SIGNATURE + chunk(b"IDAT", b"x") + chunk(b"IEND")
    yield "chunk of 4 GB", head(64, 64) + b"\xff\xff\xff\xffIDAT" + bytes(100)
    yield "text bomb", png(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000), 9)))
    for share in (5, 40):
        yield f"JPEG cut at {share} %", (jpeg := picture("JPEG"))[: len(jpeg) * share // 100]
        yield f"WebP cut at {share} %", (webp := picture("WEBP"))[: len(webp) * share // 100]
    size = jpeg.index(b"\xff\xc0") + 5
    yield (
        "JPEG of 65,500 squared",
        jpeg[:size] + struct.pack(">HH", 65_500, 65_500) + jpeg[size + 4 :],
    )
    yield "JPEG of zero rows", jpeg[:size] + bytes(2) + jpeg[size + 2 :]
    yield "JPEG of nothing", b"\xff\xd8\xff\xd9"
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\x3f\0\xff\x3f\0"
    riff = b"WEBP" + canvas + webp[12:]
    yield "WebP canvas of 16,384 squared", b"RIFF" + struct.pack("<I", len(riff)) + riff
    yield "SVG with a script", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>"
    laugh = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
    yield "SVG that laughs", f"<!DOCTYPE s [<!ENTITY l0 'ha'>{laugh}]><svg>&l9;</svg>".encode()
    yield "PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99999 99999\n(x) run\n"
    yield "icon", picture("ICO")
    yield "PCX", picture("PCX")


def uploads_only() -> Iterator[tuple[str, bytes]]:
    """Pictures that a data set may hold, and that nobody may send as one logo."""
    for kind in ("PNG", "WEBP", "GIF"):
        yield f"{kind} of 200 frames", _film(kind)
    yield "GIF", picture("GIF")
    yield "BMP", picture("BMP")
    yield "TIFF", picture("TIFF")
    yield "1 x 100,000", png(size=(1, 100_000))
    yield "100,000 x 1", png(size=(100_000, 1))
    yield "15 x 15", png(size=(15, 15))
