"""The recipe in every delivered file: its text, and reading it out of strangers' files."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Mapping
from html import unescape
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from backend.utils.png_text import SIGNATURE, read_parameters

RECIPE_LIMIT_BYTES = 256 * 1024
"""The longest recipe that is read."""

_EPS_HEAD, _EPS_HEAD_END = b"%!PS-Adobe-", b"%%EndComments"
_EPS_LINE = re.compile(rb"^%Recipe: ([!-~ ]{1,246})\r?\n?", re.MULTILINE)
_EPS_CHARACTERS = 240
_EPS_PLAIN = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
_SVG_HEAD_BYTES = 16 * 1024
_OPENING = re.compile(rb"<metadata(?:\s[^<>]{0,2000})?>")
_PDF_ENTRY = re.compile(rb"/Keywords\s{0,8}\(")
_PDF_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_PDF_STEP = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])|([()])|([^\\()]+)")


def recipe_text(recipe: Mapping[str, Any], deliverable: Mapping[str, Any] | None = None) -> str:
    """A recipe as text: JSON in ASCII, with sorted keys; equal recipes give equal text.

    Args:
        recipe: JSON-able; what the whole chain was asked for.
        deliverable: which file of a kit this is (lockup, variant, format, width), under the key
            `deliverable`; None leaves it out.
    """
    values = dict(recipe)
    if deliverable is not None:
        values["deliverable"] = dict(deliverable)
    return json.dumps(values, sort_keys=True, allow_nan=False)


def eps_comments(recipe: str) -> list[str]:
    """A recipe as comment lines for the head of an EPS file; none for "".

    Document structuring conventions allow lines of 255 characters, all of them printable ASCII:
    others are written as in addresses, %0A for a line break.
    """
    text = quote(recipe, safe=_EPS_PLAIN, errors="backslashreplace")
    steps = range(0, len(text), _EPS_CHARACTERS)
    return [f"%Recipe: {text[step : step + _EPS_CHARACTERS]}" for step in steps]


def without_eps_comments(content: bytes) -> bytes:
    """An EPS file without the lines that hold its recipe."""
    head, end, body = content.partition(_EPS_HEAD_END)
    return _EPS_LINE.sub(b"", head) + end + body


def read_recipe(content: bytes) -> str | None:
    """The text that `png_file`, `svg_file`, `pdf_file` or `eps_file` put into a file.

    Nothing of the file is executed, unpacked beyond RECIPE_LIMIT_BYTES or decoded as a picture.

    Args:
        content: a whole file, of whatever origin.

    Returns:
        None where there is no recipe, or the file is of another format.

    Raises:
        ValueError: a PNG that is damaged, or a recipe that is too long or no text; says which.
    """
    if content.startswith(SIGNATURE):
        return read_parameters(content, limit_bytes=RECIPE_LIMIT_BYTES)
    if content.startswith(b"%PDF-"):
        return _of_pdf(content)
    if content.startswith(_EPS_HEAD):
        return _of_eps(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:5] in (b"<?xml", b"<svg ", b"<svg>"):
        return _of_svg(content)
    return None


def _of_svg(content: bytes) -> str | None:
    """Found as text, not parsed as XML: a document that is a bomb is then only a long text."""
    opening = _OPENING.search(content, 0, _SVG_HEAD_BYTES)
    if opening is None:
        return None
    window = content[opening.end() : opening.end() + RECIPE_LIMIT_BYTES + 1]
    text, closing, _ = window.partition(b"<")
    if not closing and len(window) > RECIPE_LIMIT_BYTES:
        raise ValueError("its recipe is too long")
    if not window[len(text) :].startswith(b"</metadata>") or not text.strip():
        # Elements inside it are someone else's metadata.
        return None
    try:
        return unescape(text.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError("its recipe is not UTF-8") from error


def _of_eps(content: bytes) -> str | None:
    """All of it is escaped: at its longest it takes three times the bytes."""
    head, end, _ = content[: 4 * RECIPE_LIMIT_BYTES].partition(_EPS_HEAD_END)
    parts = _EPS_LINE.findall(head)
    if not parts:
        return None
    text = unquote_to_bytes(b"".join(parts))
    if not end or len(text) > RECIPE_LIMIT_BYTES:
        raise ValueError("its recipe is too long")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError("its recipe is not UTF-8") from error


def _of_pdf(content: bytes) -> str | None:
    """The keywords of the last information dictionary."""
    ends = [match.end() for match in deque(_PDF_ENTRY.finditer(content), maxlen=1)]
    if not ends:
        return None
    data = _pdf_string(content[ends[0] : ends[0] + 4 * RECIPE_LIMIT_BYTES])
    if data.startswith(b"\xfe\xff"):
        try:
            return data[2:].decode("utf-16-be")
        except UnicodeDecodeError as error:
            raise ValueError("its recipe is not UTF-16") from error
    return data.decode("latin-1") or None


def _pdf_string(content: bytes) -> bytes:
    """A literal string from behind its opening parenthesis (ISO 32000-1, 7.3.4.2)."""
    parts: list[bytes] = []
    depth, length = 1, 0
    for step in _PDF_STEP.finditer(content):
        escaped, parenthesis, plain = step.groups()
        if parenthesis:
            depth += 1 if parenthesis == b"(" else -1
            if not depth:
                return b"".join(parts)
        part = parenthesis or plain or _unescaped(escaped)
        parts.append(part)
        length += len(part)
        if length > RECIPE_LIMIT_BYTES:
            raise ValueError("its recipe is too long")
    raise ValueError("the file breaks off")


def _unescaped(escaped: bytes) -> bytes:
    if escaped[:1].isdigit():
        return bytes([int(escaped, 8) & 255])
    if escaped in (b"\n", b"\r", b"\r\n"):
        return b""
    return _PDF_NAMED.get(escaped, escaped)
