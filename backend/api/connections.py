"""Connections that cost without asking: slow heads, unread answers, floods of one address.

uvicorn waits for ever for the rest of a head and for a client that does not read. One look a
second at all connections closes those, whatever route they would have reached; late bodies are the
business of `backend.api.pace`, where the answer can still be a problem document.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from backend.api.problems import problem_kinds, problem_of_kind, problem_response
from backend.domain.access import line_of
from backend.telemetry.context import REQUEST_ID, working_for

_LOOK_SECONDS = 1.0
_LOG_SECONDS = 10.0
# Told that there is no room, a client gets a moment to read it; more at once are just dropped.
_MAX_LINGERING = 64
# Chunked bodies of one byte a piece have six bytes around each.
_OVERHEAD_PER_BODY_BYTE = 16
_log = logging.getLogger("backend.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """What a client may keep us waiting for.

    Attributes:
        connections: open at once, in all.
        per_address: open at once from one address.
        head_seconds: from the connection, or the last answer, to the end of a request's head.
        head_bytes: of a head, or of what surrounds a chunked body.
        stalled_seconds: in which a client that we wait for has to take `stalled_bytes`.
        trusted_proxies: networks whose X-Forwarded-For is believed. Their connections are many
            clients', one after the other, so that `per_address` is not for them.
    """

    connections: int = 1_000
    per_address: int = 500
    head_seconds: float = 10.0
    head_bytes: int = 64 * 2**10
    stalled_seconds: float = 10.0
    stalled_bytes: int = 10 * 2**10
    trusted_proxies: Sequence[str] = ()


def guarded_protocol(limits: ConnectionLimits) -> type[HttpToolsProtocol]:
    """A class for `uvicorn.Config(http=...)` whose connections share one guard."""
    guard = _Guard(limits)
    return type("Guarded", (_GuardedProtocol,), {"guard": guard})


class _Guard:
    """Counts connections and looks at each of them once a second."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self.limits = limits
        self._proxies = [ipaddress.ip_network(network) for network in limits.trusted_proxies]
        self._open: set[_GuardedProtocol] = set()
        self._by_line: Counter[str] = Counter()
        self._closed: Counter[str] = Counter()
        self._logged_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def admit(self, connection: _GuardedProtocol) -> bool:
        """Whether there is room for the connection; it is looked at from now on."""
        self._open.add(connection)
        self._by_line[line_of(connection.address)] += 1
        if self._timer is None:
            self._timer = connection.loop.call_later(_LOOK_SECONDS, self._look, connection.loop)
        if len(self._open) > self.limits.connections:
            return False
        is_within = self._by_line[line_of(connection.address)] <= self.limits.per_address
        return is_within or self._is_proxy(connection.address)

    def _is_proxy(self, address: str) -> bool:
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self._proxies)

    def forget(self, connection: _GuardedProtocol) -> None:
        """The connection has ended."""
        if connection in self._open:
            self._open.remove(connection)
            line = line_of(connection.address)
            self._by_line[line] -= 1
            if not self._by_line[line]:
                del self._by_line[line]

    def may_linger(self) -> bool:
        """Whether another refused connection may stay open until the next looks."""
        return sum(connection.is_refused for connection in self._open) <= _MAX_LINGERING

    def count(self, reason: str) -> None:
        """Notes why a connection was closed; a flood makes one line of the log, not thousands."""
        self._closed[reason] += 1

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in tuple(self._open):
            connection.look(now)
        if self._closed and now - self._logged_at > _LOG_SECONDS:
            told = ", ".join(f"{count} {reason}" for reason, count in self._closed.most_common())
            _log.warning("connections closed or refused: %s", told)
            self._closed.clear()
            self._logged_at = now
        self._timer = None
        if self._open or self._closed:
            self._timer = loop.call_later(_LOOK_SECONDS, self._look, loop)


class _GuardedProtocol(HttpToolsProtocol):
    """A connection with deadlines.

    Attributes:
        guard: of all connections of the server; a subclass sets it.
        address: of the client, "" where it is unknown.
        is_refused: there was no room; what comes is not read.
    """

    guard: _Guard

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.address = ""
        self.is_refused = False
        self._waiting_since = self.loop.time()
        self._is_in_head = False
        self._overhead_bytes = 0
        self._body_bytes = 0
        self._unsent_mark = 0
        self._unsent_since: float | None = None

    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._waiting_since = self.loop.time()
        _give_up_dead_peers(transport, 3 * self.guard.limits.stalled_seconds)
        if self.guard.admit(self):
            return
        self.is_refused = True
        self.guard.count("without room")
        if not self.guard.may_linger():
            transport.abort()
            return
        transport.write(_answer("too-many-connections", "Close connections that are not used."))
        if transport.can_write_eof():
            transport.write_eof()

    def connection_lost(self, exc: Exception | None) -> None:
        self.guard.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.is_refused:
            return
        self._overhead_bytes += len(data)
        super().data_received(data)
        allowed = self.guard.limits.head_bytes + _OVERHEAD_PER_BODY_BYTE * self._body_bytes
        if self._overhead_bytes > allowed and not self.transport.is_closing():
            self.guard.count("with too large a head")
            self._end("request-refused", "The head of the request is too large.", status=431)

    def on_message_begin(self) -> None:
        # What else has come in the same piece is not counted: at most one reading of the socket.
        self._overhead_bytes = self._body_bytes = 0
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._overhead_bytes = max(0, self._overhead_bytes - len(body))
        self._body_bytes += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        self._waiting_since = self.loop.time()
        super().on_response_complete()

    def resume_writing(self) -> None:
        # Enough was taken to write on; between two looks the next piece may fill the gap again.
        self._unsent_since = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn's plain words)
        self.transport.write(_answer("malformed-request", "This is not HTTP/1.1."))
        self.transport.close()

    def look(self, now: float) -> None:
        """Closes the connection when it is late."""
        limits = self.guard.limits
        if self._has_stalled(now):
            if not self.is_refused:
                self.guard.count("that did not read their answers")
            self.transport.abort()
        elif self.transport.is_closing():
            return
        elif self.is_refused:
            if now - self._waiting_since > _LOOK_SECONDS:
                self.transport.abort()
        elif self._is_asking() and now - self._waiting_since > limits.head_seconds:
            self.guard.count("that asked for nothing in time")
            if self._is_in_head:
                self._end("request-timeout", "The head of the request did not come in time.")
            else:
                self.transport.close()

    @property
    def _request(self) -> RequestResponseCycle | None:
        """The latest request; None before the first one."""
        return self.cycle

    def _is_asking(self) -> bool:
        """Whether it is the client's turn: no request is known, or the last one is answered."""
        return self._request is None or self._request.response_complete

    def _has_stalled(self, now: float) -> bool:
        """Whether an answer, or its end before closing, waits for a client that does not read."""
        unsent = self.transport.get_write_buffer_size()
        taken = self._unsent_mark - unsent
        if not unsent:
            self._unsent_since = None
        elif self._unsent_since is None or taken >= self.guard.limits.stalled_bytes:
            self._unsent_mark, self._unsent_since = unsent, now
        else:
            return now - self._unsent_since > self.guard.limits.stalled_seconds
        return False

    def _end(self, code: str, detail: str, status: int | None = None) -> None:
        if not self._is_asking():
            # An answer is on its way; nothing may be put into it.
            self.transport.abort()
            return
        self.transport.write(_answer(code, detail, status))
        self.transport.close()


def _answer(code: str, detail: str, status: int | None = None) -> bytes:
    """A whole answer, for clients that never got as far as the application."""
    with working_for(REQUEST_ID, uuid.uuid4().hex):
        kind = problem_kinds()[code]
        problem = problem_of_kind(kind, detail=detail, instance="/", status=status)
        response = problem_response(problem, {"X-Request-ID": REQUEST_ID.get()})
    heads: Mapping[str, str] = {**response.headers, "connection": "close"}
    lines = [f"HTTP/1.1 {response.status_code} ", *(f"{name}: {heads[name]}" for name in heads)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + bytes(response.body)


def _give_up_dead_peers(transport: asyncio.Transport, seconds: float) -> None:
    """Has the system drop what a vanished client never acknowledges, also after closing."""
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if connection is None or option is None or connection.family == socket.AF_UNIX:
        return
    connection.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))
