"""What only a socket can send, to a real server."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from backend.main import create_app
from backend.tests.api.support import PATIENCE_SECONDS, problem, serving, temporary_settings

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = temporary_settings(tmp_path_factory.mktemp("wire"))
    with serving(create_app(settings)) as address:
        yield address


def talk(address: str, request: bytes) -> bytes:
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_fifty_megabytes_are_refused_at_once_and_in_few_words(address: str) -> None:
    def body() -> Iterator[bytes]:
        yield b'{"description": "'
        for _ in range(50):
            yield b"x" * 2**20

    size = str(50 * 2**20 + 17)
    headers = {**JSON, "Content-Length": size}
    answer = httpx.post(
        f"{address}/generate", content=body(), headers=headers, timeout=PATIENCE_SECONDS
    )
    problem(answer, 413, "payload-too-large")
    # At once: with nothing of the body sent, there is an answer already.
    head = f"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n"
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode())
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")


def test_a_chunked_body_is_cut_off_at_the_limit(address: str) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"POST /drafts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    answer = talk(address, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 5)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert len(answer) < 5_000


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: many\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Host: two\r\nHost: hosts\r\n",
        b"X: \x00\r\n",
        b": no name\r\n",
    ],
)
def test_heads_that_make_no_sense_are_refused(address: str, head: bytes) -> None:
    start = b"POST /drafts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    answer = talk(address, start + head + b"\r\nzz\r\n{}")
    status = int(answer.split(b" ", 2)[1]) if answer else 400
    assert 400 <= status < 500
    assert len(answer) < 5_000


def test_the_service_is_as_good_as_before(address: str) -> None:
    for _ in range(20):
        talk(address, b"POST /drafts HTTP/1.1\r\nHost: localhost\r\nContent-Le")
    assert httpx.get(f"{address}/health/live", timeout=PATIENCE_SECONDS).status_code == 200
