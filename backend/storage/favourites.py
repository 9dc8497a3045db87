"""Which pictures somebody likes: an empty file for each, beside the immutable sidecars."""

from __future__ import annotations

from pathlib import Path


class FavouriteMarks:
    """A folder of empty files named by picture ids.

    Favourites are the one fact about a picture that changes and that no sidecar holds. They do not
    live in the index, which may be deleted and is rebuilt from files; files also outlive a damaged
    database and can be copied along with the pictures.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def has(self, image_id: str) -> bool:
        """Whether a picture is marked."""
        return (self._folder / image_id).exists()

    def add(self, image_id: str) -> None:
        """Marks a picture."""
        (self._folder / image_id).touch()

    def remove(self, image_id: str) -> None:
        """Takes the mark away."""
        (self._folder / image_id).unlink(missing_ok=True)

    def all(self) -> set[str]:
        """Ids of all marked pictures, and of pictures deleted by other means than the store."""
        return {path.name for path in self._folder.iterdir()}
