"""Requests drawn from the service's own OpenAPI document, and bytes that are hardly requests."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from itertools import accumulate
from typing import Any
from urllib.parse import quote

import numpy as np
from PIL import Image
from safetensors.numpy import save

from backend.proof.draws import SchemaDraws, as_json, damaged

_METHODS = ("get", "post", "put", "patch", "delete")
_ODD_METHODS = ("HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH")
_ODD_TYPES = (
    "", "text/plain", "application/xml", "multipart/form-data", "application/json; charset=utf-16",
    "application/json; charset=nope", "multipart/form-data; boundary=", "a/b/c", "application/*",
)  # fmt: skip
_HEADERS = (
    "Origin", "Idempotency-Key", "Prefer", "X-Request-ID", "Last-Event-ID", "Upload-Offset",
    "Range", "If-None-Match", "Accept", "Cookie", "Authorization", "X-API-Key", "Forwarded",
    "Content-Encoding",
)  # fmt: skip
_BOUNDARY = "proof"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What takes work on is asked for more often than its share of the addresses.
_WORK = frozenset({"/generate", "/drafts", "/restyle", "/upscale"})
_WORK_WEIGHT = 5


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes over the wire.

    Attributes:
        method: "" when the bytes are no longer what was drawn.
        is_raw: whether the bytes were damaged, so that any refusal is a good answer.
    """

    method: str
    path: str
    content: bytes
    is_raw: bool = False


@dataclass
class Known:
    """Names that exist in the service, so that not every request ends with 404."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    _MOST = 40

    def learn(self, kind: str, name: str) -> None:
        """Keeps a name, instead of the oldest when there are many."""
        names = self.ids.setdefault(kind, [])
        names.append(name)
        del names[: -self._MOST]

    def of(self, parameter: str) -> list[str]:
        """Names for a parameter such as `job_id`."""
        fixed = {
            "name": ["pixel-art", "sd15", "cgan", "sd-embedded", "realesr-animevideov3-x4"],
            "index": ["0", "1", "2"], "prompt": ["0"], "weight": ["0", "1.0"],
            "code": ["not-found", "invalid-request"], "file": ["a.png", "0.webp", "a", "1"],
        }  # fmt: skip
        return fixed.get(parameter, []) + self.ids.get(parameter, [])


class Requests:
    """Draws requests.

    Args:
        document: the service's OpenAPI document.
        known: may grow while requests are drawn.
    """

    def __init__(self, document: Mapping[str, Any], known: Known) -> None:
        self._document = document
        self.known = known
        self._operations = [
            (method, path, item[method])
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item
        ]
        self._weights = list(
            accumulate(_WORK_WEIGHT if path in _WORK else 1 for _, path, _ in self._operations)
        )

    def draw(self, dice: random.Random, raw_share: float) -> Request:
        """A request: sound, spoiled, or with damaged bytes."""
        method, template, operation = dice.choices(self._operations, cum_weights=self._weights)[0]
        draws = SchemaDraws(self._document, dice, self.known.ids.get("image_id", [])[-3:])
        request = self._request(dice, draws, method.upper(), template, operation)
        if dice.random() >= raw_share:
            return request
        content = request.content
        content = dice.randbytes(dice.randint(1, 200)) if dice.random() < 0.05 else content
        return Request("", template, damaged(content, dice), is_raw=True)

    def _request(
        self,
        dice: random.Random,
        draws: SchemaDraws,
        method: str,
        template: str,
        operation: Mapping[str, Any],
    ) -> Request:
        path, query, headers = template, [], dict[str, str]()
        for parameter in operation.get("parameters", ()):
            name, schema = parameter["name"], parameter.get("schema", {})
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", quote(self._name(dice, draws, name), safe=""))
            elif parameter["in"] == "query" and dice.random() < 0.6:
                query.append(f"{quote(name)}={quote(_text(dice, draws, schema))}")
            elif parameter["in"] == "header" and dice.random() < 0.5:
                headers[name] = _text(dice, draws, schema)
        if dice.random() < 0.03:
            path = quote(draws.any_text().encode("utf-8", "replace"), safe="/")
            path = "/" + path.lstrip("/")
        if dice.random() < 0.03:
            query.append(quote(draws.any_text().encode("utf-8", "replace")))
        if dice.random() < 0.04:
            method = dice.choice(_ODD_METHODS)
        if dice.random() < 0.1:
            headers[dice.choice(_HEADERS)] = draws.any_text()
        # Else every picture would be waited for; the stream of a waiting job never ends.
        if method == "POST" and dice.random() < 0.9:
            headers["Prefer"] = "respond-async"
        body = _body(dice, draws, operation, headers)
        target = path + ("?" + "&".join(query) if query else "")
        return Request(method, template, _bytes(method, target, headers, body))

    def _name(self, dice: random.Random, draws: SchemaDraws, parameter: str) -> str:
        known = self.known.of(parameter)
        if known and dice.random() < 0.8:
            return dice.choice(known)
        return draws.any_text().encode("utf-8", "replace").decode() or "x"


def _text(dice: random.Random, draws: SchemaDraws, schema: Mapping[str, Any]) -> str:
    value = draws.value(schema) if dice.random() < 0.7 else draws.any_text()
    return str(value).encode("utf-8", "replace").decode()


def _bytes(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1".encode("latin-1"), b"Host: localhost"]
    for name, value in headers.items():
        # Control characters are no HTTP; damaged requests have them.
        clean = _CONTROL.sub("", value)
        lines.append(name.encode("ascii") + b": " + clean.encode("utf-8", "replace"))
    if body or method not in ("GET", "HEAD", "DELETE"):
        lines.append(f"Content-Length: {len(body)}".encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def _body(
    dice: random.Random,
    draws: SchemaDraws,
    operation: Mapping[str, Any],
    headers: dict[str, str],
) -> bytes:
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
    if not content:
        return dice.randbytes(20) if dice.random() < 0.02 else b""
    kind = next(iter(content))
    headers["Content-Type"] = kind
    if kind == "application/json":
        value = draws.value(content[kind].get("schema", {}))
        body = as_json(draws.spoiled(value) if dice.random() < 0.55 else value)
    elif kind == "multipart/form-data":
        headers["Content-Type"] = f"{kind}; boundary={_BOUNDARY}"
        body = _form(dice, draws, draws.resolved(content[kind].get("schema", {})))
    else:
        body = _file(dice)[: dice.choice((1, 8, 100, 10_000))]
    if dice.random() < 0.08:
        body = damaged(body, dice)
    if dice.random() < 0.05:
        headers["Content-Type"] = dice.choice(_ODD_TYPES)
    return body


def _form(dice: random.Random, draws: SchemaDraws, schema: Mapping[str, Any]) -> bytes:
    parts = []
    for name in schema.get("properties", {"file": {}}):
        for _ in range(dice.choice((1, 1, 1, 2, 0))):
            file_name = dice.choice(("a.png", "a.safetensors", "a.zip", draws.any_text()))
            safe = file_name.encode("utf-8", "replace").translate(None, b'"\r\n\\')
            field_name = name if dice.random() < 0.95 else "other"
            parts.append(
                f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{field_name}"'.encode()
                + (b'; filename="' + safe + b'"' if dice.random() < 0.95 else b"")
                + b"\r\n\r\n"
                + _file(dice)
                + b"\r\n"
            )
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _file(dice: random.Random) -> bytes:
    content = dice.choice(_files())
    match dice.randrange(6):
        case 0:
            return damaged(content, dice)
        case 1:
            return content[: dice.randint(0, len(content))]
        case 2:
            return dice.randbytes(dice.randint(0, 300))
        case _:
            return content


@cache
def _files() -> tuple[bytes, ...]:
    """Small sound files of the kinds that the service takes, and of some it does not."""
    made = []
    for kind in ("PNG", "JPEG", "WEBP", "GIF", "BMP"):
        stream = BytesIO()
        Image.new("RGB", (48, 48), "teal").save(stream, kind)
        made.append(stream.getvalue())
    place = "lora_unet_conv_in"
    tensors = {
        f"{place}.lora_down.weight": np.full((2, 4, 3, 3), 0.5, np.float32),
        f"{place}.lora_up.weight": np.full((8, 2, 1, 1), 0.5, np.float32),
    }
    return (*made, save(tensors), b"PAR1" + bytes(64) + b"PAR1", b"PK\x05\x06" + bytes(18), b"")
