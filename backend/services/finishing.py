"""Finished states of pictures: what somebody made of them, to go on with later."""

from __future__ import annotations

from contextlib import suppress

from backend.domain.branding import BrandSpec
from backend.domain.errors import FinishNotFound, ImageNotFound
from backend.domain.ports import ImageStore
from backend.storage.finishes import Finish, FinishStore


class FinishService:
    """The use cases; blocking, safe for several threads."""

    def __init__(self, images: ImageStore, store: FinishStore) -> None:
        self._images = images
        self._store = store

    def get(self, image_id: str) -> Finish:
        """The state of a picture. Raises ImageNotFound, FinishNotFound."""
        self._images.get(image_id)
        found = self._store.get(image_id)
        if found is None:
            raise FinishNotFound("Nothing was finished from this picture yet.")
        return found

    def save(self, image_id: str, brand: BrandSpec) -> Finish:
        """Keeps a state in place of an older one.

        Raises:
            ImageNotFound: there is no such picture.
            StorageFull, StoreUnavailable: the disk does not take it; an older state stays.
        """
        self._images.get(image_id)
        return self._store.save(image_id, brand, lambda: self._exists(image_id))

    def remove(self, image_id: str) -> None:
        """Drops the state of a picture, if it has one. Raises ImageNotFound."""
        self._images.get(image_id)
        self._store.remove(image_id)

    def _exists(self, image_id: str) -> bool:
        with suppress(ImageNotFound):
            self._images.get(image_id)
            return True
        return False
