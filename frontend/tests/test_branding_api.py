"""The calls of the finishing page against canned answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.branding_answers import read_brand
from frontend.branding_types import Brand, Lettering, MarkOptions
from frontend.transport import ApiProblem, ApiUnavailable

BRAND = Brand(
    "img-1",
    MarkOptions(
        cutout=False,
        tolerance=0.25,
        keep_holes=True,
        flat=False,
        palette=("#FFFFFF", "#112233"),
        recolour=("#FFFFFF", "#D9531E"),
    ),
    Lettering("Foxy", "Fast", "lora", 400, 50, "upper", "#2B2A33"),
    "stacked",
    "#14213D",
)
PREVIEW = {
    "svg": "<svg/>",
    "form": "traced",
    "palette": ["#ffffff", "#D9531E"],
    "colours": ["#D9531E"],
    "paths": 12,
    "similarity": 0.97,
    "smallest_width_mm": 8.5,
    "smallest_width_px": 32,
    "clear_space": 0.08,
    "ground": None,
    "findings": [
        {"code": "traced", "verdict": "note", "text": "Traced.", "figures": {"paths": 12}},
    ],
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


def test_a_brand_survives_the_way_there_and_back() -> None:
    assert read_brand(json.loads(json.dumps(BRAND.to_json()))) == BRAND


def test_a_brand_of_little_gets_the_usual_values() -> None:
    assert read_brand({"image": "img-1", "lockup": "spiral", "text": {"case": "x"}}) == Brand(
        "img-1"
    )


def test_a_preview_is_read_with_its_facts_and_findings() -> None:
    service = Service(PREVIEW)
    preview = service.api.branding.preview(BRAND, "black")
    sent = json.loads(service.asked[0].content)

    assert sent == {**BRAND.to_json(), "variant": "black"}
    assert (preview.form, preview.paths, preview.similarity) == ("traced", 12, 0.97)
    assert preview.palette == ("#FFFFFF", "#D9531E")
    assert (preview.smallest_width_mm, preview.smallest_width_px) == (8.5, 32)
    assert preview.ground is None
    assert preview.findings[0].figures == {"paths": 12}


@pytest.mark.parametrize(
    "wrong",
    [
        {"svg": "<script>"},
        {"svg": ""},
        {"palette": ["red"]},
        {"ground": "url(x)"},
        {"colours": ['#FFFFFF"><b>']},
        {"findings": [{"verdict": "pass"}]},
    ],
)
def test_strange_previews_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ApiUnavailable):
        Service({**PREVIEW, **wrong}).api.branding.preview(BRAND)


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:image/svg+xml;base64,PHN2Zz4="])
def test_only_pictures_are_taken_for_mock_ups(address: str) -> None:
    with pytest.raises(ApiUnavailable):
        Service({"mockups": [{"id": "sign", "image": address}]}).api.branding.mockups(BRAND)


def test_mock_ups_are_read() -> None:
    answer = {"mockups": [{"id": "sign", "image": "data:image/webp;base64,UklG"}]}
    (mockup,) = Service(answer).api.branding.mockups(BRAND)

    assert (mockup.id, mockup.address) == ("sign", "data:image/webp;base64,UklG")


@pytest.mark.parametrize(
    ("format", "content"),
    [("png", b"\x89PNG\r\n\x1a\n"), ("svg", b"<svg/>"), ("pdf", b"%PDF-1.7"), ("eps", b"%!PS-A")],
)
def test_a_file_is_what_it_is_called(format: str, content: bytes) -> None:
    service = Service(content)

    assert service.api.branding.file(BRAND, "white", format, 512) == content
    sent = json.loads(service.asked[0].content)
    assert (sent["variant"], sent["format"], sent["width"]) == ("white", format, 512)
    with pytest.raises(ApiUnavailable):
        Service(b"<html>").api.branding.file(BRAND, "white", format, 512)


def test_fonts_are_read_with_their_weights_in_order() -> None:
    font = {"id": "lora", "name": "Lora", "category": "serif", "weights": [700, 400]}
    (read,) = Service({"fonts": [{**font, "scripts": ["latin"]}]}).api.branding.fonts()

    assert (read.id, read.name, read.weights, read.scripts) == (
        "lora", "Lora", (400, 700), ("latin",),
    )  # fmt: skip


def test_a_finished_state_is_read_or_there_is_none() -> None:
    saved = {"brand": BRAND.to_json(), "saved_at": "2026-11-22T01:00:00Z"}
    finish = Service(saved).api.branding.finish("img-1")
    missing = {"code": "finish-not-found", "status": 404, "title": "x"}

    assert finish is not None
    assert finish.brand == BRAND
    assert finish.saved_at == datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    assert Service(missing, 404).api.branding.finish("img-1") is None
    with pytest.raises(ApiProblem):
        Service({**missing, "code": "image-not-found"}, 404).api.branding.finish("img-1")


def test_a_state_is_saved_and_forgotten_at_its_picture() -> None:
    service = Service({})
    service.api.branding.save_finish(BRAND)
    service.api.branding.forget_finish("img-1")

    assert [(one.method, one.url.path) for one in service.asked] == [
        ("PUT", "/images/img-1/finish"),
        ("DELETE", "/images/img-1/finish"),
    ]
    assert json.loads(service.asked[0].content) == BRAND.to_json()


def test_a_kit_is_ordered_and_fetched() -> None:
    result = {"kit": "kit_1", "files": 64, "bytes": 2_400_000}
    job = {"id": "job-1", "kind": "export", "state": "succeeded", "request": {}, "result": result}
    service = Service(job)
    ordered = service.api.branding.order_kit(BRAND, "ru")
    assert json.loads(service.asked[0].content) == {**BRAND.to_json(), "language": "ru"}

    assert ordered.result is not None
    assert (ordered.result.kit, ordered.result.files, ordered.result.bytes) == (
        "kit_1", 64, 2_400_000,
    )  # fmt: skip
    assert Service(b"PK\x03\x04").api.branding.kit("kit_1") == b"PK\x03\x04"
    with pytest.raises(ApiUnavailable):
        Service(b"<html>").api.branding.kit("kit_1")


@pytest.mark.parametrize(
    "call",
    [
        lambda api: api.branding.finish("../x"),
        lambda api: api.branding.forget_finish(""),
        lambda api: api.branding.kit("a/b"),
    ],
)
def test_ids_of_the_address_bar_never_become_paths(call: Callable[[LogoApi], Any]) -> None:
    service = Service({})
    with pytest.raises(ApiProblem):
        call(service.api)

    assert service.asked == []
