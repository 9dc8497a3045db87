"""The finishing page's files and kits, and the ways to it and back."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_branding import StubBranding
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import on_page, walk
from frontend.tests.views.page import choose_first, describe, has_key, is_calm, texts

PICTURE = "pic-139"


@pytest.fixture
def branding(stub: StubApi) -> StubBranding:
    return stub.branding


@pytest.fixture
def open_finish(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "finish")


# One file


@pytest.mark.parametrize("format", ["png", "svg", "pdf", "eps"])
def test_one_file_in_each_format(open_finish: OpenPage, stub: StubApi, format: str) -> None:
    page = open_finish(image=PICTURE)
    page.segmented_control(key="finish_format_en").set_value(format).run()

    assert is_calm(page)
    assert stub.asked("POST", "/branding/file")[-1]["format"] == format
    button = page.download_button(key="finish_save")
    assert button.label == f"Save as {format.upper()}"
    assert not button.disabled
    assert bool(page.select_slider) == (format == "png")


def test_the_width_of_a_png_is_chosen(open_finish: OpenPage, stub: StubApi) -> None:
    page = open_finish(image=PICTURE)
    page.select_slider(key="finish_size").set_value(4096).run()

    assert is_calm(page)
    assert stub.asked("POST", "/branding/file")[-1]["width"] == 4096


def test_pixels_have_no_vector_file_and_the_reason_is_said(
    open_finish: OpenPage, stub: StubApi, branding: StubBranding
) -> None:
    branding.form = "pixels"
    page = open_finish(image=PICTURE)
    page.segmented_control(key="finish_format_en").set_value("svg").run()

    assert is_calm(page)
    assert page.button(key="finish_no_vector").disabled
    assert TEXTS["finish.no_vector"][0] in texts(page)
    page.segmented_control(key="finish_format_en").set_value("png").run()
    assert not page.download_button(key="finish_save").disabled


def test_the_picture_itself_is_cut_out(open_finish: OpenPage, stub: StubApi) -> None:
    page = open_finish(image=PICTURE)

    assert page.download_button(key="finish_save_cutout").proto.url.endswith(".png")
    # Lettering does not bear on it.
    page.button(key="font_lora").click().run()
    assert len(stub.asked("POST", "/branding/cutout")) == 1


# The kit


def test_the_kit_is_packed_and_saved(
    open_finish: OpenPage, stub: StubApi, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()

    assert is_calm(page)
    assert page.query_params["kit"] in stub.jobs
    assert page.download_button(key="finish_kit_save").proto.url.endswith(".zip")
    assert "64 files" in texts(page)
    # What was packed was kept, too.
    assert {**branding.finished[PICTURE], "language": "en"} == stub.asked("POST", "/exports")[0]


def test_the_progress_of_the_kit_is_shown(open_finish: OpenPage, stub: StubApi) -> None:
    stub.behaviour.share = 0.5
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()

    assert is_calm(page)
    assert "Step 24 of 48" in texts(page)
    assert not has_key(page, "finish_kit_make")
    assert has_key(page, f"cancel_{page.query_params['kit']}")


def test_a_refresh_finds_the_kit(open_finish: OpenPage, stub: StubApi) -> None:
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()
    page = open_finish(image=PICTURE, kit=page.query_params["kit"])

    assert is_calm(page)
    assert page.download_button(key="finish_kit_save")


def test_a_kit_of_what_is_no_longer_on_the_page_is_outdated(open_finish: OpenPage) -> None:
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()
    page.button(key="lockup_badge").click().run()

    assert is_calm(page)
    assert TEXTS["finish.kit_outdated"][0] in texts(page)
    assert has_key(page, "finish_kit_make")
    page.button(key="lockup_left").click().run()
    assert not has_key(page, "finish_kit_make")


def test_a_kit_in_another_language_can_be_saved_and_packed_again(
    open_finish: OpenPage, stub: StubApi
) -> None:
    kit = open_finish(image=PICTURE).button(key="finish_kit_make").click().run().query_params["kit"]
    page = open_finish(image=PICTURE, kit=kit, lang="ru")

    assert is_calm(page)
    assert page.download_button(key="finish_kit_save")
    assert TEXTS["finish.kit_other_language"][1] in texts(page)
    page.button(key="finish_kit_make").click().run()
    assert [one["language"] for one in stub.asked("POST", "/exports")] == ["en", "ru"]
    assert not has_key(page, "finish_kit_make")
    assert TEXTS["finish.kit_other_language"][1] not in texts(page)


def test_a_kit_that_was_cleared_away_can_be_packed_again(
    open_finish: OpenPage, stub: StubApi
) -> None:
    gone = problem(404, "kit-not-found", "It was cleared.")
    stub.behaviour.answers["GET /exports/kit_" + "0" * 24] = gone
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()

    assert is_calm(page)
    assert TEXTS["error.kit-not-found"][0] in texts(page)
    assert TEXTS["finish.kit_outdated"][0] not in texts(page)
    assert has_key(page, "finish_kit_make")


def test_a_kit_that_failed_says_why(open_finish: OpenPage, stub: StubApi) -> None:
    stub.behaviour.outcome = "failed"
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()

    assert is_calm(page)
    assert TEXTS["error.stage-failed"][0] in texts(page)
    assert has_key(page, "finish_kit_make")


def test_a_full_queue_is_said_and_nothing_is_lost(open_finish: OpenPage, stub: StubApi) -> None:
    stub.behaviour.once["POST /exports"] = [problem(429, "queue-full", "100 jobs are waiting.")]
    page = open_finish(image=PICTURE).button(key="finish_kit_make").click().run()

    assert is_calm(page)
    assert "in 7 s" in texts(page)
    page.button(key="retry_finish_kit").click().run()
    assert page.download_button(key="finish_kit_save")


@pytest.mark.parametrize("kit", ["gone", "../x"])
def test_a_kit_of_a_strange_address(open_finish: OpenPage, kit: str) -> None:
    page = open_finish(image=PICTURE, kit=kit)

    assert is_calm(page)
    assert TEXTS["error.job-not-found"][0] in texts(page)
    assert has_key(page, "finish_kit_make")


# The ways there and back


def test_a_draft_leads_to_the_page(open_page: OpenPage, stub: StubApi) -> None:
    page = describe(open_page(), "Foxy", "a fox")
    stub.behaviour.answers["GET /images/job-1-0/record"] = (200, {"name": "Foxy"})
    page.button(key="finish_draft_1").click().run()

    assert is_calm(page)
    assert page.query_params["image"] == "job-1-0"
    assert drawn_name(stub) == "Foxy"
    walk(page, "")
    assert page.query_params["drafts"] == "job-1"


def drawn_name(stub: StubApi) -> str:
    asked = stub.asked("POST", "/branding/preview")
    return str(next(body for body in asked if body["lockup"] == "left")["text"]["name"])


def test_a_result_leads_to_the_page(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page(), "Foxy", "a fox"))
    page.button(key="restyle").click().run()
    page.button(key="finish_result_1").click().run()

    assert is_calm(page)
    assert page.query_params["image"] == "job-2-0"


def test_history_shows_what_was_finished_and_goes_on(
    open_finish: OpenPage, open_page: OpenPage, branding: StubBranding
) -> None:
    page = open_finish(image=PICTURE).button(key="lockup_stacked").click().run()
    page = on_page(open_page, "history")(image=PICTURE)

    assert is_calm(page)
    assert badges(page)
    assert page.button(key="finish_opened").label == TEXTS["finish.go_on"][0]
    page.button(key="finish_opened").click().run()
    assert is_calm(page)
    assert page.query_params["image"] == PICTURE
    # Taken up where it was left, without being kept anew.
    assert TEXTS["finish.saved"][0] in texts(page)
    assert branding.finished[PICTURE]["lockup"] == "stacked"


def badges(page: AppTest) -> list[str]:
    """Marks of what was finished; a restyled picture is called finished, too."""
    told = f"{TEXTS['finish.badge'][0]}]"
    return [one.value for one in page.markdown if str(one.value).endswith(told)]


def test_history_starts_what_was_never_finished(open_page: OpenPage) -> None:
    page = on_page(open_page, "history")(image=PICTURE)

    assert is_calm(page)
    assert not badges(page)
    assert page.button(key="finish_opened").label == TEXTS["finish.start"][0]


def test_details_open_without_knowing_whether_it_was_finished(
    open_page: OpenPage, stub: StubApi
) -> None:
    broken = problem(500, "internal-error", "Broken.")
    stub.behaviour.answers[f"GET /images/{PICTURE}/finish"] = broken
    page = on_page(open_page, "history")(image=PICTURE)

    assert is_calm(page)
    assert has_key(page, "finish_opened")


def test_starting_anew_forgets_what_was_done(open_finish: OpenPage, branding: StubBranding) -> None:
    page = open_finish(image=PICTURE).button(key="lockup_badge").click().run()
    page = open_finish(image=PICTURE).button(key="finish_anew").click().run()

    assert is_calm(page)
    assert branding.finished == {}
    assert not has_key(page, "finish_anew")


def test_starting_anew_may_fail_and_loses_nothing(
    open_finish: OpenPage, branding: StubBranding, stub: StubApi
) -> None:
    open_finish(image=PICTURE).button(key="lockup_badge").click().run()
    broken = problem(500, "internal-error", "Broken.")
    stub.behaviour.once[f"DELETE /images/{PICTURE}/finish"] = [broken]
    page = open_finish(image=PICTURE).button(key="finish_anew").click().run()

    assert is_calm(page)
    assert TEXTS["error.other-server"][0] in texts(page)
    assert branding.finished[PICTURE]["lockup"] == "badge"
    page.button(key="retry_finish_anew").click().run()
    assert branding.finished == {}


def test_another_picture_is_taken_up_with_its_own_name(open_finish: OpenPage) -> None:
    page = open_finish(image=PICTURE)
    page.button(key="finish_other").click().run()
    page.button(key="finish_take_pic-138").click().run()

    assert is_calm(page)
    assert page.query_params["image"] == "pic-138"
    names = [one.value for one in page.text_input if str(one.key).endswith("_name")]
    assert names == ["Wren"]


def test_the_page_speaks_russian(open_finish: OpenPage, stub: StubApi) -> None:
    page = open_finish(image=PICTURE, lang="ru")

    assert is_calm(page)
    assert TEXTS["finish.kit_holds"][1] in texts(page)
    page.segmented_control(key="finish_format_ru").set_value("pdf").run()
    page.button(key="lockup_badge").click().run()
    page.segmented_control(key="language_switch").set_value("en").run()
    assert is_calm(page)
    assert TEXTS["finish.kit_holds"][0] in texts(page)
    assert stub.asked("POST", "/branding/file")[-1]["lockup"] == "badge"
