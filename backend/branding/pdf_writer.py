"""PDF files of one page of filled areas and nothing else: no fonts that a printer could miss."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from backend.branding.drawing import Layer

_OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}


def page_of_areas(
    layers: Iterable[Layer], width: float, height: float, information: dict[str, str]
) -> bytes:
    """A PDF 1.4 of one page in device RGB; equal input gives equal bytes.

    Not by reportlab, which puts an unembedded Helvetica on every page that has no text.

    Args:
        layers: in painting order, y downwards.
        width, height: of the page, points.
        information: entries of the information dictionary (ISO 32000-1, table 317).
    """
    # The matrix turns y around once for all areas.
    content = f"1 0 0 -1 0 {height:.4f} cm\n" + "".join(_painted(layers))
    packed = zlib.compress(content.encode("ascii"), 9)
    box = f"[0 0 {_number(width)} {_number(height)}]".encode()
    entries = b" ".join(b"/%s %s" % (k.encode(), _string(v)) for k, v in information.items())
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox %s /TrimBox %s /Resources << >> "
        b"/Contents 4 0 R >>" % (box, box),
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< %s >>" % entries,
    ]
    return _file(objects)


def _painted(layers: Iterable[Layer]) -> Iterator[str]:
    for layer in layers:
        yield "{:.5f} {:.5f} {:.5f} rg\n".format(*(channel / 255 for channel in layer.fill.rgb))
        for segment in layer.outline.segments:
            numbers = " ".join(_number(value) for value in segment.points)
            yield f"{numbers} {_OPERATORS[segment.verb]}\n".lstrip()
        yield "f\n"


def _file(objects: list[bytes]) -> bytes:
    """Numbered from 1: the first is the catalogue, the last the information dictionary."""
    # Bytes above 127 tell programs that carry files about that this one is not text.
    content = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % place for place in places)
    content += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (
        len(objects) + 1,
        len(objects),
    )
    return bytes(content + b"startxref\n%d\n%%%%EOF\n" % start)


def _string(text: str) -> bytes:
    """A literal string: ASCII as it is, all else in UTF-16 with its mark (ISO 32000-1, 7.9.2)."""
    data = text.encode("ascii") if text.isascii() else b"\xfe\xff" + text.encode("utf-16-be")
    for plain, escaped in ((b"\\", b"\\\\"), (b"(", b"\\("), (b")", b"\\)"), (b"\r", b"\\r")):
        data = data.replace(plain, escaped)
    return b"(%s)" % data


def _number(value: float) -> str:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
