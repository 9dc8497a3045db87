"""HTTP by hand: requests as bytes, answers taken apart, connections cut anywhere."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

_HEAD_END = b"\r\n\r\n"
_PART_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came over the wire.

    Attributes:
        headers: names in lower case.
        body: without the framing of chunks; empty for event streams, which are not waited for.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """As sent; "" when it was not."""
        return self.headers.get("content-type", "")


class Unchunker:
    """Takes the framing off a chunked body that arrives in pieces.

    Attributes:
        ended: whether the last chunk has come.
    """

    def __init__(self) -> None:
        self.ended = False
        self._raw = b""
        self._left = 0

    def feed(self, raw: bytes) -> bytes:
        """The content of what came, as far as it can be told."""
        self._raw += raw
        content = []
        while self._raw and not self.ended:
            if self._left > 2:
                part = self._raw[: self._left - 2]
                content.append(part)
                self._raw, self._left = self._raw[len(part) :], self._left - len(part)
            elif self._left:
                # The line end behind a chunk.
                part = self._raw[: self._left]
                self._raw, self._left = self._raw[len(part) :], self._left - len(part)
            else:
                line, found, rest = self._raw.partition(b"\r\n")
                if not found:
                    break
                size = int(line.split(b";")[0], 16)
                self._raw, self._left, self.ended = rest, size + 2, size == 0
        return b"".join(content)


class Wire:
    """A connection that is kept while it can be."""

    def __init__(self, port: int, timeout_seconds: float) -> None:
        self._port = port
        self._timeout_seconds = timeout_seconds
        self._socket: socket.socket | None = None

    def ask(self, request: bytes, *, has_body: bool = True) -> Answer | None:
        """Sends a request and reads its answer; None when the server closed without any.

        Args:
            request: a whole one.
            has_body: False for HEAD.

        Raises:
            TimeoutError: nothing came in time.
            ValueError: what came is no HTTP.
        """
        for is_fresh in (self._socket is None, True):
            if self._socket is None or is_fresh:
                self.close()
                self._socket = connect(self._port, self._timeout_seconds)
            try:
                answer, is_kept = _exchange(self._socket, request, has_body=has_body)
            except (ConnectionError, EOFError):
                # A kept connection may have been closed meanwhile; a fresh one has a reason.
                self.close()
                continue
            except BaseException:
                self.close()
                raise
            if not is_kept:
                self.close()
            return answer
        return None

    def close(self) -> None:
        """Closes the connection, if there is one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def connect(port: int, timeout_seconds: float) -> socket.socket:
    """A connection to a server on this machine."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout_seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_head(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers, and what came of the body already.

    Raises:
        EOFError: the connection was closed before the head had come.
        ValueError: this is no HTTP.
    """
    received = b""
    while _HEAD_END not in received:
        part = connection.recv(_PART_BYTES)
        if not part:
            raise EOFError
        received += part
    head, _, rest = received.partition(_HEAD_END)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if not first.startswith("HTTP/1.1 "):
        raise ValueError(f"no HTTP: {first[:80]!r}")
    return int(first.split(" ", 2)[1]), headers, rest


def _exchange(connection: socket.socket, request: bytes, *, has_body: bool) -> tuple[Answer, bool]:
    connection.sendall(request)
    status, headers, rest = read_head(connection)
    is_stream = headers.get("content-type", "").startswith("text/event-stream")
    is_bare = not has_body or is_stream or status in (204, 304)
    # After a chunked answer the end of its last chunk may still be under way.
    is_chunked = "chunked" in headers.get("transfer-encoding", "")
    is_kept = headers.get("connection") != "close" and not is_chunked
    body = b"" if is_bare else _body(connection, headers, rest)
    return Answer(status, headers, body), is_kept


def _body(connection: socket.socket, headers: Mapping[str, str], rest: bytes) -> bytes:
    if "chunked" in headers.get("transfer-encoding", ""):
        chunks = Unchunker()
        body = chunks.feed(rest)
        while not chunks.ended:
            body += chunks.feed(_some(connection))
        return body
    length = int(headers.get("content-length", "0"))
    while len(rest) < length:
        rest += _some(connection)
    return rest[:length]


def _some(connection: socket.socket) -> bytes:
    part = connection.recv(_PART_BYTES)
    if not part:
        raise EOFError
    return part
