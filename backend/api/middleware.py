"""What surrounds every request: an id, a log line, a clean ending, and who may ask at all.

Plain ASGI classes: Starlette's BaseHTTPMiddleware would buffer and cancel streams.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Sequence
from urllib.parse import urlsplit

from anyio import BrokenResourceError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.metrics import HttpMetrics
from backend.api.peers import address_of
from backend.api.problems import (
    PROBLEM_JSON,
    Problem,
    kind_for_status,
    problem_kinds,
    problem_of_kind,
    problem_response,
)
from backend.telemetry.context import REQUEST_ID, working_for

_access_log = logging.getLogger("backend.api.access")
_log = logging.getLogger("backend.api")

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# Asked every few seconds by machines; at INFO they would bury what people did.
_QUIET_PATHS = ("/health/", "/metrics")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_UNMATCHED = "(unmatched)"
_KEPT_HEADERS = ("allow", "retry-after", "content-range")
_TEXT_BYTES = 200


class RequestContextMiddleware:
    """Gives each request an id, measures it, and writes one log line when it is over."""

    def __init__(self, app: ASGIApp, metrics: HttpMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("x-request-id", "")
        request_id = asked if _REQUEST_ID.fullmatch(asked) else uuid.uuid4().hex
        started = time.perf_counter()
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
            await send(message)

        with working_for(REQUEST_ID, request_id):
            try:
                await self._app(scope, receive, send_with_id)
            finally:
                self._account(scope, status, time.perf_counter() - started)

    def _account(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", _UNMATCHED)
        self._metrics.observe(scope["method"], route, status, seconds)
        path = scope["path"]
        level = logging.DEBUG if path.startswith(_QUIET_PATHS) else logging.INFO
        _access_log.log(
            level,
            "%s %s %d %.1f ms",
            scope["method"],
            path[:200],
            status,
            seconds * 1000,
            extra={
                "event.action": "http-request",
                "event.outcome": "failure" if status >= 500 or status == 0 else "success",
                "event.duration": int(seconds * 1e9),
                "http.request.method": scope["method"],
                "http.response.status_code": status,
                "url.path": path[:200],
                "client.address": address_of(scope) or None,
                "logo.route": route,
                # Set by whichever layer knows the caller's key: its label, never the key.
                "logo.api_key": scope.get("logo.api_key"),
            },
        )


class ProblemMiddleware:
    """Turns what nobody caught, and refusals of other layers, into problem documents."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        rewriter = _Rewriter(scope, receive, send)
        try:
            await self._app(scope, receive, rewriter.send)
        except ClientDisconnect:
            return
        except Exception as error:
            if rewriter.started and _is_hang_up(error):
                return
            # The one place where the unknown is converted in this process.
            _log.exception("unexpected failure in %s %s", scope["method"], scope["path"][:200])
            if rewriter.started:
                raise
            kind = problem_kinds()["internal-error"]
            detail = "This is a fault of the service; its log has more under the request id."
            await _answer(
                problem_of_kind(kind, detail=detail, instance=scope["path"]), scope, receive, send
            )


def _is_hang_up(error: Exception) -> bool:
    """Whether an answer failed for nothing but a client that went away.

    FastAPI's writer of event streams then finds its reader gone, now and then in the middle of an
    event, and raises that from its task group. uvloop refuses to write to a socket that was closed
    since uvicorn looked, in these words.
    """
    if isinstance(error, RuntimeError):
        return str(error).endswith("the handler is closed")
    return isinstance(error, ExceptionGroup) and error.split(BrokenResourceError)[1] is None


class _Rewriter:
    """Passes answers on, except plain errors, which it replaces by problem documents."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.started = False
        self._scope = scope
        self._receive = receive
        self._send = send
        self._refusal: Message | None = None
        self._text = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            content_type = Headers(raw=message["headers"]).get("content-type", "")
            if message["status"] >= 400 and not content_type.startswith(PROBLEM_JSON):
                self._refusal = message
                return
        if self._refusal is None:
            await self._send(message)
            return
        self._text = (self._text + message.get("body", b""))[:_TEXT_BYTES]
        if not message.get("more_body", False):
            await self._replace(self._refusal)

    async def _replace(self, refusal: Message) -> None:
        status = refusal["status"]
        headers = Headers(raw=refusal["headers"])
        kind = kind_for_status(status)
        is_text = headers.get("content-type", "").startswith("text/plain")
        said = self._text.decode("utf-8", "replace") if is_text and self._text else kind.title
        problem = problem_of_kind(
            kind,
            detail=f"{said}. {kind.explanation}",
            instance=self._scope["path"],
            status=status,
        )
        kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
        await problem_response(problem, kept)(self._scope, self._receive, self._send)


class OriginMiddleware:
    """Refuses changes that a page of another web site asks a visitor's browser to make."""

    def __init__(self, app: ASGIApp, allowed_origins: Sequence[str]) -> None:
        self._app = app
        self._allowed = frozenset(origin.rstrip("/").lower() for origin in allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS:
            headers = Headers(scope=scope)
            if not self._is_welcome(headers):
                kind = problem_kinds()["cross-origin"]
                problem = problem_of_kind(kind, detail=kind.explanation, instance=scope["path"])
                await _answer(problem, scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _is_welcome(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            # Programs send neither header; browsers that leave Origin out still say the site.
            return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        if origin.lower() in self._allowed:
            return True
        try:
            return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""
        except ValueError:
            return False


async def _answer(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    await problem_response(problem)(scope, receive, send)
