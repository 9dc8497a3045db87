"""The page with adapters: browsing, adding, trying on, removing."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_loras import NOT_FINITE, WRONG_BASE
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import on_page, walk
from frontend.tests.views.page import (
    NASTY,
    choose_first,
    describe,
    has_key,
    is_calm,
    keys,
    markdown,
    texts,
)


@pytest.fixture
def open_adapters(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "adapters")


def titles(page: AppTest) -> list[str]:
    names = ("Ink stamp", "Flat logo", "Paper luxe XL")
    return [text.value for text in page.text if text.value in names]


def upload(page: AppTest, name: str, content: bytes) -> AppTest:
    return page.file_uploader[0].upload(name, content, "application/octet-stream").run()


def grid(page: AppTest) -> str:
    return next(str(one.proto.body) for one in page.get("html") if "<table>" in one.proto.body)


# Browsing


def test_cards_tell_all_that_is_known(open_adapters: OpenPage) -> None:
    page = open_adapters()
    said = [text.value for text in page.text]

    assert is_calm(page)
    assert titles(page) == ["Ink stamp", "Flat logo", "Paper luxe XL"]
    assert "Words: inkstamp, rubber stamp" in said
    assert "Built-in model · rank 16 · 3.4\u00a0MB" in said
    assert any(line.startswith("Licence: CC-BY-4.0 · ") for line in said)
    assert "Trained here: a style, steps: 600, pictures: 8" in said
    assert "From a file (kohya)" in said


def test_what_does_not_fit_comes_last_with_its_reason_and_cannot_be_used(
    open_adapters: OpenPage,
) -> None:
    page = open_adapters()

    assert WRONG_BASE in [text.value for text in page.text]
    assert has_key(page, "card_use_flat-logo")
    assert not has_key(page, "card_use_paper-luxe")
    assert not has_key(page, "card_try_paper-luxe")


def test_searching_and_filtering_stay_in_the_address(open_adapters: OpenPage) -> None:
    page = open_adapters()
    page.text_input(key="adapter_words").set_value("rubber").run()
    assert (titles(page), page.query_params["q"]) == (["Ink stamp"], "rubber")
    page.text_input(key="adapter_words").set_value("").run()
    page.selectbox(key="adapter_origin").set_value("file").run()
    assert titles(page) == ["Flat logo", "Paper luxe XL"]
    page.toggle(key="adapter_fitting").set_value(True).run()
    assert titles(page) == ["Flat logo"]

    page = open_adapters(q="nothing like it")
    assert TEXTS["adapter.no_match"][0] in texts(page)
    assert len(titles(page.button(key="adapter_show_all").click().run())) == 3


def test_a_server_without_any_leads_to_the_training(open_adapters: OpenPage, stub: StubApi) -> None:
    stub.behaviour.loras = False
    page = open_adapters()

    assert is_calm(page)
    assert TEXTS["adapter.none"][0] in texts(page)
    assert has_key(page, "adapter_train")


def test_words_of_a_file_are_never_read_as_markdown(open_adapters: OpenPage, stub: StubApi) -> None:
    stub.loras.add("nasty", title=NASTY, licence=NASTY, trigger_words=[NASTY], layout=NASTY)
    page = open_adapters()

    assert is_calm(page)
    assert NASTY in [text.value for text in page.text]
    assert not any(NASTY in str(one.value) for one in markdown(page))


# Adding


def test_a_file_is_added_and_can_be_tried_on(open_adapters: OpenPage, stub: StubApi) -> None:
    page = upload(open_adapters(), "neon-tube.safetensors", b"weights")

    assert is_calm(page)
    assert "Added: Neon tube" in texts(page)
    assert len(stub.asked("POST", "/loras")) == 1
    page.run()
    assert len(stub.asked("POST", "/loras")) == 1
    page.button(key="try_added").click().run()
    assert page.query_params["adapter"] == "neon-tube"


def test_the_same_file_again_is_shown_where_it_is(open_adapters: OpenPage, stub: StubApi) -> None:
    page = upload(open_adapters(), "neon.safetensors", b"weights")
    upload(page, "other-name.safetensors", b"weights")

    assert "This file is here already: Neon" in texts(page)
    assert "other-name" not in stub.loras.adapters


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [(b"nan", "new", NOT_FINITE), (b"x", "ink-stamp", "Another adapter is named ink-stamp.")],
)
def test_a_refused_file_says_its_exact_reason_at_once(
    open_adapters: OpenPage, stub: StubApi, content: bytes, name: str, reason: str
) -> None:
    page = upload(open_adapters(), f"{name}.safetensors", content)

    assert is_calm(page)
    assert reason in [text.value for text in page.text]
    page.run()
    assert len(stub.asked("POST", "/loras")) == 1


def test_a_file_whose_name_is_taken_can_be_stored_under_another(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    page = upload(open_adapters(), "ink-stamp.safetensors", b"other")
    page.text_input(key="adapter_name").set_value("Мой штамп").run()

    assert is_calm(page)
    assert "Added: Moy shtamp" in texts(page)
    assert stub.loras.adapters["moy-shtamp"]["bytes"] == len(b"other")


def test_a_file_for_another_model_is_added_with_the_reason_why_it_waits(
    open_adapters: OpenPage,
) -> None:
    page = upload(open_adapters(), "sd-xl-look.safetensors", b"xl")

    assert "Added: Sd xl look" in texts(page)
    assert not has_key(page, "try_added")
    assert [text.value for text in page.text].count(WRONG_BASE) == 3


def test_a_file_that_could_not_be_sent_is_sent_again_when_asked(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.once["POST /loras"] = [problem(503, "store-unavailable", "The disk is away.")]
    page = upload(open_adapters(), "neon.safetensors", b"weights")
    assert "The disk is away." in texts(page)
    page.button(key="retry_adapter_upload").click().run()

    assert "Added: Neon" in texts(page)


# Removing


def test_deleting_asks_first(open_adapters: OpenPage, stub: StubApi) -> None:
    page = open_adapters()
    assert not has_key(page, "card_delete_flat-logo")
    page.button(key="card_delete_ink-stamp").click().run()

    assert is_calm(page)
    assert "ink-stamp" not in stub.loras.adapters
    assert titles(page) == ["Flat logo", "Paper luxe XL"]


def test_a_browser_that_lags_behind_deletes_the_adapter_that_it_shows(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    stub.loras.add("another", removable=True)
    page = open_adapters()
    before = keys(page)
    page.button(key="card_delete_another").click().run()

    # What the other buttons meant before they still mean.
    assert {key for key in before - keys(page) if not key.endswith("_another")} == set()


def test_what_cannot_be_deleted_says_why(open_adapters: OpenPage, stub: StubApi) -> None:
    page = open_adapters()
    stub.behaviour.answers["DELETE /loras/ink-stamp"] = problem(409, "in-use", "A job uses it.")
    page.button(key="card_delete_ink-stamp").click().run()

    assert is_calm(page)
    assert TEXTS["error.in-use"][0] in texts(page)


# Trying on


def test_trying_on_shows_the_grid_with_its_axes(open_adapters: OpenPage, stub: StubApi) -> None:
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()

    assert is_calm(page)
    assert page.query_params["adapter"] == "ink-stamp"
    table = grid(page)
    assert table.count("<img ") == 16
    assert all(f">Weight {weight}<" in table for weight in ("0", "0.5", "1", "1.5"))
    assert "a mountain at dawn" in table
    assert table.count('class="is-suggested"') == 5
    assert "Intensity 0.5, seed 7, drawn in 21 s." in texts(page)


def test_a_running_try_out_is_found_again_after_a_refresh(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.share = 0.5
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()
    job = page.query_params["tryout"]
    assert has_key(page, f"cancel_{job}")
    again = open_adapters(adapter="ink-stamp", tryout=job)

    assert has_key(again, f"cancel_{job}")
    stub.behaviour.share = None
    assert "<table>" in grid(again.run())


def test_a_try_out_that_failed_can_be_repeated(open_adapters: OpenPage, stub: StubApi) -> None:
    stub.behaviour.outcome = "failed"
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()
    assert TEXTS["error.stage-failed"][0] in texts(page)
    stub.behaviour.outcome = "succeeded"
    page.button(key="retry_tryout_failed").click().run()

    assert "<table>" in grid(page)


def test_a_try_out_that_was_cancelled_can_be_started_again(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.share = 0.5
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()
    page.button(key=f"cancel_{page.query_params['tryout']}").click().run()

    assert TEXTS["tryout.cancelled"][0] in texts(page.run())
    assert has_key(page, "tryout_start")


def test_without_a_suggestion_the_eye_decides(open_adapters: OpenPage, stub: StubApi) -> None:
    stub.loras.suggested = None
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()

    assert TEXTS["tryout.no_suggestion"][0] in texts(page)
    assert "is-suggested" not in grid(page)


def test_a_picture_that_cannot_be_had_leaves_the_others(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    path = "GET /loras/ink-stamp/tryout/0-0.webp"
    stub.behaviour.answers[path] = problem(404, "tryout-not-found", "gone")
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()

    assert is_calm(page)
    assert grid(page).count("<img ") == 15
    assert TEXTS["tryout.gone"][0] in grid(page)


def test_a_chosen_weight_goes_into_the_restyle_panel(
    open_adapters: OpenPage, stub: StubApi
) -> None:
    page = open_adapters()
    page.button(key="card_try_ink-stamp").click().run()
    page.button_group(key="tryout_weight_ink-stamp").set_value(1.5).run()
    page.button(key="use_weight").click().run()
    page = walk(page, "generate")
    assert "ink-stamp" in texts(page)
    page = choose_first(describe(page))

    assert is_calm(page)
    assert page.slider(key="restyle_lora_ink-stamp").value == 1.5
    page.button(key="restyle").click().run()
    assert stub.asked("POST", "/restyle")[0]["loras"] == [{"name": "ink-stamp", "weight": 1.5}]


def test_an_adapter_that_is_gone_is_said(open_adapters: OpenPage) -> None:
    page = open_adapters(adapter="gone")

    assert is_calm(page)
    assert TEXTS["error.unknown-lora"][0] in texts(page)
    assert titles(page.button(key="adapter_back").click().run()) != []


@pytest.mark.parametrize("answer", [(500, "broken"), (200, "<html>"), (200, {"loras": "x"})])
def test_a_list_that_cannot_be_had_is_said_in_a_sentence(
    open_adapters: OpenPage, stub: StubApi, answer: Any
) -> None:
    stub.behaviour.answers["GET /loras"] = answer
    page = open_adapters()

    assert is_calm(page)
    del stub.behaviour.answers["GET /loras"]
    assert len(titles(page.button(key="retry_adapters").click().run())) == 3


def test_the_whole_page_in_russian(open_adapters: OpenPage) -> None:
    page = open_adapters(lang="ru")
    page.button(key="card_try_ink-stamp").click().run()

    assert is_calm(page)
    english = {text for text, russian in TEXTS.values() if text != russian and len(text) > 9}
    assert [text for text in english if text in texts(page) or text in grid(page)] == []
