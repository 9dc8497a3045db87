"""Adapters over HTTP: cards, uploads that are checked to the last byte, removal."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import threading
import time
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from safetensors.numpy import save

from backend.models.lora_header import MAX_FILE_BYTES
from backend.services.loras import LoraFolder
from backend.tests.api.support import PATIENCE_SECONDS, eventually, fields, picture_file, problem
from backend.tests.loras import write_lora
from backend.utils.files import sha256_of


def adapter(fill: float = 0.5, features: int = 4, **metadata: str) -> bytes:
    """A sound adapter's file; its base is unknown unless it has 768 or 2048 features."""
    stem = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"
    tensors = {
        f"{stem}.lora_A.weight": np.full((2, features), fill, np.float16),
        f"{stem}.lora_B.weight": np.full((8, 2), fill, np.float16),
    }
    texts = {key.replace("__", "."): value for key, value in metadata.items()}
    return bytes(save(tensors, texts))


def upload(
    client: TestClient | httpx.Client, content: bytes, file: str = "Brush.safetensors", **form: str
) -> Any:
    return client.post("/loras", files={"file": (file, content)}, data=form)


def names(client: TestClient) -> list[str]:
    return [lora["name"] for lora in client.get("/loras").json()["loras"]]


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "lora").iterdir())


def test_loras_are_the_safetensors_files_of_the_folder(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "lora" / "notes.txt").write_text("x")
    (tmp_path / "lora" / "model.ckpt").write_text("x")
    (tmp_path / "lora" / "folder.safetensors").mkdir()
    (tmp_path / "lora" / os.fsdecode(b"\xff.safetensors")).write_text("x")
    (tmp_path / "lora" / "my style.safetensors").write_text("x")
    (found,) = client.get("/loras").json()["loras"]
    assert found == client.get("/loras/pixel-art").json()
    assert len(found.pop("sha256")) == 64
    assert found.pop("created_at").endswith("Z")
    assert found == {
        "name": "pixel-art",
        "bytes": (tmp_path / "lora" / "pixel-art.safetensors").stat().st_size,
        "title": "pixel-art",
        "base": "unknown",
        "layout": "kohya",
        "rank": 2,
        "modules": 1,
        "touches_text": False,
        "licence": None,
        "trigger_words": [],
        "thumbnail_url": None,
        "fits": True,
        "problem": None,
        "removable": True,
        "training": None,
        "tryout": False,
    }


def test_without_a_lora_folder_there_are_none(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "lora" / "pixel-art.safetensors").unlink()
    (tmp_path / "lora").rmdir()
    assert client.get("/loras").json() == {"loras": []}
    assert upload(client, adapter()).status_code == 201


def test_a_card_tells_what_the_file_tells(client: TestClient) -> None:
    content = adapter(
        modelspec__title="Chrome",
        modelspec__license="CC-BY-4.0",
        modelspec__trigger_phrase="chrome, shiny",
        ss_steps="1200",
        logo__goal="style",
        logo__pictures="24",
        logo__metrics='{"image_similarity": 0.7, "broken": "x"}',
    )
    found = upload(client, content).json()
    assert (found["title"], found["licence"]) == ("Chrome", "CC-BY-4.0")
    assert found["trigger_words"] == ["chrome", "shiny"]
    assert found["training"] == {
        "goal": "style", "steps": 1200, "pictures": 24, "metrics": {"image_similarity": 0.7},
    }  # fmt: skip


def test_an_upload_is_there_at_once_and_can_be_used(client: TestClient, tmp_path: Path) -> None:
    answer = upload(client, adapter(), "My brush (v2).safetensors")
    assert answer.status_code == 201
    assert answer.headers["location"] == "/loras/My-brush-v2"
    assert client.get(answer.headers["location"]).json() == answer.json()
    assert names(client) == ["My-brush-v2", "pixel-art"]
    assert (tmp_path / "lora" / "My-brush-v2.safetensors").read_bytes() == adapter()
    job = client.post(
        "/generate",
        json={"name": "x", "restyle": True, "loras": [{"name": "My-brush-v2", "text_weight": 0.5}]},
        headers={"Prefer": "respond-async"},
    )
    assert job.json()["request"]["loras"] == [
        {"name": "My-brush-v2", "weight": 1.0, "text_weight": 0.5}
    ]


def test_the_same_content_is_kept_once(client: TestClient, tmp_path: Path) -> None:
    first = upload(client, adapter(), name="one")
    second = upload(client, adapter(), name="two")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert second.headers["location"] == "/loras/one"
    assert files(tmp_path) == ["one.safetensors", "pixel-art.safetensors"]


def test_another_content_of_the_same_name_is_refused(client: TestClient, tmp_path: Path) -> None:
    before = (tmp_path / "lora" / "pixel-art.safetensors").read_bytes()
    found = problem(upload(client, adapter(), name="pixel-art"), 409, "name-taken")
    assert "'pixel-art'" in found["detail"]
    assert (tmp_path / "lora" / "pixel-art.safetensors").read_bytes() == before
    assert files(tmp_path) == ["pixel-art.safetensors"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("../../../etc/cron.d/x.safetensors", "x"),
        ("C:\\temp\\a.safetensors", "a"),
        ("a.safetensors:$x", "a.safetensors-x"),
        ("CON", "lora-CON"),
        ("\u202egpj.safetensors", "gpj"),
        ("зима.safetensors", "зима"),
        ("x" * 4_096, "x" * 81),
        ("...", "lora"),
        (".safetensors", "lora"),
    ],
)
def test_names_are_made_safe(client: TestClient, tmp_path: Path, file: str, name: str) -> None:
    answer = upload(client, adapter(), file)
    assert answer.status_code == 201
    assert answer.json()["name"] == name
    assert files(tmp_path) == sorted([f"{name}.safetensors", "pixel-art.safetensors"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is empty"),
        (b"PK\x03\x04" + b"x" * 100, "it is no safetensors file but a zip archive"),
        (adapter(float("nan")), "holds values that are not finite"),
        (adapter()[:-3], "it is cut off: its tensors need 48 bytes, of which 45 are there"),
        (adapter(features=1024), "it was made for Stable Diffusion 2; pipelines here are"),
    ],
)
def test_what_is_no_adapter_is_refused_by_its_reason(
    client: TestClient, tmp_path: Path, content: bytes, reason: str
) -> None:
    found = problem(upload(client, content), 422, "lora-incompatible")
    assert found["detail"].startswith("Brush cannot be used: ")
    assert reason in found["detail"]
    assert files(tmp_path) == ["pixel-art.safetensors"]


def test_adapters_of_another_base_are_kept_and_refused_by_name_when_used(
    client: TestClient,
) -> None:
    answer = upload(client, adapter(features=2048), name="xl")
    assert answer.status_code == 201
    told = "it was made for SDXL; the loaded model is the embedded pipeline"
    assert (answer.json()["fits"], answer.json()["problem"]) == (False, told)
    for address, body in (
        ("/generate", {"name": "x", "restyle": True}),
        ("/restyle", {"images": ["img_" + "0" * 24]}),
    ):
        request = {**body, "loras": [{"name": "pixel-art"}, {"name": "xl"}]}
        found = problem(client.post(address, json=request), 422, "lora-incompatible")
        assert found["detail"] == f"xl cannot be used: {told}"
        assert fields(found) == ["loras[1].name"]


def test_broken_files_put_there_by_hand_are_shown_with_their_fault(
    client: TestClient, tmp_path: Path
) -> None:
    path = tmp_path / "lora" / "pixel-art.safetensors"
    path.write_bytes(adapter(float("inf"), modelspec__title="Broken"))
    (found,) = client.get("/loras").json()["loras"]
    assert (found["title"], found["fits"], found["sha256"]) == ("Broken", False, "")
    assert "not finite" in found["problem"]
    path.write_bytes(adapter())
    (found,) = client.get("/loras").json()["loras"]
    assert found["fits"]


def test_few_uploads_are_checked_at_once_and_none_on_the_event_loop(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop_thread, at_once, most = 0, 0, 0
    lock, used, pair = threading.Lock(), set[int](), threading.Barrier(2)
    whole = LoraFolder._sweep

    def check(path: Path, label: str) -> str:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        # Two are let in together, however slowly they come; a third one would come meanwhile.
        pair.wait(PATIENCE_SECONDS)
        time.sleep(0.1)
        with lock:
            at_once -= 1
        return sha256_of(path)

    def sweep(folder: LoraFolder) -> None:
        used.add(threading.get_ident())
        whole(folder)

    async def send() -> list[int]:
        nonlocal loop_thread
        loop_thread = threading.get_ident()
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as sender:
            orders = [
                sender.post(
                    "/loras", files={"file": ("x.safetensors", adapter(n))}, data={"name": f"n{n}"}
                )
                for n in range(6)
            ]
            return [answer.status_code for answer in await asyncio.gather(*orders)]

    monkeypatch.setattr("backend.services.loras.inspect_confined", check)
    monkeypatch.setattr(LoraFolder, "_sweep", sweep)
    assert asyncio.run(send()) == [201] * 6
    assert most == 2
    assert used
    assert loop_thread not in used


def test_a_form_without_a_file_is_told(client: TestClient, tmp_path: Path) -> None:
    answer = client.post("/loras", files={"other": ("x", b"1")})
    assert fields(problem(answer, 422, "invalid-request")) == ["file"]
    problem(client.post("/loras", content=b"x"), 415, "unsupported-media-type")
    headers = {"Content-Type": "multipart/form-data"}
    problem(client.post("/loras", content=b"x", headers=headers), 400, "malformed-request")
    headers = {"Content-Type": "multipart/form-data; boundary=a"}
    problem(client.post("/loras", content=b"no form", headers=headers), 400, "malformed-request")
    two = [("file", ("a", adapter())), ("file", ("b", adapter()))]
    problem(client.post("/loras", files=two), 400, "malformed-request")
    assert files(tmp_path) == ["pixel-art.safetensors"]


def test_too_much_is_refused_before_it_is_sent(client: TestClient, tmp_path: Path) -> None:
    headers = {
        "Content-Type": "multipart/form-data; boundary=a",
        "Content-Length": str(2 * MAX_FILE_BYTES),
    }
    problem(client.post("/loras", content=b"x", headers=headers), 413, "payload-too-large")
    assert files(tmp_path) == ["pixel-art.safetensors"]


def test_a_pages_script_of_another_site_cannot_upload(client: TestClient) -> None:
    answer = client.post(
        "/loras", files={"file": ("x", adapter())}, headers={"Origin": "http://evil.example"}
    )
    problem(answer, 403, "cross-origin")


def test_one_file_sent_by_many_at_once_is_kept_once(live: str, tmp_path: Path) -> None:
    answers = []

    def send(number: int) -> None:
        with httpx.Client(base_url=live, timeout=PATIENCE_SECONDS) as client:
            answers.append(upload(client, adapter(), name=f"brush-{number % 2}"))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
    assert len({answer.json()["name"] for answer in answers}) == 1
    assert len(files(tmp_path)) == 2


def test_a_connection_that_breaks_off_leaves_nothing(live: str, tmp_path: Path) -> None:
    parts = urlsplit(live)
    with socket.create_connection((parts.hostname, parts.port), 5) as connection:
        connection.sendall(
            b"POST /loras HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n"
            b"Content-Type: multipart/form-data; boundary=a\r\n\r\n--a\r\n"
            b'Content-Disposition: form-data; name="file"; filename="x"\r\n\r\nabc'
        )
        assert eventually(lambda: any(name.startswith(".upload-") for name in files(tmp_path)))
    assert eventually(lambda: files(tmp_path) == ["pixel-art.safetensors"])


def test_removed_is_removed_with_its_picture(client: TestClient, tmp_path: Path) -> None:
    (tmp_path / "lora" / "pixel-art.png").write_bytes(picture_file())
    assert client.delete("/loras/pixel-art").status_code == 204
    assert files(tmp_path) == []
    problem(client.delete("/loras/pixel-art"), 404, "not-found")
    problem(client.get("/loras/pixel-art"), 404, "not-found")
    problem(client.delete("/loras/..%2Fweights"), 404, "not-found")


def test_a_lora_shows_its_card_and_picture(client: TestClient, tmp_path: Path) -> None:
    url = "data:image/png;base64," + base64.b64encode(picture_file((600, 300))).decode()
    metadata = {
        "modelspec.title": "Winter",
        "modelspec.trigger_phrase": "snow, frost",
        "modelspec.thumbnail": url,
    }
    write_lora(tmp_path / "lora" / "зима.safetensors", metadata)
    found = {lora["name"]: lora for lora in client.get("/loras").json()["loras"]}
    assert found["зима"]["title"] == "Winter"
    assert found["зима"]["trigger_words"] == ["snow", "frost"]
    assert found["pixel-art"]["thumbnail_url"] is None
    answer = client.get(found["зима"]["thumbnail_url"])
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(BytesIO(answer.content)).size == (256, 128)
    tag = answer.headers["etag"]
    again = client.get(found["зима"]["thumbnail_url"], headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    (tmp_path / "lora" / "зима.png").write_bytes(picture_file((64, 64)))
    replaced = client.get(found["зима"]["thumbnail_url"], headers={"If-None-Match": tag})
    assert Image.open(BytesIO(replaced.content)).size == (256, 256)


def test_lora_pictures_that_cannot_be_shown_are_problems(
    client: TestClient, tmp_path: Path
) -> None:
    for name in ("pixel-art", "gone", "..", "%2e%2e%2fweights"):
        problem(client.get(f"/loras/{name}/thumbnail"), 404, "not-found")
    for content in (b"no picture", picture_file()[:-40], b"<svg/>"):
        (tmp_path / "lora" / "pixel-art.png").write_bytes(content)
        problem(client.get("/loras/pixel-art/thumbnail"), 422, "unreadable-image")
