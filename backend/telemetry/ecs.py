"""Log lines in Elastic Common Schema that no record can break, and one rotated file a process."""

from __future__ import annotations

import fcntl
import json
import logging
import math
import os
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal

from backend.telemetry.context import JOB_ID, REQUEST_ID

ECS_VERSION = "8.11.0"
SERVICE_NAME = "text-to-logo"
FILE_BYTES = 10 * 1024 * 1024
FILE_COUNT = 20

_MESSAGE_CHARACTERS = 8_192
_STACK_CHARACTERS = 16_384
_LABEL_CHARACTERS = 1_024
_LABELS = 32
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_KNOWN_FIELDS: Mapping[str, type] = {
    # Extras with these names and types go where ECS has a place for them, all others under labels:
    # an index stays small and typed whatever callers invent.
    "event.action": str,
    "event.duration": int,
    "http.request.method": str,
    "http.response.status_code": int,
    "url.path": str,
}
# They would log request URLs, tokens included, on every call.
_TALKATIVE = ("httpx", "httpcore", "httpx2", "PIL", "asyncio", "urllib3")


class EcsFormatter(logging.Formatter):
    """Formats any record as one line of strict JSON and never raises.

    `extra` values appear under `labels` unless ECS has a field for them; NaN and infinities become
    strings, long values are cut, objects that cannot be printed are named by their type.
    """

    def __init__(self, process_name: str) -> None:
        super().__init__()
        self.process_name = process_name

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line break."""
        line: dict[str, Any] = {
            "@timestamp": _timestamp(record),
            "log.level": _text(record.levelname, 20).lower(),
            "message": _message(record),
            "ecs.version": ECS_VERSION,
            "service.name": SERVICE_NAME,
            "event.dataset": f"logo.{self.process_name}",
            "process.pid": record.process if isinstance(record.process, int) else os.getpid(),
            "log.logger": _text(record.name, 128),
            "log.origin.file.name": _text(record.filename, 128),
            "log.origin.file.line": record.lineno if isinstance(record.lineno, int) else 0,
        }
        known, labels = _extras(record)
        if request_id := REQUEST_ID.get():
            line["http.request.id"] = request_id
        if job_id := JOB_ID.get():
            labels["job_id"] = job_id
        line.update(known)
        line.update(_error(record))
        if labels:
            line["labels"] = labels
        return json.dumps(line, ensure_ascii=True, allow_nan=False)


class TextFormatter(logging.Formatter):
    """Formats records for people: time, level, logger, whose work it was, message. Never raises."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it if there is one."""
        whose = "".join(f" [{value}]" for value in (REQUEST_ID.get(), JOB_ID.get()) if value)
        message = _message(record).replace("\r", "\\r").replace("\n", "\\n")
        level = _text(record.levelname, 20)
        line = f"{_timestamp(record)[11:23]} {level:7} {_text(record.name, 128)}{whose}: {message}"
        stack = _error(record).get("error.stack_trace")
        # Terminals obey escape sequences, and log lines carry what strangers sent.
        return (f"{line}\n{stack}" if stack else line).replace("\x1b", "\\x1b")


def configure_logging(
    level: str, output_format: Literal["text", "json"], folder: Path | None, process_name: str
) -> None:
    """Sends all logs to standard error and, if a folder is given, to a file of this process alone.

    May be called again; handlers of an earlier call are closed. Files are `<process_name>.jsonl`,
    or `<process_name>-1.jsonl` and so on when other processes of that name are running.

    Args:
        level: of the root logger, such as "INFO".
        output_format: of standard error; files are always ECS JSON.
        folder: made if it is missing. A folder that cannot be written is reported, not fatal.
        process_name: such as "api" or "worker".
    """
    reset_logging()
    root = logging.getLogger()
    stream = _OwnStreamHandler(sys.stderr)
    stream.setFormatter(EcsFormatter(process_name) if output_format == "json" else TextFormatter())
    root.addHandler(stream)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of every malformed form; whoever sends one is told in the answer.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    if folder is not None:
        try:
            root.addHandler(_OwnFileHandler(folder, process_name))
        except OSError as error:
            root.warning("no log file: %s cannot be written (%s)", folder, error.strerror)


def reset_logging() -> None:
    """Takes back what `configure_logging` attached and closes its file."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _OwnStreamHandler | _OwnFileHandler):
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(capture=False)


class _OwnStreamHandler(logging.StreamHandler[Any]):
    """Marks the handler as ours, so that a test runner's handlers are left alone."""


class _OwnFileHandler(RotatingFileHandler):
    """A rotated file that no other process writes: with two writers rotation loses lines."""

    def __init__(self, folder: Path, process_name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._claim, slot = _claim_slot(folder, process_name)
        name = process_name if slot == 0 else f"{process_name}-{slot}"
        super().__init__(
            folder / f"{name}.jsonl", maxBytes=FILE_BYTES, backupCount=FILE_COUNT, encoding="utf-8"
        )
        self.setFormatter(EcsFormatter(process_name))

    def close(self) -> None:
        super().close()
        self._claim.close()


def _claim_slot(folder: Path, process_name: str) -> tuple[TextIOWrapper, int]:
    for slot in range(64):
        claim = (folder / f".{process_name}-{slot}.lock").open("a", encoding="utf-8")
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            claim.close()
            continue
        return claim, slot
    raise OSError(0, f"64 processes named {process_name} hold all log files")


def _timestamp(record: logging.LogRecord) -> str:
    try:
        moment = datetime.fromtimestamp(record.created, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        moment = datetime.now(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    try:
        return _text(record.getMessage(), _MESSAGE_CHARACTERS)
    except Exception:  # noqa: BLE001 - arguments' __str__ is foreign code; a log call must not raise
        return _text(record.msg, _MESSAGE_CHARACTERS)


def _text(value: object, limit: int) -> str:
    try:
        text = value if isinstance(value, str) else str(value)
    except Exception:  # noqa: BLE001 - as above
        text = f"<unprintable {type(value).__name__}>"
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _label(value: object) -> str | int | float | bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return _text(value, _LABEL_CHARACTERS)


def _extras(record: logging.LogRecord) -> tuple[dict[str, Any], dict[str, Any]]:
    known: dict[str, Any] = {}
    labels: dict[str, Any] = {}
    for key, value in vars(record).items():
        if key in _STANDARD:
            continue
        expected = _KNOWN_FIELDS.get(key) if isinstance(key, str) else None
        if expected is not None and type(value) is expected:
            known[key] = _label(value)
        elif len(labels) < _LABELS:
            # A dot would nest and could clash with a label that is a plain value.
            labels[_text(key, 64).replace(".", "_")] = _label(value)
    return known, labels


def _error(record: logging.LogRecord) -> dict[str, str]:
    if not record.exc_info or not isinstance(record.exc_info, tuple) or record.exc_info[0] is None:
        return {}
    kind, error, frames = record.exc_info
    try:
        stack = "".join(traceback.format_exception(kind, error, frames))
    except Exception:  # noqa: BLE001 - formatting calls the exception's own __str__
        stack = "".join(traceback.format_tb(frames))
    return {
        "error.type": _text(kind.__name__, 128),
        "error.message": _text(error, _LABEL_CHARACTERS),
        # The end of a traceback says what happened.
        "error.stack_trace": _text(stack[-_STACK_CHARACTERS:], _STACK_CHARACTERS),
    }
