from __future__ import annotations

import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.telemetry.context import JOB_ID, REQUEST_ID, working_for
from backend.telemetry.ecs import (
    EcsFormatter,
    TextFormatter,
    configure_logging,
    reset_logging,
)


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


class BadError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


def record(message: object = "hello", *arguments: object, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord("a.b", logging.INFO, "/x/file.py", 7, message, arguments, None)
    made.__dict__.update(extra)
    return made


def formatted(made: logging.LogRecord) -> dict[str, Any]:
    line = EcsFormatter("api").format(made)
    assert "\n" not in line
    assert line.isascii()

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found: dict[str, Any] = json.loads(line, parse_constant=refuse)
    return found


def test_a_line_has_the_fields_of_the_schema() -> None:
    line = formatted(record("%d jobs", 3))
    assert line["@timestamp"].endswith("Z")
    assert line["log.level"] == "info"
    assert line["message"] == "3 jobs"
    assert line["log.logger"] == "a.b"
    assert line["log.origin.file.name"] == "file.py"
    assert line["log.origin.file.line"] == 7
    assert line["event.dataset"] == "logo.api"
    assert "labels" not in line


def test_whose_work_it_was_is_told() -> None:
    with working_for(REQUEST_ID, "r1"), working_for(JOB_ID, "j1"):
        line = formatted(record())
        text = TextFormatter().format(record())
    assert line["http.request.id"] == "r1"
    assert line["labels"] == {"job_id": "j1"}
    assert "[r1] [j1]: hello" in text
    assert "http.request.id" not in formatted(record())


def test_known_extras_have_their_place_and_others_are_labels() -> None:
    extra = {"http.response.status_code": 200, "url.path": "/jobs", "loss": 0.5, "stage": "draft"}
    line = formatted(record(**extra))
    assert line["http.response.status_code"] == 200
    assert line["url.path"] == "/jobs"
    assert line["labels"] == {"loss": 0.5, "stage": "draft"}


@pytest.mark.parametrize(
    ("extra", "labels"),
    [
        ({"loss": float("nan")}, {"loss": "nan"}),
        ({"loss": float("-inf")}, {"loss": "-inf"}),
        ({"log": "x", "http": {"a": 1}}, {"log": "x", "http": "{'a': 1}"}),
        ({"http.response.status_code": "200"}, {"http_response_status_code": "200"}),
        ({"@timestamp": 0, "service.name": "x"}, {"@timestamp": 0, "service_name": "x"}),
        ({"big": 10**30}, {"big": str(10**30)}),
        ({"raw": b"\xff"}, {"raw": "b'\\xff'"}),
        ({"half": "\ud800"}, {"half": "?"}),
        ({"bad": Unprintable()}, {"bad": "<unprintable Unprintable>"}),
        ({"flag": True}, {"flag": True}),
        ({"x" * 100: 1}, {"x" * 63 + "…": 1}),
        ({"long": "x" * 10**7}, {"long": "x" * 1023 + "…"}),
    ],
    ids=lambda value: str(list(value))[:30],
)
def test_odd_extras_become_plain_labels(extra: dict[str, Any], labels: dict[str, Any]) -> None:
    assert formatted(record(**extra))["labels"] == labels


def test_a_structure_that_holds_itself_is_told() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert formatted(record(loop=loop))["labels"] == {"loop": "[[...]]"}


def test_invented_names_do_not_pile_up() -> None:
    line = formatted(record(**{f"field{i}": i for i in range(10_000)}))
    assert len(line["labels"]) == 32


@pytest.mark.parametrize(
    ("message", "arguments", "expected"),
    [
        ("%d jobs", ("three",), "%d jobs"),
        ("%s %s", ("one",), "%s %s"),
        ("%s", (Unprintable(),), "%s"),
        (Unprintable(), (), "<unprintable Unprintable>"),
        ("a\nb\x1b[31m", (), "a\nb\x1b[31m"),
        ("x" * 10**6, (), "x" * 8191 + "…"),
        (None, (), "None"),
    ],
)
def test_odd_messages_are_told_as_well_as_possible(
    message: object, arguments: tuple[object, ...], expected: str
) -> None:
    assert formatted(record(message, *arguments))["message"] == expected


def test_exceptions_come_with_the_end_of_their_traceback() -> None:
    def deep(level: int) -> None:
        if level == 0:
            raise ValueError("at the bottom")
        deep(level - 1)

    made = record()
    try:
        deep(400)
    except ValueError:
        made.exc_info = sys.exc_info()
    line = formatted(made)
    assert line["error.type"] == "ValueError"
    assert line["error.message"] == "at the bottom"
    assert line["error.stack_trace"].endswith("ValueError: at the bottom\n")
    assert len(line["error.stack_trace"]) <= 16_384


def test_an_exception_that_cannot_be_printed_is_named() -> None:
    made = record()
    try:
        raise BadError
    except BadError:
        made.exc_info = sys.exc_info()
    line = formatted(made)
    assert line["error.type"] == "BadError"
    assert line["error.message"] == "<unprintable BadError>"
    assert TextFormatter().format(made)


def test_text_cannot_forge_lines_or_colours() -> None:
    line = TextFormatter().format(record("a\nERROR fake\r\x1b[31mred"))
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.text(), st.dictionaries(st.text(max_size=80), VALUES, max_size=40))
def test_no_record_breaks_a_line(message: str, extra: dict[str, Any]) -> None:
    free = {name: value for name, value in extra.items() if name not in vars(record())}
    formatted(record(message, **free))
    assert "\n" not in TextFormatter().format(record(message, **free))


@given(st.dictionaries(st.sampled_from(sorted(vars(record()))), VALUES))
def test_no_damaged_record_breaks_a_line(damage: dict[str, Any]) -> None:
    formatted(record(**damage))
    TextFormatter().format(record(**damage))


@pytest.fixture
def logs(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    yield tmp_path / "logs"
    reset_logging()
    logging.getLogger().setLevel(level)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_logs_go_to_a_file_of_their_own(logs: Path) -> None:
    configure_logging("INFO", "text", logs, "worker")
    logging.getLogger("x").info("told")
    logging.getLogger("x").debug("not told")
    logging.getLogger("httpx").info("GET https://example.org/?token=secret")
    assert [line["message"] for line in lines(logs / "worker.jsonl")] == ["told"]


def test_warnings_are_logged(logs: Path) -> None:
    configure_logging("INFO", "json", logs, "api")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    assert "old ways" in lines(logs / "api.jsonl")[0]["message"]


def test_configuring_again_replaces_what_was_there(logs: Path) -> None:
    before = len(logging.getLogger().handlers)
    for _ in range(3):
        configure_logging("INFO", "json", logs, "api")
    assert len(logging.getLogger().handlers) == before + 2
    logging.getLogger("x").info("once")
    assert len(lines(logs / "api.jsonl")) == 1
    assert not (logs / "api-1.jsonl").exists()


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.write_text("a file")
    configure_logging("INFO", "text", logs, "api")
    logging.getLogger("x").info("still here")
    shown = capsys.readouterr().err
    assert "no log file" in shown
    assert "still here" in shown


_WRITER = """
import logging, pathlib, sys
from backend.telemetry.ecs import configure_logging
configure_logging("INFO", "json", pathlib.Path(sys.argv[1]), "api")
print("ready", flush=True)
sys.stdin.readline()
for i in range(500):
    logging.getLogger("x").info("line %d", i)
"""


def test_processes_of_one_name_write_files_of_their_own(logs: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(logs)],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(3)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=30)
        assert writer.returncode == 0
    files = sorted(file.name for file in logs.glob("*.jsonl"))
    assert files == ["api-1.jsonl", "api-2.jsonl", "api.jsonl"]
    assert [len(lines(logs / name)) for name in files] == [500, 500, 500]


def test_the_file_of_a_process_that_ended_is_used_again(logs: Path) -> None:
    for _ in range(2):
        configure_logging("INFO", "json", logs, "api")
        logging.getLogger("x").info("one more")
        reset_logging()
    assert [file.name for file in logs.glob("*.jsonl")] == ["api.jsonl"]
    assert len(lines(logs / "api.jsonl")) == 2
