"""Delivered files are opened again before they are packed: what is broken never leaves."""

from __future__ import annotations

import json
import re
import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import numpy as np
from PIL import Image
from PIL.IcoImagePlugin import IcoImageFile

from backend.domain.errors import StageFailed

_SVG = "{http://www.w3.org/2000/svg}"
_SVG_PARTS = {f"{_SVG}{name}" for name in ("svg", "title", "desc", "metadata", "path")}


def insist(path: str, content: bytes, **expected: Any) -> None:
    """Opens a file by its ending and holds it against what it should be.

    Args:
        path: inside the kit; its ending decides.
        content: the whole file, written by us.
        expected: size (width, height) and has_alpha of a PNG, sizes of an ICO.

    Raises:
        StageFailed: it is not what it should be; names the file.
    """
    check = _CHECKS.get(path.rpartition(".")[2])
    try:
        if check is None:
            raise ValueError("no file of this kind is delivered")
        check(content, **expected)
    except (ValueError, KeyError, OSError, SyntaxError, struct.error, zlib.error) as error:
        raise StageFailed(f"{path} did not come out as it should: {error}") from error


def _png(content: bytes, *, size: tuple[int, int], has_alpha: bool) -> None:
    with Image.open(BytesIO(content)) as image:
        image.load()
        if image.format != "PNG" or image.size != size:
            raise ValueError(f"{image.format} of {image.size}, not PNG of {size}")
        if not has_alpha:
            if np.asarray(image.convert("RGBA"))[..., 3].min() < 255:
                raise ValueError("it is not opaque")
            return
        if image.mode not in ("RGBA", "LA"):
            raise ValueError(f"no alpha in mode {image.mode}")
        # A mark that keeps its ground is opaque all over, and still has the channel.
        if np.asarray(image.getchannel("A")).max() == 0:
            raise ValueError("nothing is to be seen")


def _svg(content: bytes) -> None:
    root = ElementTree.fromstring(content)  # noqa: S314 - our own file
    foreign = {element.tag for element in root.iter()} - _SVG_PARTS
    if root.tag != f"{_SVG}svg" or foreign:
        raise ValueError(f"more than paths: {sorted(foreign)}")
    if root.find(f"{_SVG}path") is None:
        raise ValueError("nothing is drawn")


def _pdf(content: bytes) -> None:
    """One page; the table of contents points at objects; streams can be unpacked."""
    start = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", content)
    if not content.startswith(b"%PDF-") or start is None:
        raise ValueError("no beginning or no end")
    table = content[int(start[1]) :]
    entries = re.findall(rb"(\d{10}) \d{5} n", table)
    if not table.startswith(b"xref") or not entries:
        raise ValueError("no table of objects")
    for entry in entries:
        if re.match(rb"\d+ 0 obj\b", content[int(entry) : int(entry) + 20]) is None:
            raise ValueError("the table of objects points nowhere")
    if len(re.findall(rb"/Type\s*/Page\b", content)) != 1:
        raise ValueError("not one page")


def _eps(content: bytes) -> None:
    text = content.decode("ascii")
    if not text.startswith("%!PS-Adobe-3.0 EPSF-3.0\n") or not text.endswith("%%EOF\n"):
        raise ValueError("no beginning or no end")
    if "%%BoundingBox: 0 0 " not in text or "\nfill\n" not in text:
        raise ValueError("no box, or nothing is drawn")


def _ico(content: bytes, *, sizes: tuple[int, ...]) -> None:
    reserved, kind, count = struct.unpack_from("<HHH", content)
    widths = tuple(content[6 + 16 * i] for i in range(count))
    if (reserved, kind) != (0, 1) or widths != sizes:
        raise ValueError(f"sizes {widths}, not {sizes}")
    with Image.open(BytesIO(content)) as icon:
        assert isinstance(icon, IcoImageFile)
        for side in sizes:
            frame = icon.ico.getimage((side, side))
            if frame.size != (side, side) or frame.getchannel("A").getbbox() is None:
                raise ValueError(f"its picture of {side} px is empty or has another size")


def _json(content: bytes) -> None:
    json.loads(content)


def _text(content: bytes) -> None:
    if not content.decode("utf-8").strip():
        raise ValueError("it is empty")


def _ttf(content: bytes) -> None:
    if content[:4] not in (b"\0\1\0\0", b"true"):
        raise ValueError("it does not begin as a TrueType font does")


_CHECKS: dict[str, Callable[..., None]] = {
    "png": _png,
    "svg": _svg,
    "pdf": _pdf,
    "eps": _eps,
    "ico": _ico,
    "json": _json,
    "webmanifest": _json,
    "txt": _text,
    "ttf": _ttf,
}
