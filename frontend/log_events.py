"""What the front end tells its log: pages that were drawn, calls that failed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from frontend.telemetry.context import REQUEST_ID, working_for

_LOG = logging.getLogger(__name__)


@contextmanager
def drawing(page: str) -> Iterator[None]:
    """Tells how long a page took; one that Streamlit draws anew before its end is not told."""
    started = time.perf_counter()
    yield
    seconds = time.perf_counter() - started
    _LOG.info(
        "page %s drawn in %.0f ms", page, seconds * 1000,
        extra={
            "event.action": "page-drawn", "logo.page": page, "event.duration": int(seconds * 1e9),
        },
    )  # fmt: skip


def log_failed_call(
    method: str, path: str, what: str, *, status: int | None = None, request_id: str = ""
) -> None:
    """Tells of a call without a usable answer.

    Args:
        what: the problem's code, or what kept the answer away.
        request_id: of the API, whose log has more under it.
    """
    with working_for(REQUEST_ID, request_id):
        _LOG.warning(
            "%s %s failed: %s", method, path[:200], what,
            extra={
                "event.action": "call-failed", "event.outcome": "failure", "error.code": what,
                "http.request.method": method, "http.response.status_code": status,
                "url.path": path[:200],
            },
        )  # fmt: skip
