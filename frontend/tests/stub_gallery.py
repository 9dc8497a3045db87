"""The gallery part of the stub API: pictures with records, favourites, files, recipes."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from PIL import Image, PngImagePlugin

if TYPE_CHECKING:
    from frontend.tests.stub_api import StubApi

_BRANDS = (
    ("Foxy", "A friendly fox for a same-day delivery service", "fox"),
    ("Harbour Beans", "A cosy espresso bar by the sea, warm colours", "cup"),
    ("Wren", "A small green bird for a shop with organic tea", "bird"),
    ("Лисёнок", "Дружелюбная лиса для службы быстрой доставки", "fox"),
    ("Little Orbit", "A ringed planet for a space school, dark blue and gold", "planet"),
    ("Summit & Sons", "Mountains for a family of guides", "mountain"),
    ("Травница", "Зелёный лист для магазина травяного чая", "leaf"),
    ("", "A sun over the hills, yellow and brown", "sun"),
)
_STYLES = ("", "neon", "gradient", "flat", "glossy")
_NEWEST = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
_GLYPH = {"id": "mdi:fox", "licence": "Apache-2.0", "author": "Pictogrammers"}


class StubGallery:
    """See `StubPart`.

    Attributes:
        images: as `GET /images` gives them, newest first.
        delay_seconds: how long every answer takes.
    """

    def __init__(self, stub: StubApi) -> None:
        self.stub = stub
        self.images: list[dict[str, Any]] = []
        self.delay_seconds = 0.0
        self.fill(140)

    def fill(self, count: int) -> None:
        """Makes some pictures; every fifth is restyled from the one after it."""
        self.images = [_image(number, count) for number in range(count)]

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        """(status, JSON value or bytes), or None for a path of somebody else."""
        if not path.startswith("/images"):
            return None
        time.sleep(self.delay_seconds)
        if (method, path) == ("GET", "/images"):
            return self._list(query)
        if method == "POST":
            return self._post(path, body)
        image = next((one for one in self.images if one["id"] == path.split("/")[2]), None)
        if image is None:
            return self._elsewhere(path, query)
        if path.endswith("/favourite"):
            image["favourite"] = method == "PUT"
            return 204, b""
        if path.endswith("/record"):
            return 200, self.record(image)
        return 200, self._file(image, query)

    def _list(self, query: Mapping[str, str]) -> Any:
        found = [image for image in self.images if _matches(image, query)]
        ids = [image["id"] for image in found]
        before = query.get("before", "")
        start = ids.index(before) + 1 if before in ids else 0
        limit = int(query.get("limit", "24"))
        shown = found[start : start + limit]
        # As the service does: a full page may be the last.
        last = shown[-1]["id"] if len(shown) == limit else None
        return 200, {"images": shown, "next": last, "total": len(found)}

    def _post(self, path: str, body: Any) -> Any:
        from frontend.tests.stub_problem import problem

        if path == "/images/delete":
            kept = [image for image in self.images if image["id"] not in body["images"]]
            deleted = len(self.images) - len(kept)
            self.images = kept
            return 200, {"deleted": deleted}
        if path == "/images/zip":
            return 200, self._zip(body["images"])
        if path == "/images/recipe":
            found = recipe_in(body[body.find(b"\x89PNG") :])
            why = "There are no settings in this picture."
            return (200, found) if found else problem(422, "no-recipe", why)
        return None

    def _zip(self, image_ids: Iterable[str]) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for image in self.images:
                if image["id"] in image_ids:
                    archive.writestr(f"{image['id']}.png", self._file(image, {}))
                    archive.writestr(f"{image['id']}.json", json.dumps(self.record(image)))
        return buffer.getvalue()

    def _elsewhere(self, path: str, query: Mapping[str, str]) -> Any:
        """Pictures of the stub's own jobs are in another place; here only their thumbnails."""
        found = self.stub.pictures.get(path.split("/")[2])
        if found is None or query.get("format") != "webp":
            return None
        return 200, _drawn(found[0], found[1], found[2], query)

    def _file(self, image: Mapping[str, Any], query: Mapping[str, str]) -> bytes:
        if query.get("format") == "svg":
            return b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>'
        is_restyled = image["stage"] == "final"
        # A restyled picture shows what its parent shows.
        motif = (int(image["id"].split("-")[1]) - is_restyled) % 6
        return _drawn(motif, tuple(image["palette"]), is_restyled, query)

    def record(self, image: Mapping[str, Any]) -> dict[str, Any]:
        """As `GET /images/{id}/record` gives it; its job can be asked for from now on."""
        if image["origin"] == "upload":
            return {"reproduce": {}, "stage": "upload", "origin": "upload", "job_id": ""}
        is_restyle = image["stage"] == "final"
        request = _restyle_request(image) if is_restyle else _drafts_request(image)
        kind = "restyle" if is_restyle else "drafts"
        job_id = f"old-{image['id']}"
        long_ago = time.monotonic() - 1e6
        self.stub.jobs.setdefault(job_id, {"kind": kind, "request": request, "start": long_ago})
        models = [{"name": "sd-embedded" if is_restyle else "cgan", "sha256": "a50f49ef" * 8}]
        return {
            "reproduce": {"request": request, "kind": kind, "index": 0, "seed": image["seed"]},
            "models": models,
            "timings_ms": {"draft": 812.5},
            "job_id": job_id,
            "parent": image["parent"],
            "name": image["name"],
            "description": image["description"],
        }


def png_with(recipe: Mapping[str, Any] | None) -> bytes:
    """A PNG that carries a recipe of the stub's kind, or none."""
    told = PngImagePlugin.PngInfo()
    if recipe is not None:
        told.add_text("recipe", json.dumps(recipe))
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "#D9531E").save(buffer, "PNG", pnginfo=told)
    return buffer.getvalue()


def recipe_in(png: bytes) -> dict[str, Any] | None:
    """What `png_with` put in."""
    with Image.open(io.BytesIO(png)) as image:
        image.load()
        told = getattr(image, "text", {}).get("recipe")
    return json.loads(told) if told else None


def _image(number: int, count: int) -> dict[str, Any]:
    from frontend.tests.stub_drawings import PALETTES

    is_restyled, is_upload = number % 5 == 0, number % 23 == 22
    drawn = number + is_restyled
    name, description, concept = _BRANDS[drawn % len(_BRANDS)]
    picture_id = f"pic-{count - number}"
    origin = "upload" if is_upload else "cgan" if number % 3 else "composer"
    return {
        "id": picture_id,
        "url": f"/images/{picture_id}",
        "thumbnail_url": f"/images/{picture_id}?format=webp&size=256",
        "width": 512,
        "height": 512,
        "created_at": (_NEWEST - timedelta(minutes=37 * number)).isoformat(),
        "seed": 4000 + number,
        "origin": origin,
        "stage": "upload" if is_upload else "final" if is_restyled else "draft",
        "layout": "" if is_upload else "rounded-square",
        "concept": "" if is_upload else concept,
        "palette": list(PALETTES[drawn % len(PALETTES)]),
        "glyphs": [] if is_upload else [_GLYPH],
        "scores": {} if is_upload else {"text_match": 0.71, "legibility": 0.925},
        "parent": f"pic-{count - number - 1}" if is_restyled and number + 1 < count else None,
        "svg_url": f"/images/{picture_id}?format=svg" if origin == "composer" else None,
        "name": "holiday.png" if is_upload else name,
        "description": "" if is_upload else description,
        "style": _STYLES[number % len(_STYLES)],
        "favourite": number % 7 == 3,
    }


def _drafts_request(image: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": image["description"],
        "name": image["name"],
        "palette": list(image["palette"]),
        "style": image["style"],
        "avoid": "text",
        "count": 5,
        "seed": image["seed"],
        "source": "auto",
        "restyle": False,
        "size": 512,
    }


def _restyle_request(image: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "images": [image["parent"]],
        "seed": image["seed"],
        "size": 512,
        "strength": 0.65,
        "steps": 20,
        "guidance": 4.5,
        "style": "neon",
        "avoid": "",
        "loras": [{"name": "ink-stamp", "weight": 0.8}],
    }


def _matches(image: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    told = " ".join(str(image[key]) for key in ("name", "description", "concept", "style")).lower()
    return (
        all(word in told for word in query.get("query", "").lower().split())
        and query.get("stage", image["stage"]) == image["stage"]
        and query.get("origin", image["origin"]) == image["origin"]
        and (query.get("favourite") != "true" or image["favourite"])
    )


def _drawn(
    motif: int, palette: tuple[str, ...], is_restyled: bool, query: Mapping[str, str]
) -> bytes:
    from frontend.tests.stub_drawings import drawing, encoded, restyled

    image = drawing(motif % 6, (palette[0], palette[1], palette[2]))
    image = restyled(image, 1.0, 512) if is_restyled else image
    if "size" in query:
        image.thumbnail((int(query["size"]), int(query["size"])))
    return encoded(image, query.get("format", "png").upper())
