"""The training calls against canned answers."""

from __future__ import annotations

import io
import json
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.api_types import NumberRange
from frontend.tests.multipart import parts
from frontend.tests.stub_runs import PRESETS, StubRun
from frontend.training_types import RunOrder, RunState, SetState
from frontend.transport import ApiProblem, ApiUnavailable

SET = {
    "id": "s1",
    "name": "Harbour",
    "state": "unready",
    "files": 2,
    "bytes": 10,
    "job": None,
    "problem": None,
    "pictures": [
        {
            "file": "a b.png",
            "caption": "a boat",
            "caption_from": "proposed",
            "problems": ["blurred"],
            "duplicate_of": None,
            "thumbnail_url": "/training/sets/s1/pictures/a%20b.png/thumbnail",
        }
    ],
    "findings": [{"code": "too-few", "level": "error", "files": [], "detail": "Add more."}],
    "refused": [{"source": "x.gif", "reason": "not a picture"}],
}


def training(body: Any, status: int = 200, seen: list[httpx.Request] | None = None) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            request.read()
            seen.append(request)
        return httpx.Response(status, content=json.dumps(body).encode())

    return LogoApi("http://api", transport=httpx.MockTransport(answer)).training


def run_json(**changes: Any) -> dict[str, Any]:
    run = StubRun("r1", {"name": "harbour", "goal": "style"}, 1, 0.0)
    run.share = 0.5
    return {**run.json(), **changes}


def test_a_set_is_read_with_its_pictures_and_findings() -> None:
    read = training(SET).set("s1")

    assert (read.state, read.state.was_checked, read.job) == (SetState.UNREADY, True, "")
    assert (read.pictures[0].file, read.pictures[0].problems) == ("a b.png", ("blurred",))
    assert (read.findings[0].code, read.refused[0].source) == ("too-few", "x.gif")


def test_files_are_sent_together() -> None:
    seen: list[httpx.Request] = []
    files = [("a.png", io.BytesIO(b"1")), ("captions.txt", io.BytesIO(b"a.png: x"))]
    training(SET, seen=seen).add_files("s1", files)

    assert parts(seen[0].content) == [
        ("files", "a.png", b"1"),
        ("files", "captions.txt", b"a.png: x"),
    ]


def test_a_pictures_name_becomes_one_part_of_the_path() -> None:
    seen: list[httpx.Request] = []
    training(SET, seen=seen).remove_picture("s1", "a b.png")

    assert seen[0].url.raw_path == b"/training/sets/s1/pictures/a%20b.png"
    with pytest.raises(ApiProblem):
        training(SET).remove_picture("s1", "../b.png")


def test_captions_are_sent_by_their_files() -> None:
    seen: list[httpx.Request] = []
    training(SET, seen=seen).save_captions("s1", {"a.png": "a boat"})

    assert json.loads(seen[0].content) == {"captions": {"a.png": "a boat"}}


def test_presets_are_read_and_limits_that_are_no_ranges_left_out() -> None:
    body = {**PRESETS, "limits": {**PRESETS["limits"], "pictures": [3, 200], "title": 80}}
    presets = training(body).presets()

    assert presets.goals[0].pictures == (8, 50)
    assert presets.limits["rank"] == NumberRange(1, 128, 16)
    assert "pictures" not in presets.limits
    assert presets.seconds_per_step == {"sd-embedded": 0.9}
    assert [base.is_present for base in presets.bases] == [True, False]


def test_a_training_is_read_with_its_curves_and_samples() -> None:
    run = training(run_json()).run("r1")

    assert (run.state, run.step, run.steps, run.title) == (RunState.RUNNING, 300, 600, "harbour")
    assert [sample.step for sample in run.samples] == [0, 100, 200, 300]
    assert run.curves is not None
    assert run.curves.columns["held_out_loss"].count(None) == 27


@pytest.mark.parametrize("change", [{"state": "asleep"}, {"name": ""}, {"curves": {"name": "a"}}])
def test_a_strange_training_is_refused_unless_it_only_lacks_curves(change: dict[str, Any]) -> None:
    if "curves" in change:
        assert training(run_json(**change)).run("r1").curves.columns == {}
        return
    with pytest.raises(ApiUnavailable):
        training(run_json(**change)).run("r1")


def test_an_order_says_only_what_was_set() -> None:
    seen: list[httpx.Request] = []
    order = RunOrder(set="s1", name="harbour", goal="style", rank=4, train_text_encoder=False)
    training(run_json(), 202, seen).start(order)

    assert json.loads(seen[0].content) == {
        "set": "s1",
        "name": "harbour",
        "goal": "style",
        "rank": 4,
        "train_text_encoder": False,
    }


@pytest.mark.parametrize("call", ["set", "inspect", "run", "stop", "resume", "delete_run"])
def test_ids_never_become_paths(call: str) -> None:
    with pytest.raises(ApiProblem) as caught:
        getattr(training(SET), call)("../x")

    assert caught.value.problem.status == 404
