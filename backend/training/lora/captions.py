"""Captions that come with pictures: `captions.txt` in the forms people write, or NAME.txt each."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import PurePosixPath

from backend.domain.lora_presets import LIMITS
from backend.storage.upload_names import PICTURE_SUFFIXES

_LIST_NAMES = frozenset({"captions", "caption", "metadata", "prompts"})
# "fox.png: a fox", "fox.png<TAB>a fox", "fox.png | a fox", "fox.png - a fox", "fox.png, a fox".
# Nothing in it repeats, and of a line only so much is looked at: strangers write it.
_SEPARATOR = re.compile(r"[\t:|;,]|\s(?:[-\u2013\u2014=]|->)\s")
_LINE_CHARACTERS, _MOST_SEPARATORS = 1_000, 16
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
    line = line[:_LINE_CHARACTERS]
    for match in islice(_SEPARATOR.finditer(line), _MOST_SEPARATORS):
        file = _file_of(line[: match.start()].strip(_QUOTES + " \t").lower(), keys)
        if file is not None and (caption := one_line(line[match.end() :])):
            return file, caption
    return None


def _file_of(name: str, keys: Mapping[str, str]) -> str | None:
    if name in keys:
        return keys[name]
    # A list may name what was converted since: "1.heic" is "1.png" now.
    path = PurePosixPath(name)
    return keys.get(path.stem) if path.suffix in PICTURE_SUFFIXES else None


def _from_json(lines: Sequence[str], keys: Mapping[str, str]) -> dict[str, str]:
    captions: dict[str, str] = {}
    for line in lines:
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return captions
        if not isinstance(record, dict):
            return captions
        name = _text_at(record, "file_name", "file").lower()
        caption = one_line(_text_at(record, "text", "caption"))
        if name in keys and caption:
            captions[keys[name]] = caption
    return captions


def _text_at(record: Mapping[str, object], *keys: str) -> str:
    """The first text or number; anything else may be nested without end."""
    found = (record.get(key) for key in keys)
    return next((str(each) for each in found if each and isinstance(each, str | int)), "")
