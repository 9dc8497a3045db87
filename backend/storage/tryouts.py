"""Tryouts of LoRA adapters, kept by the hash of the adapter's file."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from backend.storage.training_folders import read_object, translated
from backend.utils.files import write_bytes, write_json

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FACTS = "tryout.json"
# Another grid of prompts or weights is another version; what was kept before counts as absent.
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Tryout:
    """A grid of pictures: each prompt at each weight.

    Attributes:
        matches: how well each picture shows its prompt, 0..1, by prompt and weight; none without
            a matcher.
        suggested_weight: see `services.trying.suggested_weight`.
    """

    prompts: tuple[str, ...]
    weights: tuple[float, ...]
    strength: float
    seed: int
    seconds: float
    suggested_weight: float | None
    matches: tuple[tuple[float, ...], ...] = ()


class TryoutStore:
    """Grids in one folder; each is there whole or not at all."""

    def __init__(self, output: Path) -> None:
        """Nothing is read or made yet."""
        self._folder = output / "tryouts"

    def get(self, sha256: str) -> Tryout | None:
        """The grid of an adapter; None if there is none of this version."""
        if not _SHA256.fullmatch(sha256):
            return None
        found = read_object(self._folder / sha256 / _FACTS)
        return _tryout(found) if found.get("version") == _VERSION else None

    def has(self, sha256: str) -> bool:
        """Whether there is a grid; costs a look at the folder."""
        return bool(_SHA256.fullmatch(sha256)) and (self._folder / sha256 / _FACTS).is_file()

    def cell(self, sha256: str, prompt: int, weight: int) -> bytes | None:
        """A picture as WEBP, by the places of prompt and weight; None if there is none."""
        if _SHA256.fullmatch(sha256):
            with suppress(OSError):
                return (self._folder / sha256 / f"{prompt}-{weight}.webp").read_bytes()
        return None

    def save(self, sha256: str, tryout: Tryout, cells: Mapping[tuple[int, int], bytes]) -> None:
        """Keeps a grid in place of an older one.

        Raises:
            StorageFull, StoreUnavailable: the disk does not take it; nothing is half-written.
        """
        if not _SHA256.fullmatch(sha256):
            raise ValueError("a grid is kept by a hash")
        hidden, target = self._folder / f".in-{sha256}", self._folder / sha256
        with translated():
            shutil.rmtree(hidden, ignore_errors=True)
            hidden.mkdir(parents=True)
            try:
                for (prompt, weight), content in cells.items():
                    write_bytes(hidden / f"{prompt}-{weight}.webp", content)
                write_json(hidden / _FACTS, {"version": _VERSION, **asdict(tryout)})
                shutil.rmtree(target, ignore_errors=True)
                hidden.rename(target)
            finally:
                shutil.rmtree(hidden, ignore_errors=True)


def _tryout(found: Mapping[str, Any]) -> Tryout | None:
    try:
        suggested = found["suggested_weight"]
        return Tryout(
            prompts=tuple(str(prompt) for prompt in found["prompts"]),
            weights=tuple(float(weight) for weight in found["weights"]),
            strength=float(found["strength"]),
            seed=int(found["seed"]),
            seconds=float(found["seconds"]),
            suggested_weight=None if suggested is None else float(suggested),
            matches=tuple(tuple(float(one) for one in row) for row in found["matches"]),
        )
    except (LookupError, TypeError, ValueError):
        return None
