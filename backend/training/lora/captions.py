"""Captions that come with pictures: `captions.txt` in the forms people write, or NAME.txt each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from backend.domain.lora_presets import LIMITS
from backend.storage.upload_names import PICTURE_SUFFIXES

_LIST_NAMES = frozenset({"captions", "caption", "metadata", "prompts"})
# "fox.png: a fox", "fox.png<TAB>a fox", "fox.png | a fox", "fox.png - a fox", "fox.png, a fox".
_SEPARATOR = re.compile(r"\s*(?:\t|:|\||;|,|\s[-\u2013\u2014=]\s|\s->\s)\s*")
_NUMBERED = re.compile(r"^\s*\d+[.)]\s+")
_QUOTES = "\"'\u201c\u201d\u00ab\u00bb"


def is_list(stem: str) -> bool:
    """Whether a text file of this name holds captions of many pictures."""
    return stem.lower() in _LIST_NAMES


def text_of(content: bytes) -> str:
    """A text file's characters: UTF-8 with or without a mark, UTF-16 with one, else Windows'."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def one_line(text: str) -> str:
    """A caption on one line, without control characters, at most as long as captions may be."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(plain.split()).strip(_QUOTES)[: LIMITS.caption_characters].strip()


def captions_in(text: str, files: Sequence[str]) -> dict[str, str]:
    """The captions of a list, by picture.

    A line names its picture, with or without folder and suffix, then a colon, tab, comma, bar or
    dash, then the caption; or every line is a JSON object with `file_name` and `text`; or no line
    names any and there are as many lines as pictures, which are then meant in the order of names.

    Args:
        files: the pictures' names as they were sent in.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    keys = _keys(files)
    if found := _from_json(lines, keys):
        return found
    captions: dict[str, str] = {}
    for line in lines:
        if (pair := _named(line, keys)) is not None:
            captions[pair[0]] = pair[1]
    if not captions and len(lines) == len(files):
        bare = (one_line(_NUMBERED.sub("", line)) for line in lines)
        return {name: said for name, said in zip(sorted(files), bare, strict=True) if said}
    return captions


def _keys(files: Sequence[str]) -> dict[str, str]:
    """All ways to name a picture, in lower case; those that name two are left out."""
    keys: dict[str, str] = {}
    twice: set[str] = set()
    for name in files:
        path = PurePosixPath(name)
        for key in {name.lower(), path.name.lower(), path.stem.lower()}:
            if keys.setdefault(key, name) != name:
                twice.add(key)
    return {key: name for key, name in keys.items() if key not in twice}


def _named(line: str, keys: Mapping[str, str]) -> tuple[str, str] | None:
    """The picture and the caption of a line; the separator that makes sense, from the left."""
    for match in _SEPARATOR.finditer(line):
        name = line[: match.start()].strip(_QUOTES + " ").lower()
        caption = one_line(line[match.end() :])
        if not caption:
            continue
        if name in keys:
            return keys[name], caption
        # A list may name what was converted since: "1.heic" is "1.png" now.
        path = PurePosixPath(name)
        if path.suffix in PICTURE_SUFFIXES and path.stem in keys:
            return keys[path.stem], caption
    return None


def _from_json(lines: Sequence[str], keys: Mapping[str, str]) -> dict[str, str]:
    captions: dict[str, str] = {}
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            return captions
        if not isinstance(record, dict):
            return captions
        name = str(record.get("file_name") or record.get("file") or "").lower()
        caption = one_line(str(record.get("text") or record.get("caption") or ""))
        if name in keys and caption:
            captions[keys[name]] = caption
    return captions
