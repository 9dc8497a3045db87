"""The history page: details of a picture, and using its settings again."""

from __future__ import annotations

from typing import Any

import pytest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_gallery import StubGallery, png_with
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import cards, drop, gallery_of, on_page, walk
from frontend.tests.views.page import NASTY, has_key, is_calm, texts

RECIPE = {
    "kind": "drafts",
    "request": {"name": "Foxy", "description": "a fox", "style": "neon", "seed": 42, "count": 3},
    "image": None,
}


@pytest.fixture
def gallery(stub: StubApi) -> StubGallery:
    return gallery_of(stub)


@pytest.fixture
def open_history(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "history")


# Details


def test_details_show_everything_and_close(open_history: OpenPage, gallery: StubGallery) -> None:
    page = open_history().button(key="open_pic-140").click().run()

    assert is_calm(page)
    assert page.query_params["image"] == "pic-140"
    said = [text.value for text in page.text]
    assert {"4000", "0.65", "ink-stamp × 0.8", "20"} <= set(said)
    assert any("sd-embedded\na50f49efa50f" in text for text in said)
    # Parent beside child.
    assert len(page.image) == 24 + 2
    page.segmented_control(key="details_view").set_value("result").run()
    assert len(page.image) == 24 + 1


def test_details_tell_where_the_time_went(
    open_history: OpenPage, gallery: StubGallery, stub: StubApi
) -> None:
    page = open_history().button(key="open_pic-140").click().run()

    assert is_calm(page)
    assert any("Restyling" in block.proto.body for block in page.get("html"))
    assert len(stub.asked("GET", "/jobs/old-pic-140")) == 1


def test_details_open_by_their_address_on_whatever_page(open_history: OpenPage) -> None:
    page = open_history(image="pic-4")

    assert is_calm(page)
    assert has_key(page, "use_settings")


@pytest.mark.parametrize("image", ["gone", NASTY, "../x"])
def test_details_of_a_picture_that_is_gone(open_history: OpenPage, image: str) -> None:
    page = open_history(image=image)

    assert is_calm(page)
    assert TEXTS["error.image-not-found"][0] in texts(page)


def test_an_upload_has_no_settings_to_use(open_history: OpenPage, gallery: StubGallery) -> None:
    upload = next(one for one in gallery.images if one["stage"] == "upload")
    page = open_history(image=upload["id"])

    assert is_calm(page)
    assert not has_key(page, "use_settings")
    assert not has_key(page, "open_in_create")


def test_deleting_in_the_details_closes_them(open_history: OpenPage, gallery: StubGallery) -> None:
    page = open_history(image="pic-140")
    page.button(key="delete_opened").click().run()

    assert is_calm(page)
    assert "image" not in page.query_params
    assert gallery.images[0]["id"] == "pic-139"


def test_a_favourite_in_the_details(open_history: OpenPage, gallery: StubGallery) -> None:
    page = open_history(image="pic-140").button(key="favourite_opened").click().run()

    assert is_calm(page)
    assert gallery.images[0]["favourite"]
    assert page.button(key="favourite_opened").label == TEXTS["history.star_off"][0]


def test_settings_fill_the_form_of_the_create_page(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    draft = next(one for one in gallery.images if one["stage"] == "draft" and one["name"])
    page = open_history(image=draft["id"]).button(key="use_settings").click().run()

    assert is_calm(page)
    assert page.text_input(key="brief_name").value == draft["name"]
    assert page.text_area(key="brief_description").value == draft["description"]
    assert page.number_input(key="brief_seed").value == draft["seed"]
    assert "drafts" not in page.query_params


def test_settings_of_a_restyle_bring_the_brief_of_its_draft(open_history: OpenPage) -> None:
    page = open_history(image="pic-140").button(key="use_settings").click().run()

    assert is_calm(page)
    assert page.text_input(key="brief_name").value == "Harbour Beans"
    assert page.session_state["restyle_strength"] == 0.65
    assert page.session_state["restyle_seed"] == 4000


def test_looking_at_a_picture_leaves_the_present_settings_alone(open_page: OpenPage) -> None:
    page = open_page()
    page.text_input(key="brief_name").set_value("Mine")
    page.button(key="create").click().run()
    walk(page, "history").button(key="open_pic-139").click().run()
    walk(page, "generate")

    assert page.query_params["drafts"] == "job-1"


def test_open_in_create_brings_the_job_of_the_picture(open_history: OpenPage) -> None:
    page = open_history(image="pic-140").button(key="open_in_create").click().run()

    assert is_calm(page)
    assert page.query_params["drafts"] == "old-pic-139"
    assert page.query_params["restyle"] == "old-pic-140"
    assert page.text_input(key="brief_name").value == "Harbour Beans"
    assert "Download PNG" in [button.proto.label for button in page.download_button]
    # Coming back finds the pictures, not the details that were left.
    assert not has_key(walk(page, "history"), "use_settings")


def test_open_in_create_of_a_restyled_upload_brings_the_upload(open_history: OpenPage) -> None:
    page = open_history(image="pic-50").button(key="open_in_create").click().run()

    assert is_calm(page)
    assert page.query_params["picture"] == "pic-49"
    assert page.query_params["restyle"] == "old-pic-50"
    assert "drafts" not in page.query_params


def test_a_picture_is_restyled_from_its_details(open_history: OpenPage, stub: StubApi) -> None:
    page = open_history(image="pic-140").button(key="restyle_opened").click().run()

    assert is_calm(page)
    assert page.query_params["picture"] == "pic-140"
    page.button(key="restyle").click().run()
    assert stub.asked("POST", "/restyle")[0]["images"] == ["pic-140"]


def test_a_picture_is_laid_over_its_draft(open_history: OpenPage) -> None:
    page = open_history(image="pic-140")
    page.segmented_control(key="details_view").set_value("slider").run()

    assert is_calm(page)
    assert len(page.image) == 24


def test_settings_of_a_restyle_whose_draft_was_deleted(
    open_history: OpenPage, gallery: StubGallery
) -> None:
    gallery.images = [one for one in gallery.images if one["id"] != "pic-139"]
    page = open_history(image="pic-140").button(key="use_settings").click().run()

    assert is_calm(page)
    assert page.session_state["restyle_strength"] == 0.65


# A file with settings


@pytest.mark.parametrize(("key", "seed"), [("recipe_use", 42), ("recipe_use_no_seed", None)])
def test_a_png_brings_its_settings_back(open_history: OpenPage, key: str, seed: Any) -> None:
    page = drop(open_history(), png_with(RECIPE))

    assert is_calm(page)
    assert {"Foxy", "a fox", "42"} <= {text.value for text in page.text}
    page.button(key=key).click().run()
    assert page.text_input(key="brief_name").value == "Foxy"
    assert page.pills(key="brief_style").value == "neon"
    assert page.number_input(key="brief_seed").value == seed


def test_a_png_is_sent_once_and_can_be_only_looked_at(
    open_history: OpenPage, stub: StubApi
) -> None:
    page = drop(open_history(), png_with({**RECIPE, "image": "pic-5"}))
    page.button(key="recipe_show").click().run()

    assert is_calm(page)
    assert len(stub.asked("POST", "/images/recipe")) == 1
    assert page.query_params["image"] == "pic-5"
    assert has_key(page, "use_settings")


def test_settings_of_a_picture_of_elsewhere_are_shown_in_full(open_history: OpenPage) -> None:
    page = drop(open_history(), png_with(RECIPE))
    assert TEXTS["setting.count"][0] not in texts(page).splitlines()
    page.button(key="recipe_show").click().run()

    assert TEXTS["setting.count"][0] in texts(page).splitlines()


@pytest.mark.parametrize("key", ["recipe_away", None])
def test_of_another_file_little_is_shown_again(open_history: OpenPage, key: str | None) -> None:
    page = drop(open_history(), png_with(RECIPE))
    page.button(key="recipe_show").click().run()
    if key:
        page.button(key=key).click().run()
    page = drop(page, png_with({**RECIPE, "kind": "generate"}))

    assert TEXTS["setting.name"][0] in texts(page).splitlines()
    assert TEXTS["setting.count"][0] not in texts(page).splitlines()


@pytest.mark.parametrize(
    "answer", [(503, "<html>nginx"), problem(500, "internal-error", "It was logged.")]
)
def test_a_dropped_file_outlives_a_break_of_the_service(
    open_history: OpenPage, stub: StubApi, answer: tuple[int, Any]
) -> None:
    stub.behaviour.answers["POST /images/recipe"] = answer
    page = drop(open_history(), png_with(RECIPE))
    assert is_calm(page)
    assert not has_key(page, "recipe_use")
    del stub.behaviour.answers["POST /images/recipe"]
    page.button(key="retry_recipe").click().run()

    assert has_key(page, "recipe_use")


def test_a_png_without_settings_is_a_plain_sentence(open_history: OpenPage) -> None:
    page = drop(open_history(), png_with(None))

    assert is_calm(page)
    assert TEXTS["error.no-recipe"][0] in texts(page)
    assert cards(page) == 24
