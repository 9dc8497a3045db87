from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from backend.datasets.cells import cells_in
from backend.datasets.eda_images import ImageTally
from backend.datasets.headers import Format, Header, Mode, header_of, read_headers
from backend.tests.datasets.tables import encoded, picture

_SIDES = st.integers(1, 300)
_KINDS = {
    ("PNG", "RGB"): Mode.RGB, ("PNG", "RGBA"): Mode.RGBA, ("PNG", "L"): Mode.GREY,
    ("PNG", "LA"): Mode.GREY_ALPHA, ("PNG", "P"): Mode.PALETTE, ("PNG", "1"): Mode.GREY,
    ("PNG", "I;16"): Mode.GREY, ("JPEG", "RGB"): Mode.RGB, ("JPEG", "L"): Mode.GREY,
    ("JPEG", "CMYK"): Mode.CMYK, ("WEBP", "RGB"): Mode.RGB, ("WEBP", "RGBA"): Mode.RGBA,
    ("GIF", "P"): Mode.PALETTE, ("BMP", "RGB"): Mode.RGB, ("BMP", "P"): Mode.PALETTE,
}  # fmt: skip
_FORMATS = {
    "PNG": Format.PNG, "JPEG": Format.JPEG, "WEBP": Format.WEBP, "GIF": Format.GIF,
    "BMP": Format.BMP,
}  # fmt: skip


def read(contents: list[bytes | None]) -> list[Header]:
    batch = pa.record_batch({"bytes": pa.array(contents, pa.binary())})
    found = read_headers(cells_in(batch, 0))
    rows = zip(found.format, found.mode, found.width, found.height, found.is_truncated, strict=True)
    return [Header(Format(f), Mode(m), int(w), int(h), bool(cut)) for f, m, w, h, cut in rows]


def drawn(mode: str, width: int, height: int, seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 4), np.uint8)
    # Transparent pixels, or encoders drop the channel of an opaque picture.
    noise[..., 3] = seed % 200
    image = Image.fromarray(noise, "RGBA")
    return image.convert("RGB").convert(mode) if mode not in ("RGBA", "LA") else image.convert(mode)


@settings(max_examples=150)
@given(st.sampled_from(sorted(_KINDS)), _SIDES, _SIDES, st.integers(0, 9), st.booleans())
def test_headers_agree_with_pillow(
    kind: tuple[str, str], width: int, height: int, seed: int, variant: bool
) -> None:
    name, mode = kind
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"progressive": variant, "exif": b"Exif\0\0" + b"x" * 300 if variant else b""},
        "WEBP": {"lossless": variant},
        "PNG": {"compress_level": 1 + 8 * variant},
    }
    image = drawn("L" if mode == "I;16" else mode, width, height, seed)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    content = encoded(image, name, **options.get(name, {}))
    with Image.open(BytesIO(content)) as opened:
        expected = Header(_FORMATS[str(opened.format)], _KINDS[kind], *opened.size)
    assert read([content]) == [expected]
    assert header_of(content) == expected


@settings(max_examples=60)
@given(st.sampled_from(sorted(_KINDS)), st.floats(0.0, 0.95))
def test_a_cut_picture_is_truncated_and_never_a_crash(kind: tuple[str, str], share: float) -> None:
    name, mode = kind
    image = drawn("L" if mode == "I;16" else mode, 60, 50, 1)
    content = encoded(image, name)
    cut = content[: int(len(content) * share)]
    (header,) = read([cut])
    assert header.is_truncated or header.format is Format.NOT_AN_IMAGE
    # What Pillow still decodes in full must not be called cut.
    if len(cut) > 60:
        assert header.is_truncated


@settings(max_examples=300)
@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP", b"GIF89a", b"BM"]
    ),
    st.binary(max_size=200),
)
def test_random_bytes_are_never_a_crash(start: bytes, rest: bytes) -> None:
    (header,) = read([start + rest])
    assert header.width >= 0
    assert header.height >= 0


@pytest.mark.parametrize("sides", [(2**32 - 1, 2**32 - 1), (2**31, 5), (5, 2**31), (0, 5), (5, 0)])
def test_a_png_of_impossible_sides_is_no_picture(sides: tuple[int, int]) -> None:
    forged = _with_sides(*sides)
    assert header_of(forged) == Header(Format.NOT_AN_IMAGE)
    found = read([picture(size=(3, 4)), forged, picture(size=(5, 6))])
    assert found[1] == Header(Format.NOT_AN_IMAGE)
    assert [(header.width, header.height) for header in found] == [(3, 4), (0, 0), (5, 6)]


def test_the_pixels_of_the_largest_png_are_counted() -> None:
    forged = _with_sides(2**31 - 1, 2**31 - 1)
    tally = ImageTally()
    tally.add(cells_in(pa.record_batch({"bytes": pa.array([forged] * 3, pa.binary())}), 0))
    assert tally.issues["huge_image"].rows == 3
    assert tally.to_report(3)["pixels"]["min"] == pytest.approx(2**62)


def _with_sides(width: int, height: int) -> bytes:
    content = picture()
    return content[:16] + struct.pack(">II", width, height) + content[24:]


def test_a_batch_keeps_its_order() -> None:
    contents: list[bytes | None] = [
        None, picture(size=(3, 4)), b"", b"no picture at all",
        encoded(Image.new("L", (5, 6)), "JPEG"), encoded(Image.new("RGB", (7, 8)), "TIFF"),
        picture(size=(9, 2)), picture()[:-3],
    ]  # fmt: skip
    found = read(contents)
    assert [(h.format, h.width, h.height, h.is_truncated) for h in found] == [
        (Format.NOT_AN_IMAGE, 0, 0, False),
        (Format.PNG, 3, 4, False),
        (Format.NOT_AN_IMAGE, 0, 0, False),
        (Format.NOT_AN_IMAGE, 0, 0, False),
        (Format.JPEG, 5, 6, False),
        (Format.OTHER, 0, 0, False),
        (Format.PNG, 9, 2, False),
        (Format.PNG, 8, 8, True),
    ]


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_bytes_after_the_end_are_harmless(kind: str) -> None:
    content = encoded(Image.new("RGB", (5, 6)), kind) + b"trailing bytes of some tool"
    Image.open(BytesIO(content)).load()
    (header,) = read([content])
    assert (header.width, header.height, header.is_truncated) == (5, 6, False)


def test_a_slice_of_an_array_is_read_at_its_own_place() -> None:
    array = pa.array([picture(size=(n, 1)) for n in range(1, 9)], pa.binary()).slice(3, 3)
    found = read_headers(cells_in(pa.record_batch({"bytes": array}), 0))
    assert found.width.tolist() == [4, 5, 6]
