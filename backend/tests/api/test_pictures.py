from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.api.pictures import (
    PictureFormat,
    PictureVariant,
    converted,
    file_name,
    label_of,
    read_upload,
)
from backend.domain.errors import UnreadableImage
from backend.domain.generation import LIMITS
from backend.tests.api.support import picture_file


def png_header(width: int, height: int, bits: int = 8) -> bytes:
    """A PNG that promises so many pixels and holds none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IEND", b"")


def animation(file_format: str) -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue", "green")]
    stream = BytesIO()
    frames[0].save(stream, file_format, save_all=True, append_images=frames[1:])
    return stream.getvalue()


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_the_three_formats_are_read(file_format: str) -> None:
    image = read_upload(picture_file((40, 30), file_format=file_format))
    assert (image.mode, image.size, image.info) == ("RGB", (40, 30), {})


@pytest.mark.parametrize(
    ("mode", "file_format", "becomes"),
    [
        ("RGBA", "PNG", "RGBA"),
        ("RGBA", "WEBP", "RGBA"),
        ("LA", "PNG", "RGBA"),
        ("L", "PNG", "RGB"),
        ("1", "PNG", "RGB"),
        ("P", "PNG", "RGB"),
        ("CMYK", "JPEG", "RGB"),
        ("I;16", "PNG", "RGB"),
    ],
)
def test_other_modes_are_converted(mode: str, file_format: str, becomes: str) -> None:
    stream = BytesIO()
    Image.new(mode, (32, 32)).save(stream, file_format)
    assert read_upload(stream.getvalue()).mode == becomes


def test_a_palette_with_transparency_keeps_it() -> None:
    image = read_upload(picture_file(mode="P", transparency=0))
    assert image.mode == "RGBA"
    assert image.getpixel((5, 5)) == (0, 0, 0, 0)


def test_sixteen_bit_grey_is_scaled_not_cut_off() -> None:
    stream = BytesIO()
    Image.new("I;16", (32, 32), 0x8000).save(stream, "PNG")
    assert read_upload(stream.getvalue()).getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_upload(picture_file((40, 20), file_format="JPEG", exif=exif))
    assert image.size == ((40, 20) if orientation <= 4 else (20, 40))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (png_header(60_000, 60_000), "16 million"),
        (png_header(12_000, 9_000), "16 million"),
        (png_header(4_001, 4_000), "16 million"),
        (png_header(100_000, 1), "sides"),
        (png_header(15, 64), "sides"),
        (png_header(64, 64), "PNG, JPEG or WEBP"),
        (png_header(0, 0), "PNG, JPEG or WEBP"),
        (picture_file()[:60], "PNG, JPEG or WEBP"),
        (picture_file(file_format="JPEG")[:200], "PNG, JPEG or WEBP"),
        (picture_file(file_format="GIF"), "PNG, JPEG or WEBP"),
        (picture_file(file_format="BMP"), "PNG, JPEG or WEBP"),
        (animation("PNG"), "animation"),
        (animation("WEBP"), "animation"),
    ],
)
def test_pictures_that_cannot_be_used_are_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(UnreadableImage, match=why) as caught:
        read_upload(content)
    assert caught.value.fields[0][0] == "file"


def test_the_largest_picture_allowed_is_read() -> None:
    side = LIMITS.upload_sides_px[1]
    content = picture_file((side, LIMITS.upload_pixels // side), mode="L")
    assert read_upload(content).width == side


GOOD = [picture_file(file_format=name) for name in ("PNG", "JPEG", "WEBP")]


# Damaged EXIF is left aside with a warning; the picture itself may still be whole.
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@given(
    st.sampled_from(GOOD),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 400),
)
@settings(max_examples=150)
def test_damaged_files_are_read_or_refused_never_worse(
    good: bytes, changes: list[tuple[int, int]], cut: int
) -> None:
    damaged = bytearray(good)
    for position, value in changes:
        damaged[position % len(damaged)] = value
    try:
        image = read_upload(bytes(damaged[: len(damaged) - cut]))
    except UnreadableImage:
        return
    assert image.mode in ("RGB", "RGBA")


def test_jpeg_of_a_transparent_picture_is_white() -> None:
    content = converted(Image.new("RGBA", (64, 64)), PictureVariant(PictureFormat.JPEG))
    pixel = Image.open(BytesIO(content)).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert min(pixel) > 250


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [((300, 150), 100, (100, 50)), ((1, 500), 64, (1, 64)), ((64, 64), 1024, (1024, 1024))],
)
def test_sizes_follow_the_longer_side(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    content = converted(Image.new("RGB", size), PictureVariant(size_px=side))
    assert Image.open(BytesIO(content)).size == expected


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Harbour Beans", "harbour-beans"),
        ('Café "Ö"; filename=x\r\nY', "cafe-o-filename-x-y"),
        ("\u0444\u0443", "logo"),
        ("", "logo"),
        ("-" * 200, "logo"),
        ("a" * 200, "a" * 40),
    ],
)
def test_file_names_are_safe_everywhere(name: str, stem: str) -> None:
    made = file_name(name, "img_0123456789abcdef01234567", PictureFormat.PNG)
    assert made == f"{stem}-01234567.png"


@pytest.mark.parametrize(
    ("uploaded", "label"),
    [
        ("Foto.jpg", "Foto"),
        ("../../etc/passwd", "passwd"),
        ("C:\\users\\me\\a.b.png", "a.b"),
        (".png", "png"),
        ("nul\x00l\n.png", "null"),
        ("\ud800x.png", "x"),
        (None, ""),
        ("", ""),
    ],
)
def test_labels_are_the_last_part_of_the_name(uploaded: str | None, label: str) -> None:
    assert label_of(uploaded) == label
