"""Everything that was made: search, favourites, files, recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from frontend.api_answers import read_image
from frontend.api_types import Image
from frontend.json_fields import as_mapping, each, numbers, optional, text, whole
from frontend.transport import ApiUnavailable, Transport, Trouble, as_picture, safe_id, understood

PAGE_SIZE = 24
THUMBNAIL_PX = 256
MAX_SELECTION = 500
MAX_RECIPE_MB = 10

_ZIP_SIGNATURE = b"PK"
# Five hundred pictures are packed while the browser waits.
_ZIP_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class GalleryQuery:
    """Which pictures are looked for; empty fields leave nothing out.

    Attributes:
        stage: "draft", "final", "upscaled" or "upload".
        origin: "cgan", "composer" or "upload".
    """

    words: str = ""
    stage: str = ""
    origin: str = ""
    only_favourites: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether every picture matches."""
        return not self.to_params()

    def to_params(self) -> dict[str, str]:
        """The parameters of `GET /images`."""
        asked = {
            "query": self.words.strip(),
            "stage": self.stage,
            "origin": self.origin,
            "favourite": "true" if self.only_favourites else "",
        }
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """Some pictures, newest first.

    Attributes:
        next: what the page after this one comes before, None for the last.
        total: how many pictures match.
    """

    images: tuple[Image, ...]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class ModelUsed:
    """A network that took part in a picture."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """How a picture came about.

    Attributes:
        kind: "drafts", "generate", "restyle" or "upscale"; "" for an upload.
        request: as the job was asked; empty for an upload.
        job_id: "" when there was no job.
        everything: the record as the service gave it.
    """

    kind: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    models: tuple[ModelUsed, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    job_id: str = ""
    parent: str | None = None
    name: str = ""
    description: str = ""
    everything: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings found inside a PNG.

    Attributes:
        image: id of the very picture when it is in the store.
    """

    kind: str
    request: Mapping[str, Any]
    image: str | None = None


class GalleryApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def page(self, query: GalleryQuery, before: str = "", limit: int = PAGE_SIZE) -> GalleryPage:
        """Pictures that match, newest first, from the one after `before`."""
        params = {**query.to_params(), "limit": str(limit)}
        if before:
            params["before"] = safe_id(before, "image")
        return understood(_read_page, self._http.get("/images", params=params))

    def record(self, image_id: str) -> ImageRecord:
        """How a picture came about."""
        path = f"/images/{safe_id(image_id, 'image')}/record"
        return understood(_read_record, self._http.get(path))

    def thumbnail(self, image_id: str) -> bytes:
        """A small WebP of a picture."""
        params = {"format": "webp", "size": str(THUMBNAIL_PX)}
        path = f"/images/{safe_id(image_id, 'image')}"
        return as_picture(self._http.get(path, params=params).content, "webp")

    def set_favourite(self, image_id: str, is_favourite: bool) -> None:
        """Marks a picture as a favourite, or no longer."""
        path = f"/images/{safe_id(image_id, 'image')}/favourite"
        self._http.send("PUT" if is_favourite else "DELETE", path)

    def delete(self, image_ids: Sequence[str]) -> int:
        """Deletes pictures for good and returns how many there were."""
        answer = self._http.send("POST", "/images/delete", json={"images": list(image_ids)})
        return understood(lambda values: whole(as_mapping(values), "deleted") or 0, answer)

    def archive(self, image_ids: Sequence[str]) -> bytes:
        """A ZIP with pictures, drawings and records."""
        answer = self._http.send(
            "POST", "/images/zip", json={"images": list(image_ids)}, timeout=_ZIP_SECONDS
        )
        if not answer.content.startswith(_ZIP_SIGNATURE):
            raise ApiUnavailable(Trouble.GARBAGE)
        return answer.content

    def recipe(self, png: bytes) -> Recipe:
        """The settings inside a PNG."""
        files = {"file": ("picture.png", png, "image/png")}
        return understood(_read_recipe, self._http.send("POST", "/images/recipe", files=files))


def _read_page(values: Any) -> GalleryPage:
    record = as_mapping(values)
    images = each(record, "images", read_image)
    total = whole(record, "total")
    return GalleryPage(
        images, text(record, "next") or None, len(images) if total is None else total
    )


def _read_record(values: Any) -> ImageRecord:
    record = as_mapping(values)
    told = optional(record, "reproduce", as_mapping) or {}
    return ImageRecord(
        kind=text(told, "kind"),
        request=optional(told, "request", as_mapping) or {},
        models=each(
            record, "models", lambda item: ModelUsed(text(item, "name"), text(item, "sha256"))
        ),
        timings_ms=numbers(record, "timings_ms"),
        job_id=text(record, "job_id"),
        parent=text(record, "parent") or None,
        name=text(record, "name"),
        description=text(record, "description"),
        everything=record,
    )


def _read_recipe(values: Any) -> Recipe:
    record = as_mapping(values)
    return Recipe(
        kind=text(record, "kind", required=True),
        request=optional(record, "request", as_mapping) or {},
        image=text(record, "image") or None,
    )
