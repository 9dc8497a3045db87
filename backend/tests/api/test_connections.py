"""Connections that keep the server waiting, and honest ones that look a little like them."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from backend.api.connections import ConnectionLimits
from backend.api.pace import BodyPace, BodyPaceMiddleware
from backend.tests.api.support import PATIENCE_SECONDS, serving

LIMITS = ConnectionLimits(
    connections=12, per_address=8, head_seconds=1.5, stalled_seconds=1.5, stalled_bytes=4096
)
PACE = BodyPace(window_seconds=1.5, window_bytes=1_000, total_seconds=6)
LARGE = 24 * 2**20
HEAD = b"POST /count HTTP/1.1\r\nHost: localhost\r\n"


async def count(request: Request) -> Response:
    return Response(str(len(await request.body())))


async def large(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(LARGE // 65_536):
            yield bytes(65_536)

    return StreamingResponse(pieces())


async def stream(_: Request) -> Response:
    async def ticks() -> AsyncIterator[bytes]:
        yield b"first\n"
        await asyncio.sleep(4)
        yield b"last\n"

    return StreamingResponse(ticks())


async def refuse(_: Request) -> Response:
    return Response("no", 413)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    routes = [
        Route("/count", count, methods=["POST"]),
        Route("/refuse", refuse, methods=["POST"]),
        Route("/large", large),
        Route("/stream", stream),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(BodyPaceMiddleware, pace=PACE)])
    with serving(app, LIMITS) as address:
        yield address


def connected(address: str, **options: int) -> socket.socket:
    host, port = address.removeprefix("http://").split(":")
    connection = socket.socket()
    for name, value in options.items():
        connection.setsockopt(socket.SOL_SOCKET, getattr(socket, name), value)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect((host, int(port)))
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """What comes until the server closes; a reset counts as the end, too."""
    found = bytearray()
    try:
        while piece := connection.recv(65_536):
            found += piece
    except ConnectionResetError:
        pass
    return bytes(found)


def is_closed_while_sending(connection: socket.socket, piece: bytes, seconds: float) -> bool:
    """Whether the server closes although a piece comes every now and then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return True
        time.sleep(0.05)
    return False


def told(answer: bytes) -> tuple[int, str]:
    """Status and code of a problem that was read from a socket."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head
    found = json.loads(body)
    assert f"x-request-id: {found['request_id']}".encode() in head
    return int(head[9:12]), found["code"]


def test_half_a_head_is_answered_and_closed(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"X-Half: ")
        assert told(rest_of(connection)) == (408, "request-timeout")


@pytest.mark.parametrize("before", [b"", HEAD + b"Content-Length: 0\r\n\r\n"])
def test_silence_is_closed_without_a_word(address: str, before: bytes) -> None:
    with connected(address) as connection:
        connection.sendall(before)
        assert rest_of(connection).count(b"HTTP/1.1") == (1 if before else 0)


def test_a_head_that_trickles_behind_an_answer_is_closed(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 0\r\n\r\n" + HEAD)
        assert rest_of(connection).startswith(b"HTTP/1.1 200")


def test_what_nobody_reads_is_not_taken_for_ever(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(b"POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\nx")
        assert connection.recv(12) == b"HTTP/1.1 413"
        assert is_closed_while_sending(connection, b"x", seconds=PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "piece", [b"X: " + b"y" * 4000 + b"\r\n", b"z" * 4000, b": \r\n" * 1000], ids=str
)
def test_a_head_without_end_is_cut_off(address: str, piece: bytes) -> None:
    with connected(address) as connection:
        try:
            connection.sendall(HEAD)
            for _ in range(2_000):
                connection.sendall(piece)
        except OSError:
            return
        pytest.fail("the whole of it was taken")


def test_what_is_not_http_is_a_problem(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert told(rest_of(connection)) == (400, "malformed-request")


def test_an_answer_that_nobody_reads_is_given_up(address: str) -> None:
    with connected(address, SO_RCVBUF=4096) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert is_closed_while_sending(connection, b"\r", seconds=PATIENCE_SECONDS)


def test_a_reader_that_takes_its_time_gets_all_of_it(address: str) -> None:
    taken = 0
    with connected(address, SO_RCVBUF=65_536) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        begun = time.monotonic()
        while piece := connection.recv(2**20):
            taken += len(piece)
            # Longer in all than a client may stand still.
            if time.monotonic() - begun < 2 * LIMITS.stalled_seconds:
                time.sleep(0.02)
    assert taken > LARGE


def test_an_event_stream_may_be_silent(address: str) -> None:
    with httpx.stream("GET", f"{address}/stream", timeout=PATIENCE_SECONDS) as answer:
        assert b"".join(answer.iter_bytes()) == b"first\nlast\n"


def test_a_slow_body_is_refused_and_an_honest_one_is_taken(address: str) -> None:
    def dripping(size: int, seconds: float) -> Iterator[bytes]:
        for _ in range(int(3 / seconds)):
            time.sleep(seconds)
            yield b"x" * size

    with pytest.raises(httpx.HTTPError):
        # The answer comes in the middle of sending, and closes the connection.
        httpx.post(
            f"{address}/count", content=dripping(1, 0.1), timeout=PATIENCE_SECONDS
        ).raise_for_status()
    answer = httpx.post(f"{address}/count", content=dripping(1_000, 0.1), timeout=PATIENCE_SECONDS)
    assert answer.text == "30000"


def test_a_body_that_stops_is_answered(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n" + b"x" * 4000)
        answer = rest_of(connection)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"connection: close" in answer.lower()


def test_a_body_has_an_end_even_at_an_honest_pace(address: str) -> None:
    with connected(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 50000000\r\n\r\n")
        assert is_closed_while_sending(connection, b"x" * 1_000, seconds=PATIENCE_SECONDS)


def test_one_address_may_have_only_so_many_connections(address: str) -> None:
    with ExitStack() as stack:
        for _ in range(LIMITS.per_address):
            stack.enter_context(connected(address))
        refused = rest_of(stack.enter_context(connected(address)))
        assert told(refused) == (503, "too-many-connections")
        assert b"retry-after" in refused
    # There is room again when they have gone.
    for _ in range(3 * LIMITS.per_address):
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:
            assert client.post(f"{address}/count", content=b"xyz").text == "3"
