"""The state of the logs: are they collected, what were the last errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from frontend.json_fields import as_mapping, each, flag, text
from frontend.transport import Transport, understood


@dataclass(frozen=True, slots=True)
class LoggedError:
    """One error in the log of the service.

    Attributes:
        at: ISO 8601, UTC.
        process: who wrote it.
    """

    at: str
    process: str = ""
    message: str = ""
    code: str = ""
    request_id: str = ""
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class LogState:
    """What the service tells of its logs.

    Attributes:
        stack: "not-configured", "reachable" or "unreachable".
        detail: the cluster's health, or why it cannot be reached.
        kibana_url: as browsers reach it, "" without one.
        writes_files: whether there are log files to find errors in.
        errors: newest first.
    """

    stack: str
    detail: str = ""
    kibana_url: str = ""
    writes_files: bool = False
    errors: tuple[LoggedError, ...] = ()


class LogsApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http

    def state(self) -> LogState:
        """The state of the logs."""
        return understood(_read_state, self._http.get("/health/logs"))


def _read_state(values: Any) -> LogState:
    record = as_mapping(values)
    url = text(record, "kibana_url")
    return LogState(
        stack=text(record, "stack", required=True),
        detail=text(record, "detail"),
        # It becomes a link on the page.
        kibana_url=url if url.startswith(("http://", "https://")) else "",
        writes_files=flag(record, "writes_files", False),
        errors=each(record, "errors", _read_error),
    )


def _read_error(record: Mapping[str, Any]) -> LoggedError:
    return LoggedError(
        at=text(record, "at", required=True),
        process=text(record, "process"),
        message=text(record, "message"),
        code=text(record, "code"),
        request_id=text(record, "request_id"),
        job_id=text(record, "job_id"),
    )
