"""The main page when something goes wrong, in both languages, and with foreign texts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_problem import problem
from frontend.tests.views.page import (
    NASTY,
    choose_first,
    describe,
    has_key,
    is_calm,
    markdown,
    texts,
)

# What can go wrong


def test_a_failed_job_names_cause_and_next_step(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.outcome = "failed"
    stub.behaviour.error = problem(503, "out-of-memory", "The device has 4 GB.")[1]
    page = describe(open_page())

    assert is_calm(page)
    assert TEXTS["error.out-of-memory"][0] in texts(page)
    assert "The device has 4 GB." in [text.value for text in page.text]
    assert "Job id: job-1" in [text.value for text in page.text]
    assert "Request id" not in texts(page)
    stub.behaviour.outcome = "succeeded"
    assert len(page.button(key="retry_drafts_failed").click().run().checkbox) == 5


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (problem(429, "queue-full", "100 jobs are waiting."), "error.queue-full"),
        (problem(500, "internal-error", "It has been logged."), "error.other-server"),
        (problem(503, "weights-missing", "run: pull x"), "error.weights-missing"),
        (problem(503, "worker-unavailable", "none"), "error.worker-unavailable"),
        (problem(507, "storage-full", "full"), "error.storage-full"),
        (problem(418, "teapot", "short and stout"), "error.other-request"),
        ((200, "<html>not json"), "error.garbage"),
        ((503, "<html>nginx"), "error.unreachable"),
    ],
)
def test_a_refused_request_is_one_sentence_and_keeps_the_form(
    open_page: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["POST /drafts"] = answer
    page = describe(open_page(), description="a fox, **bold**")

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    assert page.text_area(key="brief_description").value == "a fox, **bold**"


def test_trying_again_sends_the_same_request_under_the_same_key(
    open_page: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["POST /drafts"] = problem(500, "internal-error", "no")
    page = describe(open_page())
    del stub.behaviour.answers["POST /drafts"]
    page.button(key="retry_drafts").click().run()

    first, second = stub.asked("POST", "/drafts")
    keys = [sent["Idempotency-Key"] for sent in stub.headers if "Idempotency-Key" in sent]
    assert first == second
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(page.checkbox) == 5


def test_fields_at_fault_are_named_and_no_button_repeats_them(
    open_page: OpenPage, stub: StubApi
) -> None:
    errors = [{"field": "palette[0]", "reason": "is not a colour"}]
    stub.behaviour.answers["POST /drafts"] = problem(422, "invalid-request", "x", errors=errors)
    page = describe(open_page())

    assert "palette[0]: is not a colour" in [text.value for text in page.text]
    assert not has_key(page, "retry_drafts")


def test_a_failed_restyle_keeps_the_drafts(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page()))
    stub.behaviour.answers["POST /restyle"] = problem(429, "queue-full", "full")
    page.button(key="restyle").click().run()

    assert is_calm(page)
    assert TEXTS["error.queue-full"][0].format(seconds=7) in texts(page)
    assert [box.value for box in page.checkbox] == [True, False, False, False, False]
    del stub.behaviour.answers["POST /restyle"]
    page.button(key="retry_restyle").click().run()
    assert "Download PNG" in [button.proto.label for button in page.download_button]


def test_a_service_that_is_down_keeps_the_form_and_is_found_again(
    open_page: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["GET /capabilities"] = (502, "<html>down")
    stub.behaviour.answers["POST /drafts"] = (502, "<html>down")
    page = open_page()
    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)
    describe(page, description="a fox")
    assert is_calm(page)
    assert page.text_area(key="brief_description").value == "a fox"
    stub.behaviour.answers.clear()
    page.button(key="retry_drafts").click().run()

    assert len(page.checkbox) == 5
    offered = choose_first(page).pills(key="restyle_loras").options
    assert any("Ink stamp" in card for card in offered)


def test_nothing_listening_at_all(monkeypatch: pytest.MonkeyPatch, open_page: OpenPage) -> None:
    page = open_page()
    monkeypatch.setenv("LOGO_UI__API_URL", "http://127.0.0.1:9")

    describe(page, description="a fox")
    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)


def test_a_picture_that_is_gone_is_said_in_its_place(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.answers["GET /images/job-1-1"] = (200, "not a picture")
    page = describe(open_page())

    assert is_calm(page)
    assert TEXTS["draft.gone"][0] in texts(page)
    assert [button.proto.label for button in page.download_button].count("PNG") == 4


def test_a_file_that_only_begins_like_a_picture(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.answers["GET /images/job-1-1"] = (200, b"\x89PNG\r\n\x1a\nand no more")
    page = describe(open_page())

    assert is_calm(page)
    assert TEXTS["draft.gone"][0] in texts(page)


def test_pictures_that_came_out_equal_are_shown_once(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.same_pictures = True
    page = choose_first(describe(open_page()))
    page.button(key="restyle").click().run()

    assert is_calm(page)
    assert len(page.checkbox) == 1
    assert "Download PNG" in [button.proto.label for button in page.download_button]


def test_a_server_without_loras_has_no_choice_of_them(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.loras = False

    page = choose_first(describe(open_page()))
    assert "restyle_loras" not in [group.key for group in page.button_group]


# Languages and foreign text


def test_the_whole_way_in_russian(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page(lang="ru"), "Лиса"))
    page.button(key="restyle").click().run()

    assert is_calm(page)
    assert page.subheader[0].value == TEXTS["brief.heading"][1]
    english = {text for text, russian in TEXTS.values() if text != russian and len(text) > 9}
    assert [text for text in english if text in texts(page)] == []


def test_the_language_is_switched_at_once_and_lives_in_the_address(open_page: OpenPage) -> None:
    page = describe(open_page())
    page.segmented_control(key="language_switch").set_value("ru").run()

    assert page.subheader[0].value == TEXTS["brief.heading"][1]
    assert page.query_params["lang"] == "ru"
    assert len(page.checkbox) == 5


def test_texts_of_users_are_never_markup(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.error = problem(503, "stage-failed", NASTY)[1]
    page = describe(open_page(), NASTY[:60], NASTY)

    assert is_calm(page)
    assert NASTY in texts(page)
    assert [m.value for m in markdown(page) if "onerror" in str(m.value)] == []
    stub.behaviour.outcome = "failed"
    page.button(key="new_ideas").click().run()
    assert NASTY in [text.value for text in page.text]
    assert [m.value for m in markdown(page) if "onerror" in str(m.value)] == []
    labels = [button.label for button in page.button]
    assert [label for label in labels if re.search("onerror", label)] == []
