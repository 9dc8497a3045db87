"""HTTP to the API: time-outs, repeated reads, and every failure as an `ApiError`."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from frontend.api_answers import read_job, read_problem
from frontend.api_types import Job, Problem
from frontend.json_fields import MalformedAnswerError
from frontend.log_events import log_failed_call

T = TypeVar("T")

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_RETRY_PAUSES_SECONDS = (0.1, 0.3)
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
    "webp": (b"RIFF",),
    "svg": (b"<svg", b"<?xml"),
}


class Trouble(StrEnum):
    """Why no usable answer came."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    GARBAGE = "garbage"


_SENTENCES: Mapping[Trouble, str] = {
    Trouble.UNREACHABLE: "The logo service cannot be reached.",
    Trouble.TIMEOUT: "The logo service takes too long to answer.",
    Trouble.GARBAGE: "The logo service gave an answer that cannot be understood.",
}


class ApiError(Exception):
    """Base of everything that a call can raise."""


class ApiProblem(ApiError):  # noqa: N818 - named after the document it carries
    """The API answered that the request cannot be served."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail or problem.title or problem.code)
        self.problem = problem


class ApiUnavailable(ApiError):  # noqa: N818 - states what is the case
    """No usable answer came; `str()` is a plain English sentence."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(_SENTENCES[trouble])
        self.trouble = trouble


class Transport:
    """Calls the API at one address. Safe for several threads.

    Reads are repeated twice when the connection fails; writes never are, but carry an
    `Idempotency-Key`, so that a caller may send the same request again under the same key.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str = "",
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.has_key = _fits_a_header(api_key)
        self._sleep = sleep
        # Redirects are not followed, so the key goes to this one address.
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=_TIMEOUT,
            transport=transport,
            headers={"Authorization": f"Bearer {api_key}"} if self.has_key else None,
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def order(self, path: str, body: Mapping[str, Any], key: str | None = None) -> Job:
        """Hands in a job. The same key gives the same job. Raises ApiError."""
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return understood(read_job, self.send("POST", path, json=body, headers=headers))

    def get(self, path: str, **options: Any) -> httpx.Response:
        """A read. Raises ApiError."""
        for pause in _RETRY_PAUSES_SECONDS:
            try:
                return self.send("GET", path, **options)
            except ApiUnavailable as error:
                # A repeated time-out would keep the user waiting half a minute.
                if error.trouble is not Trouble.UNREACHABLE:
                    raise
            self._sleep(pause)
        return self.send("GET", path, **options)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, never repeated. Options as for `httpx.Client.request`. Raises ApiError."""
        try:
            response = self._http.request(method, path, **options)
        except httpx.TimeoutException as error:
            log_failed_call(method, path, Trouble.TIMEOUT)
            raise ApiUnavailable(Trouble.TIMEOUT) from error
        except (httpx.RequestError, httpx.InvalidURL) as error:
            log_failed_call(method, path, Trouble.UNREACHABLE)
            raise ApiUnavailable(Trouble.UNREACHABLE) from error
        if response.is_success:
            return response
        failure = _failure(response)
        if response.status_code >= 500:
            status, request_id = response.status_code, response.headers.get("X-Request-ID", "")
            code = failure.problem.code if isinstance(failure, ApiProblem) else Trouble.GARBAGE
            log_failed_call(method, path, code, status=status, request_id=request_id)
        raise failure


def _fits_a_header(api_key: str) -> bool:
    # Anything else could not be a key; the API then says that one is missing.
    return re.fullmatch(r"[\x21-\x7e]+", api_key) is not None


def _failure(response: httpx.Response) -> ApiError:
    """What a response with an error status, or an unexpected redirect, means."""
    try:
        problem = read_problem(response.json())
    except (ValueError, RecursionError):
        # Proxies answer for a server that is down with pages of their own.
        is_gateway = response.status_code in (502, 503, 504)
        return ApiUnavailable(Trouble.UNREACHABLE if is_gateway else Trouble.GARBAGE)
    retry_after = response.headers.get("Retry-After", "")
    return ApiProblem(
        replace(
            problem,
            status=response.status_code,
            request_id=problem.request_id or response.headers.get("X-Request-ID", ""),
            retry_after_seconds=float(retry_after) if retry_after.isdigit() else None,
        )
    )


def understood(read: Callable[[Any], T], response: httpx.Response) -> T:
    """The answer read by a function; one that cannot be read is an ApiUnavailable."""
    try:
        return read(response.json())
    except (MalformedAnswerError, ValueError, RecursionError) as error:
        raise ApiUnavailable(Trouble.GARBAGE) from error


def as_picture(content: bytes, format: str) -> bytes:
    """The bytes of a picture, if they begin like one of that format."""
    if not content.startswith(_SIGNATURES[format]):
        raise ApiUnavailable(Trouble.GARBAGE)
    return content


def safe_id(value: str, kind: str) -> str:
    """An id fit for a path; ids come from the address bar too, so anything may stand there."""
    if not _ID.fullmatch(value):
        raise ApiProblem(Problem(status=404, code=f"{kind}-not-found"))
    return quote(value, safe="")


def safe_name(value: str, kind: str) -> str:
    """A file's name fit for one part of a path; names with a folder in them are refused."""
    if not value or len(value) > 255 or value in (".", "..") or re.search(r"[/\\\x00-\x1f]", value):
        raise ApiProblem(Problem(status=404, code=f"{kind}-not-found"))
    return quote(value, safe="")


def own_path(url: str) -> str:
    """A path that the API gave, for another call; an address of another host is refused."""
    if not url.startswith("/") or url.startswith("//"):
        raise ApiUnavailable(Trouble.GARBAGE)
    return url
