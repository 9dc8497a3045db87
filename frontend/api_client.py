"""A typed client of the HTTP API. Every failure is an `ApiProblem` or an `ApiUnavailable`."""

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

from frontend.api_answers import (
    MalformedAnswerError,
    read_capabilities,
    read_job,
    read_problem,
)
from frontend.api_types import Capabilities, DraftsRequest, Job, Problem, RestyleRequest

T = TypeVar("T")

_TIMEOUT = httpx.Timeout(10.0, connect=2.0)
_RETRY_PAUSES_SECONDS = (0.1, 0.3)
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SIGNATURES: Mapping[str, tuple[bytes, ...]] = {
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpeg": (b"\xff\xd8\xff",),
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


class LogoApi:
    """Calls the API at one address. Safe for several threads.

    Reads are repeated twice when the connection fails; writes never are, but carry an
    `Idempotency-Key`, so that a caller may send the same request again under the same key.
    """

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._sleep = sleep
        self._http = httpx.Client(base_url=self.base_url, timeout=_TIMEOUT, transport=transport)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def capabilities(self) -> Capabilities:
        """What the server offers."""
        return _understood(read_capabilities, self._get("/capabilities"))

    def job(self, job_id: str) -> Job:
        """The job as it stands."""
        return _understood(read_job, self._get(f"/jobs/{_safe_id(job_id, 'job')}"))

    def create_drafts(self, request: DraftsRequest, *, key: str | None = None) -> Job:
        """Orders drafts. The same key gives the same job."""
        return self._post("/drafts", request.to_json(), key)

    def create_restyle(self, request: RestyleRequest, *, key: str | None = None) -> Job:
        """Orders a restyle. The same key gives the same job."""
        return self._post("/restyle", request.to_json(), key)

    def cancel(self, job_id: str) -> None:
        """Asks a job to stop; harmless when it has already ended."""
        self._send("DELETE", f"/jobs/{_safe_id(job_id, 'job')}")

    def lacks_worker(self) -> bool:
        """Whether the service says that nothing runs that could do its jobs."""
        try:
            self._get("/health/ready")
        except ApiProblem as error:
            return "worker" in dict(error.problem.fields)
        return False

    def picture(self, image_id: str, format: str = "png") -> bytes:
        """The bytes of a picture, as `png`, `jpeg` or `svg`."""
        path = f"/images/{_safe_id(image_id, 'image')}"
        content = self._get(path, params={"format": format}).content
        return _as_picture(content, format)

    def preview(self, url: str) -> bytes:
        """The bytes of a JPEG preview of an unfinished picture.

        Args:
            url: path of the API as a job's progress gives it; never another host's.
        """
        if not url.startswith("/") or url.startswith("//"):
            raise ApiUnavailable(Trouble.GARBAGE)
        return _as_picture(self._get(url).content, "jpeg")

    def _post(self, path: str, body: Mapping[str, Any], key: str | None) -> Job:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return _understood(read_job, self._send("POST", path, json=body, headers=headers))

    def _get(self, path: str, **options: Any) -> httpx.Response:
        for pause in _RETRY_PAUSES_SECONDS:
            try:
                return self._send("GET", path, **options)
            except ApiUnavailable as error:
                # A repeated time-out would keep the user waiting half a minute.
                if error.trouble is not Trouble.UNREACHABLE:
                    raise
            self._sleep(pause)
        return self._send("GET", path, **options)

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **options)
        except httpx.TimeoutException as error:
            raise ApiUnavailable(Trouble.TIMEOUT) from error
        except (httpx.RequestError, httpx.InvalidURL) as error:
            raise ApiUnavailable(Trouble.UNREACHABLE) from error
        if response.is_success:
            return response
        raise _failure(response)


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


def _understood(read: Callable[[Any], T], response: httpx.Response) -> T:
    try:
        return read(response.json())
    except (MalformedAnswerError, ValueError, RecursionError) as error:
        raise ApiUnavailable(Trouble.GARBAGE) from error


def _as_picture(content: bytes, format: str) -> bytes:
    if not content.startswith(_SIGNATURES[format]):
        raise ApiUnavailable(Trouble.GARBAGE)
    return content


def _safe_id(value: str, kind: str) -> str:
    """An id fit for a path; ids come from the address bar too, so anything may stand there."""
    if not _ID.fullmatch(value):
        raise ApiProblem(Problem(status=404, code=f"{kind}-not-found"))
    return quote(value, safe="")
