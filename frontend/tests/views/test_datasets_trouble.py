"""The page of data sets when something goes wrong, and while an analysis is going on."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend.api_answers import read_problem
from frontend.components.problems import sentence
from frontend.i18n import TEXTS, Language, Texts
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_datasets import StubDatasets
from frontend.tests.stub_problem import problem
from frontend.tests.views.datasets_page import analysed, figures
from frontend.tests.views.page import has_key, is_calm, texts

EN = Texts(Language.ENGLISH)
TROUBLES = [
    (problem(429, "queue-full", "100 jobs are waiting."), "error.queue-full"),
    (problem(500, "internal-error", "It has been logged."), "error.other-server"),
    ((200, "<html>not json"), "error.garbage"),
    ((503, "<html>nginx"), "error.unreachable"),
]


@pytest.mark.parametrize(("answer", "key"), TROUBLES)
def test_a_list_that_cannot_be_had_is_one_sentence_and_can_be_asked_for_again(
    open_datasets: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["GET /datasets"] = answer
    page = open_datasets(dataset="ds-sample")

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    assert TEXTS["dataset.none"][0] not in texts(page)
    del stub.behaviour.answers["GET /datasets"]
    assert has_key(page.button(key="retry_datasets").click().run(), "analyse")


def test_while_the_service_is_down_the_page_says_so(
    open_datasets: OpenPage, monkeypatch: pytest.MonkeyPatch, stub: StubApi
) -> None:
    page = open_datasets()
    monkeypatch.setenv("LOGO_UI__API_URL", "http://127.0.0.1:9")
    page.run()

    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)


@pytest.mark.parametrize(("answer", "key"), TROUBLES)
def test_a_refused_analysis_is_one_sentence_with_a_button(
    open_datasets: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["POST /datasets/ds-sample/eda"] = answer
    page = open_datasets(dataset="ds-sample")
    page.button(key="analyse").click().run()

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    del stub.behaviour.answers["POST /datasets/ds-sample/eda"]
    assert "characters" in figures(page.button(key="retry_analyse").click().run())


@pytest.mark.parametrize(("answer", "key"), TROUBLES)
def test_a_row_that_cannot_be_had_leaves_the_rest_alone(
    open_datasets: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["GET /datasets/ds-sample/sample"] = answer
    page = open_datasets(dataset="ds-sample")

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    assert has_key(page, "analyse")
    del stub.behaviour.answers["GET /datasets/ds-sample/sample"]
    assert "counted from 0" in texts(page.button(key="retry_row").click().run())


@pytest.mark.parametrize(("answer", "key"), TROUBLES)
def test_a_report_that_cannot_be_had_is_asked_for_again(
    open_datasets: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["GET /datasets/ds-sample/eda"] = answer
    page = analysed(open_datasets)

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    del stub.behaviour.answers["GET /datasets/ds-sample/eda"]
    assert "characters" in figures(page.button(key="retry_report").click().run())


def test_a_data_set_that_is_gone_is_said(open_datasets: OpenPage) -> None:
    answer = problem(404, "dataset-not-found", "There is no such data set.")[1]
    for wild in ("ds-gone", "../../etc"):
        page = open_datasets(dataset=wild)

        assert is_calm(page)
        assert sentence(EN, read_problem(answer)) in texts(page)
        assert not has_key(page, "analyse")
        assert page.selectbox(key="dataset_select").value == wild


def test_a_set_that_cannot_be_deleted_stays_open(
    open_datasets: OpenPage, stub: StubApi, datasets: StubDatasets
) -> None:
    datasets.sets["ds-sample"]["origin"] = "upload"
    stub.behaviour.answers["DELETE /datasets/ds-sample"] = problem(500, "internal-error", "Hm.")
    page = open_datasets(dataset="ds-sample")
    page.button(key="delete_yes").click().run()

    assert is_calm(page)
    assert TEXTS["error.other-server"][0] in texts(page)
    assert page.query_params["dataset"] == "ds-sample"
    assert has_key(page, "analyse")
    page.query_params["dataset"] = "ds-wrong"
    assert TEXTS["error.other-server"][0] not in texts(page.run())


def test_an_analysis_refused_for_good_can_still_be_asked_for(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["POST /datasets/ds-sample/eda"] = problem(422, "not-ready", "Not yet.")
    page = open_datasets(dataset="ds-sample").button(key="analyse").click().run()

    assert is_calm(page)
    assert not has_key(page, "retry_analyse")
    assert has_key(page, "analyse")


# While the analysis is going on


def running(open_datasets: OpenPage, stub: StubApi) -> AppTest:
    stub.behaviour.share = 0.4
    page = open_datasets(dataset="ds-sample")
    return page.button(key="analyse").click().run()


def test_a_running_analysis_shows_progress_and_is_in_the_address(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    page = running(open_datasets, stub)

    assert is_calm(page)
    assert page.query_params["analysis"] == "job-1"
    assert "Row 800 of 2,000" in texts(page)
    assert has_key(page, "cancel_job-1")
    assert has_key(page, "element_another")


def test_a_refresh_or_a_second_tab_comes_back_to_the_running_analysis(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    running(open_datasets, stub)

    for query in ({"analysis": "job-1"}, {}):
        page = open_datasets(dataset="ds-sample", **query)
        assert "Row 800 of 2,000" in texts(page)
        assert page.query_params["analysis"] == "job-1"
    stub.behaviour.share = 1
    assert "characters" in figures(page.run())
    assert len(stub.asked("POST", "/datasets/ds-sample/eda")) == 1


def test_a_cancelled_analysis_can_be_started_again(open_datasets: OpenPage, stub: StubApi) -> None:
    page = running(open_datasets, stub)
    page.button(key="cancel_job-1").click().run()

    assert is_calm(page)
    assert TEXTS["analysis.cancelled"][0] in texts(page)
    stub.behaviour.share = 1
    assert "characters" in figures(page.button(key="retry_analysis_cancelled").click().run())


def test_a_failed_analysis_names_cause_and_next_step(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.outcome = "failed"
    stub.behaviour.error = problem(503, "out-of-memory", "The machine has 4 GB.")[1]
    page = analysed(open_datasets)

    assert is_calm(page)
    assert TEXTS["error.out-of-memory"][0] in texts(page)
    assert "The machine has 4 GB." in [text.value for text in page.text]
    stub.behaviour.outcome = "succeeded"
    assert "characters" in figures(page.button(key="retry_analysis_failed").click().run())


def test_a_job_that_nobody_knows_any_more_is_forgotten(open_datasets: OpenPage) -> None:
    page = open_datasets(dataset="ds-sample", analysis="job-77")

    assert is_calm(page)
    assert "analysis" not in page.query_params
    assert has_key(page, "analyse")


def test_a_slow_service_keeps_nobody_waiting_for_long(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.share = 0
    page = open_datasets(dataset="ds-sample")
    page.button(key="analyse").click().run()

    # It looks a few times before it leaves the page to who reads it, however slow the machine is.
    assert 1 < len(stub.asked("GET", "/jobs/job-1")) < 60
    assert has_key(page, "cancel_job-1")


def test_a_report_without_a_single_row_is_no_error(open_datasets: OpenPage, stub: StubApi) -> None:
    page = analysed(open_datasets)
    none = {"count": 0, "points": [], "is_exact": True}
    report = stub_report_without_rows(none)
    stub.behaviour.answers["GET /datasets/ds-sample/eda"] = (200, report)
    for section in ("section_images", "section_colours", "section_quality"):
        page.session_state[section] = True
    page.run()

    assert is_calm(page)
    assert figures(page) == {}
    assert "Computed on 0 of 0 rows" in texts(page)


def stub_report_without_rows(none: dict[str, Any]) -> dict[str, Any]:
    nothing = {"rows": 0, "of": 0}
    sizes = ("width", "height", "aspect_ratio", "aspect_ratio_without_squares", "pixels")
    issue = {"rows": 0, "examples": []}
    return {
        "version": 1,
        "dataset": {"name": "empty.parquet", "rows": 0, "fingerprint": "e" * 32},
        "text": {
            "computed_on": nothing,
            **dict.fromkeys(("characters", "words", "epithets"), none),
        },
        "images": {
            "computed_on": nothing,
            **dict.fromkeys((*sizes, "file_bytes"), none),
        },
        "colours": {"computed_on": nothing, "half_width_percent": None},
        "quality": {"computed_on": nothing, "missing_text": issue},
    }
