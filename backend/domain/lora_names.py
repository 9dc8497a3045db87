"""What counts as a LoRA adapter in the lora folder: the one rule of the web and the worker."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

# Letters of any script, digits, "_", "-" and ".", none of the last two in front: nothing that could
# leave the folder, and nothing that a URL or a log line would have to quote.
LORA_NAME = re.compile(r"\w[\w.\-]{0,80}")

_SUFFIX = ".safetensors"
_NOT_IN_NAMES = re.compile(r"[^\w.\-]+")
_MAX_CHARACTERS = 81
# File systems take 255 bytes; hidden copies of a file add a dot, a process number and an ending.
_MAX_BYTES = 200
# Names of devices on Windows, whatever their ending; a folder of adapters may lie on such a disk.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def is_lora_name(name: str) -> bool:
    """Whether a file of this name counts as an adapter and every file system can hold it."""
    is_plain = LORA_NAME.fullmatch(name) is not None
    return is_plain and len(name.encode("utf-8", "replace")) <= _MAX_BYTES


def numbered_lora_name(name: str, number: int) -> str:
    """The name for the n-th adapter that wants it: shortened rather than made too long.

    Examples:
        "harbour" is "harbour" for number 1 and "harbour-2" for number 2.
    """
    return name if number == 1 else _cut(name, f"-{number}")


def lora_file(folder: Path, name: str) -> Path | None:
    """The adapter's file, `NAME.safetensors`; None if no adapter has this name.

    Args:
        folder: the lora folder; it need not exist.
        name: as a request gave it; any text.
    """
    if not is_lora_name(name):
        return None
    path = folder / (name + _SUFFIX)
    return path if path.is_file() else None


def lora_names(folder: Path) -> list[str]:
    """All adapters of the folder, sorted; none if there is no folder."""
    names = [path.stem for path in folder.glob(f"*{_SUFFIX}")]
    return sorted(name for name in names if lora_file(folder, name))


def lora_name_from(text: str) -> str:
    """A name that fits the rule, made from what somebody called a file; never used as a path.

    Examples:
        "../My style (v2).safetensors" is "My-style-v2".
    """
    last = re.split(r"[/\\]", text)[-1]
    stem = last[: -len(_SUFFIX)] if last.lower().endswith(_SUFFIX) else last
    name = _NOT_IN_NAMES.sub("-", unicodedata.normalize("NFC", stem)).strip("-.")
    if _DEVICES.fullmatch(name):
        name = f"lora-{name}"
    name = _cut(name)
    return name if is_lora_name(name) else "lora"


def _cut(name: str, ending: str = "") -> str:
    """A name with an ending, as much of it as fits."""
    room = _MAX_BYTES - len(ending)
    stem = name[: _MAX_CHARACTERS - len(ending)].encode("utf-8")[:room].decode("utf-8", "ignore")
    return stem.strip("-.") + ending
