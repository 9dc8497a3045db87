"""The gallery's calls against canned answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.gallery_api import GalleryQuery
from frontend.transport import ApiProblem, ApiUnavailable, Trouble

IMAGE = {
    "id": "pic-1",
    "name": "Foxy",
    "description": "a fox",
    "style": "neon",
    "favourite": True,
    "created_at": "2026-11-20T16:00:00Z",
    "stage": "draft",
    "palette": ["#FFFFFF"],
}
RECORD = {
    "reproduce": {"kind": "restyle", "request": {"strength": 0.5}},
    "models": [{"name": "sd-embedded", "sha256": "abc"}],
    "timings_ms": {"restyle": 12.5},
    "job_id": "job-1",
    "parent": "pic-0",
    "name": "Foxy",
}


class Service:
    """Gives one answer and keeps what it was asked."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status = status
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        return httpx.Response(self.status, content=self.content)

    @property
    def api(self) -> LogoApi:
        return LogoApi("http://api", transport=httpx.MockTransport(self), sleep=lambda _: None)


def test_a_page_is_read_with_all_that_the_history_shows() -> None:
    page = Service({"images": [IMAGE], "next": "pic-1", "total": 25_000}).api.gallery.page(
        GalleryQuery()
    )
    (image,) = page.images

    assert (page.next, page.total) == ("pic-1", 25_000)
    assert (image.name, image.description, image.style) == ("Foxy", "a fox", "neon")
    assert image.favourite
    assert image.created_at == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def test_only_what_is_looked_for_is_asked_for() -> None:
    service = Service({"images": [], "next": None, "total": 0})
    query = GalleryQuery("a fox & co", "draft", "cgan", only_favourites=True)
    service.api.gallery.page(query, before="pic-9")
    service.api.gallery.page(GalleryQuery())

    assert dict(service.asked[0].url.params) == {
        "query": "a fox & co",
        "stage": "draft",
        "origin": "cgan",
        "favourite": "true",
        "limit": "24",
        "before": "pic-9",
    }
    assert dict(service.asked[1].url.params) == {"limit": "24"}


def test_a_record_is_read() -> None:
    record = Service(RECORD).api.gallery.record("pic-1")

    assert (record.kind, record.job_id, record.parent) == ("restyle", "job-1", "pic-0")
    assert record.request == {"strength": 0.5}
    assert [(model.name, model.sha256) for model in record.models] == [("sd-embedded", "abc")]
    assert record.everything == RECORD


def test_the_record_of_an_upload_has_no_request() -> None:
    record = Service({"reproduce": {}, "origin": "upload"}).api.gallery.record("pic-1")

    assert (record.kind, record.request, record.job_id) == ("", {}, "")


@pytest.mark.parametrize(
    "image",
    [
        {"name": "no id"},
        {**IMAGE, "favourite": "yes"},
        {**IMAGE, "created_at": "yesterday"},
        {**IMAGE, "created_at": 5},
        {**IMAGE, "name": 5},
        "pic-1",
    ],
)
def test_strange_pictures_are_refused(image: Any) -> None:
    with pytest.raises(ApiUnavailable) as caught:
        Service({"images": [image]}).api.gallery.page(GalleryQuery())

    assert caught.value.trouble is Trouble.GARBAGE


def test_thumbnails_are_asked_for_small_and_checked() -> None:
    service = Service(b"RIFF....WEBP")

    assert service.api.gallery.thumbnail("pic-1") == b"RIFF....WEBP"
    assert dict(service.asked[0].url.params) == {"format": "webp", "size": "256"}
    with pytest.raises(ApiUnavailable):
        Service(b"<html>").api.gallery.thumbnail("pic-1")


@pytest.mark.parametrize(("is_favourite", "method"), [(True, "PUT"), (False, "DELETE")])
def test_favourites_are_put_and_taken(is_favourite: bool, method: str) -> None:
    service = Service(b"", 204)
    service.api.gallery.set_favourite("pic-1", is_favourite)
    (request,) = service.asked

    assert (request.method, request.url.path) == (method, "/images/pic-1/favourite")


def test_deleting_tells_how_many() -> None:
    service = Service({"deleted": 2})

    assert service.api.gallery.delete(["a", "b"]) == 2
    assert json.loads(service.asked[0].content) == {"images": ["a", "b"]}


def test_an_archive_is_a_zip_or_garbage() -> None:
    assert Service(b"PK\x03\x04").api.gallery.archive(["a"]) == b"PK\x03\x04"
    with pytest.raises(ApiUnavailable):
        Service(b"<html>").api.gallery.archive(["a"])


def test_a_recipe_is_read_out_of_a_file() -> None:
    service = Service({"kind": "drafts", "request": {"seed": 7}, "image": None})
    recipe = service.api.gallery.recipe(b"\x89PNG")
    (request,) = service.asked

    assert (recipe.kind, recipe.request, recipe.image) == ("drafts", {"seed": 7}, None)
    assert request.headers["Content-Type"].startswith("multipart/form-data")
    assert b'name="file"' in request.content
    with pytest.raises(ApiUnavailable):
        Service({"request": {}}).api.gallery.recipe(b"\x89PNG")


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.gallery.record("../x"),
        lambda api: api.gallery.thumbnail("a/b"),
        lambda api: api.gallery.set_favourite("", True),
        lambda api: api.gallery.page(GalleryQuery(), before="../x"),
    ],
)
def test_ids_of_the_address_bar_never_become_paths(call: Callable[[LogoApi], Any]) -> None:
    service = Service({})
    with pytest.raises(ApiProblem) as caught:
        call(service.api)

    assert caught.value.problem.code == "image-not-found"
    assert service.asked == []
