"""Pictures of phones and drawing programs, and files that only look like pictures."""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from backend.domain.errors import UnreadableImage
from backend.training.lora.pictures import STORED_PX, decode

# 48 x 32 pixels, the left third red, with the note "turn me to the right" that phones write.
_HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAA"
    "AAAAAAAAADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAQAAAgAAAAAC7AABAAAAAAAAACQAAAA4aWluZgAAAAAA"
    "AgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADm"
    "aXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAq"
    "QgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQAN"
    "AAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEHBp"
    "eGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEA"
    "AQAAASxtZGF0AAAA/CgBrwngITk0H//zDZv/5cnZfm6lvC383Ffd6rR//RFoxcJQDxUWblFCLrE1WH6C94Qf7UHbywny"
    "SkE2p2E2upinfZ23e+6n+ao34bDhfJPHUqt+aB7m+15EwOjA0L9brqv9s7qyEpKFcHhUpUFHMBH60Py8hW0ZtosZSU83"
    "GGtACui4VE/d5iacx3QENdDGUhWszDk2pzg4kDj5YMJfzVLhKX4kFgc/K3RaVvM6qLLMZeKp+GCiB5D/+RJxpwXsAP9a"
    "Ve5p60QfhTMzWRGMqbAIby+y9qNDt+1ck8WgH3o216/9YSB8XLMdU2OtI5AxIEkgwZcoWd0hPziUEAAAAAZFeGlmAABN"
    "TQAqAAAACAABARIAAwAAAAEABgAAAAAAAA=="
)


def _encoded(image: Image.Image, form: str, **options: object) -> bytes:
    stream = BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_the_usual_formats_become_rgb(form: str) -> None:
    found = decode(_encoded(Image.new("RGB", (40, 30), "#336699"), form))
    assert (found.image.mode, found.image.size) == ("RGB", (40, 30))
    assert found.image.getpixel((5, 5)) == pytest.approx((0x33, 0x66, 0x99), abs=3)
    assert found.is_photo == (form == "JPEG")


def test_heic_is_decoded_and_turned_once() -> None:
    found = decode(_HEIC)
    assert found.image.size == (32, 48)
    red, white = found.image.getpixel((3, 3)), found.image.getpixel((3, 45))
    assert red == pytest.approx((0xC0, 0x10, 0x20), abs=12)
    assert white == pytest.approx((255, 255, 255), abs=12)


def test_a_turned_jpeg_is_turned_upright() -> None:
    image = Image.new("RGB", (40, 20), "#FFFFFF")
    image.paste("#000000", (0, 0, 10, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    found = decode(_encoded(image, "JPEG", exif=exif, quality=95))
    assert found.image.size == (20, 40)
    grey = found.image.convert("L")
    assert grey.getpixel((10, 2)) == pytest.approx(0, abs=20)
    assert grey.getpixel((10, 38)) == pytest.approx(255, abs=20)


def _exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    """EXIF with fields of a tag, a type, a count and four bytes of value."""
    fields = b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries)
    head = b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(entries))
    return head + fields + bytes(4)


_TURNED = (0x0112, 3, 1, struct.pack("<HH", 6, 0))


@pytest.mark.parametrize(
    "entries",
    [
        [_TURNED, (0x011A, 2, 4, b"72 \0")],  # A resolution as text.
        [(0x0100, 2, 4, b"abc\0"), _TURNED],  # A width as text.
        [(0x0100, 4, 1, struct.pack("<I", 70_000)), (0x0112, 4, 1, struct.pack("<I", 6))],
    ],
)
def test_mistakes_of_exif_writers_do_no_harm(entries: list[tuple[int, int, int, bytes]]) -> None:
    content = _encoded(Image.new("RGB", (40, 20)), "JPEG", exif=_exif(*entries))
    assert decode(content).image.size == (20, 40)


@pytest.mark.parametrize("turn", range(10))
def test_every_orientation_is_the_library_s(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    values = np.arange(24, dtype=np.uint8).reshape(4, 6) * 10
    content = _encoded(Image.fromarray(values), "PNG", exif=exif)
    expected = ImageOps.exif_transpose(Image.open(BytesIO(content)))
    assert decode(content).image.convert("L").tobytes() == expected.tobytes()


@pytest.mark.parametrize("error", [TypeError, struct.error, KeyError, RecursionError])
def test_whatever_a_library_raises_the_picture_is_refused(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fails(_: Image.Image) -> None:
        raise error

    monkeypatch.setattr(Image.Image, "getexif", fails)
    with pytest.raises(UnreadableImage, match="damaged"):
        decode(_encoded(Image.new("RGB", (8, 8)), "PNG"))


def test_transparency_becomes_white_and_is_told() -> None:
    image = Image.new("RGBA", (20, 20), (200, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 10, 20))
    found = decode(_encoded(image, "PNG"))
    assert found.was_transparent
    assert found.image.getpixel((2, 2)) == (255, 255, 255)
    opaque = decode(_encoded(Image.new("RGBA", (20, 20), (200, 0, 0, 255)), "PNG"))
    assert not opaque.was_transparent


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    values = np.full((8, 8), 32_768, np.uint16)
    found = decode(_encoded(Image.fromarray(values), "PNG"))
    assert found.image.getpixel((4, 4)) == pytest.approx((127, 127, 127), abs=1)


def test_another_colour_profile_is_converted_and_a_broken_one_ignored() -> None:
    image = Image.new("RGB", (10, 10), (100, 150, 200))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for given in (profile, b"no profile"):
        found = decode(_encoded(image, "PNG", icc_profile=given))
        assert found.image.getpixel((5, 5)) == pytest.approx((100, 150, 200), abs=1)


def test_large_pictures_are_stored_smaller_and_their_size_is_kept() -> None:
    found = decode(_encoded(Image.new("RGB", (3000, 1500)), "PNG"))
    assert found.image.size == (STORED_PX, STORED_PX // 2)
    assert (found.width, found.height) == (3000, 1500)


def _bomb(width: int, height: int) -> bytes:
    """A PNG that says it is huge."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(12_000, 12_000), (60_000, 60_000), (20_000, 10)])
def test_bombs_are_refused_before_they_are_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadableImage, match="million pixels"):
        decode(_bomb(*size))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"GIF89a" + bytes(50),
        _HEIC[:200],
        _HEIC[:24] + bytes(300),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableImage):
        decode(content)


def test_a_picture_that_ends_early_is_refused() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    content = _encoded(Image.fromarray(noise), "PNG")
    with pytest.raises(UnreadableImage, match="damaged"):
        decode(content[: len(content) // 2])
