"""Who asks: behind no proxy, a trusted one, several, and somebody who only says so."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backend.api.connections import ConnectionLimits
from backend.api.peers import address_of, is_this_machine
from backend.main import create_app
from backend.tests.api.support import problem, serving, temporary_settings

# On Linux all of 127.0.0.0/8 is this machine: one address is the proxy, another one a stranger.
PROXY, INNER, STRANGER = "127.0.0.1", "10.0.0.2", "127.0.0.2"
BEHIND = ConnectionLimits(trusted_proxies=[f"{PROXY}/32", "10.0.0.0/24", "2001:db8:aa::/48"])


async def who(scope: Any, receive: Any, send: Any) -> None:
    """An application that tells whom it sees."""
    if scope["type"] != "http":
        return
    seen: Response = JSONResponse(
        {"address": address_of(scope), "is_here": is_this_machine(scope)}
        | {"scheme": Request(scope).url.scheme}
    )
    await seen(scope, receive, send)


@contextmanager
def client(address: str, source: str = PROXY) -> Iterator[httpx.Client]:
    with httpx.Client(
        base_url=address, transport=httpx.HTTPTransport(local_address=source)
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def behind() -> Iterator[str]:
    with serving(who, BEHIND) as address:
        yield address


@pytest.mark.parametrize(
    ("told", "seen"),
    [
        (["203.0.113.5"], "203.0.113.5"),
        (["203.0.113.5:4711"], "203.0.113.5"),
        (["[2001:db8::7]:4711"], "2001:db8::7"),
        # What a client sent itself stands to the left of what the proxies wrote.
        (["127.0.0.1, 198.51.100.9, 203.0.113.5"], "203.0.113.5"),
        (["198.51.100.9", "203.0.113.5"], "203.0.113.5"),
        ([f"198.51.100.9, 203.0.113.5, {INNER}"], "203.0.113.5"),
        (["198.51.100.9, 203.0.113.5, 2001:DB8:AA::1"], "203.0.113.5"),
        # What is no address is nobody, and everybody of that sort is one.
        (["evil"], ""),
        (["198.51.100.9, unknown"], ""),
        (["203.0.113.5, <script>"], ""),
        (["x" * 9_000], ""),
    ],
)
def test_a_trusted_proxy_names_the_client(behind: str, told: list[str], seen: str) -> None:
    with client(behind) as asking:
        headers = [("X-Forwarded-For", value) for value in told]
        found = asking.get("/", headers=headers).json()
    assert (found["address"], found["is_here"]) == (seen, False)


def test_a_stranger_names_nobody(behind: str) -> None:
    headers = {"X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "https"}
    with client(behind, STRANGER) as asking:
        found = asking.get("/", headers=headers).json()
    assert found == {"address": STRANGER, "is_here": False, "scheme": "http"}


def test_by_default_nobody_is_trusted_this_machine_included(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    with serving(who) as address, client(address) as asking:
        for headers in ({"X-Forwarded-For": "203.0.113.5"}, {"Forwarded": "for=203.0.113.5"}):
            found = asking.get("/", headers=headers).json()
            # The request was passed on, so that it does not count as this machine's own.
            assert (found["address"], found["is_here"]) == (PROXY, False)
        assert asking.get("/").json() == {"address": PROXY, "is_here": True, "scheme": "http"}


def test_rates_strike_the_client_behind_the_proxy_alone(tmp_path: Path) -> None:
    app = create_app(temporary_settings(tmp_path, rate_per_second=0.001, rate_burst=3))
    with serving(app, BEHIND) as address, client(address) as proxy:
        loud, calm = {"X-Forwarded-For": "203.0.113.5"}, {"X-Forwarded-For": "203.0.113.6"}
        for number in range(3):
            spoofed = {"X-Forwarded-For": f"198.51.100.{number}, 203.0.113.5"}
            assert proxy.get("/jobs", headers=spoofed).status_code == 200
        spoofed = {"X-Forwarded-For": "203.0.113.6, 203.0.113.5"}
        problem(proxy.get("/jobs", headers=spoofed), 429, "too-many-requests")
        problem(proxy.get("/jobs", headers=loud), 429, "too-many-requests")
        assert proxy.get("/jobs", headers=calm).status_code == 200


def test_an_untrusted_proxy_on_this_machine_does_not_lift_the_rates(tmp_path: Path) -> None:
    app = create_app(temporary_settings(tmp_path, rate_per_second=0.001, rate_burst=3))
    with serving(app) as address, client(address) as proxy:
        for number in range(3):
            headers = {"X-Forwarded-For": f"203.0.113.{number}"}
            assert proxy.get("/jobs", headers=headers).status_code == 200
        problem(
            proxy.get("/jobs", headers={"X-Forwarded-For": "8.8.8.8"}), 429, "too-many-requests"
        )


def test_the_log_has_the_client_behind_the_proxy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(temporary_settings(tmp_path))
    with (
        serving(app, BEHIND) as address,
        client(address) as proxy,
        caplog.at_level(logging.INFO, "backend.api.access"),
    ):
        proxy.get("/jobs", headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.5"})
        proxy.get("/jobs", headers={"X-Forwarded-For": "nonsense"})
    lines = [vars(line) for line in caplog.records if line.name == "backend.api.access"]
    assert [line["client.address"] for line in lines] == ["203.0.113.5", None]


@pytest.mark.parametrize(
    ("source", "seen"),
    [(STRANGER, [200, 200, 503]), (PROXY, [200, 200, 200, 200, 200, 503])],
)
def test_connections_of_a_trusted_proxy_are_bounded_in_all_only(
    source: str, seen: list[int]
) -> None:
    limits = ConnectionLimits(connections=5, per_address=2, trusted_proxies=[f"{PROXY}/32"])
    with serving(who, limits) as address, ExitStack() as stack:
        host, port = address.removeprefix("http://").split(":")
        for status in seen:
            connection = stack.enter_context(
                socket.create_connection((host, int(port)), 10, source_address=(source, 0))
            )
            connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert int(connection.recv(65_536)[9:12]) == status
