"""The setup against a recording server. Elasticsearch itself was not run here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.errors import InvalidRequest, LogStackFailed
from backend.services.log_stack.objects import STREAMS, StackObjects
from backend.services.log_stack.setup import NewPasswords, Patience, StackAddress, set_up
from backend.settings import ROOT
from backend.tests.services.log_stack_server import Answer, Asked, LogStackServer, refusal

PASSWORDS = NewPasswords("kibana-password", "writer-password", "reader-password")
ODD = "p\"\\$'!@ :%{}ü🦊\t"


class Clock:
    """Sleeps without waiting."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def server() -> Iterator[LogStackServer]:
    made = LogStackServer()
    yield made
    made.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def run(server: LogStackServer, clock: Clock, passwords: NewPasswords = PASSWORDS) -> list[str]:
    told: list[str] = []
    address = StackAddress(server.url, server.url, password=server.password)
    patience = Patience(60, clock, clock.sleep)
    set_up(address, passwords, StackObjects.read(ROOT / "logstash"), told.append, patience)
    return told


def body_of(server: LogStackServer, path: str) -> dict[str, object]:
    found = server.objects[path]
    assert isinstance(found, dict)
    return found


def test_everything_is_made_as_the_folder_says(server: LogStackServer, clock: Clock) -> None:
    told = run(server, clock)
    objects = StackObjects.read(ROOT / "logstash")
    assert body_of(server, "/_ilm/policy/logo-logs") == {
        "policy": objects.lifecycle["logo-logs"]["policy"]
    }
    for name, template in objects.component_templates.items():
        assert body_of(server, f"/_component_template/{name}")["template"] == template["template"]
    template = body_of(server, "/_index_template/logs-logo")
    assert template == objects.index_templates["logs-logo"]
    for name, role in objects.roles.items():
        assert body_of(server, f"/_security/role/{name}") == role
    for name in STREAMS:
        assert f"/_data_stream/{name}" in server.objects
    for name, dashboard in objects.dashboards.items():
        assert body_of(server, f"/api/dashboards/{name}") == dashboard
    assert "dashboard logo-jobs" in told


def test_a_second_run_changes_nothing_and_succeeds(server: LogStackServer, clock: Clock) -> None:
    run(server, clock)
    before = dict(server.objects)
    told = run(server, clock)
    assert server.objects == before
    assert not [line for line in told if line.startswith("data stream ")]


def test_users_get_their_passwords_whatever_is_in_them(
    server: LogStackServer, clock: Clock
) -> None:
    server.password = ODD
    told = run(server, clock, NewPasswords(ODD + "1", ODD + "2", ODD + "3"))
    changed = body_of(server, "/_security/user/kibana_system/_password")
    assert changed == {"password": ODD + "1"}
    writer = body_of(server, "/_security/user/logo_writer")
    assert (writer["password"], writer["roles"]) == (ODD + "2", ["logo_writer"])
    assert body_of(server, "/_security/user/logo_reader")["password"] == ODD + "3"
    assert {asked.password for asked in server.asked} == {ODD}
    assert not [line for line in told if ODD in line]
    assert not [asked.path for asked in server.asked if "%F0" in asked.path]


def test_kibana_is_asked_with_the_header_that_it_wants(
    server: LogStackServer, clock: Clock
) -> None:
    run(server, clock)
    writes = [asked for asked in server.asked if asked.path.startswith("/api/dashboards")]
    assert writes
    assert all(asked.headers.get("kbn-xsrf") == "true" for asked in writes)


def test_a_wrong_password_is_told_at_once(server: LogStackServer, clock: Clock) -> None:
    address = StackAddress(server.url, password="not the right one")
    objects = StackObjects.read(ROOT / "logstash")
    with pytest.raises(LogStackFailed, match="LOGO_ELASTIC__PASSWORD") as caught:
        set_up(address, PASSWORDS, objects, print, Patience(60, clock, clock.sleep))
    assert "not the right one" not in str(caught.value)
    assert clock.now == 0


@pytest.mark.parametrize("first", [503, 429, "red"])
def test_a_cluster_that_is_starting_is_waited_for(
    server: LogStackServer, clock: Clock, first: int | str
) -> None:
    asked_before = 0

    def start(asked: Asked) -> Answer | None:
        nonlocal asked_before
        if not asked.path.startswith("/_cluster/health") or asked_before >= 8:
            return None
        asked_before += 1
        if first == "red":
            return 200, {"status": "red"}
        return refusal(int(first), "cluster_block_exception", "not ready")

    server.override = start
    run(server, clock)
    assert clock.now > 0
    assert "/_index_template/logs-logo" in server.objects


def test_a_cluster_that_never_comes_is_told_after_the_time(clock: Clock) -> None:
    address = StackAddress("http://127.0.0.1:9", password="elastic-password")
    objects = StackObjects.read(ROOT / "logstash")
    with pytest.raises(LogStackFailed, match="not ready after 60 seconds"):
        set_up(address, PASSWORDS, objects, print, Patience(60, clock, clock.sleep))


def test_kibana_that_is_starting_is_waited_for(server: LogStackServer, clock: Clock) -> None:
    left = 3

    def start(asked: Asked) -> Answer | None:
        nonlocal left
        if asked.path == "/api/status" and left:
            left -= 1
            return 503, {"message": "Kibana server is not ready yet"}
        return None

    server.override = start
    run(server, clock)
    assert clock.now == 6
    assert "/api/dashboards/logo-service" in server.objects


def test_an_old_kibana_is_told(server: LogStackServer, clock: Clock) -> None:
    server.override = lambda asked: (404, {}) if "/api/dashboards/" in asked.path else None
    with pytest.raises(LogStackFailed, match=r"9\.4"):
        run(server, clock)


def test_a_refusal_is_told_with_its_reason(server: LogStackServer, clock: Clock) -> None:
    def refuse(asked: Asked) -> Answer | None:
        if asked.path.startswith("/_index_template"):
            return refusal(400, "illegal_argument_exception", "priority 501 is taken")
        return None

    server.override = refuse
    with pytest.raises(LogStackFailed, match="400 priority 501 is taken"):
        run(server, clock)


def test_a_changed_type_gets_a_new_index(server: LogStackServer, clock: Clock) -> None:
    run(server, clock)

    def refuse(asked: Asked) -> Answer | None:
        if "/_mapping" in asked.path:
            return refusal(400, "illegal_argument_exception", "mapper cannot be changed")
        return None

    server.override = refuse
    told = run(server, clock)
    assert [name for name in STREAMS if f"/{name}/_rollover" not in server.objects] == []
    assert "new index" in told[-5] or any("new index" in line for line in told)


def test_an_interrupted_setup_is_finished_by_the_next(server: LogStackServer, clock: Clock) -> None:
    def break_off(asked: Asked) -> Answer | None:
        if asked.path.startswith("/_security/user/logo_reader"):
            return refusal(500, "exception", "the node went away")
        return None

    server.override = break_off
    with pytest.raises(LogStackFailed, match="the node went away"):
        run(server, clock)
    server.override = lambda _: None
    run(server, clock)
    assert "/_security/user/logo_reader" in server.objects


def test_short_passwords_are_refused_before_anything_is_asked(
    server: LogStackServer, clock: Clock
) -> None:
    with pytest.raises(InvalidRequest, match="LOGO_ELASTIC__WRITER_PASSWORD"):
        run(server, clock, NewPasswords("kibana-password", "", "reader-password"))
    assert server.asked == []


def test_a_folder_without_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(LogStackFailed, match="restore it from git"):
        StackObjects.read(tmp_path)


def test_passwords_do_not_show_in_what_objects_print() -> None:
    assert "secret-one" not in repr(StackAddress("http://x", password="secret-one"))
    assert "secret-one" not in repr(NewPasswords("secret-one", "secret-one", "secret-one"))
