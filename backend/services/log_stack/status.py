"""Whether the log stack answers, and the last errors of this machine's own log files."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

_TIMEOUT_SECONDS = 2.0
# Every open page asks; the stack need not hear of each.
_KEPT_SECONDS = 10.0
_ERRORS = 20
_FILES = 16
_TAIL_BYTES = 256 * 1024
_MESSAGE_CHARACTERS = 300
_LEVELS = ("error", "critical")


class StackState(StrEnum):
    """What is known of the stack."""

    NOT_CONFIGURED = "not-configured"
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class LoggedError:
    """One line of level error or above.

    Attributes:
        at: its time as ISO 8601, UTC.
        process: who wrote it, such as "worker".
    """

    at: str
    process: str
    message: str
    code: str = ""
    request_id: str = ""
    job_id: str = ""


@dataclass(frozen=True, slots=True)
class LogReport:
    """What the status shows.

    Attributes:
        writes_files: whether processes here write log files at all.
        errors: newest first.
    """

    stack: StackState
    detail: str
    kibana_url: str
    writes_files: bool
    errors: tuple[LoggedError, ...]


class LogStatus:
    """Reads a bounded part of the log files, and asks the stack at most every ten seconds."""

    def __init__(
        self,
        folder: Path | None = None,
        url: str = "",
        *,
        kibana_url: str = "",
        ca_file: Path | None = None,
        password: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args: password: of the user `logo_reader`."""
        self._folder = folder
        self._url = url
        self._kibana_url = kibana_url
        self._ca_file = ca_file
        self._password = password
        self._monotonic = monotonic
        self._asked: tuple[float, StackState, str] | None = None

    def report(self) -> LogReport:
        """What is known now. Never raises; takes two seconds at most."""
        state, detail = self._stack()
        errors = last_errors(self._folder) if self._folder else ()
        return LogReport(state, detail, self._kibana_url, self._folder is not None, errors)

    def _stack(self) -> tuple[StackState, str]:
        if not self._url:
            return StackState.NOT_CONFIGURED, ""
        now = self._monotonic()
        if self._asked is None or now - self._asked[0] >= _KEPT_SECONDS:
            self._asked = (now, *self._ask())
        return self._asked[1], self._asked[2]

    def _ask(self) -> tuple[StackState, str]:
        try:
            answer = httpx.get(
                f"{self._url.rstrip('/')}/_cluster/health",
                auth=httpx.BasicAuth("logo_reader", self._password),
                timeout=_TIMEOUT_SECONDS,
                verify=str(self._ca_file) if self._ca_file else True,
            )
            health = answer.json() if answer.is_success else {}
        except (httpx.HTTPError, OSError, ValueError) as error:
            return StackState.UNREACHABLE, type(error).__name__
        if not isinstance(health, dict) or "status" not in health:
            return StackState.UNREACHABLE, f"status {answer.status_code}"
        return StackState.REACHABLE, str(health["status"])[:20]


def last_errors(folder: Path) -> tuple[LoggedError, ...]:
    """The newest errors in the ends of the newest files, newest first."""
    found = [error for path in _newest_files(folder) for error in _errors_in(path)]
    return tuple(sorted(found, key=lambda error: error.at, reverse=True)[:_ERRORS])


def _newest_files(folder: Path) -> list[Path]:
    dated: list[tuple[float, Path]] = []
    for path in folder.glob("*.jsonl"):
        try:
            dated.append((path.stat().st_mtime, path))
        except OSError:
            # Rotated away since the folder was read.
            continue
    return [path for _, path in sorted(dated, reverse=True)[:_FILES]]


def _errors_in(path: Path) -> Iterator[LoggedError]:
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - _TAIL_BYTES))
            lines = stream.read(_TAIL_BYTES).splitlines()
    except OSError:
        return
    for line in lines:
        # Most lines are none, and need not be parsed.
        if not any(b'"level":"%s"' % level.encode() in line for level in _LEVELS):
            continue
        try:
            yield _error_from(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError):
            # The beginning of a line lies before what was read, or it is not one of ours.
            continue


def _error_from(line: Mapping[str, Any]) -> LoggedError:
    logo, error, http = (line.get(name) or {} for name in ("logo", "error", "http"))
    job = (logo.get("job") or {}).get("id")
    request = (http.get("request") or {}).get("id")
    return LoggedError(
        at=str(line["@timestamp"]),
        process=str(line["service"]["type"]),
        message=str(line["message"])[:_MESSAGE_CHARACTERS],
        code=str(error.get("code") or error.get("type") or ""),
        request_id=_told(request),
        job_id=_told(job),
    )


def _told(ids: Any) -> str:
    return ", ".join(map(str, ids)) if isinstance(ids, list) else str(ids or "")
