"""The history page: looking, choosing, and what can go wrong."""

from __future__ import annotations

from typing import Any

import pytest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_gallery import StubGallery, png_with
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import cards, drop, gallery_of, on_page
from frontend.tests.views.page import NASTY, has_key, is_calm, keys, markdown, texts


@pytest.fixture
def gallery(stub: StubApi) -> StubGallery:
    return gallery_of(stub)


@pytest.fixture
def open_history(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "history")


def thumbnails_asked(stub: StubApi) -> int:
    return len([path for _, path, _ in stub.calls if path.startswith("/images/pic-")])


# Looking


def test_an_empty_history_says_what_to_do_next(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    gallery.fill(0)
    page = open_history()

    assert is_calm(page)
    assert TEXTS["history.empty"][0] in texts(page)
    page.button(key="history_create").click().run()
    assert has_key(page, "try_fox")


def test_a_page_shows_24_thumbnails_and_no_whole_pictures(
    open_history: OpenPage, stub: StubApi
) -> None:
    page = open_history()

    assert is_calm(page)
    assert cards(page) == 24
    assert all("data:image/webp" in url for image in page.image for url in image.value)
    assert TEXTS["history.total"][0].format(count=140) in texts(page)
    assert thumbnails_asked(stub) == 24
    page.run()
    assert thumbnails_asked(stub) == 24


def test_paging_goes_on_and_back_and_lives_in_the_address(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    page = open_history()
    assert page.button(key="history_newer").disabled
    page.button(key="history_older").click().run()
    page.button(key="history_older").click().run()

    assert is_calm(page)
    assert page.query_params["before"] == gallery.images[47]["id"]
    assert TEXTS["history.page"][0].format(number=3, of=6) in texts(page)
    page.button(key="history_newer").click().run()
    assert page.query_params["before"] == gallery.images[23]["id"]
    page.button(key="history_newer").click().run()
    assert "before" not in page.query_params
    page.run()
    assert not any("scrollIntoView" in str(html.proto.body) for html in page.get("html"))


def test_another_page_is_shown_from_its_first_picture(open_history: OpenPage) -> None:
    page = open_history().button(key="history_older").click().run()

    assert any("scrollIntoView" in str(html.proto.body) for html in page.get("html"))


def test_a_refresh_comes_back_to_page_search_and_filter(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    before = gallery.images[23]["id"]
    page = open_history(before=before, page="2")
    assert TEXTS["history.page"][0].format(number=2, of=6) in texts(page)
    assert cards(page) == 24
    page.button(key="history_newer").click().run()
    assert "before" not in page.query_params

    page = open_history(q="fox", stage="draft", origin="cgan", favourites="1")
    assert page.text_input(key="history_words").value == "fox"
    assert page.selectbox(key="history_stage").value == "draft"
    assert page.selectbox(key="history_origin").value == "cgan"
    assert page.toggle(key="history_favourites").value is True


def test_the_last_page_has_no_way_on(open_history: OpenPage, gallery: StubGallery) -> None:
    gallery.fill(30)
    page = open_history().button(key="history_older").click().run()

    assert cards(page) == 6
    assert page.button(key="history_older").disabled


def test_a_last_page_that_is_full_has_no_way_on(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    gallery.fill(48)
    page = open_history()
    assert not page.button(key="history_older").disabled
    page.button(key="history_older").click().run()

    assert cards(page) == 24
    assert page.button(key="history_older").disabled


def test_a_picture_of_the_whole_chain_is_a_result_with_or_without_a_restyle(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    gallery.fill(1)
    gallery.images[0] |= {"stage": "final", "parent": None}

    assert "Result · " in texts(open_history())


@pytest.mark.parametrize("address", [{"before": "../x"}, {"before": "gone"}, {"page": "x" * 99}])
def test_a_strange_place_in_the_address_leads_to_the_newest(
    open_history: OpenPage, address: dict[str, str]
) -> None:
    page = open_history(stage=NASTY, origin="x", **address)

    assert is_calm(page)
    assert cards(page) == 24


def test_search_and_filters_reach_the_service_and_the_address(
    open_history: OpenPage, stub: StubApi, gallery: StubGallery
) -> None:
    page = open_history(before=gallery.images[30]["id"], page="2")
    page.text_input(key="history_words").set_value(" лис ").run()
    found = [one for one in gallery.images if "лис" in (one["name"] + one["description"]).lower()]

    assert is_calm(page)
    # A space at the end stays while somebody types on.
    assert page.text_input(key="history_words").value == " лис "
    assert "before" not in page.query_params
    assert TEXTS["history.total"][0].format(count=len(found)) in texts(page)
    page.selectbox(key="history_stage").set_value("final").run()
    page.toggle(key="history_favourites").set_value(True).run()
    finals = [one for one in found if one["stage"] == "final" and one["favourite"]]
    assert cards(page) == len(finals)
    assert page.query_params["favourites"] == "1"


def test_nothing_found_offers_to_show_everything(open_history: OpenPage) -> None:
    page = open_history(q="no such thing")

    assert TEXTS["history.no_match"][0] in texts(page)
    page.button(key="clear_filters").click().run()
    assert cards(page) == 24
    assert "q" not in page.query_params


# Favourites, choosing, deleting, packing


def test_a_star_takes_one_press_there_and_back(
    open_history: OpenPage, stub: StubApi, gallery: StubGallery
) -> None:
    page = open_history()
    assert not gallery.images[0]["favourite"]
    page.button(key="favourite_pic-140").click().run()
    assert gallery.images[0]["favourite"]
    assert page.button(key="favourite_pic-140").label == "★"
    page.button(key="favourite_pic-140").click().run()

    assert not gallery.images[0]["favourite"]
    assert ("DELETE", "/images/pic-140/favourite", None) in stub.calls


def test_a_browser_that_lags_behind_marks_the_picture_that_it_shows(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    for image in gallery.images[:3]:
        image["favourite"] = True
    page = open_history(favourites="1")
    before = keys(page)
    page.button(key="favourite_pic-140").click().run()

    # The next picture has moved up, and its buttons are still its own.
    assert before - keys(page) == {"favourite_pic-140", "open_pic-140"}


def test_choices_last_over_pages_and_are_deleted_after_a_question(
    open_history: OpenPage, stub: StubApi
) -> None:
    page = open_history()
    page.checkbox(key="choose_0_pic-140").check().run()
    page.button(key="history_older").click().run()
    page.checkbox(key="choose_0_pic-116").check().run()

    assert is_calm(page)
    assert page.button(key="clear_chosen").label == TEXTS["history.clear"][0].format(count=2)
    assert TEXTS["history.delete_sure"][0].format(count=2) in texts(page)
    assert stub.asked("POST", "/images/delete") == []
    page.button(key="delete_chosen").click().run()
    assert stub.asked("POST", "/images/delete") == [{"images": ["pic-140", "pic-116"]}]
    assert TEXTS["history.total"][0].format(count=138) in texts(page)
    assert not has_key(page, "clear_chosen")


def test_unchoosing_and_choosing_the_whole_page(open_history: OpenPage) -> None:
    page = open_history()
    page.button(key="choose_page").click().run()
    assert all(box.value for box in page.checkbox)
    page.checkbox(key="choose_1_pic-140").uncheck().run()
    assert page.button(key="clear_chosen").label == TEXTS["history.clear"][0].format(count=23)
    page.button(key="clear_chosen").click().run()

    assert not any(box.value for box in page.checkbox)


def test_an_old_checkbox_cannot_undo_a_choice_of_all(open_history: OpenPage) -> None:
    page = open_history()
    # A slow browser still sends these checkboxes' old values with the next press.
    before = {box.key for box in page.checkbox}
    page.button(key="choose_page").click().run()
    all_chosen = {box.key for box in page.checkbox}
    page.button(key="clear_chosen").click().run()

    assert not before & all_chosen
    assert not all_chosen & {box.key for box in page.checkbox}


def test_a_zip_is_fetched_only_when_asked_for_and_says_its_size(
    open_history: OpenPage, stub: StubApi
) -> None:
    page = open_history()
    page.checkbox(key="choose_0_pic-140").check().run()
    page.checkbox(key="choose_0_pic-139").check().run()
    assert stub.asked("POST", "/images/zip") == []
    page.button(key="prepare_zip").click().run()

    assert is_calm(page)
    assert stub.asked("POST", "/images/zip") == [{"images": ["pic-140", "pic-139"]}]
    (saves,) = page.download_button
    assert "KB" in saves.proto.label
    page.checkbox(key="choose_0_pic-138").check().run()
    assert len(page.download_button) == 0
    assert has_key(page, "prepare_zip")


def test_a_zip_that_is_none_is_said(open_history: OpenPage, stub: StubApi) -> None:
    stub.behaviour.answers["POST /images/zip"] = (200, "<html>")
    page = open_history()
    page.checkbox(key="choose_0_pic-140").check().run()
    page.button(key="prepare_zip").click().run()

    assert is_calm(page)
    assert TEXTS["error.garbage"][0] in texts(page)
    assert cards(page) == 24


# What can go wrong


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (problem(429, "queue-full", "many"), "error.queue-full"),
        (problem(500, "internal-error", "logged"), "error.other-server"),
        ((200, {"images": [{"no": "id"}]}), "error.garbage"),
        ((503, "<html>nginx"), "error.unreachable"),
    ],
)
def test_a_list_that_cannot_be_had_is_one_sentence_and_is_asked_for_again(
    open_history: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["GET /images"] = answer
    page = open_history()

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    del stub.behaviour.answers["GET /images"]
    page.button(key="retry_history").click().run()
    assert cards(page) == 24


def test_nothing_listening_at_all(open_history: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_history()
    monkeypatch.setenv("LOGO_UI__API_URL", "http://127.0.0.1:9")
    page.run()

    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)


@pytest.mark.parametrize(
    ("call", "press"),
    [
        ("PUT /images/pic-140/favourite", "favourite_pic-140"),
        ("POST /images/delete", "delete_chosen"),
        ("POST /images/zip", "prepare_zip"),
    ],
)
def test_a_press_that_comes_to_nothing_is_said_and_changes_nothing(
    open_history: OpenPage, stub: StubApi, call: str, press: str
) -> None:
    stub.behaviour.answers[call] = problem(503, "store-unavailable", "The disk is away.")
    page = open_history()
    page.checkbox(key="choose_0_pic-140").check().run()
    page.button(key=press).click().run()

    assert is_calm(page)
    assert "The disk is away." in texts(page)
    assert cards(page) == 24
    assert page.checkbox(key="choose_0_pic-140").value
    page.button(key="retry_history_action").click().run()
    assert "The disk is away." in texts(page)
    del stub.behaviour.answers[call]
    page.button(key="retry_history_action").click().run()
    assert "The disk is away." not in texts(page)
    verb, path = call.split()
    assert len([one for one in stub.calls if one[:2] == (verb, path)]) == 3


def test_a_thumbnail_that_is_gone_is_said_in_its_place(
    open_history: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["GET /images/pic-139"] = (200, "not a picture")
    page = open_history()

    assert is_calm(page)
    assert len(page.image) == 23
    assert TEXTS["draft.gone"][0] in texts(page)


def test_a_slow_service_still_answers(open_history: OpenPage, gallery: StubGallery) -> None:
    gallery.fill(3)
    gallery.delay_seconds = 0.4
    page = open_history()

    assert is_calm(page)
    assert cards(page) == 3


# Languages and foreign text


def test_the_page_in_russian(open_history: OpenPage) -> None:
    page = open_history(lang="ru", image="pic-140")

    assert is_calm(page)
    assert page.title[0].value == TEXTS["page.history"][1]
    assert "0,65" in [text.value for text in page.text]
    english = [
        text
        for key, (text, russian) in TEXTS.items()
        if text != russian and len(text) > 9 and not key.startswith("example.")
    ]
    assert [text for text in english if text in texts(page)] == []


def test_texts_of_users_are_never_markup(open_history: OpenPage, gallery: StubGallery) -> None:
    gallery.images[0] |= {"name": NASTY, "description": NASTY, "concept": NASTY, "style": NASTY}
    nasty = {"kind": "drafts", "request": {"name": NASTY, "description": NASTY, "style": NASTY}}
    page = drop(open_history(image="pic-140", q="img"), png_with(nasty))

    assert is_calm(page)
    assert NASTY in [text.value for text in page.text]
    assert [m.value for m in markdown(page) if "onerror" in str(m.value)] == []
    assert [button.label for button in page.button if "onerror" in button.label] == []
