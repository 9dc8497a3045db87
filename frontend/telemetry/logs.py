"""Sets a process's logging up: standard error, the rotated file, the live tail."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from frontend.telemetry.ecs import EcsFormatter, TextFormatter
from frontend.telemetry.live_tail import LiveTail
from frontend.telemetry.redaction import Redactor
from frontend.telemetry.rotation import OwnFile, Rotation

# They would log request URLs, tokens included, on every call.
_TALKATIVE = ("httpx", "httpcore", "httpx2", "PIL", "asyncio", "urllib3", "elastic_transport")
_RESERVED = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LogOptions:
    """What is logged and where to.

    Attributes:
        level: of the root logger, such as "INFO".
        format: of standard error; files are always ECS JSON.
        folder: of the files, made if it is missing; None: no files.
        prompts: whether the words of prompts are written, not only their length and hash.
        live_tail: host and port of a Logstash `tcp` input, such as "localhost:5959"; "": none.
            Takes its lines from the file handler, so it needs a folder.
        secrets: values that are masked wherever they appear.
    """

    level: str = "INFO"
    format: Literal["text", "json"] = "text"
    folder: Path | None = None
    rotation: Rotation = field(default_factory=Rotation)
    prompts: bool = False
    live_tail: str = ""
    secrets: tuple[str, ...] = ()


def configure_logging(options: LogOptions, process_name: str, *, to_stderr: bool = True) -> None:
    """Sends all logs where the options say. A folder that cannot be written is told, not fatal.

    May be called again; handlers of an earlier call are closed.

    Args:
        process_name: such as "api" or "worker"; part of file names and of data stream names.
        to_stderr: False for commands whose terminal shows something else.
    """
    reset_logging()
    root = logging.getLogger()
    if to_stderr:
        root.addHandler(_stderr_handler(options, process_name))
    root.setLevel(options.level)
    logging.captureWarnings(capture=True)
    _tame_others()
    _tolerate_clashes()
    if options.folder is None:
        return
    try:
        root.addHandler(OwnFileHandler(options, process_name))
    except OSError as error:
        root.warning("no log file: %s cannot be written (%s)", options.folder, error.strerror)


def reset_logging() -> None:
    """Takes back what `configure_logging` attached and closes its file."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _OwnStreamHandler | OwnFileHandler):
            if isinstance(handler, OwnFileHandler):
                # While the file still hears what the tail has to say.
                handler.end_tail()
            root.removeHandler(handler)
            handler.close()
    logging.captureWarnings(capture=False)


def _stderr_handler(options: LogOptions, process_name: str) -> logging.Handler:
    redact = Redactor(options.secrets)
    as_json = EcsFormatter(process_name, prompts=options.prompts, redact=redact)
    stream = _OwnStreamHandler(sys.stderr)
    stream.setFormatter(as_json if options.format == "json" else TextFormatter(redact))
    return stream


class OwnFileHandler(logging.Handler):
    """Writes every record to this process's file, and offers it to the live tail.

    The line is written within the log call: a file's page costs microseconds and survives the
    process, a queue would neither.

    Attributes:
        tail: None without a live tail, and after `close`.
    """

    def __init__(self, options: LogOptions, process_name: str) -> None:
        """Raises OSError if the folder cannot be written."""
        super().__init__()
        assert options.folder is not None
        self.setFormatter(
            EcsFormatter(process_name, prompts=options.prompts, redact=Redactor(options.secrets))
        )
        self._file = OwnFile(options.folder, process_name, options.rotation)
        self.tail: LiveTail | None = None
        if options.live_tail:
            host, _, port = options.live_tail.rpartition(":")
            self.tail = LiveTail(host, int(port), _tell_dropped)

    @property
    def path(self) -> Path:
        """The file that is written now."""
        return self._file.path

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the record; one that cannot be written is counted and told later."""
        line = self.format(record).encode("ascii") + b"\n"
        before = self._file.lost
        if self._file.write(line) and before:
            self._file.lost = 0
            self._tell_lost(before)
        if self.tail is not None:
            self.tail.offer(line)

    def end_tail(self) -> None:
        """Ends the live tail, if there is one."""
        tail, self.tail = self.tail, None
        if tail is not None:
            tail.close()

    def close(self) -> None:
        """Ends the tail and closes the file."""
        self.end_tail()
        self.acquire()
        try:
            self._file.close()
        finally:
            self.release()
        super().close()

    def _tell_lost(self, lines: int) -> None:
        told = logging.LogRecord(
            __name__, logging.WARNING, __file__, 0,
            "%d lines could not be written here; standard error had them", (lines,), None,
        )  # fmt: skip
        vars(told).update({"event.action": "log-lines-lost", "logo.log.lost": lines})
        self._file.write(self.format(told).encode("ascii") + b"\n")


class _OwnStreamHandler(logging.StreamHandler[Any]):
    """Marks the handler as ours, so that a test runner's handlers are left alone."""


class TolerantLogger(logging.Logger):
    """Takes any `extra`: the standard one raises KeyError at its caller for some names."""

    def makeRecord(  # noqa: N802 - the library's name
        self, name: str, level: int, fn: str, lno: int, msg: object, args: Any, exc_info: Any,
        func: str | None = None, extra: Mapping[str, object] | None = None,
        sinfo: str | None = None,
    ) -> logging.LogRecord:  # fmt: skip
        """A record whose clashing extras have names of their own."""
        record = super().makeRecord(name, level, fn, lno, msg, args, exc_info, func, None, sinfo)
        for key, value in (extra or {}).items():
            vars(record)[f"extra_{key}" if key in _RESERVED else key] = value
        return record


def _tolerate_clashes() -> None:
    logging.setLoggerClass(TolerantLogger)
    for logger in list(logging.Logger.manager.loggerDict.values()):
        # Those of modules that were imported before; classes of other packages stay.
        if type(logger) is logging.Logger:
            logger.__class__ = TolerantLogger


def _tame_others() -> None:
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of every malformed form; whoever sends one is told in the answer.
    logging.getLogger("python_multipart").setLevel(logging.ERROR)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _tell_dropped(lines: int) -> None:
    _LOG.warning(
        "the live tail dropped %d lines; the files have them",
        lines,
        extra={"event.action": "log-lines-dropped", "logo.log.lost": lines},
    )
