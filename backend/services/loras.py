"""LoRA adapters that lie in the lora folder, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import UnknownLora
from backend.domain.generation import LoraChoice

SUFFIX = ".safetensors"


@dataclass(frozen=True, slots=True)
class LoraFile:
    """An adapter's file; its name is the file's, without the ending."""

    name: str
    bytes: int


class LoraFolder:
    """The adapters of a folder, looked up afresh each time: files may come and go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list(self) -> list[LoraFile]:
        """All adapters by name; none if there is no folder."""
        try:
            files = [path for path in self._folder.iterdir() if _is_lora(path)]
        except FileNotFoundError:
            return []
        return sorted(
            (LoraFile(path.stem, path.stat().st_size) for path in files),
            key=lambda file: file.name,
        )

    def require(self, choices: Sequence[LoraChoice]) -> None:
        """Checks that every chosen adapter is there. Names are compared, never made into paths.

        Raises:
            UnknownLora: names each field at fault.
        """
        if not choices:
            return
        known = [file.name for file in self.list()]
        unknown = [i for i, choice in enumerate(choices) if choice.name not in known]
        if unknown:
            shown = ", ".join(known[:10]) or "none"
            raise UnknownLora(
                f"the lora folder does not have it; it has: {shown}",
                fields=[(f"loras[{i}].name", "no LoRA of this name") for i in unknown],
            )


def _is_lora(path: Path) -> bool:
    # A name of other bytes than UTF-8 could be neither listed nor asked for.
    is_text = path.name.encode("utf-8", "ignore").decode("utf-8") == path.name
    return path.suffix == SUFFIX and is_text and path.is_file()
