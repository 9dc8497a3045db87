"""Names under which a stranger's files are kept: readable, harmless, and never the same twice."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif"})
ZIP_SUFFIX, TEXT_SUFFIX = ".zip", ".txt"
SUFFIXES = PICTURE_SUFFIXES | {ZIP_SUFFIX, TEXT_SUFFIX}
# The captions of all pictures; a new one takes the place of the old one.
CAPTIONS_LIST = "captions.txt"

_NOT_IN_NAMES = re.compile(r"[^\w.\- ]+")
# Windows opens a device for these, whatever their ending; folders are copied between systems.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
# File systems take 255 bytes; a number and an ending come on top.
_STEM_BYTES = 120


def split_name(name: str) -> tuple[str, str]:
    """A file's name as stem and ending, both made harmless.

    Kept is the last part of a path; letters of any script, digits, ".", "-", "_" and single
    spaces. What cannot be seen or turns text around goes, everything else becomes "_".

    Args:
        name: as a stranger sent it; any text.

    Returns:
        The stem, at least one character, and the ending in lower case, "" if there is none.
    """
    text = re.split(r"[/\\]", name)[-1].encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", "".join(letter for letter in text if letter.isprintable()))
    stem, dot, ending = text.strip().rpartition(".")
    if not dot:
        stem, ending = ending, ""
    suffix = f".{ending.strip().lower()}" if re.fullmatch(r"\s*[A-Za-z0-9]{1,8}\s*", ending) else ""
    if ending and not suffix:
        stem = f"{stem}.{ending}"
    return _stem(stem), suffix


def names_for(wanted: Sequence[str], taken: Collection[str]) -> list[str]:
    """The names under which files are kept, each unlike the others and those that are taken.

    A picture and the text with its caption stay together: both are numbered alike. Names that
    differ in nothing but case count as equal.

    Args:
        wanted: as they were sent, in order.
        taken: what is there already.
    """
    used = {name.casefold() for name in taken}
    parts = [split_name(name) for name in wanted]
    numbers: dict[str, int] = {}
    seen: dict[tuple[str, str], int] = {}
    names = []
    for stem, suffix in parts:
        if (stem + suffix).casefold() == CAPTIONS_LIST:
            names.append(CAPTIONS_LIST)
            continue
        key = stem.casefold()
        # The n-th file of a name in one request goes with the n-th text of that name.
        turn = seen[key, suffix] = seen.get((key, suffix), 0) + 1
        group = f"{key}\0{turn}"
        if group not in numbers:
            endings = {other for name, other in parts if name.casefold() == key}
            numbers[group] = _free_number(stem, endings, used)
            used |= {_numbered(stem, numbers[group], other).casefold() for other in endings}
        names.append(_numbered(stem, numbers[group], suffix))
    return names


def _free_number(stem: str, endings: Collection[str], used: Collection[str]) -> int:
    number = 1
    while any(_numbered(stem, number, ending).casefold() in used for ending in endings):
        number += 1
    return number


def _numbered(stem: str, number: int, suffix: str) -> str:
    return f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}"


def _stem(text: str) -> str:
    stem = " ".join(_NOT_IN_NAMES.sub("_", text).split()).lstrip(". ")
    stem = stem.encode("utf-8")[:_STEM_BYTES].decode("utf-8", "ignore").strip(". ")
    if _DEVICES.fullmatch(stem):
        stem = f"_{stem}"
    return stem or "file"
