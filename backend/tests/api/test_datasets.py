from __future__ import annotations

import json
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from backend.datasets.parquet import Dataset
from backend.main import create_app
from backend.settings import Settings
from backend.storage.dataset_reports import ReportStore
from backend.storage.dataset_store import CHUNK_BYTES, MAX_UPLOAD_BYTES
from backend.tests.api.support import (
    PATIENCE_SECONDS,
    eventually,
    fields,
    problem,
    serving,
    temporary_settings,
)
from backend.tests.parquets import captioned, content, png, write

OCTETS = {"Content-Type": "application/octet-stream"}
UI = "http://localhost:8501"


def begin(client: Any, size: int, name: str = "logos.parquet") -> dict[str, Any]:
    answer = client.post("/datasets", json={"name": name, "bytes": size})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/datasets/{found['id']}"
    return found


def send(client: Any, dataset_id: str, offset: int, chunk: bytes) -> Any:
    headers = {**OCTETS, "Upload-Offset": str(offset)}
    return client.patch(f"/datasets/{dataset_id}", content=chunk, headers=headers)


def upload(client: Any, file: bytes | None = None, name: str = "logos.parquet") -> str:
    file = content() if file is None else file
    dataset_id: str = begin(client, len(file), name)["id"]
    half = len(file) // 2
    assert send(client, dataset_id, 0, file[:half]).json() == {"offset": half}
    assert send(client, dataset_id, half, file[half:]).json() == {"offset": len(file)}
    return dataset_id


def test_an_upload_from_its_beginning_to_its_end(client: TestClient) -> None:
    file = content()
    begun = begin(client, len(file))
    assert begun["state"] == "uploading"
    assert begun["upload"] == {"offset": 0, "chunk_bytes": CHUNK_BYTES}
    assert (begun["rows"], begun["columns"], begun["problem"]) == (None, [], None)
    dataset_id = begun["id"]
    send(client, dataset_id, 0, file[:100])
    assert client.get(f"/datasets/{dataset_id}").json()["upload"]["offset"] == 100
    assert client.get(f"/datasets/{dataset_id}").json()["received_bytes"] == 100
    send(client, dataset_id, 100, file[100:])
    found = client.get(f"/datasets/{dataset_id}").json()
    assert (found["state"], found["rows"], found["upload"]) == ("ready", 20, None)
    assert [column["name"] for column in found["columns"]] == ["image", "text"]
    assert found["analysis"] == {"state": "none", "job": None}
    assert client.get("/datasets").json() == {"datasets": [found]}


def test_cut_at_37_percent_and_the_service_restarted_no_byte_is_sent_twice(
    settings: Settings,
) -> None:
    file = content(captioned(3_000))
    chunk, cut = 40_000, len(file) * 37 // 100
    with (
        serving(create_app(settings)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        dataset_id = begin(client, len(file))["id"]
        at = 0
        while at + chunk < cut:
            at = send(client, dataset_id, at, file[at : at + chunk]).json()["offset"]

        def breaks_off() -> Any:
            yield file[at : at + chunk // 2]
            raise ConnectionError("the cable")

        headers = {**OCTETS, "Upload-Offset": str(at), "Content-Length": str(chunk)}
        with pytest.raises(ConnectionError):
            client.patch(f"/datasets/{dataset_id}", content=breaks_off(), headers=headers)
    with (
        serving(create_app(settings)) as address,
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        assert client.get(f"/datasets/{dataset_id}").json()["upload"]["offset"] == at
        while at < len(file):
            at = send(client, dataset_id, at, file[at : at + chunk]).json()["offset"]
        assert client.get(f"/datasets/{dataset_id}").json()["rows"] == 3_000
    (stored,) = settings.paths.data.glob("uploads/*/data.parquet")
    assert stored.read_bytes() == file


@pytest.mark.parametrize("offset", [0, 50, 101, 10**9])
def test_a_chunk_in_the_wrong_place_says_where_to_go_on(client: TestClient, offset: int) -> None:
    dataset_id = begin(client, 1_000)["id"]
    send(client, dataset_id, 0, b"a" * 100)
    found = problem(send(client, dataset_id, offset, b"b" * 100), 409, "upload-offset-mismatch")
    assert found["errors"] == [{"field": "Upload-Offset", "reason": "100"}]
    assert client.get(f"/datasets/{dataset_id}").json()["received_bytes"] == 100


def test_a_chunk_is_not_too_long_not_too_large_and_not_empty(client: TestClient) -> None:
    dataset_id = begin(client, CHUNK_BYTES + 10)["id"]
    problem(send(client, dataset_id, 0, bytes(CHUNK_BYTES + 1)), 413, "payload-too-large")
    problem(send(client, dataset_id, 0, b""), 422, "invalid-request")
    assert send(client, dataset_id, 0, bytes(CHUNK_BYTES)).json() == {"offset": CHUNK_BYTES}
    problem(send(client, dataset_id, CHUNK_BYTES, bytes(11)), 422, "invalid-request")
    assert client.get(f"/datasets/{dataset_id}").json()["received_bytes"] == CHUNK_BYTES


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "9" * 400, None])
def test_an_offset_is_a_number(client: TestClient, offset: str | None) -> None:
    dataset_id = begin(client, 100)["id"]
    headers = OCTETS if offset is None else {**OCTETS, "Upload-Offset": offset}
    answer = client.patch(f"/datasets/{dataset_id}", content=b"x", headers=headers)
    assert fields(problem(answer, 422, "invalid-request")) == ["upload-offset"]


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=b", ""])
def test_chunks_are_plain_bytes(client: TestClient, kind: str) -> None:
    dataset_id = begin(client, 100)["id"]
    headers = {"Content-Type": kind, "Upload-Offset": "0"}
    answer = client.patch(f"/datasets/{dataset_id}", content=b"x", headers=headers)
    problem(answer, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "x"}, {"bytes": 1}, {"name": "x", "bytes": 0}, {"name": "x", "bytes": -1},
        {"name": "x", "bytes": MAX_UPLOAD_BYTES + 1}, {"name": "x", "bytes": "1"},
        {"name": "x", "bytes": 1.5}, {"name": "x\x00", "bytes": 1}, {"name": "x", "bytes": True},
        {"name": "x", "bytes": 1, "path": "/etc"}, {"name": "x" * 4_097, "bytes": 1},
    ],
)  # fmt: skip
def test_announcements_that_make_no_sense(
    client: TestClient, settings: Settings, body: dict[str, Any]
) -> None:
    problem(client.post("/datasets", json=body), 422, "invalid-request")
    assert not settings.paths.data.exists()


@pytest.mark.parametrize("name", ["../../x", "/etc/passwd", "..\\..\\x", "\u202ex", "~/x"])
def test_a_name_is_only_a_label(client: TestClient, tmp_path: Path, name: str) -> None:
    before = {path for path in tmp_path.rglob("*") if "output" not in path.parts}
    dataset_id = upload(client, name=name)
    found = client.get(f"/datasets/{dataset_id}").json()
    assert found["name"] in ("x", "passwd")
    after = {path for path in tmp_path.rglob("*") if "output" not in path.parts}
    inside = tmp_path / "data" / "uploads" / dataset_id
    assert all(path.is_relative_to(inside) or path in inside.parents for path in after - before)


@pytest.mark.parametrize(
    "path",
    ["", "/sample", "/rows/0/image", "/eda"],
)
@pytest.mark.parametrize("dataset_id", ["ds_" + "0" * 24, "..", "%2e%2e%2fx", "x" * 65, "ds_*"])
def test_unknown_data_sets(client: TestClient, dataset_id: str, path: str) -> None:
    answer = client.get(f"/datasets/{dataset_id}{path}")
    assert problem(answer, 404, answer.json()["code"])["code"] in ("dataset-not-found", "not-found")


def test_a_wrong_file_is_stored_and_says_what_is_wrong(client: TestClient) -> None:
    dataset_id = upload(client, png(size=(300, 300)), "logos.parquet")
    found = client.get(f"/datasets/{dataset_id}").json()
    assert (found["state"], found["rows"], found["columns"]) == ("unusable", None, [])
    assert found["problem"]["code"] == "dataset-unreadable"
    assert found["problem"]["request_id"] is None
    assert "logos.parquet is not a parquet file" in found["problem"]["detail"]
    for answer in (
        client.post(f"/datasets/{dataset_id}/eda"),
        client.get(f"/datasets/{dataset_id}/sample"),
        client.get(f"/datasets/{dataset_id}/rows/0/image"),
    ):
        problem(answer, 422, "dataset-unreadable")
    problem(client.get(f"/datasets/{dataset_id}/eda"), 404, "report-not-found")


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ({"picture": [1], "text": ["a"]}, "picture"),
        ({f"c{number}": [1] for number in range(10_000)}, "10,000 columns"),
        ({"image": ["a"], "text": ["a"]}, "image"),
    ],
    ids=["renamed", "10,000 columns", "wrong type"],
)
def test_wrong_columns_are_named(
    client: TestClient, columns: dict[str, list[Any]], found: str
) -> None:
    stream = BytesIO()
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), stream)
    dataset_id = upload(client, stream.getvalue())
    told = client.get(f"/datasets/{dataset_id}").json()["problem"]
    assert told["code"] == "dataset-schema-mismatch"
    assert found in told["detail"]
    answer = client.post(f"/datasets/{dataset_id}/eda")
    problem(answer, 422, "dataset-schema-mismatch")


def test_a_row_and_its_picture(client: TestClient) -> None:
    rows: dict[str, list[Any]] = {
        "image": [{"bytes": png(1)}, {"bytes": png(2, (1_000, 700))}, {"bytes": b"x"}, None],
        "text": ["small", "large", "none", "no"],
    }
    dataset_id = upload(client, content(rows))
    sample = client.get(f"/datasets/{dataset_id}/sample?index=1").json()
    assert (sample["index"], sample["rows"], sample["text"]) == (1, 4, "large")
    assert sample["image"] == {
        "url": f"/datasets/{dataset_id}/rows/1/image",
        "format": "PNG",
        "width": 1_000,
        "height": 700,
        "bytes": len(png(2, (1_000, 700))),
    }
    answer = client.get(sample["image"]["url"])
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"].startswith("private")
    assert Image.open(BytesIO(answer.content)).size == (512, 358)
    small = client.get(f"/datasets/{dataset_id}/rows/0/image")
    assert Image.open(BytesIO(small.content)).size == (32, 24)
    for index in (2, 3):
        found = client.get(f"/datasets/{dataset_id}/sample?index={index}").json()
        assert found["image"] is None
        assert found["problem"]
        answer = client.get(f"/datasets/{dataset_id}/rows/{index}/image")
        problem(answer, 422, "unreadable-image")
    problem(client.get(f"/datasets/{dataset_id}/rows/4/image"), 404, "not-found")
    problem(client.get(f"/datasets/{dataset_id}/sample?index=4"), 422, "invalid-request")
    problem(client.get(f"/datasets/{dataset_id}/sample?index=-1"), 422, "invalid-request")


def test_a_row_by_chance_is_not_cached(client: TestClient) -> None:
    dataset_id = upload(client)
    answers = [client.get(f"/datasets/{dataset_id}/sample") for _ in range(20)]
    assert len({answer.json()["index"] for answer in answers}) > 3
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


@pytest.mark.parametrize(
    ("kind", "size", "shown"),
    [
        ("GIF", (40, 30), (40, 30)),
        ("BMP", (40, 30), (40, 30)),
        ("TIFF", (40, 30), (40, 30)),
        ("PNG", (3, 1), (3, 1)),
        ("PNG", (9_000, 30), (512, 2)),
    ],
)
def test_every_picture_with_an_address_is_shown(
    client: TestClient, kind: str, size: tuple[int, int], shown: tuple[int, int]
) -> None:
    stream = BytesIO()
    red, blue = Image.new("RGB", size, (255, 0, 0)), Image.new("RGB", size, (0, 0, 255))
    more: dict[str, Any] = {} if kind in ("BMP", "PNG") else {"append_images": [blue]}
    red.save(stream, kind, save_all=bool(more), **more)
    dataset_id = upload(client, content({"image": [{"bytes": stream.getvalue()}], "text": ["a"]}))
    sample = client.get(f"/datasets/{dataset_id}/sample").json()
    assert sample["problem"] is None
    answer = client.get(sample["image"]["url"])
    picture = Image.open(BytesIO(answer.content))
    assert (answer.status_code, picture.format, picture.size) == (200, "PNG", shown)
    # The first one of an animation.
    assert picture.convert("RGB").getpixel((0, 0)) == (255, 0, 0)


def test_a_picture_that_decodes_to_too_much_is_refused(client: TestClient) -> None:
    stream = BytesIO()
    Image.new("1", (8_000, 8_000)).save(stream, "PNG")
    dataset_id = upload(client, content({"image": [{"bytes": stream.getvalue()}], "text": ["a"]}))
    problem(client.get(f"/datasets/{dataset_id}/rows/0/image"), 422, "unreadable-image")


def test_what_lies_in_the_data_folder_is_listed_and_cannot_be_deleted(
    client: TestClient, settings: Settings
) -> None:
    write(settings.paths.data / "sample.parquet")
    write(settings.paths.data / "corpus" / "0.parquet")
    write(settings.paths.data / "corpus" / "1.parquet")
    uploaded = upload(client)
    listed = client.get("/datasets").json()["datasets"]
    assert [(each["name"], each["origin"], each["files"], each["rows"]) for each in listed] == [
        ("logos.parquet", "upload", 1, 20),
        ("sample.parquet", "folder", 1, 20),
        ("corpus", "folder", 2, 40),
    ]
    assert str(settings.paths.data) not in client.get("/datasets").text
    for each in listed[1:]:
        problem(client.delete(f"/datasets/{each['id']}"), 409, "not-removable")
        assert client.get(f"/datasets/{each['id']}/sample").status_code == 200
        problem(send(client, each["id"], 0, b"x"), 409, "not-removable")
    assert client.delete(f"/datasets/{uploaded}").status_code == 204
    problem(client.delete(f"/datasets/{uploaded}"), 404, "dataset-not-found")


def test_an_analysis_is_a_job_and_its_report_belongs_to_one_data_set(
    client: TestClient, settings: Settings
) -> None:
    dataset_id, copy = upload(client), upload(client, name="copy")
    answer = client.post(f"/datasets/{dataset_id}/eda")
    job = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, f"/jobs/{job['id']}")
    assert (job["kind"], job["state"], job["queue_position"]) == ("eda", "queued", 1)
    assert client.post(f"/datasets/{dataset_id}/eda").json()["id"] == job["id"]
    found = client.get(f"/datasets/{dataset_id}").json()["analysis"]
    assert found == {"state": "queued", "job": job["id"]}
    problem(client.get(f"/datasets/{dataset_id}/eda"), 404, "report-not-found")
    nothing = {"state": "none", "job": None}
    assert client.get(f"/datasets/{copy}").json()["analysis"] == nothing
    client.delete(f"/jobs/{job['id']}")
    assert client.get(f"/datasets/{dataset_id}").json()["analysis"] == nothing

    (path,) = settings.paths.data.glob(f"uploads/{copy}/data.parquet")
    report = {"version": 1, "dataset": {"name": "x", "rows": 20}, "text": {"missing": 0}}
    ReportStore(settings.paths.output).save(Dataset([path]).fingerprint, report)
    assert client.get(f"/datasets/{copy}").json()["analysis"]["state"] == "done"
    problem(client.get(f"/datasets/{dataset_id}/eda"), 404, "report-not-found")
    told = client.get(f"/datasets/{copy}/eda").json()
    assert told == {**report, "dataset": {"name": "copy", "rows": 20}}


def test_a_full_queue_of_the_lane_refuses_an_analysis(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path, queue_limit=1)
    with TestClient(create_app(settings)) as client:
        first, second = upload(client), upload(client, content(captioned(5)))
        assert client.post("/drafts", json={"name": "x"}).status_code == 202
        assert client.post(f"/datasets/{first}/eda").status_code == 202
        assert client.post(f"/datasets/{first}/eda").status_code == 202
        problem(client.post(f"/datasets/{second}/eda"), 429, "queue-full")


def test_many_may_begin_and_read_at_once(live: str) -> None:
    file = content()
    ids: list[str] = []

    def work() -> None:
        with httpx.Client(base_url=live, timeout=PATIENCE_SECONDS) as client:
            dataset_id = upload(client, file)
            assert client.get(f"/datasets/{dataset_id}/sample").status_code == 200
            ids.append(dataset_id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 6


@pytest.mark.parametrize("origin", [UI, "http://127.0.0.1:8501"])
def test_our_own_page_may_send_chunks_from_the_browser(client: TestClient, origin: str) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "content-type, upload-offset",
    }
    answer = client.options("/datasets/x", headers=asked)
    assert answer.status_code == 200
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "upload-offset" in answer.headers["access-control-allow-headers"].lower()
    file = content()
    begun = client.post(
        "/datasets", json={"name": "x", "bytes": len(file)}, headers={"Origin": origin}
    )
    exposed = begun.headers["access-control-expose-headers"]
    assert {"Location", "Upload-Offset"} <= set(exposed.split(", "))
    headers = {**OCTETS, "Upload-Offset": "0", "Origin": origin}
    sent = client.patch(begun.headers["location"], content=file, headers=headers)
    assert sent.json() == {"offset": len(file)}
    assert sent.headers["upload-offset"] == str(len(file))
    assert sent.headers["access-control-allow-origin"] == origin


@pytest.mark.parametrize("origin", ["http://localhost:8502", "https://localhost:8501", "null"])
def test_other_pages_may_not(client: TestClient, settings: Settings, origin: str) -> None:
    dataset_id = begin(client, 5)["id"]
    for method, path in (
        ("POST", "/datasets"),
        ("PATCH", f"/datasets/{dataset_id}"),
        ("DELETE", f"/datasets/{dataset_id}"),
        ("POST", f"/datasets/{dataset_id}/eda"),
    ):
        headers = {"Origin": origin, "Upload-Offset": "0", **OCTETS}
        problem(client.request(method, path, headers=headers), 403, "cross-origin")


def test_ids_of_data_sets_are_not_guessable_and_never_paths(client: TestClient) -> None:
    ids = [begin(client, 5)["id"] for _ in range(5)]
    assert len(set(ids)) == 5
    assert all(len(dataset_id) == 27 for dataset_id in ids)
    assert json.dumps(ids).isascii()
    assert eventually(lambda: len(client.get("/datasets").json()["datasets"]) == 5)
