"""The history page's side of the service: search, favourites, selections, thumbnails, LoRAs."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from backend.main import create_app
from backend.services.records import new_image_record
from backend.tests.api.support import fields, problem, temporary_settings

GONE = "img_" + "0" * 24


def store_picture(client: TestClient, number: int = 0, **record: Any) -> str:
    app: Any = client.app
    style = record.pop("style", "")
    reproduce = {"request": {"style": style}, "number": number}
    image = Image.new("RGB", (300, 150), (number, 1, 2))
    known = new_image_record(reproduce=reproduce, **record)
    return str(app.state.services.images.save(image, known, svg="<svg/>").id)


def search(client: TestClient, **query: Any) -> list[str]:
    page = client.get("/images", params=query).json()
    assert page["total"] == len(page["images"])
    return [image["id"] for image in page["images"]]


@pytest.fixture
def fox(client: TestClient) -> str:
    return store_picture(
        client, 1, name="Foxy", description="рыжая лиса", style="neon", stage="draft", origin="cgan"
    )


@pytest.fixture
def cup(client: TestClient) -> str:
    return store_picture(client, 2, name="Harbour Beans", stage="final", origin="composer")


def test_a_picture_tells_what_the_page_shows(client: TestClient, fox: str) -> None:
    (image,) = client.get("/images").json()["images"]
    assert (image["name"], image["description"]) == ("Foxy", "рыжая лиса")
    assert (image["style"], image["favourite"]) == ("neon", False)
    assert image["thumbnail_url"] == f"/images/{fox}?format=webp&size=256"
    answer = client.get(image["thumbnail_url"])
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(BytesIO(answer.content)).size == (256, 128)


def test_pictures_are_found_by_words_and_facts(client: TestClient, fox: str, cup: str) -> None:
    assert search(client) == [cup, fox]
    assert search(client, query="fox") == [fox]
    assert search(client, query="ЛИС") == [fox]
    assert search(client, query="neon") == [fox]
    assert search(client, query='"*') == [cup, fox]
    assert search(client, query="fox OR harbour") == []
    assert search(client, stage="final") == [cup]
    assert search(client, origin="cgan", query="лиса") == [fox]
    assert search(client, origin="upload") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"stage": "finished"}, "stage"),
        ({"origin": "stolen"}, "origin"),
        ({"favourite": "perhaps"}, "favourite"),
        ({"query": "x" * 201}, "query"),
        ({"limit": 101}, "limit"),
    ],
)
def test_filters_that_do_not_exist_are_refused(
    client: TestClient, query: dict[str, Any], field: str
) -> None:
    assert fields(problem(client.get("/images", params=query), 422, "invalid-request")) == [field]


def test_a_search_pages_and_counts(client: TestClient, cup: str) -> None:
    ids = [store_picture(client, 10 + i, name="Foxy") for i in range(5)][::-1]
    page = client.get("/images", params={"query": "fox", "limit": 2}).json()
    assert page["total"] == 5
    client.delete(f"/images/{page['next']}")
    rest = client.get("/images", params={"query": "fox", "limit": 3, "before": page["next"]}).json()
    assert [image["id"] for image in rest["images"]] == ids[2:]
    assert rest["total"] == 4


def test_favourites_come_and_go(client: TestClient, fox: str, cup: str) -> None:
    address = f"/images/{fox}/favourite"
    for _ in range(2):
        assert client.put(address).status_code == 204
    assert search(client, favourite="true") == [fox]
    assert search(client, favourite="false") == [cup]
    assert client.get("/images", params={"query": "fox"}).json()["images"][0]["favourite"] is True
    for _ in range(2):
        assert client.delete(address).status_code == 204
    assert search(client, favourite="true") == []
    for ask in (client.put, client.delete):
        problem(ask(f"/images/{GONE}/favourite"), 404, "image-not-found")
        problem(ask("/images/a.b/favourite"), 404, "image-not-found")


def test_favourites_outlive_the_process_and_the_index(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    with TestClient(create_app(settings)) as client:
        fox = store_picture(client, 1, name="Foxy")
        client.put(f"/images/{fox}/favourite")
    for path in settings.paths.output.glob("images.db*"):
        path.unlink()
    with TestClient(create_app(settings)) as client:
        assert search(client, favourite="true", query="foxy") == [fox]


def test_a_selection_comes_as_one_file(client: TestClient, fox: str, cup: str) -> None:
    answer = client.post("/images/zip", json={"images": [cup, GONE, fox]})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    archive = zipfile.ZipFile(BytesIO(answer.content))
    assert archive.testzip() is None
    stem = f"harbour-beans-{cup[4:12]}"
    assert archive.namelist()[:3] == [f"{stem}.png", f"{stem}.svg", f"{stem}.json"]
    assert archive.read(f"{stem}.png") == client.get(f"/images/{cup}").content
    assert json.loads(archive.read(f"{stem}.json")) == client.get(f"/images/{cup}/record").json()
    assert GONE in archive.read("MANIFEST.txt").decode()


def test_a_selection_of_nothing_is_not_found(client: TestClient) -> None:
    problem(client.post("/images/zip", json={"images": [GONE]}), 404, "image-not-found")


@pytest.mark.parametrize("path", ["/images/zip", "/images/delete"])
@pytest.mark.parametrize(
    "body",
    [{}, {"images": []}, {"images": [GONE] * 501}, {"images": ["../x"]}, {"images": [7]},
     {"images": GONE}, {"images": [GONE], "all": True}],
)  # fmt: skip
def test_selections_that_make_no_sense_are_refused(
    client: TestClient, path: str, body: dict[str, Any], fox: str
) -> None:
    problem(client.post(path, json=body), 422, "invalid-request")
    assert search(client) == [fox]


def test_several_are_deleted_at_once(client: TestClient, fox: str, cup: str) -> None:
    other = store_picture(client, 3)
    answer = client.post("/images/delete", json={"images": [fox, GONE, cup, fox]})
    assert answer.json() == {"deleted": 2}
    assert search(client) == [other]
    problem(client.get(f"/images/{fox}"), 404, "image-not-found")


def test_thumbnails_are_kept_and_go_with_the_picture(
    client: TestClient, fox: str, tmp_path: Path
) -> None:
    url = f"/images/{fox}?format=webp&size=256"
    first = client.get(url)
    (kept,) = (path for path in (tmp_path / "output" / "thumbs").rglob("*") if path.is_file())
    assert kept.read_bytes() == first.content
    # Only a file that is read, and not made anew, can be this one.
    kept.write_bytes(b"kept")
    again = client.get(url)
    assert again.content == b"kept"
    assert again.headers["etag"] == first.headers["etag"]
    assert client.get(url, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    client.delete(f"/images/{fox}")
    assert not kept.exists()
    problem(client.get(url), 404, "image-not-found")


@pytest.mark.parametrize("form", ["format=webp&size=1024", "format=jpeg", "", "format=svg"])
def test_large_forms_are_not_kept(client: TestClient, fox: str, tmp_path: Path, form: str) -> None:
    assert client.get(f"/images/{fox}?{form}").status_code == 200
    assert not (tmp_path / "output" / "thumbs").exists()
