"""The main page on the way that everybody goes, while waiting, and opened by its address."""

from __future__ import annotations

import time

import pytest

from frontend.i18n import TEXTS
from frontend.palettes import PALETTES
from frontend.state import queued_key
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.views.page import (
    NASTY,
    choose_first,
    describe,
    has_key,
    is_calm,
    job_with,
    texts,
)

# The way that everybody goes


def test_an_empty_page_offers_ideas_and_asks_nothing_of_the_service(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = open_page()

    assert is_calm(page)
    assert page.title[0].value == TEXTS["hero.title"][0]
    assert [button.key for button in page.button if str(button.key).startswith("try_")] == [
        "try_fox",
        "try_wren",
        "try_orbit",
    ]
    assert [path for _, path, _ in stub.calls] == ["/capabilities"]


def test_a_name_alone_gives_five_drafts(open_page: OpenPage, stub: StubApi) -> None:
    page = describe(open_page())

    assert is_calm(page)
    (request,) = stub.asked("POST", "/drafts")
    assert (request["name"], request["description"], request["count"]) == ("Foxy", "", 5)
    assert len(page.checkbox) == 5
    assert page.query_params["drafts"] == "job-1"
    names = [button.proto.label for button in page.download_button]
    assert names.count("PNG") == 5
    assert names.count("SVG") == 3


def test_where_the_time_of_drafts_went_is_told(open_page: OpenPage) -> None:
    page = describe(open_page())

    (table,) = [block.proto.body for block in page.get("html") if "<table" in block.proto.body]
    assert "Drawing drafts" in table
    assert "2.39 s" in table


def test_from_a_cold_start_an_example_takes_one_press(open_page: OpenPage, stub: StubApi) -> None:
    page = open_page().button(key="try_fox").click().run()

    assert is_calm(page)
    assert len(page.download_button) == 8
    assert page.text_input(key="brief_name").value == "Foxy"
    assert stub.asked("POST", "/drafts")[0]["description"] == TEXTS["example.fox.description"][0]


def test_each_draft_says_where_it_comes_from(open_page: OpenPage) -> None:
    said = texts(describe(open_page()))

    assert said.count("Drawn by AI") == 2
    assert said.count("Composed") >= 3
    assert said.count("Pictogrammers, Apache-2.0") == 3
    # What the network was shown has a licence too.
    assert said.count("Paweł Kuna, MIT") == 2
    assert "Layout: In a rounded square" in said
    assert said.count("Shows what you asked for: 71%\nStill clear at icon size: 92%") == 5
    # How near the names are is no quality of the picture.
    assert "80%" not in said


def test_what_was_understood_and_what_was_not_is_said(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.warnings = ["Only 3 of 4 colours could be used."]
    lines = [text.value for text in describe(open_page(), description="a *fox*").text]

    assert lines[:2] == ["We understood: a *fox*", "Only 3 of 4 colours could be used."]


def test_choosing_restyling_and_results(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page()))
    page.slider(key="restyle_strength").set_value(0.7)
    page.pills(key="restyle_loras").set_value(["ink-stamp"]).run()
    page.slider(key="restyle_lora_ink-stamp").set_value(0.8)
    page.button(key="restyle").click().run()

    assert is_calm(page)
    (request,) = stub.asked("POST", "/restyle")
    assert request["images"] == ["job-1-0"]
    assert request["strength"] == 0.7
    assert request["speed"] == "balanced"
    assert request["loras"] == [{"name": "ink-stamp", "weight": 0.8}]
    assert "Download PNG" in [button.proto.label for button in page.download_button]
    # Five drafts, a pair, and the picture of the adapter.
    assert len(page.image) == 5 + 2 + 1
    assert page.image[5].value == page.image[0].value
    assert has_key(page, "restyle")


@pytest.mark.parametrize("is_good", [True, False])
def test_a_model_that_makes_pictures_worse_is_owned_up_to(
    open_page: OpenPage, stub: StubApi, is_good: bool
) -> None:
    stub.behaviour.restyle_default = is_good
    said = texts(choose_first(describe(open_page())))

    assert (TEXTS["restyle.rough"][0] in said) is not is_good


def test_nothing_can_be_restyled_before_something_is_chosen(open_page: OpenPage) -> None:
    page = describe(open_page())

    assert not has_key(page, "restyle")
    assert TEXTS["drafts.hint"][0] in texts(page)


def test_new_ideas_draw_the_same_brief_from_other_seeds(open_page: OpenPage, stub: StubApi) -> None:
    page = describe(open_page(), description="a fox")
    page.button(key="new_ideas").click().run()

    first, second = stub.asked("POST", "/drafts")
    assert first["seed"] != second["seed"]
    assert {**first, "seed": 0} == {**second, "seed": 0}
    assert is_calm(page)


def test_with_a_fixed_seed_new_ideas_go_on_where_the_last_ended(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = open_page()
    page.number_input(key="brief_seed").set_value(100)
    describe(page).button(key="new_ideas").click().run()

    assert [request["seed"] for request in stub.asked("POST", "/drafts")] == [100, 105]


def test_style_palette_and_more_reach_the_service(open_page: OpenPage, stub: StubApi) -> None:
    page = open_page()
    page.pills(key="brief_style").set_value("neon")
    page.pills(key="brief_palette").set_value("night")
    page.text_input(key="brief_avoid").set_value("text")
    page.slider(key="brief_count").set_value(3)
    describe(page)

    (request,) = stub.asked("POST", "/drafts")
    assert (request["style"], request["avoid"], request["count"]) == ("neon", "text", 3)
    assert tuple(request["palette"]) == PALETTES["night"]


def test_starting_over_empties_the_page(open_page: OpenPage) -> None:
    page = describe(open_page()).button(key="start_over").click().run()

    assert is_calm(page)
    assert "drafts" not in page.query_params
    assert page.text_input(key="brief_name").value == ""
    assert has_key(page, "try_fox")


def test_an_empty_brief_is_asked_for_and_not_sent(open_page: OpenPage, stub: StubApi) -> None:
    page = open_page().button(key="create").click().run()

    assert TEXTS["brief.empty"][0] in texts(page)
    assert stub.asked("POST", "/drafts") == []
    assert TEXTS["brief.empty"][0] not in texts(describe(page))


def test_new_ideas_ask_for_a_brief_that_was_emptied(open_page: OpenPage, stub: StubApi) -> None:
    page = describe(open_page())
    describe(page, name="").button(key="new_ideas").click().run()

    assert TEXTS["brief.empty"][0] in texts(page)
    assert len(stub.asked("POST", "/drafts")) == 1
    assert len(page.checkbox) == 5


# Waiting


def test_a_slow_restyle_shows_stage_steps_time_preview_and_cancel(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    stub.behaviour.restyle_seconds = 100
    stub.behaviour.share = 0.5
    page.button(key="restyle").click().run()

    assert is_calm(page)
    said = texts(page)
    assert "**Restyling**" in said
    assert "Step 10 of 20 · about 50 s left" in said
    assert any("data:image/jpeg" in url for image in page.image for url in image.value)
    assert [bar.value for bar in page.progress] == [50]
    page.button(key="cancel_job-2").click().run()
    assert is_calm(page)
    assert ("DELETE", "/jobs/job-2", None) in stub.calls
    assert TEXTS["cancelled.restyle"][0] in texts(page)
    assert len(page.checkbox) == 5


def test_a_job_that_ends_while_it_is_followed_shows_its_results(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    running = {**stub.job_json("job-1"), "id": "job-2", "state": "running", "result": None}
    stub.behaviour.once["GET /jobs/job-2"] = [(200, running)]
    page.button(key="restyle").click().run()

    assert is_calm(page)
    assert "Download PNG" in [button.proto.label for button in page.download_button]
    assert not has_key(page, "cancel_job-2")


def test_slow_drafts_show_progress(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.share = 0.2
    page = describe(open_page())

    assert is_calm(page)
    assert "**Drawing drafts**" in texts(page)
    stub.behaviour.share = 1
    assert len(page.run().checkbox) == 5


def test_a_waiting_job_says_how_many_are_ahead(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.queue_position = 4
    page = describe(open_page())

    assert TEXTS["progress.queued"][0].format(ahead=3) in texts(page)


@pytest.mark.parametrize(
    ("seconds", "worker", "told"), [(11, False, True), (11, True, False), (-1_000, False, False)]
)
def test_waiting_for_a_worker_that_is_not_there_is_said(
    open_page: OpenPage, stub: StubApi, seconds: int, worker: bool, told: bool
) -> None:
    stub.behaviour.queue_position = 1
    stub.behaviour.worker = worker
    page = open_page(drafts=job_with(stub))
    # Seen a while ago, or only in a while: a slow machine must not make a long wait of a short one.
    page.session_state[queued_key("job-1")] = time.monotonic() - seconds
    page.run()

    assert is_calm(page)
    assert (TEXTS["error.worker-unavailable"][0] in texts(page)) is told
    assert (f"**{TEXTS['progress.next'][0]}**" in texts(page)) is not told
    assert has_key(page, "cancel_job-1")


def test_a_cancelled_job_keeps_the_brief_and_can_be_sent_again(
    open_page: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.outcome = "cancelled"
    page = describe(open_page(), description="a fox")

    assert TEXTS["cancelled.drafts"][0] in texts(page)
    assert page.text_area(key="brief_description").value == "a fox"
    stub.behaviour.outcome = "succeeded"
    page.button(key="retry_drafts_cancelled").click().run()
    assert len(page.checkbox) == 5


def test_a_connection_lost_in_between_is_survived(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.share = 0.2
    page = describe(open_page())
    stub.behaviour.answers["GET /jobs/job-1"] = (502, "<html>bad gateway</html>")
    page.run()
    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)
    del stub.behaviour.answers["GET /jobs/job-1"]
    stub.behaviour.share = 1

    assert len(page.run().checkbox) == 5


# Refresh and second tab


def test_a_second_tab_finds_drafts_form_and_result(open_page: OpenPage, stub: StubApi) -> None:
    first = choose_first(describe(open_page(), description="a fox in a wood"))
    first.button(key="restyle").click().run()
    page = open_page(drafts="job-1", restyle="job-2")

    assert is_calm(page)
    assert page.text_area(key="brief_description").value == "a fox in a wood"
    assert [box.value for box in page.checkbox] == [True, False, False, False, False]
    assert "Download PNG" in [button.proto.label for button in page.download_button]


def test_a_refresh_finds_a_running_job(open_page: OpenPage, stub: StubApi) -> None:
    stub.behaviour.share = 0.2
    page = open_page(drafts=job_with(stub))

    assert is_calm(page)
    assert has_key(page, "cancel_job-1")


@pytest.mark.parametrize("job_id", ["gone", "../../etc/passwd", NASTY, "x" * 300])
def test_an_unknown_job_in_the_address_offers_to_start_over(
    open_page: OpenPage, job_id: str
) -> None:
    page = open_page(drafts=job_id)

    assert is_calm(page)
    assert TEXTS["error.job-not-found"][0] in texts(page)
    assert has_key(page.button(key="start_over").click().run(), "try_fox")
