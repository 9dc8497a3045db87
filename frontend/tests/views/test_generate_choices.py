"""The main page: speeds, adapters, variations, comparing, pictures of one's own."""

from __future__ import annotations

import io

from PIL import Image

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_problem import problem
from frontend.tests.views.page import choose_first, describe, has_key, is_calm, texts


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "#D9531E").save(buffer, "PNG")
    return buffer.getvalue()


def labels(page: object, key: str) -> list[str]:
    (group,) = [group for group in page.button_group if group.key == key]  # type: ignore[attr-defined]
    return [option.content for option in group.proto.options]


def test_speeds_say_their_seconds_as_far_as_they_were_measured(open_page: OpenPage) -> None:
    page = choose_first(describe(open_page()))

    told = labels(page, "restyle_speed")
    assert told == ["Fast · 0.3 s", "Balanced · 0.6 s", "Best quality", "My own"]
    page.checkbox[1].check().run()
    assert labels(page, "restyle_speed")[1] == "Balanced · 1.2 s"
    # Measured for four drafts, said for five.
    assert TEXTS["brief.seconds"][0].format(time="0.5 s") in texts(page)


def test_what_the_service_offers_is_asked_anew_after_a_while(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    stub.behaviour.restyle_default = False
    assert TEXTS["restyle.rough"][0] not in texts(page.run())
    page.session_state["asked_at"] = -1_000.0

    assert TEXTS["restyle.rough"][0] in texts(page.run())
    # A service that falls silent takes nothing away.
    stub.behaviour.answers["GET /capabilities"] = (500, "broken")
    page.session_state["asked_at"] = -1_000.0
    assert is_calm(page.run())


def test_steps_of_ones_own_are_sent_instead_of_a_speed(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page()))
    page.button_group(key="restyle_speed").set_value("own").run()
    page.slider(key="restyle_steps").set_value(75)
    page.button(key="restyle").click().run()

    (request,) = stub.asked("POST", "/restyle")
    assert request["steps"] == 75
    assert "speed" not in request


def test_a_page_opened_by_its_address_knows_the_steps(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page()))
    page.button_group(key="restyle_speed").set_value("own").run()
    page.slider(key="restyle_steps").set_value(75)
    page.button(key="restyle").click().run()
    own = open_page(drafts="job-1", restyle="job-2")
    fast = stub.add_job("restyle", {"images": ["job-1-0"], "speed": "draft", "seed": 1})

    assert own.slider(key="restyle_steps").value == 75
    page = open_page(drafts="job-1", restyle=fast)
    assert page.button_group(key="restyle_speed").value == "draft"


def test_an_adapter_shows_its_name_words_and_picture(open_page: OpenPage) -> None:
    page = choose_first(describe(open_page()))
    page.pills(key="restyle_loras").set_value(["ink-stamp", "flat-logo"]).run()

    assert is_calm(page)
    said = [text.value for text in page.text]
    assert "Ink stamp" in said
    assert "Words: inkstamp, rubber stamp" in said
    assert len(page.image) == 5 + 2
    # Only what fits the model in use is offered.
    assert [label.rpartition(") ")[2] for label in labels(page, "restyle_loras")] == [
        "Ink stamp",
        r"Flat logo",
    ]


def test_adapters_whose_facts_cannot_be_had_can_still_be_used(
    open_page: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["GET /loras"] = (500, "broken")
    page = choose_first(describe(open_page()))
    page.pills(key="restyle_loras").set_value(["ink-stamp"]).run()

    assert is_calm(page)
    assert "ink-stamp" in [text.value for text in page.text]


def test_a_draft_is_varied_and_the_way_back_leads_to_all(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = describe(open_page(), description="a fox")
    page.button(key="vary_lot_draft_2").click().run()

    assert is_calm(page)
    request = stub.asked("POST", "/drafts")[1]
    assert request["vary"] == {"image": "job-1-1", "amount": "lot"}
    assert request["count"] == 5
    assert TEXTS["drafts.variations"][0] in texts(page)
    page.button(key="back_to_origin").click().run()
    assert page.query_params["drafts"] == "job-1"
    assert TEXTS["drafts.variations"][0] not in texts(page)


def test_a_result_varies_gently_from_itself_and_freely_from_its_draft(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    page.slider(key="restyle_strength").set_value(0.7)
    page.button(key="restyle").click().run()
    page.button(key="vary_lot_result_1").click().run()
    page.button(key="vary_little_result_1").click().run()

    first, lot, little = stub.asked("POST", "/restyle")
    assert (lot["images"], lot["strength"]) == (["job-1-0"], 0.7)
    assert (little["images"], little["strength"]) == (["job-3-0"], 0.3)
    assert len({first["seed"], little["seed"], lot["seed"]}) == 3
    assert is_calm(page)


def test_the_slider_takes_the_place_of_the_pair(open_page: OpenPage) -> None:
    page = choose_first(describe(open_page()))
    page.button(key="restyle").click().run()
    page.button_group(key="compare_how").set_value("slider").run()

    assert is_calm(page)
    assert len(page.image) == 5


def test_a_picture_of_ones_own_is_restyled(open_page: OpenPage, stub: StubApi) -> None:
    page = open_page()
    page.file_uploader(key="own_picture").upload("mine.png", png(), "image/png").run()

    assert is_calm(page)
    assert page.query_params["picture"] == "upload-1"
    page.button(key="restyle").click().run()
    assert stub.asked("POST", "/restyle")[0]["images"] == ["upload-1"]
    assert has_key(page.button(key="start_over").click().run(), "try_fox")


def test_a_file_that_is_no_picture_is_refused_in_a_sentence(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = open_page()
    page.file_uploader(key="own_picture").upload("mine.png", b"hello", "image/png").run()

    assert is_calm(page)
    assert TEXTS["error.unreadable-image"][0] in texts(page)
    assert "picture" not in page.query_params


def test_a_way_back_that_is_not_there_now_takes_nothing_away(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = describe(open_page(), description="a fox")
    page.button(key="vary_little_draft_1").click().run()
    stub.behaviour.answers["GET /images/job-1-0/record"] = (502, "<html>bad gateway</html>")
    page.button(key="back_to_origin").click().run()

    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)
    assert page.query_params["drafts"] == "job-2"
    assert page.text_input(key="brief_name").value == "Foxy"
    del stub.behaviour.answers["GET /images/job-1-0/record"]
    page.button(key="retry_way_back").click().run()
    assert page.query_params["drafts"] == "job-1"
    assert TEXTS["error.unreachable"][0] not in texts(page)


def test_trying_again_repeats_the_variation_and_not_the_form(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = describe(open_page(), description="a fox")
    stub.behaviour.outcome = "cancelled"
    page.button(key="vary_lot_draft_2").click().run()
    stub.behaviour.outcome = "succeeded"
    page.button(key="retry_drafts_cancelled").click().run()

    first, again = stub.asked("POST", "/drafts")[1:]
    assert again == first
    assert again["vary"] == {"image": "job-1-1", "amount": "lot"}


def test_trying_again_restyles_the_same_pictures_whatever_is_chosen_now(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    stub.behaviour.outcome = "cancelled"
    page.button(key="restyle").click().run()
    page.checkbox[0].uncheck().run()
    stub.behaviour.outcome = "succeeded"
    page.button(key="retry_restyle_cancelled").click().run()

    first, again = stub.asked("POST", "/restyle")
    assert again["images"] == first["images"] == ["job-1-0"]
    assert again["seed"] == first["seed"]


def test_a_result_is_varied_as_it_was_made_not_as_the_panel_stands_now(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    page.button_group(key="restyle_style").set_value("gradient").run()
    page.button(key="restyle").click().run()
    page.button_group(key="restyle_style").set_value("neon").run()
    page.button(key="vary_little_result_1").click().run()

    assert [request["style"] for request in stub.asked("POST", "/restyle")] == ["gradient"] * 2


def test_an_adapter_that_vanished_is_not_sent(open_page: OpenPage, stub: StubApi) -> None:
    page = choose_first(describe(open_page()))
    page.pills(key="restyle_loras").set_value(["ink-stamp"]).run()
    stub.behaviour.loras = False
    page.run().button(key="restyle").click().run()

    assert stub.asked("POST", "/restyle")[0]["loras"] == []


def test_while_a_restyle_runs_nothing_takes_it_off_the_page(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    stub.behaviour.share = 0.5
    page.button(key="restyle").click().run()

    assert page.button(key="new_ideas").disabled
    assert has_key(page, "cancel_job-2")


def test_a_file_that_could_not_be_stored_is_sent_again_only_when_asked_for(
    open_page: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["POST /images"] = problem(503, "store-unavailable", "The disk is away.")
    page = open_page()
    page.file_uploader(key="own_picture").upload("mine.png", png(), "image/png").run()
    page.run()

    assert is_calm(page)
    assert "The disk is away." in texts(page)
    assert len(stub.asked("POST", "/images")) == 1
    del stub.behaviour.answers["POST /images"]
    page.button(key="retry_upload").click().run()
    assert page.query_params["picture"] == "upload-1"


def test_the_place_for_a_file_says_its_limit_in_the_language_of_the_page(
    open_page: OpenPage,
) -> None:
    page = open_page(lang="ru")

    assert page.file_uploader(key="own_picture").proto.max_upload_size_mb == 10
    assert any("PNG, JPEG, WEBP, до 10 МБ" in str(one.proto.body) for one in page.get("html"))


def test_an_adapter_for_the_text_encoder_takes_a_weight_of_its_own(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    page.pills(key="restyle_loras").set_value(["ink-stamp", "flat-logo"]).run()
    switches = [one.key for one in page.toggle if "text_weight" in str(one.key)]
    assert switches == ["restyle_has_text_weight_flat-logo"]
    page.toggle(key="restyle_has_text_weight_flat-logo").set_value(True).run()
    page.slider(key="restyle_text_weight_flat-logo").set_value(0.3)
    page.slider(key="restyle_lora_flat-logo").set_value(0.9)
    page.button(key="restyle").click().run()

    assert is_calm(page)
    assert stub.asked("POST", "/restyle")[0]["loras"] == [
        {"name": "ink-stamp", "weight": 1.0},
        {"name": "flat-logo", "weight": 0.9, "text_weight": 0.3},
    ]


def test_more_adapters_than_a_restyle_takes_push_the_first_out(
    open_page: OpenPage, stub: StubApi
) -> None:
    for number in range(4):
        stub.loras.add(f"extra-{number}")
    page = choose_first(describe(open_page()))
    names = ["ink-stamp", "flat-logo", "extra-0", "extra-1"]
    page.pills(key="restyle_loras").set_value(names).run()
    assert TEXTS["restyle.loras_most"][0].format(count=4) not in texts(page)
    page.pills(key="restyle_loras").set_value([*names, "extra-2"]).run()

    assert is_calm(page)
    assert TEXTS["restyle.loras_most"][0].format(count=4) in texts(page)
    assert page.pills(key="restyle_loras").value == [*names[1:], "extra-2"]


def test_a_long_list_of_adapters_shows_some_and_the_way_to_all(
    open_page: OpenPage, stub: StubApi
) -> None:
    for number in range(20):
        stub.loras.add(f"extra-{number}")
    page = choose_first(describe(open_page()))

    assert len(labels(page, "restyle_loras")) == 12
    assert has_key(page, "more_loras")


def test_an_adapter_that_just_came_can_be_chosen_at_once(
    open_page: OpenPage, stub: StubApi
) -> None:
    page = choose_first(describe(open_page()))
    stub.loras.add("fresh")

    assert any("Fresh" in label for label in labels(page.run(), "restyle_loras"))


def test_when_no_adapter_fits_that_is_said(open_page: OpenPage, stub: StubApi) -> None:
    for name in ("ink-stamp", "flat-logo"):
        del stub.loras.adapters[name]
    page = choose_first(describe(open_page()))

    assert TEXTS["restyle.loras_none"][0] in texts(page)
