"""Routes of finishing, over a workshop that is quick and leaves its marks."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image

from backend.api.access_rules import RULES, Door
from backend.api.brand_bodies import BrandBody, FileWish, PreviewWish
from backend.api.deps import ApiServices, BrandServices
from backend.branding.recipes import read_recipe
from backend.domain.access import KeyScope
from backend.domain.branding import BRAND_LIMITS, BrandSpec
from backend.domain.errors import NoVectorForm, StorageFull, TextNotSettable
from backend.domain.generation import LogoRequest
from backend.services.brand_pictures import StoredPictures
from backend.services.branding import BrandDesk
from backend.services.exporting import ExportService
from backend.services.finishing import FinishService
from backend.services.records import new_image_record
from backend.services.side_jobs import SideJobs
from backend.settings import Settings
from backend.storage.finishes import FinishStore
from backend.storage.kits import KitStore
from backend.tests.api.support import any_problem, fields, picture_file, problem
from backend.tests.fakes import RecordingBell
from backend.tests.services.brand_scene import RED, WHITE, Scene

GONE = "img_" + "0" * 24
REPRODUCE = {
    "kind": "drafts",
    "request": LogoRequest("a fox", "Foxy", seed=7, count=1).to_json(),
    "index": 0,
    "stage": "draft",
    "seed": 7,
    "recipe": {"layout_seed": 3, "noise": []},
}


class Shop:
    """A client whose service finishes with the quick workshop."""

    def __init__(self, client: TestClient, settings: Settings) -> None:
        self.client, self.scene = client, Scene()
        app: Any = client.app
        services: ApiServices = app.state.services
        output = settings.paths.output
        desk = BrandDesk(StoredPictures(services.images), self.scene.workshop)
        self.kits = KitStore(output)
        self.finishes = FinishStore(output)
        brand = BrandServices(
            desk,
            FinishService(services.images, self.finishes),
            ExportService(desk, self.kits, SideJobs(services.store, RecordingBell())),
        )
        app.state.services = replace(services, brand=brand)
        record = new_image_record(
            name="Foxy", palette=[WHITE.hex, RED.hex, RED.hex], is_flat=True, reproduce=REPRODUCE
        )
        image = Image.new("RGB", (64, 64), RED.rgb)
        self.images = services.images
        self.id = self.images.save(image, record).id
        self.brand = {"image": self.id, "text": {"name": "Foxy"}}

    def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        return self.client.post(path, json={**(body or self.brand), **more})


@pytest.fixture
def shop(client: TestClient, settings: Settings) -> Shop:
    return Shop(client, settings)


def test_fonts_say_what_they_are(shop: Shop) -> None:
    (font,) = shop.client.get("/branding/fonts").json()["fonts"]
    assert font["id"] == "manrope"
    assert font["weights"] == [400, 800]
    assert font["licence"] == "OFL-1.1"


def test_a_preview_tells_all_that_the_page_shows(shop: Shop) -> None:
    found = shop.post("/branding/preview", background="#1b3a4b", variant="black").json()
    assert found["svg"].startswith("<svg")
    assert (found["width"], found["height"]) == (1600, 1200)
    assert found["palette"] == ["#FFFFFF", "#C0392B", "#C0392B"]
    assert found["colours"] == ["#000000"]
    assert (found["form"], found["paths"], found["similarity"]) == ("traced", 1, 0.97)
    assert (found["ground"], found["clear_space"]) == ("#1B3A4B", 0.0625)
    assert [finding["code"] for finding in found["findings"]] == ["traced"]


def test_names_cannot_become_elements_of_the_preview(shop: Shop) -> None:
    evil = '</title><script>alert(1)</script><image href="file:///etc/passwd"/>'
    found = shop.post("/branding/preview", text={"name": evil}).json()
    assert "<script" not in found["svg"]
    assert "<image" not in found["svg"]


def test_checks_and_mockups(shop: Shop) -> None:
    (finding,) = shop.post("/branding/checks").json()["findings"]
    assert (finding["code"], finding["verdict"]) == ("margins", "pass")
    (mockup,) = shop.post("/branding/mockups").json()["mockups"]
    assert mockup["id"] == "sign"
    head, _, data = mockup["image"].partition(",")
    assert head == "data:image/webp;base64"
    with Image.open(BytesIO(base64.b64decode(data))) as image:
        assert (image.format, image.size) == ("WEBP", (64, 64))


@pytest.mark.parametrize(
    ("wanted", "media_type"),
    [
        ("png", "image/png"),
        ("svg", "image/svg+xml"),
        ("pdf", "application/pdf"),
        ("eps", "application/postscript"),
    ],
)
def test_a_file_comes_in_the_asked_format(shop: Shop, wanted: str, media_type: str) -> None:
    answer = shop.post("/branding/file", format=wanted, variant="black", width=200)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == media_type
    name = f'attachment; filename="foxy-left-black.{wanted}"'
    assert answer.headers["content-disposition"] == name
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"] or wanted != "svg"
    if wanted == "png":
        with Image.open(BytesIO(answer.content)) as image:
            assert image.width == 200


def test_a_file_still_gives_the_settings_of_its_picture(shop: Shop) -> None:
    content = shop.post("/branding/file").content
    files = {"file": ("a.png", content, "image/png")}
    found = shop.client.post("/images/recipe", files=files).json()
    assert (found["kind"], found["image"]) == ("drafts", shop.id)
    assert found["request"]["description"] == "a fox"
    again = shop.client.get(f"/images/{shop.id}").content
    stored = shop.client.post("/images/recipe", files={"file": ("a.png", again, "image/png")})
    assert stored.json() == found


def test_a_file_of_an_uploaded_picture_has_no_settings_to_give(shop: Shop) -> None:
    sent = {"file": ("a.png", picture_file(), "image/png")}
    uploaded = shop.client.post("/images", files=sent).json()["id"]
    content = shop.post("/branding/file", {"image": uploaded}).content
    answer = shop.client.post("/images/recipe", files={"file": ("a.png", content, "image/png")})
    problem(answer, 422, "no-recipe")


def test_a_cut_out_is_the_picture_with_alpha_and_its_recipe(shop: Shop) -> None:
    answer = shop.post("/branding/cutout")
    with Image.open(BytesIO(answer.content)) as image:
        assert (image.mode, image.size) == ("RGBA", (64, 64))
    recipe = json.loads(read_recipe(answer.content) or "")
    assert recipe["deliverable"] == {"kind": "cutout"}


def test_colours_of_an_uploaded_picture(shop: Shop) -> None:
    def ask(content: bytes, query: str = "") -> Any:
        files = {"file": ("a.png", content, "image/png")}
        return shop.client.post(f"/branding/palette{query}", files=files)

    found = ask(picture_file()).json()["colours"]
    assert found == [{"hex": "#FFFFFF", "share": 0.75}, {"hex": "#C0392B", "share": 0.25}]
    assert len(ask(picture_file(), "?count=1").json()["colours"]) == 1
    problem(ask(b"GIF89a"), 422, "unreadable-image")
    problem(ask(picture_file(), "?count=7"), 422, "invalid-request")
    problem(shop.client.post("/branding/palette", json={}), 415, "unsupported-media-type")


def test_a_finish_is_kept_read_and_forgotten(shop: Shop, settings: Settings) -> None:
    url = f"/images/{shop.id}/finish"
    problem(shop.client.get(url), 404, "finish-not-found")
    wish = {**shop.brand, "lockup": "badge", "mark": {"palette": ["#fff", "#c0392b"]}}
    saved = shop.client.put(url, json=wish).json()
    assert saved["brand"]["lockup"] == "badge"
    assert saved["brand"]["mark"]["palette"] == ["#FFFFFF", "#C0392B"]
    assert shop.client.get(url).json() == saved
    # What comes back is what every other route takes.
    assert shop.post("/branding/preview", saved["brand"]).status_code == 200
    found = FinishStore(settings.paths.output).get(shop.id)
    assert found is not None
    assert found.brand == BrandSpec.from_json(saved["brand"])
    assert shop.client.delete(url).status_code == 204
    assert shop.client.delete(url).status_code == 204
    problem(shop.client.get(url), 404, "finish-not-found")


def test_a_finish_belongs_to_its_picture(shop: Shop) -> None:
    url = f"/images/{shop.id}/finish"
    found = problem(shop.client.put(url, json={"image": GONE}), 422, "invalid-request")
    assert fields(found) == ["image"]
    gone = f"/images/{GONE}/finish"
    problem(shop.client.put(gone, json={"image": GONE}), 404, "image-not-found")
    problem(shop.client.get(gone), 404, "image-not-found")
    problem(shop.client.delete(gone), 404, "image-not-found")
    shop.client.put(url, json=shop.brand)
    shop.client.delete(f"/images/{shop.id}")
    assert shop.finishes.get(shop.id) is None


def test_a_full_disk_is_said_when_a_finish_is_kept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(shop.finishes, "save", full)
    answer = shop.client.put(f"/images/{shop.id}/finish", json=shop.brand)
    problem(answer, 507, "storage-full")


def test_an_export_is_a_job_whose_kit_can_be_fetched(shop: Shop) -> None:
    answer = shop.post("/exports")
    assert answer.status_code == 202
    job = answer.json()
    assert (job["kind"], job["state"]) == ("export", "queued")
    assert answer.headers["location"] == f"/jobs/{job['id']}"
    spec = BrandBody.model_validate(shop.brand).to_domain().to_json()
    assert job["request"] == {**spec, "language": "en"}
    assert shop.post("/exports").json()["id"] == job["id"]
    russian = shop.post("/exports", {**shop.brand, "language": "ru"}).json()
    assert (russian["id"] != job["id"], russian["request"]["language"]) == (True, "ru")
    kit = shop.kits.save(b"PK zip")
    sent = shop.client.get(f"/exports/{kit}")
    assert (sent.content, sent.headers["content-length"]) == (b"PK zip", "6")
    assert sent.headers["content-type"] == "application/zip"
    assert "immutable" in sent.headers["cache-control"]
    again = {"If-None-Match": sent.headers["etag"]}
    assert shop.client.get(f"/exports/{kit}", headers=again).status_code == 304
    for name in ("kit_" + "0" * 24, "kit_..", "x" * 60):
        problem(shop.client.get(f"/exports/{name}"), 404, "kit-not-found")


PATHS = ("preview", "checks", "mockups", "file", "cutout")


@pytest.mark.parametrize("path", [f"/branding/{path}" for path in PATHS] + ["/exports"])
def test_what_is_not_there_is_said(shop: Shop, path: str) -> None:
    problem(shop.post(path, {"image": GONE}), 404, "image-not-found")
    problem(shop.client.post(path, content=b"{}"), 415, "unsupported-media-type")
    problem(shop.client.post(path, json=[]), 422, "invalid-request")


def test_an_unknown_font_is_named(shop: Shop) -> None:
    wish = {"image": shop.id, "text": {"name": "a", "font": "comic"}}
    for answer in (
        shop.post("/exports", wish),
        shop.client.put(f"/images/{shop.id}/finish", json=wish),
    ):
        assert fields(problem(answer, 422, "invalid-request")) == ["text.font"]


SURROGATE = json.loads('"\\ud800"')
HOSTILE = ["a\x00b", "a\nb", "\x1b[2J", "\x7f", "x" * 10_000, SURROGATE, 5, None, ["a"], {"a": 1}]


@pytest.mark.parametrize("path", ["/branding/preview", "/branding/file", "/exports"])
@pytest.mark.parametrize("field", ["name", "tagline", "font", "case", "colour"])
def test_hostile_texts_are_refused_by_name(shop: Shop, path: str, field: str) -> None:
    for value in HOSTILE:
        if field == "colour" and value is None:
            continue
        body = json.dumps({"image": shop.id, "text": {field: value}})
        answer = shop.client.post(path, content=body, headers={"Content-Type": "application/json"})
        found = any_problem(answer)
        assert found["status"] == 422, value
        assert fields(found)[0].startswith(f"text.{field}"), found


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"image": "../../etc"}, "image"),
        ({"lockup": "pile"}, "lockup"),
        ({"background": "red"}, "background"),
        ({"variant": "sepia"}, "variant"),
        ({"text": {"weight": 1000}}, "text.weight"),
        ({"text": {"tracking": 401}}, "text.tracking"),
        ({"text": {"name": "x" * 201}}, "text.name"),
        ({"text": {"tagline": "x" * 121}}, "text.tagline"),
        ({"mark": {"tolerance": 1.01}}, "mark.tolerance"),
        ({"mark": {"tolerance": float("nan")}}, "mark.tolerance"),
        ({"mark": {"palette": ["#fff"] * 7}}, "mark.palette"),
        ({"mark": {"recolour": ["#fff", "nope"]}}, "mark.recolour[1]"),
        ({"mark": {"flat": "yes"}}, "mark.flat"),
        ({"colour": "#fff"}, "colour"),
        ({"language": "de"}, "language"),
    ],
)
def test_ranges_are_kept(shop: Shop, wish: dict[str, Any], field: str) -> None:
    body = json.dumps({**shop.brand, **wish})
    headers = {"Content-Type": "application/json"}
    answer = shop.client.post("/branding/preview", content=body, headers=headers)
    assert fields(problem(answer, 422, "invalid-request")) == [field]


@pytest.mark.parametrize("width", [15, 4097, "wide"])
def test_a_picture_has_a_width_within_bounds(shop: Shop, width: Any) -> None:
    answer = shop.post("/branding/file", width=width)
    assert fields(problem(answer, 422, "invalid-request")) == ["width"]


@pytest.mark.parametrize(
    ("error", "code"),
    [(NoVectorForm("pixels"), "no-vector-form"), (TextNotSettable("U+1F600"), "text-not-settable")],
)
def test_what_cannot_be_made_is_an_answer(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    services: Any = shop.client.app.state.services  # type: ignore[attr-defined]
    monkeypatch.setattr(services.brand.desk, "file", fail)
    problem(shop.post("/branding/file"), 422, code)


def test_the_table_asks_for_the_right_scopes() -> None:
    found = {
        entry: rule.needs
        for entry, rule in RULES.items()
        if entry[1].startswith(("/branding", "/exports")) or entry[1].endswith("/finish")
    }
    assert len(found) == 12
    for (method, _), needs in found.items():
        assert needs is (Door.ANY_KEY if method == "GET" else KeyScope.GENERATE)


def test_limits_are_told(client: TestClient) -> None:
    found = client.get("/capabilities").json()["branding"]
    assert found["name_characters"] == BRAND_LIMITS.name_characters
    assert found["png_px"] == {"low": 16, "high": 4096, "default": 1024}


def test_examples_are_accepted_as_they_stand() -> None:
    for body in (BrandBody, FileWish, PreviewWish):
        for example in body.model_json_schema()["examples"]:
            body.model_validate(example).to_domain()
