"""The finishing page: the picture, its name and type, lockups, colours, cut-out, background."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_branding import NOT_SETTABLE, PALETTE, StubBranding
from frontend.tests.stub_gallery import png_with
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import gallery_of, on_page
from frontend.tests.views.page import NASTY, has_key, is_calm, texts

PICTURE = "pic-139"  # A draft of Harbour Beans.


@pytest.fixture
def branding(stub: StubApi) -> StubBranding:
    return stub.branding


@pytest.fixture
def open_finish(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "finish")


def field(page: AppTest, kind: str, name: str) -> Any:
    """A widget by the end of its key; the beginning changes when many are filled at once."""
    (found,) = [
        one
        for one in getattr(page, kind)
        if str(one.key).startswith("finish_") and str(one.key).split("_", 2)[2].startswith(name)
    ]
    return found


def drawn(stub: StubApi, lockup: str | None = None) -> dict[str, Any]:
    """The last preview that was asked for, of the lettering's samples none."""
    asked = stub.asked("POST", "/branding/preview")
    wanted = [body for body in asked if lockup in (None, body["lockup"])]
    return dict(wanted[-1])


def saved(branding: StubBranding) -> dict[str, Any]:
    return branding.finished[PICTURE]


# The picture


def test_without_a_picture_the_newest_are_offered(open_finish: OpenPage, stub: StubApi) -> None:
    page = open_finish()

    assert is_calm(page)
    assert stub.asked("POST", "/branding/preview") == []
    page.button(key="finish_take_pic-139").click().run()
    assert is_calm(page)
    assert page.query_params["image"] == PICTURE
    assert field(page, "text_input", "name").value == "Harbour Beans"


def test_with_no_pictures_at_all_the_way_leads_to_create(
    open_finish: OpenPage, stub: StubApi
) -> None:
    gallery_of(stub).images = []
    page = open_finish()

    assert is_calm(page)
    page.button(key="finish_create").click().run()
    assert has_key(page, "create")


@pytest.mark.parametrize("image", ["gone", NASTY, "../x"])
def test_a_picture_that_is_gone_is_said_and_others_offered(
    open_finish: OpenPage, image: str
) -> None:
    page = open_finish(image=image)

    assert is_calm(page)
    assert TEXTS["error.image-not-found"][0] in texts(page)
    assert has_key(page, "finish_take_pic-140")


def test_an_upload_is_not_named_after_its_file(open_finish: OpenPage, stub: StubApi) -> None:
    upload = next(one for one in gallery_of(stub).images if one["stage"] == "upload")
    page = open_finish(image=upload["id"])

    assert is_calm(page)
    assert field(page, "text_input", "name").value == ""


def test_looking_alone_keeps_nothing(open_finish: OpenPage, branding: StubBranding) -> None:
    page = open_finish(image=PICTURE)

    assert is_calm(page)
    assert branding.finished == {}
    assert TEXTS["finish.saved"][0] not in texts(page)


# Changes


def test_the_name_is_drawn_and_kept(
    open_finish: OpenPage, stub: StubApi, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "text_input", "name").set_value("  Foxy \n & Co ").run()

    assert is_calm(page)
    assert saved(branding)["text"]["name"] == "Foxy & Co"
    assert drawn(stub, "left")["text"]["name"] == "Foxy & Co"
    assert TEXTS["finish.saved"][0] in texts(page)


@pytest.mark.parametrize(
    ("kind", "name", "value", "part", "told"),
    [
        ("text_input", "tagline", "Fast", "tagline", "Fast"),
        ("segmented_control", "weight", 800, "weight", 800),
        ("segmented_control", "case", "upper", "case", "upper"),
        ("slider", "tracking", 120, "tracking", 120),
    ],
)
def test_the_setting_is_changed(
    open_finish: OpenPage,
    branding: StubBranding,
    kind: str,
    name: str,
    value: Any,
    part: str,
    told: Any,
) -> None:
    page = open_finish(image=PICTURE)
    field(page, kind, name).set_value(value).run()

    assert is_calm(page)
    assert saved(branding)["text"][part] == told


def test_a_typeface_is_chosen_by_its_sample(open_finish: OpenPage, branding: StubBranding) -> None:
    page = open_finish(image=PICTURE).button(key="font_lora").click().run()

    assert is_calm(page)
    assert saved(branding)["text"]["font"] == "lora"
    assert list(field(page, "segmented_control", "weight").options) == ["Regular", "Bold"]


def test_a_typeface_without_cyrillic_cannot_be_chosen_for_it(open_finish: OpenPage) -> None:
    page = open_finish(image=PICTURE)
    field(page, "text_input", "name").set_value("Лисёнок").run()

    assert is_calm(page)
    assert page.button(key="font_pacifico").disabled
    assert not page.button(key="font_lora").disabled


@pytest.mark.parametrize("kind", ["stacked", "badge", "mark", "wordmark"])
def test_a_lockup_is_chosen_by_its_picture(
    open_finish: OpenPage, branding: StubBranding, kind: str
) -> None:
    page = open_finish(image=PICTURE).button(key=f"lockup_{kind}").click().run()

    assert is_calm(page)
    assert saved(branding)["lockup"] == kind


def test_a_colour_is_changed_and_all_are_put_back(
    open_finish: OpenPage, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "color_picker", "colour_1").set_value("#1f6f54").run()

    assert is_calm(page)
    assert saved(branding)["mark"]["recolour"] == [PALETTE[0], "#1F6F54", PALETTE[2]]
    page.button(key="finish_colours_reset").click().run()
    assert saved(branding)["mark"]["recolour"] == []
    assert field(page, "color_picker", "colour_1").value == PALETTE[1]


def test_a_palette_is_put_on_at_once(open_finish: OpenPage, branding: StubBranding) -> None:
    page = open_finish(image=PICTURE).button(key="finish_palette_ocean").click().run()

    assert is_calm(page)
    assert saved(branding)["mark"]["recolour"] == ["#EAF3F8", "#1F4E79", "#7FB7D6"]
    assert field(page, "color_picker", "colour_2").value == "#7FB7D6"


def test_a_background_in_the_marks_ground_goes_with_its_colours(
    open_finish: OpenPage, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "pills", "background").set_value(PALETTE[0]).run()
    page.button(key="finish_palette_night").click().run()

    assert is_calm(page)
    assert saved(branding)["background"] == "#14213D"
    field(page, "color_picker", "colour_0").set_value("#0b3d2e").run()
    assert saved(branding)["background"] == "#0B3D2E"
    page.button(key="finish_colours_reset").click().run()
    assert saved(branding)["background"] == PALETTE[0]
    field(page, "pills", "background").set_value("#FFFFFF").run()
    page.button(key="finish_palette_night").click().run()
    assert saved(branding)["background"] == "#FFFFFF"


def test_colours_are_taken_from_a_picture(
    open_finish: OpenPage, branding: StubBranding, stub: StubApi
) -> None:
    page = open_finish(image=PICTURE)
    page.file_uploader[0].upload("mood.png", png_with(None), "image/png")
    page.run()
    page.run()

    assert is_calm(page)
    assert len(stub.asked("POST", "/branding/palette")) == 1
    assert "mark" not in branding.finished.get(PICTURE, {})
    page.button(key="finish_wear").click().run()
    assert saved(branding)["mark"]["recolour"] == ["#14213D", "#FCA311", "#E5E5E5"]


def test_a_file_without_colours_says_why_once(open_finish: OpenPage, stub: StubApi) -> None:
    page = open_finish(image=PICTURE)
    page.file_uploader[0].upload("notes.png", b"no picture", "image/png")
    page.run()
    page.run()

    assert is_calm(page)
    assert TEXTS["error.unreadable-image"][0] in texts(page)
    assert len(stub.asked("POST", "/branding/palette")) == 1


def test_the_lettering_gets_a_colour_of_its_own(
    open_finish: OpenPage, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "toggle", "has_ink").set_value(True).run()
    field(page, "color_picker", "ink").set_value("#a02c5a").run()

    assert is_calm(page)
    assert saved(branding)["text"]["colour"] == "#A02C5A"
    field(page, "toggle", "has_ink").set_value(False).run()
    assert saved(branding)["text"]["colour"] is None


def test_the_cut_out_is_corrected(open_finish: OpenPage, branding: StubBranding) -> None:
    page = open_finish(image=PICTURE)
    field(page, "slider", "tolerance").set_value(20).run()
    field(page, "toggle", "keep_holes").set_value(True).run()
    field(page, "toggle", "flat").set_value(False).run()

    assert is_calm(page)
    mark = saved(branding)["mark"]
    assert (mark["tolerance"], mark["keep_holes"], mark["flat"]) == (0.2, True, False)
    field(page, "toggle", "cutout").set_value(False).run()
    assert not saved(branding)["mark"]["cutout"]
    assert not [one for one in page.slider if "tolerance" in str(one.key)]


def test_a_background_is_chosen(open_finish: OpenPage, branding: StubBranding) -> None:
    page = open_finish(image=PICTURE)
    field(page, "pills", "background").set_value("#FFFFFF").run()

    assert is_calm(page)
    assert saved(branding)["background"] == "#FFFFFF"
    field(page, "pills", "background").set_value("own").run()
    field(page, "color_picker", "own_background").set_value("#0b3d2e").run()
    assert saved(branding)["background"] == "#0B3D2E"
    field(page, "pills", "background").set_value("clear").run()
    assert saved(branding)["background"] is None


def test_trying_another_ground_changes_no_file(
    open_finish: OpenPage, stub: StubApi, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "pills", "background").set_value("#FFFFFF").run()
    field(page, "pills", "ground").set_value("#111111").run()

    assert is_calm(page)
    assert saved(branding)["background"] == "#FFFFFF"
    assert stub.asked("POST", "/branding/file")[-1]["background"] == "#FFFFFF"
    assert "background-color: #111111" in "".join(one.proto.body for one in page.get("html"))


def test_a_variant_is_shown_and_belongs_to_the_file(
    open_finish: OpenPage, stub: StubApi, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "segmented_control", "variant").set_value("white").run()

    assert is_calm(page)
    assert drawn(stub, "left")["variant"] == "white"
    assert stub.asked("POST", "/branding/file")[-1]["variant"] == "white"
    # It is a way to look at it, no part of the brand.
    assert branding.finished == {}


# What can go wrong


def test_letters_that_cannot_be_set_are_named(
    open_finish: OpenPage, branding: StubBranding, stub: StubApi
) -> None:
    page = open_finish(image=PICTURE)
    field(page, "text_input", "name").set_value("Foxy \N{FOX FACE}").run()

    assert is_calm(page)
    assert TEXTS["error.text-not-settable"][0] in texts(page)
    assert NOT_SETTABLE in texts(page)
    assert page.button(key="font_lora").disabled
    # What was drawn before stays in sight, and nothing broken is kept.
    assert 'class="laid stage' in "".join(one.proto.body for one in page.get("html"))
    assert branding.finished == {}
    field(page, "text_input", "name").set_value("Foxy").run()
    assert saved(branding)["text"]["name"] == "Foxy"


@pytest.mark.parametrize("what", ["checks", "mockups", "file", "cutout"])
def test_a_part_that_fails_leaves_the_others(
    open_finish: OpenPage, stub: StubApi, what: str
) -> None:
    stub.behaviour.answers[f"POST /branding/{what}"] = problem(500, "internal-error", "Broken.")
    page = open_finish(image=PICTURE)

    assert is_calm(page)
    assert texts(page).count(TEXTS["error.other-server"][0]) == 1
    assert 'class="laid stage' in "".join(one.proto.body for one in page.get("html"))


def test_without_fonts_the_rest_works(open_finish: OpenPage, stub: StubApi) -> None:
    stub.behaviour.answers["GET /branding/fonts"] = problem(500, "internal-error", "Broken.")
    page = open_finish(image=PICTURE)

    assert is_calm(page)
    assert has_key(page, "lockup_left")


def test_what_could_not_be_kept_is_said(
    open_finish: OpenPage, stub: StubApi, branding: StubBranding
) -> None:
    stub.behaviour.answers[f"PUT /images/{PICTURE}/finish"] = problem(507, "storage-full", "Full.")
    page = open_finish(image=PICTURE).button(key="lockup_badge").click().run()

    assert is_calm(page)
    assert TEXTS["finish.not_saved"][0] in texts(page)
    stub.behaviour.answers.clear()
    page.run()
    assert saved(branding)["lockup"] == "badge"
    assert TEXTS["finish.saved"][0] in texts(page)


def test_nothing_that_others_wrote_becomes_markup(
    open_finish: OpenPage, branding: StubBranding, stub: StubApi
) -> None:
    branding.fonts[0]["name"] = NASTY
    page = open_finish(image=PICTURE)
    field(page, "text_input", "name").set_value(NASTY).run()

    assert is_calm(page)
    assert "<img src=x" not in "".join(one.proto.body for one in page.get("html"))
