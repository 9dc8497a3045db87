"""Settings out of PNG files: ours give the same request again, strangers' do no harm."""

from __future__ import annotations

import json
import struct
import time
import zlib
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from backend.domain.generation import LIMITS, LogoRequest
from backend.storage.png_files import encode_png
from backend.tests.api.support import eventually, picture_file, problem
from backend.tests.fakes import StubWorker
from backend.tests.pace import processor_seconds, within
from backend.utils.png_text import SIGNATURE

DRAFTS = {
    "description": "кафе «Лиса» у моря, \U0001f98a",
    "name": "Foxy",
    "palette": ["#1B3A4B", "#F2A541"],
    "style": "flat",
    "avoid": "text",
    "count": 3,
    "seed": 4_294_967_290,
    "source": "composer",
    "size": 256,
}
RESTYLE = {
    "strength": 0.6,
    "steps": 31,
    "guidance": 4.5,
    "loras": [{"name": "pixel-art", "weight": 0.8}],
    "style": "neon",
    "avoid": "blur",
    "seed": 70,
    "size": 512,
}
# A request as jobs record it: all that a LogoRequest holds.
RECORDED = LogoRequest(description="a fox", seed=7).to_json()


def recipe(client: TestClient, content: bytes) -> Any:
    return client.post("/images/recipe", files={"file": ("a.png", content, "image/png")})


def made(client: TestClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """A finished job."""
    job = client.post(path, json=body)
    assert job.status_code == 202, job.text
    found: dict[str, Any] = {}

    def has_ended() -> bool:
        found.update(client.get(job.headers["location"]).json())
        return bool(found["state"] == "succeeded")

    assert eventually(has_ended)
    return found


def png_with(reproduce: Any) -> bytes:
    return encode_png(Image.new("RGB", (16, 16)), reproduce)


def test_a_draft_gives_the_order_it_came_from(client: TestClient, worker: StubWorker) -> None:
    job = made(client, "/drafts", DRAFTS)
    for image in job["result"]["images"]:
        found = recipe(client, client.get(image["url"]).content).json()
        assert found == {"kind": "drafts", "request": DRAFTS, "image": image["id"]}
    again = made(client, "/drafts", found["request"])
    assert again["request"] == job["request"]


def test_a_generated_picture_gives_its_request(client: TestClient, worker: StubWorker) -> None:
    wanted = DRAFTS | RESTYLE | {"restyle": True}
    headers = {"Prefer": "respond-async"}
    location = client.post("/generate", json=wanted, headers=headers).headers["location"]
    while (job := client.get(location).json())["state"] != "succeeded":
        time.sleep(0.02)
    content = client.get(job["result"]["images"][0]["url"]).content
    found = recipe(client, content).json()
    assert (found["kind"], found["request"]) == ("generate", wanted)
    answer = client.post("/generate", json=found["request"], headers=headers)
    assert answer.json()["request"] == job["request"]


def test_a_restyled_picture_gives_a_request_for_it_alone(
    client: TestClient, worker: StubWorker
) -> None:
    drafts = [image["id"] for image in made(client, "/drafts", DRAFTS)["result"]["images"]]
    job = made(client, "/restyle", RESTYLE | {"images": drafts})
    for i, image in enumerate(job["result"]["images"]):
        found = recipe(client, client.get(image["url"]).content).json()
        assert found["kind"] == "restyle"
        assert found["request"] == RESTYLE | {"images": [drafts[i]], "seed": 70 + i}
        assert client.post("/restyle", json=found["request"]).status_code == 202


def test_above_the_highest_seed_the_whole_request_stays(client: TestClient) -> None:
    highest = int(LIMITS.seed.high)
    request = RESTYLE | {"images": ["img_a", "img_b"], "seed": highest}
    content = png_with({"kind": "restyle", "index": 1, "seed": highest + 1, "request": request})
    assert recipe(client, content).json()["request"] == request


def test_an_enlarged_picture_gives_its_parent(client: TestClient, worker: StubWorker) -> None:
    drafts = [image["id"] for image in made(client, "/drafts", DRAFTS)["result"]["images"]]
    job = made(client, "/upscale", {"images": drafts, "size": 1024})
    found = recipe(client, client.get(job["result"]["images"][2]["url"]).content).json()
    assert found["kind"] == "upscale"
    assert found["request"] == {"images": [drafts[2]], "size": 1024}


def test_a_picture_that_is_not_in_the_store_gives_its_settings_too(client: TestClient) -> None:
    content = png_with({"kind": "drafts", "index": 0, "seed": 7, "request": RECORDED})
    found = recipe(client, content).json()
    assert found["image"] is None
    assert found["request"]["description"] == "a fox"
    # What belongs to the restyle, and what the route for drafts does not take, is left out.
    assert set(found["request"]) == set(DRAFTS)


def test_fields_of_another_version_are_left_out(client: TestClient) -> None:
    request = RECORDED | {"hologram": True}
    content = png_with({"kind": "drafts", "index": 0, "seed": 7, "request": request})
    assert "hologram" not in recipe(client, content).json()["request"]


def test_an_upload_has_no_recipe(client: TestClient) -> None:
    image = client.post("/images", files={"file": ("a.png", picture_file())}).json()
    problem(recipe(client, client.get(image["url"]).content), 422, "no-recipe")


def drafts_with(**changed: Any) -> dict[str, Any]:
    return {"kind": "drafts", "index": 0, "seed": 7, "request": RECORDED | changed}


def restyle_with(**changed: Any) -> dict[str, Any]:
    request = RESTYLE | {"images": ["img_a"]}
    return {"kind": "restyle", "index": 0, "seed": 70, "request": request} | changed


@pytest.mark.parametrize(
    ("reproduce", "word"),
    [
        ({}, "how the picture was made"),
        ([], "the text"),
        (7, "the text"),
        ({"kind": "drafts"}, "the request"),
        ({"kind": "drafts", "request": [1]}, "the request"),
        ({"kind": "eda", "request": {}}, "how the picture was made"),
        ({"kind": ["drafts"], "request": {}}, "how the picture was made"),
        ({"kind": "drafts", "request": {}}, "say what to draw"),
        (drafts_with(count="4"), "count"),
        (drafts_with(count=9), "count"),
        (drafts_with(count=True), "count"),
        (drafts_with(seed=-1), "seed"),
        (drafts_with(seed=10**400), "seed"),
        (drafts_with(description=None), "description"),
        (drafts_with(description="x" * 2_001), "description"),
        (drafts_with(name="a\nb"), "name"),
        (drafts_with(palette=["red; DROP TABLE"]), "palette[0]"),
        (drafts_with(palette="#FFFFFF"), "palette"),
        (drafts_with(source="internet"), "source"),
        (drafts_with(size=512.5), "size"),
        (restyle_with(index=1), "which picture"),
        (restyle_with(index=-1), "which picture"),
        (restyle_with(index="0"), "which picture"),
        (restyle_with(index=True), "which picture"),
        (restyle_with(seed=None, request={"images": ["../../x"], "seed": 1}), "images[0]"),
        (restyle_with(request={"images": []}), "which picture"),
        (restyle_with(request={"images": ["a"], "strength": 7}), "strength"),
        (restyle_with(request={"images": ["a"], "loras": [{"weight": 1}]}), "loras[0].name"),
    ],
)
def test_settings_that_no_request_may_have_are_refused_with_the_reason(
    client: TestClient, reproduce: Any, word: str
) -> None:
    found = problem(recipe(client, png_with(reproduce)), 422, "no-recipe")
    assert word in found["detail"]


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes, size: tuple[int, int] = (4, 4)) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0))
    return SIGNATURE + header + b"".join(chunks) + chunk(b"IEND", b"")


def text(content: bytes) -> bytes:
    return chunk(b"tEXt", b"parameters\0" + content)


@pytest.mark.parametrize(
    "content",
    [
        picture_file(),
        picture_file(file_format="JPEG"),
        b"",
        b"GIF89a",
        b"{}",
        png(text(b"a fox\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1")),
        png(text(b"")),
        png(text(b"NaN")),
        png(text(b'{"kind": "drafts"')),
        png(text(b"[" * 200_000)),
        png(text(b'{"a":' * 40_000)),
        png(text(b"9" * 6_000)),
        png(text(json.dumps(drafts_with()).replace('"seed": 7', '"seed": 1e999').encode())),
        png(text(json.dumps(drafts_with()).replace("a fox", "a \\ud800").encode())),
    ],
)
def test_files_without_settings_have_no_recipe(client: TestClient, content: bytes) -> None:
    found = problem(recipe(client, content), 422, "no-recipe")
    assert found["errors"][0]["field"] == "file"


@pytest.mark.parametrize(
    "content",
    [
        png(text(json.dumps(drafts_with()).encode()), size=(10_000, 10_000)),
        png(text(json.dumps(drafts_with()).encode()), size=(100_000, 1)),
        png(text(b'"' + b"x" * 9_900_000 + b'"')),
        png(chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(200_000_000), 9))),
        png(text(b"{}"))[:-1],
        SIGNATURE,
        png_with(drafts_with())[:-20],
        png(text(b"{}")) [:40] + bytes(10_485_760),
    ],
)  # fmt: skip
def test_hostile_files_are_unreadable(client: TestClient, content: bytes) -> None:
    # A hundred million pixels would take seconds to decode.
    assert processor_seconds(lambda: refused(client, content), times=1) < within(2)


def refused(client: TestClient, content: bytes) -> None:
    problem(recipe(client, content), 422, "unreadable-image")


def test_a_file_that_another_program_packed_is_read(client: TestClient) -> None:
    info = PngInfo()
    info.add_itxt("parameters", json.dumps(drafts_with(name="Лиса")), zip=True)
    stream = BytesIO()
    Image.new("RGB", (16, 16)).save(stream, "PNG", pnginfo=info)
    assert recipe(client, stream.getvalue()).json()["request"]["name"] == "Лиса"


def test_recipes_are_asked_for_with_forms(client: TestClient) -> None:
    answer = client.post("/images/recipe", content=b"x", headers={"Content-Type": "image/png"})
    problem(answer, 415, "unsupported-media-type")
    content = SIGNATURE + bytes(LIMITS.upload_bytes + 200_000)
    problem(recipe(client, content), 413, "payload-too-large")


def test_nothing_is_stored(client: TestClient) -> None:
    recipe(client, png_with(drafts_with()))
    assert client.get("/images").json()["total"] == 0


@pytest.mark.parametrize(
    "chain",
    [None, [], {}, "x", [5], [{}], [{"reproduce": 5}], [{"image": [], "reproduce": {}}],
     [{"image": "a", "reproduce": {"kind": ["drafts"], "request": {}}}]],
)  # fmt: skip
def test_a_chain_that_is_none_gives_nothing(client: TestClient, chain: Any) -> None:
    problem(recipe(client, png_with({"chain": chain})), 422, "no-recipe")


def test_a_delivered_file_gives_the_last_link_of_its_chain(client: TestClient) -> None:
    links = [
        {"image": "img_" + "0" * 24, "reproduce": {}},
        {"image": "x", "reproduce": {"kind": "drafts", "request": RECORDED, "index": 0}},
    ]
    found = recipe(client, png_with({"chain": links})).json()
    assert (found["kind"], found["image"]) == ("drafts", None)
    assert found["request"]["description"] == "a fox"
