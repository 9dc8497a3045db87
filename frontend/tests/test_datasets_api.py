"""The client of data sets over HTTP, and what its readers refuse."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from frontend.api_client import LogoApi
from frontend.datasets_answers import read_dataset, read_numbers, read_report, read_row
from frontend.datasets_types import AnalysisState, Column, DatasetState
from frontend.json_fields import MalformedAnswerError
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_datasets import report_json
from frontend.transport import ApiProblem, ApiUnavailable


@pytest.fixture
def api(stub: StubApi) -> Iterator[LogoApi]:
    client = LogoApi(stub.url)
    yield client
    client.close()


def test_the_list_tells_good_sets_from_bad_ones(api: LogoApi) -> None:
    good, bad = api.datasets.all()

    assert (good.id, good.state, good.rows) == ("ds-sample", DatasetState.READY, 2000)
    assert good.columns[1] == Column("text", "string")
    assert bad.state is DatasetState.UNUSABLE
    assert bad.problem is not None
    assert bad.problem.code == "dataset-schema-mismatch"


def test_an_analysis_is_ordered_followed_and_read(api: LogoApi, stub: StubApi) -> None:
    with pytest.raises(ApiProblem, match="not been analysed"):
        api.datasets.report("ds-sample")
    job = api.datasets.analyse("ds-sample")
    assert api.job(job.id).state.is_final
    assert api.datasets.get("ds-sample").analysis is AnalysisState.DONE

    report, file = api.datasets.report("ds-sample")

    assert report.rows == 2000
    assert report.text.top_words[0][0] == "logo"
    assert report.quality.exact.examples == ((1, 49), (8, 56, 104))
    assert dict(report.quality.issues)["truncated_image"].examples == (404,)
    assert report.colours.computed_on.rows == 1000
    assert file.startswith(b'{"version": 1')


def test_rows_come_by_index_or_at_random(api: LogoApi, stub: StubApi) -> None:
    assert api.datasets.sample("ds-sample", 3).index == 3
    assert 0 <= api.datasets.sample("ds-sample").index < 2000
    broken = api.datasets.sample("ds-sample", 17)
    assert (broken.text, broken.image, broken.problem) == (None, None, "The picture is missing.")
    assert api.datasets.row_image("ds-sample", 3).startswith(b"\x89PNG")


def test_an_id_from_the_address_never_leaves_its_place_in_the_path(
    api: LogoApi, stub: StubApi
) -> None:
    for wild in ("../jobs", "a/b", "", "ä"):
        with pytest.raises(ApiProblem):
            api.datasets.get(wild)
    assert stub.calls == []


def test_a_picture_that_is_none_is_refused() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"<html>"))
    with pytest.raises(ApiUnavailable):
        LogoApi("http://api", transport=transport).datasets.row_image("ds", 1)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    report = copy.deepcopy(report_json())
    change(report)
    return report


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.update(version=2),
        lambda report: report.pop("text"),
        lambda report: report["dataset"].pop("fingerprint"),
        lambda report: report["text"]["words"].update(median=None),
        lambda report: report["text"]["words"].update(mean="8"),
        lambda report: report["text"]["words"]["points"].reverse(),
        lambda report: report["text"]["words"].update(points=[[1, 2, 3]]),
        lambda report: report["text"].update(top_words=[[1, 2]]),
        lambda report: report["text"].update(top_words={"a": 1}),
        lambda report: report["colours"]["dominant"][0].update(hex="red"),
        lambda report: report["quality"]["missing_text"].update(examples=["1"]),
        lambda report: report["quality"]["missing_text"].update(rows=-1),
        lambda report: report["quality"]["exact_duplicates"].update(examples=[1]),
    ],
)
def test_a_report_that_breaks_the_contract_is_refused(
    change: Callable[[dict[str, Any]], object],
) -> None:
    read_report(changed(lambda report: None))
    with pytest.raises(MalformedAnswerError):
        read_report(changed(change))


@pytest.mark.parametrize(
    "values",
    [
        {"id": "a", "state": "broken"},
        {"state": "ready"},
        {"id": "a", "state": "ready", "analysis": {"state": "soon"}},
        {"id": "a", "state": "ready", "bytes": -1},
        [],
    ],
)
def test_a_data_set_that_breaks_the_contract_is_refused(values: Any) -> None:
    with pytest.raises(MalformedAnswerError):
        read_dataset(values)


@pytest.mark.parametrize(
    "values",
    [{"rows": 5}, {"index": 5, "rows": 5}, {"index": 0, "rows": 5, "image": {"format": "PNG"}}],
)
def test_a_row_that_breaks_the_contract_is_refused(values: Any) -> None:
    with pytest.raises(MalformedAnswerError):
        read_row(values)


def test_no_numbers_at_all_are_no_error() -> None:
    empty = dict.fromkeys(("mean", "std", "min", "q1", "median", "q3", "max"))
    assert read_numbers({"count": 0, **empty, "points": [], "is_exact": True}).count == 0
