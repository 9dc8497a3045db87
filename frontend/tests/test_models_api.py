"""The models' calls against canned answers."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.transport import ApiProblem, ApiUnavailable, Trouble

MODEL = {
    "name": "cgan",
    "stage": "draft",
    "bytes": 5,
    "present": False,
    "pull": "python -m backend weights pull cgan",
    "files": [{"path": "a", "bytes": 5, "sha256": "x", "present": False}],
    "curves": True,
    "pulling": "job-1",
}
FIGURE = {
    "name": "real, new to the judge: R@10, held out",
    "value": 0.65,
    "sd": None,
    "floor": 0.06,
    "ceiling": 0.74,
    "num_samples": 256,
    "higher_is_better": True,
    "remark": "",
}


def models(body: Any, status: int = 200) -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    return LogoApi("http://api", transport=transport, sleep=lambda _: None).models


def test_a_model_is_read() -> None:
    (model,) = models({"models": [MODEL]}).all()

    assert (model.name, model.present, model.curves, model.pulling) == (
        "cgan",
        False,
        True,
        "job-1",
    )
    assert model.pull == "python -m backend weights pull cgan"
    assert (model.files[0].path, model.files[0].present) == ("a", False)


def test_an_older_service_tells_less() -> None:
    (model,) = models({"models": [{"name": "cgan", "present": True, "pull": None}]}).all()

    assert (model.curves, model.pulling, model.pull) == (False, "", "")


def test_curves_are_read_with_their_gaps() -> None:
    columns = {"step": [1, 2], "loss": [0.5, None]}
    (network,) = models({"networks": [{"name": "gan", "columns": columns}]}).history("cgan")

    assert network.columns == {"step": (1, 2), "loss": (0.5, None)}


@pytest.mark.parametrize(
    "columns", [{"a": [1], "b": [1, 2]}, {"a": ["x"]}, {"a": 5}, {"a": [True]}, [1]]
)
def test_strange_curves_are_refused(columns: Any) -> None:
    with pytest.raises(ApiUnavailable) as caught:
        models({"networks": [{"name": "gan", "columns": columns}]}).history("cgan")

    assert caught.value.trouble is Trouble.GARBAGE


def test_figures_are_read_as_who_and_what() -> None:
    report = {"seed": 0, "seconds": 605.6, "weights": {"cgan": "a50f"}, "figures": [FIGURE]}
    sheets = [{"name": "trained", "title": "24 subjects", "url": "/models/sheets/trained"}]
    read = models({"profile": "embedded", "report": report, "sheets": sheets}).evaluation()
    (figure,) = read.figures

    assert (figure.subject, figure.metric) == ("real, new to the judge", "R@10, held out")
    assert (figure.value, figure.sd, figure.floor, figure.ceiling) == (0.65, None, 0.06, 0.74)
    assert (read.seed, read.seconds, read.weights) == (0, 605.6, {"cgan": "a50f"})
    assert [(sheet.name, sheet.title) for sheet in read.sheets] == [("trained", "24 subjects")]


def test_a_sheet_is_a_png() -> None:
    assert models(b"\x89PNG\r\n\x1a\n..").sheet("trained").startswith(b"\x89PNG")
    with pytest.raises(ApiUnavailable):
        models(b"<html>").sheet("trained")


def test_pulling_gives_a_job() -> None:
    job = models({"id": "job-1", "kind": "pull", "state": "queued"}, 202).pull("cgan")

    assert (job.id, job.kind) == ("job-1", "pull")


@pytest.mark.parametrize("call", ["history", "sheet", "pull"])
def test_names_never_become_paths(call: str) -> None:
    with pytest.raises(ApiProblem) as caught:
        getattr(models({}), call)("../x")

    assert caught.value.problem.status == 404
