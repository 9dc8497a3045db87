"""What every answer tells browsers, and that secrets show nowhere."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backend.main import create_app
from backend.tests.api.keyed import bearer, keyed
from backend.tests.api.support import picture_file, problem, temporary_settings

ALL = (
    "content-security-policy", "permissions-policy", "referrer-policy", "x-content-type-options",
    "x-frame-options",
)  # fmt: skip


@pytest.mark.parametrize(
    "path",
    ["/jobs", "/nothing", "/metrics", "/docs", "/docs-assets/swagger-ui.css", "/health/live"],
)
def test_every_answer_has_them(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert [name for name in ALL if name not in answer.headers] == []


def test_refusals_of_the_outer_layers_have_them_too(client: TestClient) -> None:
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        answer = client.post("/drafts", headers=headers)
        assert answer.status_code in (400, 403)
        assert [name for name in ALL if name not in answer.headers] == []
        assert answer.headers["cache-control"] == "no-store"


def test_answers_may_not_run_anything(client: TestClient) -> None:
    policy = client.get("/jobs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_pictures_keep_their_own_caching(client: TestClient) -> None:
    sent = client.post("/images", files={"file": ("a.png", picture_file())})
    answer = client.get(sent.json()["url"])
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


def test_the_docs_run_their_own_script_alone(client: TestClient) -> None:
    answer = client.get("/docs")
    policy = answer.headers["content-security-policy"]
    (script,) = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (allowed,) = re.findall(r"script-src ([^;]+)", policy)
    assert allowed == f"'self' 'sha256-{digest}'"


def test_pages_of_listed_sites_may_send_keys_and_read_refusals(tmp_path: Path) -> None:
    site = "https://shop.example"
    made = keyed(tmp_path, allowed_origins=site)
    with made.client as client:
        for name in ("authorization", "x-api-key"):
            asked = {
                "Origin": site, "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": name,
            }  # fmt: skip
            assert client.options("/drafts", headers=asked).status_code == 200
        refused = client.get("/jobs", headers={"Origin": site})
        problem(refused, 401, "key-missing")
        assert refused.headers["access-control-allow-origin"] == site
        assert "access-control-allow-credentials" not in refused.headers


def test_a_key_shows_in_no_log_whatever_carries_it(tmp_path: Path) -> None:
    made = keyed(tmp_path / "service")
    logs = tmp_path / "logs"
    settings = made.settings.model_copy(
        update={
            "log": made.settings.log.model_copy(
                update={"folder": logs, "level": "DEBUG", "prompts": True}
            )
        }
    )
    key, wrong = made.key("admin"), "lk_000000000000_" + "c0ffee" * 10
    secrets = [text.split("_")[2] for text in (key, wrong)]
    app = create_app(settings)

    @app.get("/boom")
    def boom() -> None:
        raise RuntimeError(f"could not use {key}")

    with TestClient(app) as client:
        made_ticket = client.post("/tickets", json={"scope": "upload"}, headers=bearer(key)).json()
        secrets.append(made_ticket["ticket"].split("_")[4])
        for text in (key, wrong, made_ticket["ticket"]):
            client.get(f"/jobs?api_key={text}", headers=bearer(text))
            client.get(f"/images/{text}", headers={"X-API-Key": text})
            client.get("/jobs", headers={"X-Request-ID": "r1", "Referer": f"http://x/{text}"})
            client.post(
                "/drafts", json={"description": f"a fox, my key is {text}"}, headers=bearer(key)
            )
        assert client.get("/boom", headers=bearer(key)).status_code == 500
        logging.getLogger("backend.test").error("header Authorization: Bearer %s", key)
        logging.getLogger("backend.test").error("told %s", json.dumps({"x-api-key": wrong}))
    written = "".join(path.read_text("utf-8") for path in logs.rglob("*") if path.is_file())
    assert "could not use" in written
    assert '"api_key":"test"' in written
    for secret in secrets:
        assert secret not in written
        assert secret[:20] not in written


def test_the_first_sight_of_a_service_is_closed_to_other_pages(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    with TestClient(create_app(settings)) as client:
        answer = client.get("/jobs", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in answer.headers
