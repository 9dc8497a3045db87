from __future__ import annotations

import gc
import json
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from backend.domain.generation import LIMITS
from backend.services.records import new_image_record
from backend.tests.api.support import any_problem, fields, picture_file, problem
from backend.tests.fakes import StubWorker


def store_picture(client: TestClient, **record: Any) -> str:
    """A composed 300 x 150 picture with transparency."""
    app: Any = client.app
    image = Image.new("RGBA", (300, 150), (0, 0, 0, 0))
    image.putpixel((3, 3), (255, 0, 0, 255))
    known = new_image_record(name="Harbour Beans", stage="draft", seed=5, **record)
    return str(app.state.services.images.save(image, known, svg="<svg><g/></svg>").id)


def upload(client: TestClient, content: bytes, name: str = "a.png") -> Any:
    return client.post("/images", files={"file": (name, content, "application/octet-stream")})


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_the_stored_file_comes_unchanged_and_may_be_kept_for_ever(client: TestClient) -> None:
    image_id = store_picture(client)
    answer = client.get(f"/images/{image_id}")
    app: Any = client.app
    assert answer.content == app.state.services.images.png(image_id)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    name = f"harbour-beans-{image_id[4:12]}.png"
    assert answer.headers["content-disposition"] == f'inline; filename="{name}"'


@pytest.mark.parametrize(
    ("sent", "status"),
    [("{tag}", 304), ('"other", W/{tag}', 304), ("*", 304), ('"other"', 200), ("", 200)],
)
def test_a_picture_that_the_client_has_is_not_sent_again(
    client: TestClient, sent: str, status: int
) -> None:
    url = f"/images/{store_picture(client)}"
    tag = client.get(url).headers["etag"]
    answer = client.get(url, headers={"If-None-Match": sent.format(tag=tag)})
    assert answer.status_code == status
    assert answer.headers["etag"] == tag
    assert bool(answer.content) == (status == 200)


def test_each_form_of_a_picture_has_a_tag_of_its_own(client: TestClient) -> None:
    url = f"/images/{store_picture(client)}"
    forms: list[dict[str, Any]] = [
        {}, {"size": 64}, {"size": 65}, {"format": "webp"}, {"format": "jpeg"}, {"format": "svg"},
    ]  # fmt: skip
    tags = {client.get(url, params=form).headers["etag"] for form in forms}
    assert len(tags) == len(forms)


@pytest.mark.parametrize(
    ("picture_format", "mode"), [("png", "RGBA"), ("webp", "RGBA"), ("jpeg", "RGB")]
)
def test_pictures_come_in_other_formats_and_sizes(
    client: TestClient, picture_format: str, mode: str
) -> None:
    url = f"/images/{store_picture(client)}"
    answer = client.get(url, params={"format": picture_format, "size": 100})
    assert answer.headers["content-type"] == f"image/{picture_format}"
    image = opened(answer.content)
    assert (image.format, image.mode, image.size) == (picture_format.upper(), mode, (100, 50))
    corner = image.getpixel((99, 49))
    assert isinstance(corner, tuple)
    # Transparent stays transparent, and becomes white where there is no transparency.
    assert corner[3] == 0 if mode == "RGBA" else min(corner) > 250


def test_svg_is_served_so_that_it_cannot_run_anything(client: TestClient) -> None:
    answer = client.get(f"/images/{store_picture(client)}", params={"format": "svg"})
    assert answer.text == "<svg><g/></svg>"
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]


def test_download_is_an_attachment(client: TestClient) -> None:
    answer = client.get(f"/images/{store_picture(client)}?download=1&format=jpeg")
    assert answer.headers["content-disposition"].startswith('attachment; filename="harbour-beans-')
    assert answer.headers["content-disposition"].endswith('.jpeg"')


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"size": 63}, "size"),
        ({"size": 1025}, "size"),
        ({"size": "big"}, "size"),
        ({"format": "gif"}, "format"),
        ({"format": "svg", "size": 64}, "size"),
        ({"download": "perhaps"}, "download"),
    ],
)
def test_impossible_forms_are_refused(
    client: TestClient, query: dict[str, Any], field: str
) -> None:
    answer = client.get(f"/images/{store_picture(client)}", params=query)
    assert fields(problem(answer, 422, "invalid-request")) == [field]


def test_an_upload_has_no_svg(client: TestClient) -> None:
    image = upload(client, picture_file()).json()
    assert image["svg_url"] is None
    problem(client.get(image["url"], params={"format": "svg"}), 404, "image-not-found")


def test_the_record_says_how_a_picture_came_about(client: TestClient) -> None:
    image_id = store_picture(client, reproduce={"index": 0, "seed": 5})
    record = client.get(f"/images/{image_id}/record").json()
    assert record["reproduce"] == {"index": 0, "seed": 5}
    assert record["stage"] == "draft"
    assert record["id"] == image_id


def test_the_gallery_comes_in_pages_newest_first(client: TestClient) -> None:
    ids = [upload(client, picture_file((40 + i, 40))).json()["id"] for i in range(5)]
    seen: list[str] = []
    before: dict[str, str] = {}
    for _ in range(4):
        page = client.get("/images", params={"limit": 2, **before}).json()
        seen += [image["id"] for image in page["images"]]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert seen == ids[::-1]


def test_a_generated_picture_tells_its_origin(client: TestClient, worker: StubWorker) -> None:
    client.post("/generate", json={"description": "a fox", "count": 1, "seed": 9})
    image = client.get("/images").json()["images"][0]
    assert image["seed"] == 9
    assert image["origin"] == "composer"
    assert image["glyphs"] == [{"id": "tabler:coffee", "licence": "MIT", "author": "Somebody"}]
    assert image["svg_url"] == f"{image['url']}?format=svg"
    assert image["b64_json"] is None


def test_an_upload_is_stored_anew_without_its_metadata(client: TestClient) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    exif[0x0112] = 6  # lies on its side
    answer = upload(client, picture_file((64, 32), file_format="JPEG", exif=exif), "Foto.JPG")
    image = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == image["url"]
    assert (image["width"], image["height"]) == (32, 64)
    assert (image["stage"], image["origin"], image["parent"]) == ("upload", "upload", None)
    content = client.get(image["url"]).content
    assert content.startswith(b"\x89PNG")
    assert b"secret" not in content
    assert client.get(f"{image['url']}/record").json()["name"] == "Foto"


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\CON", "a\u202egnp.exe", "x" * 4096])
def test_names_of_uploads_are_labels_not_paths(client: TestClient, name: str) -> None:
    image = upload(client, picture_file(), name).json()
    record = client.get(f"{image['url']}/record").json()
    assert len(record["name"]) <= LIMITS.name_characters
    assert not set(record["name"]) & set("/\\\u202e")
    disposition = client.get(image["url"]).headers["content-disposition"]
    assert disposition.isascii()
    assert disposition.count('"') == 2


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: TestClient) -> None:
    answer = upload(client, b"\x89PNG" + bytes(LIMITS.upload_bytes + 200_000))
    problem(answer, 413, "payload-too-large")


def test_a_file_over_the_limit_is_refused(client: TestClient) -> None:
    answer = upload(client, picture_file() + bytes(LIMITS.upload_bytes))
    found = problem(answer, 422, "unreadable-image")
    assert "10 MiB" in found["detail"]


def test_something_else_than_a_picture_is_refused(client: TestClient) -> None:
    for content in (b"", b"<svg><script>alert(1)</script></svg>", b"PK\x03\x04", b"GIF89a"):
        assert fields(problem(upload(client, content), 422, "unreadable-image")) == ["file"]
    assert client.get("/images").json()["images"] == []


@pytest.mark.parametrize(
    "form",
    [
        {"files": {"picture": ("a.png", b"x")}},
        {"data": {"file": "text"}, "files": {"other": ("a", b"")}},
        {"files": [("file", ("a.png", b"x")), ("file", ("b.png", b"y"))]},
        {"data": {str(i): "x" for i in range(20)}, "files": {"file": ("a.png", b"x")}},
    ],
)
def test_forms_without_exactly_one_file_are_refused(
    client: TestClient, form: dict[str, Any]
) -> None:
    assert any_problem(client.post("/images", **form))["status"] in (400, 422)


# Starlette leaves the half-read part to the garbage collector, which closes it.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
def test_a_form_that_breaks_off_is_refused(client: TestClient) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for form in (head, head + picture_file(), head[:-4]):
        any_problem(client.post("/images", content=form, headers=headers))
    gc.collect()
    assert client.get("/images").json()["images"] == []


def test_uploads_must_be_forms(client: TestClient) -> None:
    headers = {"Content-Type": "image/png"}
    answer = client.post("/images", content=picture_file(), headers=headers)
    problem(answer, 415, "unsupported-media-type")
    headers = {"Content-Type": "multipart/form-data"}
    answer = client.post("/images", content=picture_file(), headers=headers)
    problem(answer, 400, "malformed-request")


def test_a_deleted_picture_is_gone(client: TestClient) -> None:
    url = f"/images/{store_picture(client)}"
    answer = client.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    for gone in (client.get(url), client.get(f"{url}/record"), client.delete(url)):
        problem(gone, 404, "image-not-found")


@pytest.mark.parametrize("image_id", ["nothing", "img_" + "0" * 24, "%00", "a.b", "x" * 3000])
@pytest.mark.parametrize("tail", ["", "/record", "?format=webp"])
def test_unknown_pictures_are_not_found(client: TestClient, image_id: str, tail: str) -> None:
    problem(client.get(f"/images/{image_id}{tail}"), 404, "image-not-found")


def test_odd_pages_are_refused_or_empty(client: TestClient) -> None:
    upload(client, picture_file())
    assert client.get("/images", params={"before": "nothing"}).json()["images"] == []
    found = problem(client.get("/images", params={"limit": 0}), 422, "invalid-request")
    assert fields(found) == ["limit"]
    assert json.loads(client.get("/images").content)["images"]
