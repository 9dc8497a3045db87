"""Log lines in Elastic Common Schema that no record can break, and lines for people."""

from __future__ import annotations

import hashlib
import itertools
import json
import logging
import math
import os
import secrets
import socket
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from backend.telemetry.context import JOB_ID, REQUEST_ID, STAGE
from backend.telemetry.fields import EXTRA_FIELDS, Kind
from backend.telemetry.redaction import MASK, Redactor, is_secret_name
from backend.telemetry.values import fitting, labelled, printed

ECS_VERSION = "8.11.0"
SERVICE_NAME = "text-to-logo"
# Collectors cut or refuse lines without bound; whatever is logged, a line stays below this.
LINE_BYTES = 64 * 1024
PROMPT_FIELD = "prompt"

_MESSAGE_CHARACTERS = 8_192
_STACK_CHARACTERS = 16_384
_ERROR_CHARACTERS = 1_024
_PROMPT_CHARACTERS = 4_096
_LABELS = 32
# Lines are trees by construction: nothing in them needs to be watched for circles.
_ENCODER = json.JSONEncoder(
    ensure_ascii=True, allow_nan=False, check_circular=False, separators=(",", ":")
)
_LABEL_NAME_CHARACTERS = 64
_NAME_CHARACTERS = 128
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_PATHS: Mapping[str, tuple[str, ...]] = {name: tuple(name.split(".")) for name in EXTRA_FIELDS}


class EcsFormatter(logging.Formatter):
    """Formats any record as one line of strict ASCII JSON below `LINE_BYTES`, and never raises.

    `extra` values appear in the fields of `telemetry.fields` if name and type fit, else under
    `labels`. An `extra` named "prompt" is told as its length and hash only.
    """

    def __init__(
        self, process_name: str, *, prompts: bool = False, redact: Redactor | None = None
    ) -> None:
        """Args: prompts: whether the words of prompts are written as well."""
        super().__init__()
        self.process_name = process_name
        self._prompts = prompts
        self._redact = redact or Redactor()
        self._dataset = f"logo.{process_name}"
        # What is the same on every line is encoded once.
        constant = {
            "ecs": {"version": ECS_VERSION},
            "service": {"name": SERVICE_NAME, "type": process_name},
            "data_stream": {"type": "logs", "dataset": self._dataset, "namespace": "default"},
            "host": {"name": socket.gethostname()},
        }
        self._ending = "," + _ENCODER.encode(constant)[1:]
        self._nonce = secrets.token_hex(6)
        self._count = itertools.count()
        self._names: dict[str, str] = {}

    def format(self, record: logging.LogRecord) -> str:
        """One line without a line break."""
        try:
            return _bounded(self._line(record), LINE_BYTES - len(self._ending))[:-1] + self._ending
        except Exception as error:  # noqa: BLE001 - a damaged record must cost nobody a request
            line = self._base(logging.makeLogRecord({"levelname": "ERROR", "name": __name__}))
            line["message"] = f"a log record could not be written: {type(error).__name__}"
            return _dumped(line)[:-1] + self._ending

    def _line(self, record: logging.LogRecord) -> dict[str, Any]:
        line = self._base(record)
        labels: dict[str, Any] = {}
        if request_ids := REQUEST_ID.get():
            line["http"] = {"request": {"id": _one_or_all(request_ids)}}
        if job_ids := JOB_ID.get():
            line["logo"] = {"job": {"id": _one_or_all(job_ids)}}
        if stage := STAGE.get():
            line.setdefault("logo", {})["stage"] = stage
        for key, value in vars(record).items():
            if key not in _STANDARD:
                self._extra(line, labels, key, value)
        if error := _error(record, self._redact):
            line.setdefault("error", {}).update(error)
        if labels:
            line["labels"] = labels
        return line

    def _base(self, record: logging.LogRecord) -> dict[str, Any]:
        pid = os.getpid()
        line = record.lineno if type(record.lineno) is int else 0
        return {
            "@timestamp": _timestamp(record),
            "log": {
                "level": self._name(record.levelname).lower(),
                "logger": self._name(record.name),
                "origin": {"file": {"name": self._name(record.filename), "line": line}},
            },
            "message": _message(record, self._redact),
            # The id makes a line that is delivered twice one document.
            "event": {
                "dataset": self._dataset,
                "id": f"{self._nonce}-{pid:x}-{next(self._count):x}",
            },
            "process": {"pid": pid},
        }

    def _name(self, value: object) -> str:
        """Names of loggers, files and levels: few, and the same on every line."""
        if type(value) is not str:
            return printed(value, _NAME_CHARACTERS, self._redact)
        if value not in self._names:
            if len(self._names) >= 1_000:
                self._names.clear()
            self._names[value] = printed(value, _NAME_CHARACTERS, self._redact)
        return self._names[value]

    def _extra(self, line: dict[str, Any], labels: dict[str, Any], key: Any, value: Any) -> None:
        if not isinstance(key, str):
            key = printed(key, _LABEL_NAME_CHARACTERS, self._redact)
        kind = EXTRA_FIELDS.get(key)
        if kind is not None:
            if value is None:
                return
            if kind is Kind.KEYWORD and self._redact.is_known_clean(value):
                # Most values of keywords were on an earlier line, too.
                _put(line, _PATHS[key], value)
                return
            if (found := fitting(value, kind, self._redact)) is not None:
                _put(line, _PATHS[key], found)
                return
        if key == PROMPT_FIELD and isinstance(value, str):
            line.setdefault("logo", {})["prompt"] = self._prompt(value)
            return
        if len(labels) < _LABELS:
            # A dot would nest and could clash with a label that is a plain value.
            name = printed(key, _LABEL_NAME_CHARACTERS, self._redact).replace(".", "_")
            is_secret = is_secret_name(key) and not isinstance(value, int | float)
            labels[name] = MASK if is_secret else labelled(value, self._redact)

    def _prompt(self, text: str) -> dict[str, Any]:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        told: dict[str, Any] = {"length": len(text), "sha256": digest}
        if self._prompts:
            told["text"] = printed(text, _PROMPT_CHARACTERS, self._redact)
        return told


class TextFormatter(logging.Formatter):
    """Formats records for people: time, level, logger, whose work it was, message. Never raises."""

    def __init__(self, redact: Redactor | None = None) -> None:
        super().__init__()
        self._redact = redact or Redactor()

    def format(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it if there is one."""
        whose = "".join(f" [{value}]" for value in (REQUEST_ID.get(), JOB_ID.get()) if value)
        message = _message(record, self._redact).replace("\r", "\\r").replace("\n", "\\n")
        level = printed(record.levelname, 20, self._redact)
        name = printed(record.name, _NAME_CHARACTERS, self._redact)
        line = f"{_timestamp(record)[11:23]} {level:7} {name}{whose}: {message}"
        stack = _error(record, self._redact).get("stack_trace")
        # Terminals obey escape sequences, and log lines carry what strangers sent.
        text = f"{line}\n{stack}" if stack else line
        return text.replace("\x1b", "\\x1b").replace("\x9b", "\\x9b")


def _put(line: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Sets a field in its place; no name of a field begins another's, so places are free."""
    place = line
    for name in path[:-1]:
        place = place.setdefault(name, {})
    place[path[-1]] = value


def _bounded(line: dict[str, Any], limit: int) -> str:
    """The line; if it is too long, without what matters least."""
    text = _dumped(line)
    if len(text) > limit and "labels" in line:
        line["labels"] = {"cut": True}
        text = _dumped(line)
    if len(text) > limit and "stack_trace" in line.get("error", {}):
        line["error"]["stack_trace"] = line["error"]["stack_trace"][-2_000:]
        text = _dumped(line)
    if len(text) > limit:
        line["message"] = line["message"][:1_000]
        line.pop("logo", None)
        text = _dumped(line)
    return text


def _dumped(line: dict[str, Any]) -> str:
    return _ENCODER.encode(line)


def _timestamp(record: logging.LogRecord) -> str:
    try:
        second = math.floor(record.created)
        return f"{_second(second)}.{int((record.created - second) * 1000):03d}Z"
    except (TypeError, ValueError, OverflowError, OSError):
        moment = datetime.now(UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=4)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def _message(record: logging.LogRecord, redact: Redactor) -> str:
    try:
        return printed(record.getMessage(), _MESSAGE_CHARACTERS, redact)
    except Exception:  # noqa: BLE001 - arguments' __str__ is foreign code; a log call must not raise
        return printed(record.msg, _MESSAGE_CHARACTERS, redact)


def _one_or_all(ids: str) -> str | list[str]:
    """Ids that stand in one text with commas between them."""
    return ids.split(",") if "," in ids else ids


def _error(record: logging.LogRecord, redact: Redactor) -> dict[str, str]:
    if not isinstance(record.exc_info, tuple) or len(record.exc_info) != 3:
        return {}
    kind, error, frames = record.exc_info
    if kind is None:
        return {}
    try:
        stack = "".join(traceback.format_exception(kind, error, frames))
    except Exception:  # noqa: BLE001 - formatting calls the exception's own __str__, and frames may be none
        stack = f"{printed(kind, _NAME_CHARACTERS, redact)}: <no traceback>"
    return {
        "type": printed(getattr(kind, "__name__", kind), _NAME_CHARACTERS, redact),
        "message": printed(error, _ERROR_CHARACTERS, redact),
        # The end of a traceback says what happened; secrets go before it is cut.
        "stack_trace": printed(stack[-2 * _STACK_CHARACTERS :], 2 * _STACK_CHARACTERS, redact)[
            -_STACK_CHARACTERS:
        ],
    }
