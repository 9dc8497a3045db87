"""Problems as the API answers them."""

from __future__ import annotations

from typing import Any


def problem(status: int, code: str, detail: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """A status and a problem body."""
    title = code.replace("-", " ")
    body = {
        "status": status,
        "code": code,
        "title": title,
        "detail": detail,
        "request_id": "req-42",
    }
    return status, {**body, "errors": [], **more}
