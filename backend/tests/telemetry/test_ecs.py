from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.telemetry.context import JOB_ID, REQUEST_ID, STAGE, working_for
from backend.telemetry.ecs import LINE_BYTES, EcsFormatter, TextFormatter
from backend.telemetry.fields import BASE_FIELDS, EXTRA_FIELDS, Kind


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


def formatted(made: logging.LogRecord, **options: Any) -> dict[str, Any]:
    line = EcsFormatter("api", **options).format(made)
    assert len(line.splitlines()) == 1
    assert line.isascii()
    assert len(line) <= LINE_BYTES

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    found: dict[str, Any] = json.loads(line, parse_constant=refuse)
    return flat(found)


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested names with dots; labels stay together."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and key != "labels":
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = value
    return found


def test_a_line_has_the_fields_of_the_schema() -> None:
    line = formatted(record("%d jobs", 3))
    assert line["@timestamp"].endswith("Z")
    assert line["log.level"] == "info"
    assert line["message"] == "3 jobs"
    assert line["log.logger"] == "a.b"
    assert line["log.origin.file.name"] == "file.py"
    assert line["log.origin.file.line"] == 7
    assert line["event.dataset"] == line["data_stream.dataset"] == "logo.api"
    assert "labels" not in line
    assert set(line) <= set(BASE_FIELDS)


@pytest.mark.parametrize(
    ("created", "told"),
    [
        (0.0, "1970-01-01T00:00:00.000Z"),
        (1_700_000_000.9996, "2023-11-14T22:13:20.999Z"),
        (-0.25, "1969-12-31T23:59:59.750Z"),
        (-62_000_000_000, "0005-04-19T09:46:40.000Z"),
    ],
)
def test_times_are_told_to_the_millisecond(created: float, told: str) -> None:
    assert formatted(record(created=created))["@timestamp"] == told


@pytest.mark.parametrize("created", [float("nan"), float("inf"), 1e300, "soon", None])
def test_a_time_that_is_none_becomes_now(created: object) -> None:
    told = datetime.fromisoformat(formatted(record(created=created))["@timestamp"])
    assert abs((datetime.now(UTC) - told).total_seconds()) < 60


def test_whose_work_it_was_is_told() -> None:
    with working_for(REQUEST_ID, "r1"), working_for(JOB_ID, "j1"):
        line = formatted(record())
        text = TextFormatter().format(record())
    assert line["http.request.id"] == "r1"
    assert line["logo.job.id"] == "j1"
    assert "[r1] [j1]: hello" in text
    assert not {"http.request.id", "logo.job.id"} & set(formatted(record()))


def test_a_batch_works_for_several_requests() -> None:
    with working_for(REQUEST_ID, "r1,r2"):
        assert formatted(record())["http.request.id"] == ["r1", "r2"]


def test_a_batch_works_for_several_jobs() -> None:
    with working_for(JOB_ID, "j1,j2"), working_for(STAGE, "restyle"):
        line = formatted(record())
    assert (line["logo.job.id"], line["logo.stage"]) == (["j1", "j2"], "restyle")


def test_every_line_has_an_id_of_its_own() -> None:
    formatter = EcsFormatter("api")
    ids = {json.loads(formatter.format(record()))["event"]["id"] for _ in range(100)}
    assert len(ids) == 100


def test_no_name_of_a_field_begins_another() -> None:
    names = [*BASE_FIELDS, *EXTRA_FIELDS]
    assert len(names) == len(set(names))
    assert [a for a in names for b in names if b.startswith(f"{a}.")] == []


class State(StrEnum):
    DONE = "done"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("logo.job.wait_ms", 12.6, 13),
        ("logo.run.value", 3, 3.0),
        ("logo.job.state", State.DONE, "done"),
        ("logo.loras", ("a", "b"), ["a", "b"]),
        ("logo.loras", [], []),
    ],
)
def test_values_take_the_type_of_their_field(name: str, value: object, expected: object) -> None:
    line = formatted(record(**{name: value}))
    assert line[name] == expected
    assert "labels" not in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("logo.run.value", float("nan")),
        ("logo.run.value", "high"),
        ("logo.job.wait_ms", True),
        ("logo.job.wait_ms", 2**63),
        ("logo.job.state", 7),
        ("event.duration", float("inf")),
    ],
)
def test_values_that_do_not_fit_a_field_become_labels(name: str, value: object) -> None:
    line = formatted(record(**{name: value}))
    assert name not in line
    assert list(line["labels"]) == [name.replace(".", "_")]


def test_prompts_are_told_by_length_and_hash_unless_asked_for() -> None:
    words = "a red fox for a café"
    line = formatted(record(prompt=words))
    assert "fox" not in str(line)
    assert line["logo.prompt.length"] == len(words)
    assert line["logo.prompt.sha256"] == hashlib.sha256(words.encode()).hexdigest()[:16]
    assert formatted(record(prompt=words), prompts=True)["logo.prompt.text"] == words


def test_secrets_are_masked_wherever_they_stand() -> None:
    made = record("call with %s", "Authorization: Bearer abcdef0123456789", api_key="k", note="x")
    try:
        raise ValueError("https://user:hunter2@host/ and password='correct horse'")
    except ValueError:
        made.exc_info = sys.exc_info()
    told = str(formatted(made)) + TextFormatter().format(made)
    for secret in ("abcdef0123456789", "hunter2", "correct horse"):
        assert secret not in told
    assert formatted(made)["labels"] == {"api_key": "[redacted]", "note": "x"}


def test_a_line_is_bounded_whatever_is_in_it() -> None:
    made = record("\U0001f600" * 10**5, **{f"x{i}": "\U0001f600" * 2_000 for i in range(40)})
    made.exc_info = (ValueError, ValueError("\U0001f600" * 10**5), None)
    line = formatted(made)
    assert line["labels"] == {"cut": True}
    assert line["message"].startswith("\U0001f600")


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
        ({"log.level": "x", "error.type": 1}, {"log_level": "x", "error_type": 1}),
        ({"labels": {"labels": 1}}, {"labels": "{'labels': 1}"}),
        ({"@timestamp": 0, "service.name": "x"}, {"@timestamp": 0, "service_name": "x"}),
        ({"big": 10**30}, {"big": str(10**30)}),
        ({"huge": 10**5000}, {"huge": "<whole number of 16610 bits>"}),
        ({7: 1, None: 2}, {"7": 1, "None": 2}),
        ({"raw": b"\xff"}, {"raw": "b'\\xff'"}),
        ({"half": "\ud800"}, {"half": "?"}),
        ({"bad": Unprintable()}, {"bad": "<unprintable Unprintable>"}),
        ({"flag": True}, {"flag": True}),
        ({"x" * 100: 1}, {"x" * 63 + "…": 1}),
        ({"long": "x" * 10**7}, {"long": "x" * 1023 + "…"}),
    ],
    ids=lambda value: ascii(list(value))[:30],
)
def test_odd_extras_become_plain_labels(extra: dict[Any, Any], labels: dict[str, Any]) -> None:
    made = record()
    made.__dict__.update(extra)
    assert formatted(made)["labels"] == labels


def test_a_structure_that_holds_itself_is_told() -> None:
    loop: list[Any] = []
    loop.append(loop)
    assert formatted(record(loop=loop))["labels"] == {"loop": "[[[[[...]]]]]"}


def test_a_large_structure_is_told_by_its_beginning() -> None:
    told = formatted(record(rows=list(range(10**6))))["labels"]["rows"]
    assert told.startswith("[0, 1, 2,")
    assert told.endswith("...]")
    assert len(told) < 200


class Spoilt(str):
    __slots__ = ()

    def __len__(self) -> int:
        raise RuntimeError("no")

    __getitem__ = encode = isascii = __str__ = __len__  # type: ignore[assignment]


def test_text_with_spoilt_methods_is_told_all_the_same() -> None:
    assert formatted(record(odd=Spoilt("told")))["labels"] == {"odd": "told"}


def test_invented_names_do_not_pile_up() -> None:
    line = formatted(record(**{f"field{i}": i for i in range(10_000)}))
    assert len(line["labels"]) == 32
    assert set(line) <= set(BASE_FIELDS) | {"labels"}


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


@pytest.mark.parametrize(
    "trouble",
    [
        (ValueError, ValueError("x"), "no frames"),
        (ValueError, "no error", None),
        ("no type", None, None),
        (ValueError, ValueError("x")),
        (None, None, None),
        True,
    ],
)
def test_damaged_traces_of_exceptions_are_no_reason_to_fail(trouble: Any) -> None:
    made = record()
    made.exc_info = trouble
    assert formatted(made)["message"] == "hello"
    assert TextFormatter().format(made)


def test_text_cannot_forge_lines_or_colours() -> None:
    line = TextFormatter().format(record("a\nERROR fake\r\x1b[31mred"))
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line
    assert "\x9b" not in TextFormatter().format(record("\x9b31m"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.text(), st.dictionaries(st.text(max_size=80), VALUES, max_size=40))
def test_no_record_breaks_a_line(message: str, extra: dict[str, Any]) -> None:
    made = record(message)
    vars(made).update({name: value for name, value in extra.items() if name not in vars(made)})
    line = formatted(made)
    assert {name for name in line if name not in BASE_FIELDS} <= {*EXTRA_FIELDS, "labels"}
    assert "\n" not in TextFormatter().format(made)


@given(st.dictionaries(st.sampled_from(sorted(EXTRA_FIELDS)), VALUES))
def test_fields_have_their_types_whatever_comes(extra: dict[str, Any]) -> None:
    types = {Kind.KEYWORD: (str, list), Kind.LONG: (int,), Kind.DOUBLE: (float,)}
    for name, value in formatted(record(**extra)).items():
        if name in EXTRA_FIELDS:
            assert type(value) in types[EXTRA_FIELDS[name]], name


@given(st.dictionaries(st.sampled_from(sorted(vars(record()))), VALUES))
def test_no_damaged_record_breaks_a_line(damage: dict[str, Any]) -> None:
    formatted(record(**damage))
    TextFormatter().format(record(**damage))
