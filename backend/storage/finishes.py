"""How people finished their pictures: one small JSON file for each picture, kept until it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.domain.branding import BrandSpec
from backend.storage.disk_errors import disk_errors
from backend.storage.training_folders import read_object
from backend.utils.files import write_json

_ID = re.compile(r"img_[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Finish:
    """A finished state.

    Attributes:
        saved_at: with a time zone.
    """

    brand: BrandSpec
    saved_at: datetime


class FinishStore:
    """Finished states in one folder, safe for several threads and processes.

    Like favourites they are facts about immutable pictures that change, so they live beside them.
    """

    def __init__(self, output: Path) -> None:
        """Nothing is read or made yet.

        Args:
            output: the folder of the pictures' store, which removes states with their pictures.
        """
        self._folder = output / "finishes"

    def get(self, image_id: str) -> Finish | None:
        """The state of a picture; None if there is none or its file is damaged."""
        if not _ID.fullmatch(image_id):
            return None
        return _finish(read_object(self._path(image_id)))

    def save(self, image_id: str, brand: BrandSpec, exists: Callable[[], bool]) -> Finish:
        """Keeps a state in place of an older one.

        Args:
            image_id: of the picture.
            brand: its state.
            exists: asked after writing; what became of a picture that was deleted meanwhile is
                removed again.

        Raises:
            StorageFull, StoreUnavailable: the disk does not take it; an older state stays.
        """
        if not _ID.fullmatch(image_id):
            raise ValueError("a state is kept by a picture's id")
        saved_at = datetime.now(UTC)
        with _translated():
            write_json(
                self._path(image_id), {"brand": brand.to_json(), "saved_at": saved_at.isoformat()}
            )
        if not exists():
            self.remove(image_id)
        return Finish(brand, saved_at)

    def remove(self, image_id: str) -> bool:
        """Drops a state. Returns whether there was one."""
        if not _ID.fullmatch(image_id):
            return False
        path = self._path(image_id)
        with _translated():
            there = path.exists()
            path.unlink(missing_ok=True)
        return there

    def _path(self, image_id: str) -> Path:
        return self._folder / f"{image_id}.json"


def _finish(found: Mapping[str, Any]) -> Finish | None:
    try:
        saved_at = datetime.fromisoformat(found["saved_at"])
        return Finish(BrandSpec.from_json(found["brand"]), saved_at.astimezone(UTC))
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _translated() -> AbstractContextManager[None]:
    return disk_errors(
        full="The disk is full, so what you made of the picture was not kept. Free some space and "
        "try again.",
        folder="folder for pictures",
    )
