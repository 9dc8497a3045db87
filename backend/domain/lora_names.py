"""What counts as a LoRA adapter in the lora folder: the one rule of the web and the worker."""

from __future__ import annotations

import re
from pathlib import Path

# Letters of any script, digits, "_", "-" and ".", none of the last two in front: nothing that could
# leave the folder, and nothing that a URL or a log line would have to quote.
LORA_NAME = re.compile(r"\w[\w.\-]{0,80}")

_SUFFIX = ".safetensors"


def lora_file(folder: Path, name: str) -> Path | None:
    """The adapter's file, `NAME.safetensors`; None if no adapter has this name.

    Args:
        folder: the lora folder; it need not exist.
        name: as a request gave it; any text.
    """
    if not LORA_NAME.fullmatch(name):
        return None
    path = folder / (name + _SUFFIX)
    return path if path.is_file() else None


def lora_names(folder: Path) -> list[str]:
    """All adapters of the folder, sorted; none if there is no folder."""
    names = [path.stem for path in folder.glob(f"*{_SUFFIX}")]
    return sorted(name for name in names if lora_file(folder, name))
