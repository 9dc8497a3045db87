"""LoRA adapters that lie in the lora folder, by name."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from backend.domain.errors import NotFound, UnknownLora
from backend.domain.generation import LIMITS, LoraChoice
from backend.domain.lora_names import lora_file, lora_names
from backend.services.lora_facts import LoraFacts, read_facts

_PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


@dataclass(frozen=True, slots=True)
class LoraFile:
    """An adapter's file; its name is the file's, without the ending."""

    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class LoraCard:
    """An adapter as it is shown to people.

    Attributes:
        title: its own, or its name.
        trigger_words: see `LoraFacts`.
        has_thumbnail: whether a picture lies beside it or in it; it may turn out to be broken.
    """

    name: str
    bytes: int
    title: str
    trigger_words: tuple[str, ...]
    has_thumbnail: bool


class LoraFolder:
    """The adapters of a folder, looked up afresh each time: files may come and go."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._facts: dict[str, tuple[tuple[int, int], LoraFacts]] = {}
        self._lock = threading.Lock()

    def list(self) -> list[LoraFile]:
        """All adapters by name; none if there is no folder."""
        found = []
        for name in lora_names(self._folder):
            if path := lora_file(self._folder, name):
                # A file may go between two looks.
                with suppress(FileNotFoundError):
                    found.append(LoraFile(name, path.stat().st_size))
        return found

    def cards(self) -> Sequence[LoraCard]:
        """All adapters by name, with what their headers tell."""
        cards = []
        for file in self.list():
            if (path := lora_file(self._folder, file.name)) is not None:
                facts = self._facts_of(path)
                has_picture = facts.thumbnail is not None or self._picture(file.name) is not None
                title = facts.title or file.name
                cards.append(
                    LoraCard(file.name, file.bytes, title, facts.trigger_words, has_picture)
                )
        return cards

    def thumbnail(self, name: str) -> bytes:
        """The picture file beside an adapter, or the one in its header; not checked yet.

        Raises:
            NotFound: there is no such adapter, or no picture of it.
        """
        path = lora_file(self._folder, name)
        if path is None:
            raise NotFound("There is no LoRA of this name; GET /loras lists those there are.")
        content: bytes | None = None
        if (picture := self._picture(name)) is not None:
            with suppress(OSError), picture.open("rb") as file:
                # One byte more than allowed, so that the reader can tell and refuse.
                content = file.read(LIMITS.upload_bytes + 1)
        content = content or self._facts_of(path).thumbnail
        if not content:
            raise NotFound(f"There is no picture of this LoRA. Put one beside it as {name}.png.")
        return content

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

    def _picture(self, name: str) -> Path | None:
        for suffix in _PICTURE_SUFFIXES:
            path = self._folder / (name + suffix)
            if path.is_file():
                return path
        return None

    def _facts_of(self, path: Path) -> LoraFacts:
        """Facts of a file, read again when it has changed. A header may have megabytes."""
        try:
            state = path.stat()
        except FileNotFoundError:
            return LoraFacts()
        key = (state.st_mtime_ns, state.st_size)
        with self._lock:
            known = self._facts.get(path.name)
            if known is None or known[0] != key:
                known = (key, read_facts(path))
                self._facts[path.name] = known
        return known[1]
