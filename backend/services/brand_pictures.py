"""Pictures as branding takes them: what they are made of, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image

from backend.branding.marks import MarkSource
from backend.domain.brief import Colour
from backend.domain.errors import ImageNotFound
from backend.domain.ports import ImageStore
from backend.services.lineage import Link, lineage
from backend.services.records import new_image_record
from backend.utils.decoding import fitted

LONGEST_SIDE_PX = 4096
"""Beyond it a mark gains nothing but costs."""


class BrandPictures(Protocol):
    """Where pictures to be finished come from."""

    def check(self, image_id: str) -> None:
        """Raises ImageNotFound: there is no such picture (any more)."""

    def source(self, image_id: str) -> MarkSource:
        """What a mark is made of. Raises ImageNotFound."""

    def chain(self, image_id: str) -> Sequence[Link]:
        """How it came about, see `lineage`. Raises ImageNotFound."""

    def credits(self, image_id: str) -> tuple[tuple[str, str, str], ...]:
        """Glyphs in it, as (id, licence, author). Raises ImageNotFound."""


class StoredPictures:
    """The pictures of a store."""

    def __init__(self, images: ImageStore) -> None:
        self._images = images

    def check(self, image_id: str) -> None:
        """See `BrandPictures`."""
        self._images.get(image_id)

    def source(self, image_id: str) -> MarkSource:
        """See `BrandPictures`."""
        stored = self._images.get(image_id)
        svg = self._images.svg(image_id) if stored.has_svg else None
        return mark_source(self._images.load(image_id), stored.record, svg)

    def chain(self, image_id: str) -> Sequence[Link]:
        """See `BrandPictures`."""
        return lineage(self._images, image_id)

    def credits(self, image_id: str) -> tuple[tuple[str, str, str], ...]:
        """See `BrandPictures`."""
        return glyphs_of(self._images.get(image_id).record)


@dataclass(frozen=True)
class OnePicture:
    """A picture that is in no store.

    Attributes:
        image_id: the one id that it answers to.
        links: how it came about; itself last.
    """

    image_id: str
    mark_source: MarkSource
    links: tuple[Link, ...]
    glyphs: tuple[tuple[str, str, str], ...] = ()

    def check(self, image_id: str) -> None:
        """See `BrandPictures`."""
        if image_id != self.image_id:
            raise ImageNotFound("There is no picture of this id here.")

    def source(self, image_id: str) -> MarkSource:
        """See `BrandPictures`."""
        self.check(image_id)
        return self.mark_source

    def chain(self, image_id: str) -> Sequence[Link]:
        """See `BrandPictures`."""
        self.check(image_id)
        return self.links

    def credits(self, image_id: str) -> tuple[tuple[str, str, str], ...]:
        """See `BrandPictures`."""
        self.check(image_id)
        return self.glyphs


class Found:
    """Pictures of a store, and some beside it; satisfies `reproduction.Keep`."""

    def __init__(self, images: ImageStore, beside: Mapping[str, Image.Image] | None = None) -> None:
        self._images = images
        self._beside = beside or {}

    def find(self, image_id: str) -> tuple[Image.Image, Mapping[str, Any], str | None] | None:
        """See `Keep`."""
        if image_id in self._beside:
            return self._beside[image_id], new_image_record(), None
        with suppress(ImageNotFound):
            stored = self._images.get(image_id)
            svg = self._images.svg(image_id) if stored.has_svg else None
            return self._images.load(image_id), stored.record, svg
        return None


def mark_source(image: Image.Image, record: Mapping[str, Any], svg: str | None) -> MarkSource:
    """A picture with what its record tells of its colours; a damaged record tells nothing.

    Args:
        image: RGB or RGBA.
        record: a sidecar, see `services.records`.
        svg: its drawing, if it is a composed draft.
    """
    if max(image.size) > LONGEST_SIDE_PX:
        image, svg = fitted(image, LONGEST_SIDE_PX), None
    try:
        palette = tuple(Colour.from_hex(text) for text in record.get("palette", ()))
    except (TypeError, ValueError, AttributeError):
        palette = ()
    is_flat = bool(record.get("is_flat", False)) and bool(palette)
    return MarkSource(image=image, svg=svg, palette=palette, is_flat=is_flat)


def glyphs_of(record: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Glyphs of a record, as (id, licence, author)."""
    found = record.get("glyphs", ())
    return tuple(
        (str(glyph.get("id", "")), str(glyph.get("licence", "")), str(glyph.get("author", "")))
        for glyph in (found if isinstance(found, list) else ())
        if isinstance(glyph, Mapping)
    )
