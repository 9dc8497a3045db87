"""The door: which route asks for which key, and what is said to whoever has none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Mount, Route

from backend.api.access_rules import RULES, Door, RuleBook
from backend.api.app_factory import build_app
from backend.domain.access import ApiKey, KeyScope, bootstrap_key
from backend.main import create_app
from backend.services.access import revoke_key
from backend.storage.keys import KeyFile
from backend.tests.api.keyed import Keyed, bearer, keyed, path_of
from backend.tests.api.support import problem, temporary_settings
from backend.web_parts import public_fault

FOX = {"description": "a fox"}
SCOPES = sorted(KeyScope)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Keyed]:
    made = keyed(tmp_path)
    with made.client:
        yield made


def entries(routes: list[BaseRoute]) -> set[tuple[str, str]]:
    found = set()
    for route in routes:
        if isinstance(route, Mount):
            found.add(("GET", f"{route.path}/{{path:path}}"))
        elif isinstance(route, APIRoute | Route):
            found |= {(method, route.path) for method in set(route.methods or ()) - {"HEAD"}}
        else:
            found |= entries(list(getattr(route, "routes", [])))
    return found


def all_entries() -> set[tuple[str, str]]:
    app = build_app()
    documented = {
        (method.upper(), path) for path, told in app.openapi()["paths"].items() for method in told
    }
    return documented | entries(app.routes)


def test_every_route_is_in_the_table_and_nothing_else() -> None:
    found = all_entries()
    assert len(found) > 60
    assert found - set(RULES) == set()
    assert set(RULES) - found == set()


def test_the_table_finds_the_line_of_each_route() -> None:
    book = RuleBook()
    for (method, template), rule in RULES.items():
        path = path_of(template)
        scope = {"type": "http", "method": method, "path": path, "root_path": ""}
        assert book.rule(scope) is rule, template


def test_only_what_machines_need_is_open() -> None:
    assert {path for (_, path), rule in RULES.items() if rule.needs is Door.OPEN} == {
        "/health/live", "/health/ready", "/problems/{code}", "/docs", "/docs-assets/{path:path}",
        "/openapi.json",
    }  # fmt: skip


def test_tickets_open_uploads_of_data_sets_alone() -> None:
    assert {path for (_, path), rule in RULES.items() if rule.tickets} == {
        "/datasets", "/datasets/{dataset_id}",
    }  # fmt: skip


def test_without_a_key_only_open_routes_answer(door: Keyed) -> None:
    for (method, template), rule in RULES.items():
        answer = door.client.request(method, path_of(template))
        if rule.needs is Door.OPEN:
            assert answer.status_code in (200, 503), template
        else:
            problem(answer, 401, "key-missing")
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_opens_what_its_scope_says_and_no_more(door: Keyed, scope: str) -> None:
    headers = door.bearing(scope)
    for (method, template), rule in RULES.items():
        answer = door.client.request(method, path_of(template), headers=headers)
        if isinstance(rule.needs, Door) or scope in (rule.needs, KeyScope.ADMIN):
            assert answer.status_code not in (401, 403), template
        else:
            found = problem(answer, 403, "scope-missing")
            assert f"`{rule.needs}`" in found["detail"]


def test_scopes_add_up(door: Keyed) -> None:
    headers = door.bearing("generate", "upload")
    assert door.client.post("/drafts", json=FOX, headers=headers).status_code == 202
    problem(door.client.get("/metrics", headers=headers), 403, "scope-missing")


def test_the_other_header_works_too_also_beside_a_proxys_password(door: Keyed) -> None:
    key = door.key("generate")
    assert door.client.get("/jobs", headers={"X-API-Key": key}).status_code == 200
    both = {"Authorization": "Basic eW91OmhhbGxv", "X-API-Key": key}
    assert door.client.get("/jobs", headers=both).status_code == 200
    assert (
        door.client.get("/jobs", headers={"Authorization": f"bEARER   {key} "}).status_code == 200
    )


def test_a_revoked_key_stops_at_once(door: Keyed) -> None:
    key = door.key("generate")
    assert door.client.get("/jobs", headers=bearer(key)).status_code == 200
    revoke_key(door.keys, key)
    problem(door.client.get("/jobs", headers=bearer(key)), 401, "key-invalid")


def test_an_expired_key_is_none(door: Keyed) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    key = door.key("generate", expires_at=later)
    assert door.client.get("/jobs", headers=bearer(key)).status_code == 200
    found = door.keys.all()[key.split("_")[1]].to_json()
    found["expires_at"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    door.keys.replace(ApiKey.from_json(found))
    problem(door.client.get("/jobs", headers=bearer(key)), 401, "key-invalid")


@pytest.mark.parametrize(
    "garbage",
    ["x", "lk_", "lk_a_b", "lk_first_" + "0" * 64, "\u00e9", "Bearer", "lk_{id}_" + "0" * 64,
     "lk_{id}_", "{key}x", "{key} {key}", "lt_{id}_upload_99999999999_" + "0" * 64, "x" * 9_000],
)  # fmt: skip
def test_garbage_is_no_key(door: Keyed, garbage: str) -> None:
    key = door.key("generate")
    sent = garbage.replace("{id}", key.split("_")[1]).replace("{key}", key)
    for name, value in (("Authorization", f"Bearer {sent}"), ("X-API-Key", sent)):
        answer = door.client.get("/jobs", headers={name: value.encode("latin-1")})  # type: ignore[arg-type]
        found = problem(answer, 401, "key-invalid")
        assert key not in found["detail"]


@pytest.mark.parametrize("name", ["key", "api_key", "apikey", "access_token", "token"])
def test_keys_in_a_url_are_not_read(door: Keyed, name: str) -> None:
    problem(door.client.get(f"/jobs?{name}={door.key('generate')}"), 401, "key-missing")


@pytest.mark.parametrize("value", ["", " ", "Bearer", "Bearer ", "Basic x", "Digest y"])
def test_other_credentials_are_no_key(door: Keyed, value: str) -> None:
    answer = door.client.get("/jobs", headers={"Authorization": value})
    problem(answer, 401, "key-missing")


def test_what_does_not_exist_is_told_only_to_keys(door: Keyed) -> None:
    problem(door.client.get("/nothing"), 401, "key-missing")
    problem(door.client.post("/jobs"), 401, "key-missing")
    headers = door.bearing("train")
    problem(door.client.get("/nothing", headers=headers), 404, "not-found")
    problem(door.client.post("/jobs", headers=headers), 405, "method-not-allowed")


@pytest.mark.parametrize("path", ["//metrics", "/metrics/", "/METRICS", "/./metrics", "/%6detrics"])
def test_no_spelling_leads_around_the_table(door: Keyed, path: str) -> None:
    answer = door.client.get(path, headers=door.bearing("generate"))
    assert answer.status_code in (403, 404), answer.content
    assert b"logo_" not in answer.content


def test_answers_with_a_key_stay_out_of_shared_caches(door: Keyed) -> None:
    answer = door.client.get("/jobs", headers=door.bearing("generate"))
    assert answer.headers["cache-control"] == "no-store"


def test_the_log_line_names_the_keys_label_and_never_the_key(
    door: Keyed, caplog: pytest.LogCaptureFixture
) -> None:
    key = door.key("generate", label="shop")
    with caplog.at_level("INFO", "backend.api.access"):
        door.client.get("/jobs", headers=bearer(key))
    (line,) = [record for record in caplog.records if record.name == "backend.api.access"]
    assert vars(line)["logo.api_key"] == "shop"
    assert key not in str(vars(line))


def test_a_ticket_sends_a_data_set_and_does_nothing_else(door: Keyed) -> None:
    headers = door.bearing("upload")
    made = door.client.post("/tickets", json={"scope": "upload"}, headers=headers)
    ticket = made.json()["ticket"]
    left = datetime.fromisoformat(made.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    with_ticket = {"X-API-Key": ticket}
    begun = door.client.post(
        "/datasets", json={"name": "a.parquet", "bytes": 4}, headers=with_ticket
    )
    assert begun.status_code == 201, begun.content
    path = f"/datasets/{begun.json()['id']}"
    assert door.client.get(path, headers=with_ticket).status_code == 200
    assert door.client.delete(path, headers=with_ticket).status_code == 204
    for method, other in (
        ("GET", "/jobs"), ("POST", "/images"), ("POST", "/tickets"), ("GET", "/datasets"),
    ):  # fmt: skip
        problem(door.client.request(method, other, headers=with_ticket), 403, "scope-missing")


def test_a_ticket_ends_with_its_key_and_outlives_a_restart(door: Keyed) -> None:
    key = door.key("upload")
    made = door.client.post("/tickets", json={"scope": "upload"}, headers=bearer(key))
    ticket = bearer(made.json()["ticket"])
    with TestClient(create_app(door.settings)) as again:
        problem(again.get("/datasets/none", headers=ticket), 404, "dataset-not-found")
        revoke_key(door.keys, key)
        problem(again.get("/datasets/none", headers=ticket), 401, "key-invalid")


def test_a_ticket_cannot_be_made_longer_or_for_more(door: Keyed) -> None:
    made = door.client.post("/tickets", json={"scope": "upload"}, headers=door.bearing("admin"))
    _, key_id, scope, expires, signature = made.json()["ticket"].split("_")
    for forged in (
        f"lt_{key_id}_{scope}_{int(expires) + 1}_{signature}",
        f"lt_{key_id}_admin_{expires}_{signature}",
    ):
        problem(door.client.get("/jobs", headers=bearer(forged)), 401, "key-invalid")


def test_a_key_gets_no_ticket_for_what_it_may_not_do(door: Keyed) -> None:
    order = {"scope": "upload"}
    headers = door.bearing("generate")
    problem(door.client.post("/tickets", json=order, headers=headers), 403, "scope-missing")
    admin = door.client.post("/tickets", json={"scope": "admin"}, headers=door.bearing("admin"))
    problem(admin, 422, "invalid-request")


def test_a_broken_file_of_keys_lets_nobody_in(door: Keyed) -> None:
    headers = door.bearing("admin")
    door.keys.path.write_text("{", "utf-8")
    problem(door.client.get("/jobs", headers=headers), 503, "store-unavailable")
    assert door.client.get("/health/live").status_code == 200


def test_a_file_of_keys_that_vanishes_does_not_open_the_door(door: Keyed) -> None:
    headers = door.bearing("admin")
    assert door.client.get("/jobs", headers=headers).status_code == 200
    door.keys.path.unlink()
    problem(door.client.get("/jobs"), 401, "key-missing")
    problem(door.client.get("/jobs", headers=headers), 401, "key-invalid")


def test_the_first_key_closes_the_door_of_a_running_service(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path)
    with TestClient(create_app(settings)) as client:
        assert client.get("/jobs").status_code == 200
        assert client.post("/tickets", json={"scope": "upload"}).status_code == 200
        made = Keyed(client, KeyFile(settings.state_folder), settings)
        key = made.key("generate")
        problem(client.get("/jobs"), 401, "key-missing")
        assert client.get("/jobs", headers=bearer(key)).status_code == 200


def test_keys_can_be_required_before_there_is_one(tmp_path: Path) -> None:
    settings = temporary_settings(tmp_path, require_keys=True)
    with TestClient(create_app(settings)) as client:
        problem(client.get("/jobs"), 401, "key-missing")


def test_the_bootstrap_key_opens_everything_and_is_written_nowhere(tmp_path: Path) -> None:
    text = "lk_env_" + "5e" * 32
    settings = temporary_settings(tmp_path, bootstrap_key=text)
    with TestClient(create_app(settings)) as client:
        problem(client.get("/metrics"), 401, "key-missing")
        assert client.get("/metrics", headers=bearer(text)).status_code == 200
        problem(client.get("/jobs", headers=bearer("lk_env_" + "5f" * 32)), 401, "key-invalid")
    digest = bootstrap_key(text, datetime.now(UTC)).digest
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert text.encode() not in content, path
            assert digest.encode() not in content, path


def test_docs_can_be_closed(tmp_path: Path) -> None:
    with TestClient(create_app(temporary_settings(tmp_path, docs=False))) as client:
        for path in ("/docs", "/openapi.json", "/docs-assets/favicon.png"):
            problem(client.get(path), 404, "not-found")


def test_the_network_needs_a_key_or_consent(tmp_path: Path) -> None:
    told = public_fault(temporary_settings(tmp_path / "a", host="0.0.0.0"))
    assert told is not None
    assert "python -m backend keys create" in told
    allowed: dict[str, dict[str, Any]] = {
        "b": {"allow_public": True},
        "c": {"require_keys": True},
        "d": {"bootstrap_key": "lk_env_" + "5e" * 32},
    }
    for name, api in allowed.items():
        assert public_fault(temporary_settings(tmp_path / name, host="0.0.0.0", **api)) is None
    assert public_fault(temporary_settings(tmp_path / "e")) is None
    assert public_fault(keyed(tmp_path / "f", host="0.0.0.0").settings) is None
