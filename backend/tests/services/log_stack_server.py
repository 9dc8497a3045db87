"""A recording HTTP server that answers like Elasticsearch and Kibana, as far as the setup asks."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, Any]


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    body: Any
    user: str
    password: str
    headers: dict[str, str]


@dataclass
class LogStackServer:
    """Keeps requests and objects by path.

    Attributes:
        override: looked at first; an answer of None goes on to the usual one.
    """

    password: str = "elastic-password"
    asked: list[Asked] = field(default_factory=list)
    objects: dict[str, Any] = field(default_factory=dict)
    override: Callable[[Asked], Answer | None] = lambda _: None

    def __post_init__(self) -> None:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # One packet for an answer: two would wait for each other.
            wbufsize = -1

            def _serve(self) -> None:
                stand_in.serve(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve

            def log_message(self, *_: object) -> None:
                """Tests are quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        asked = _read(handler)
        self.asked.append(asked)
        status, body = self.override(asked) or self._usual(asked)
        content = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("X-Elastic-Product", "Elasticsearch")
        if asked.path.startswith(("/api/", "/kibana")):
            handler.send_header("Content-Type", "application/json")
        else:
            handler.send_header(
                "Content-Type", "application/vnd.elasticsearch+json;compatible-with=9"
            )
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _usual(self, asked: Asked) -> Answer:
        if asked.password != self.password:
            return refusal(401, "security_exception", "unable to authenticate user")
        path = asked.path.partition("?")[0]
        if path == "/_cluster/health":
            return 200, {"status": "green"}
        if path == "/api/status":
            return 200, {"status": {"overall": {"level": "available"}}}
        if path.startswith("/_data_stream/") and path in self.objects:
            return refusal(400, "resource_already_exists_exception", "data_stream exists")
        if asked.method in ("PUT", "POST"):
            known = path in self.objects
            self.objects[path] = asked.body
            return 200, {"acknowledged": True, "created": not known, "role": {"created": not known}}
        return 404, {"error": {"type": "not_found", "reason": path}, "status": 404}


def refusal(status: int, kind: str, reason: str) -> Answer:
    """An error as Elasticsearch words it."""
    cause = {"type": kind, "reason": reason}
    return status, {"error": {"root_cause": [cause], **cause}, "status": status}


def _read(handler: BaseHTTPRequestHandler) -> Asked:
    length = int(handler.headers.get("Content-Length") or 0)
    raw = handler.rfile.read(length)
    scheme, _, coded = handler.headers.get("Authorization", "").partition(" ")
    user, _, password = (
        base64.b64decode(coded).decode().partition(":") if scheme == "Basic" else ("", "", "")
    )
    return Asked(
        handler.command,
        handler.path,
        json.loads(raw) if raw else None,
        user,
        password,
        dict(handler.headers.items()),
    )
