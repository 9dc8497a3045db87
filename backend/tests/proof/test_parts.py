"""What the proofs judge by: a promise that is broken is seen."""

from __future__ import annotations

import json
import os
import random
import subprocess
import zipfile
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest

from backend.proof import fuzz, kills, streams
from backend.proof.draws import SchemaDraws, damaged
from backend.proof.growth import Growth, Sample, Watch
from backend.proof.kits import fault_of_kit
from backend.proof.requests import Known, Requests
from backend.proof.streams import Event, EventReader
from backend.proof.wire import Answer, Unchunker

PROBLEM = {"content-type": "application/problem+json"}
STORY = b'event: state\ndata: {"a": 1}\nid: 1\n\n: comment\n\nevent: end\ndata: {}\nid: 2\n\n'
EVENTS = [Event("1", "state", '{"a": 1}'), Event("2", "end", "{}")]


def test_half_a_kit_and_another_one_are_seen() -> None:
    def named(content: bytes) -> str:
        return f"kit_{sha256(content).hexdigest()[:24]}"

    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "whole")
    whole = stream.getvalue()
    assert fault_of_kit(named(whole), whole) is None
    assert "other bytes" in str(fault_of_kit(named(whole), whole[:-1]))
    assert "no whole ZIP" in str(fault_of_kit(named(whole[:-1]), whole[:-1]))
    damaged_inside = whole.replace(b"whole", b"whale")
    assert "broken a.txt" in str(fault_of_kit(named(damaged_inside), damaged_inside))


def samples(mb_a_minute: float, handles_a_minute: float) -> list[Sample]:
    return [
        Sample(60 * i, 100 + i * mb_a_minute + i % 2, round(30 + i * handles_a_minute), 9)
        for i in range(60)
    ]


def test_growth_is_told_from_noise() -> None:
    flat, leak = Growth.of(samples(0, 0)), Growth.of(samples(1, 0.5))
    assert flat.faults("web", most_mb=5, most_handles=2) == []
    assert len(leak.faults("web", most_mb=5, most_handles=2)) == 2
    assert leak.slope_mb_per_hour == pytest.approx(60, rel=0.05)
    assert leak.grown_mb == pytest.approx(36, abs=2)


def test_a_course_of_a_moment_has_an_end() -> None:
    assert Growth.of([Sample(0, 100, 20, 4), Sample(0.3, 150, 60, 9)]).grown_mb == 50


@pytest.mark.parametrize(("requests", "is_kept"), [(600, True), (100_000, False)])
def test_what_a_slow_machine_shows_of_the_warm_up_is_no_leak(requests: int, is_kept: bool) -> None:
    report = fuzz._report(fuzz._Tally(), Growth.of(samples(1, 0.5)), requests, 1, 60.0, 0, [])
    assert report.is_kept is is_kept


def test_processes_are_looked_at_from_the_first_to_the_last_moment() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    with Watch({"self": os.getpid(), "gone": gone.pid}, every_seconds=60) as watch:
        pass
    assert len(watch.samples["self"]) == 2
    assert watch.samples["gone"] == []


def test_a_warm_up_is_no_growth() -> None:
    course = samples(0, 0)
    for i in range(5):
        course[i] = Sample(60 * i, 20, 3, 1)
    assert abs(Growth.of(course).slope_mb_per_hour) < 2


@pytest.mark.parametrize(
    ("answer", "faults"),
    [
        (Answer(200, {"content-type": "image/png"}, b"x" * 9999), 0),
        (Answer(404, PROBLEM, b'{"status": 404}'), 0),
        (Answer(507, PROBLEM, b'{"status": 507}'), 0),
        (Answer(500, PROBLEM, b'{"status": 500}'), 1),
        (Answer(422, PROBLEM, b'{"status": 422, "x": "' + b"x" * 4096 + b'"}'), 1),
        (Answer(400, {"content-type": "text/plain"}, b'{"status": 400}'), 1),
        (Answer(404, PROBLEM, b'{"status": 400}'), 1),
        (Answer(404, PROBLEM, b"{"), 1),
    ],
)
def test_an_answer_out_of_form_is_a_fault(answer: Answer, faults: int) -> None:
    assert len(fuzz._faults_of(answer)) == faults


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_a_chunked_stream_is_read_in_any_pieces(size: int) -> None:
    raw = b"%x\r\n%b\r\n5;x=y\r\n: end\r\n0\r\n\r\n" % (len(STORY), STORY)
    chunks, reader, events = Unchunker(), EventReader(), []
    for start in range(0, len(raw), size):
        events += reader.feed(chunks.feed(raw[start : start + size]))
    assert events == EVENTS
    assert chunks.ended
    assert reader.is_inside


def test_an_event_without_its_blank_line_never_happened() -> None:
    reader = EventReader()
    assert reader.feed(STORY[:-1]) == EVENTS[:1]
    assert reader.is_inside


@pytest.mark.parametrize(
    ("events", "kind"),
    [
        (EVENTS[:1], "events missed"),
        ([EVENTS[0], *EVENTS], "events repeated"),
        (EVENTS[::-1], "events out of order"),
        ([EVENTS[0], Event("2", "end", "[]")], "events of other content"),
    ],
)
def test_a_broken_story_is_seen(events: list[Event], kind: str) -> None:
    stored, tally = [("1", "state"), ("2", "end")], streams._Tally()
    streams._compare(tally, "job", EVENTS, EVENTS, stored)
    assert tally.faults == []
    streams._compare(tally, "job", events, EVENTS, stored)
    assert tally.counts[kind] == 1


def test_a_picture_of_two_jobs_and_a_failed_job_are_seen() -> None:
    ledger = kills._Ledger()
    order = kills._Order("key", {"count": 1, "name": "N"})

    def job(name: str, state: str = "succeeded") -> dict[str, Any]:
        result = {"images": [{"id": "img_1"}]}
        return {
            "id": name, "state": state, "attempt": 1, "error": None, "result": result,
            "request": {"name": "N"},
        }  # fmt: skip

    kills._check_job(ledger, order, job("a"))
    kills._check_job(ledger, order, job("a"))
    assert ledger.faults == []
    kills._check_job(ledger, order, job("b"))
    kills._check_job(ledger, order, job("c", "failed"))
    assert ledger.counts["pictures of two jobs"] == ledger.counts["jobs without success"] == 1
    kills._compare(ledger, order, None)
    order.job = "a"
    kills._compare(ledger, order, "b")
    assert ledger.counts["second jobs of one key"] == 1


SCHEMA = {
    "type": "object",
    "required": ["count", "colour"],
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": 8},
        "colour": {"type": "string", "pattern": "^#[0-9A-F]{6}$"},
        "size": {"enum": [256, 512]},
    },
    "additionalProperties": False,
}


def test_drawn_values_fit_and_spoiled_ones_differ() -> None:
    for number in range(200):
        draws = SchemaDraws({}, random.Random(number), [])
        value = draws.value(SCHEMA)
        assert 1 <= value["count"] <= 8
        assert value["colour"].startswith("#")
        assert value.get("size", 256) in (256, 512)
        assert json.dumps(draws.spoiled(value)) != json.dumps(value)


def test_the_same_seed_draws_the_same_requests() -> None:
    document = {"paths": {"/x/{job_id}": {"post": _OPERATION}, "/y": {"get": {}}}}
    requests = Requests(document, Known())

    def drawn() -> list[bytes]:
        return [requests.draw(random.Random(f"1 {i}"), 0.3).content for i in range(100)]

    assert drawn() == drawn()
    assert len(set(drawn())) > 50
    assert any(content.startswith(b"POST /x/") for content in drawn())


def test_damage_changes_most_bytes_sequences() -> None:
    dice = random.Random(1)
    assert sum(damaged(b"GET / HTTP/1.1", dice) != b"GET / HTTP/1.1" for _ in range(100)) > 90


_OPERATION = {
    "parameters": [{"in": "path", "name": "job_id", "schema": {"type": "string"}}],
    "requestBody": {"content": {"application/json": {"schema": SCHEMA}}},
}
