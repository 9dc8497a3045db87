"""LoRA adapters that lie in the lora folder, by name."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import UnknownLora
from backend.domain.generation import LoraChoice
from backend.domain.lora_names import lora_file, lora_names


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
        found = []
        for name in lora_names(self._folder):
            if path := lora_file(self._folder, name):
                # A file may go between two looks.
                with suppress(FileNotFoundError):
                    found.append(LoraFile(name, path.stat().st_size))
        return found

    def require(self, choices: Sequence[LoraChoice]) -> None:
        """Checks that every chosen adapter is there.

        Raises:
            UnknownLora: names each field at fault.
        """
        unknown = [
            i for i, choice in enumerate(choices) if lora_file(self._folder, choice.name) is None
        ]
        if unknown:
            shown = ", ".join(lora_names(self._folder)[:10]) or "none"
            raise UnknownLora(
                f"the lora folder does not have it; it has: {shown}",
                fields=[(f"loras[{i}].name", "no LoRA of this name") for i in unknown],
            )
