"""What a session remembers, without Streamlit."""

from __future__ import annotations

from typing import Any

import pytest

from frontend.actions import drafts_request, restore_brief, restyle_request, use_lora, use_settings
from frontend.api_types import Capabilities, DraftsRequest, Job, JobState, LoraChoice
from frontend.palettes import AUTO, OWN, PALETTES
from frontend.state import COLOUR_KEYS, Failure, Key, PageState, lora_key, pick_key
from frontend.transport import ApiUnavailable, Trouble


def new_state(**widgets: Any) -> PageState:
    session: dict[str | int, Any] = {}
    session.update(widgets.items())
    return PageState(session, {})


def ended(job_id: str = "job-1", **request: Any) -> Job:
    return Job(id=job_id, kind="drafts", state=JobState.SUCCEEDED, request=request)


def note_failure(state: PageState) -> None:
    state.failure = Failure(DraftsRequest("", "", 0, 1), "k", ApiUnavailable(Trouble.TIMEOUT))


def test_new_drafts_take_the_restyle_off_the_page() -> None:
    state = new_state()
    state.show_restyle(ended("r"))
    state.show_drafts(ended("d"))

    assert (state.drafts_id, state.restyle_id) == ("d", "")
    assert state.take_new_drafts()
    assert not state.take_new_drafts()


def test_starting_over_forgets_the_brief_and_keeps_the_language() -> None:
    state = new_state(brief_name="Foxy", pick_x=True)
    state.language = "ru"
    state.show_drafts(ended("d"))
    note_failure(state)
    state.start_over()

    assert state.widget(Key.NAME) is None
    assert (state.drafts_id, state.language) == ("", "ru")
    assert state.failure is None
    assert not state.knows("brief")


def test_only_the_latest_jobs_are_remembered() -> None:
    state = new_state()
    for number in range(20):
        state.remember_job(ended(f"job-{number}"))

    assert state.remembered_job("job-19") is not None
    assert state.remembered_job("job-0") is None


def test_choices_that_are_gone_are_dropped() -> None:
    state = new_state(a="neon", b="gone", c=["x", "gone"], d=None)
    for key in "abcd":
        state.keep_within(key, ("neon", "x"))

    assert [state.widget(key) for key in "abcd"] == ["neon", None, ["x"], None]


def test_picked_keeps_the_order_of_the_pictures() -> None:
    state = new_state(**{pick_key("b"): True, pick_key("a"): True, pick_key("c"): False})

    assert state.picked(["a", "b", "c", "d"]) == ("a", "b")


def test_a_name_alone_makes_a_request() -> None:
    request = drafts_request(new_state(brief_name="  Foxy "), Capabilities())

    assert (request.name, request.description, request.palette) == ("Foxy", "", ())
    assert request.count == 5


def test_an_empty_seed_is_a_new_one_each_time_and_a_given_one_is_kept() -> None:
    seeds = {drafts_request(new_state(), Capabilities()).seed for _ in range(8)}

    assert len(seeds) > 1
    assert drafts_request(new_state(brief_seed=0), Capabilities()).seed == 0


def test_palettes_become_colours() -> None:
    named = new_state(brief_palette="ocean")
    own = new_state(
        brief_palette=OWN,
        **dict(zip(map(str, COLOUR_KEYS), ("#111111", "#222222", "#333333"), strict=True)),
    )

    assert drafts_request(named, Capabilities()).palette == PALETTES["ocean"]
    assert drafts_request(own, Capabilities()).palette == ("#111111", "#222222", "#333333")


def test_the_form_is_restored_from_a_job() -> None:
    state = new_state()
    job = ended(
        name="Foxy", description="a fox", style="neon", avoid="text", count=3, palette=["#123456"]
    )
    restore_brief(state, job.request, Capabilities())
    request = drafts_request(state, Capabilities())

    assert (request.name, request.description, request.style) == ("Foxy", "a fox", "neon")
    assert (request.avoid, request.count, request.palette[0]) == ("text", 3, "#123456")
    assert state.knows("brief")


def test_a_strange_request_restores_what_it_can() -> None:
    state = new_state()
    restore_brief(state, {"style": "gone", "count": 99, "palette": "red"}, Capabilities())

    assert state.widget(Key.STYLE) is None
    assert state.widget(Key.COUNT) is None
    assert state.widget(Key.PALETTE) == AUTO


def test_a_page_that_is_come_back_to_gets_its_address_again() -> None:
    session: dict[str | int, Any] = {}
    PageState(session, {"drafts": "job-1", "lang": "ru"}).enter("")
    elsewhere: dict[str, str] = {}
    PageState(session, elsewhere).enter("history")
    back: dict[str, str] = {}
    PageState(session, back).enter("")

    assert elsewhere == {"lang": "ru"}
    assert back == {"drafts": "job-1", "lang": "ru"}


def test_a_step_back_on_the_same_page_stays_where_it_leads() -> None:
    session: dict[str | int, Any] = {}
    PageState(session, {"drafts": "job-1"}).enter("")
    back: dict[str, str] = {}
    PageState(session, back).enter("")

    assert back == {}


def test_a_language_that_was_switched_to_goes_along_to_other_pages() -> None:
    session: dict[str | int, Any] = {}
    PageState(session, {}).language = "ru"
    address: dict[str, str] = {}
    state = PageState(session, address)
    state.enter("")
    PageState(session, address := {}).enter("history")

    assert address == {"lang": "ru"}


BRIEF = {"name": "Foxy", "description": "a fox", "style": "neon", "count": 3, "seed": 42}
RESTYLE = {
    "images": ["a"],
    "strength": 0.65,
    "guidance": 4.5,
    "seed": 43,
    "style": "flat",
    "avoid": "text",
    "loras": [
        {"name": "ink", "weight": 0.8, "text_weight": 0.25},
        {"name": "gone", "weight": 1},
        "strange",
    ],
}


def test_settings_of_an_old_result_fill_an_empty_page() -> None:
    session: dict[str | int, Any] = {}
    PageState(session, {"drafts": "job-1", "restyle": "job-2"}).enter("")
    state = PageState(session, {})
    state.enter("history")
    state.set_widget(Key.AVOID, "text")
    known = Capabilities(loras=("ink",))
    use_settings(state, known, brief=BRIEF, restyle=RESTYLE)
    back: dict[str, str] = {}
    state = PageState(session, back)
    state.enter("")
    drafts = drafts_request(state, known)
    restyle = restyle_request(state, known, ("x",))

    assert back == {}
    assert (drafts.name, drafts.seed, drafts.count, drafts.avoid) == ("Foxy", 42, 3, "")
    assert (restyle.strength, restyle.guidance, restyle.seed) == (0.65, 4.5, 43)
    assert (restyle.style, restyle.avoid) == ("flat", "text")
    assert restyle.loras == (LoraChoice("ink", 0.8, 0.25),)
    assert state.picked(["a"]) == ()


def test_settings_without_the_seed_leave_it_open() -> None:
    state = new_state(brief_seed=7)
    use_settings(state, Capabilities(), brief=BRIEF, restyle=RESTYLE, with_seed=False)

    assert state.widget(Key.NAME) == "Foxy"
    assert state.widget(Key.SEED) is None
    assert state.widget(Key.RESTYLE_SEED) is None


def test_the_address_of_this_page_is_read_and_changed() -> None:
    address = {"q": "fox"}
    state = PageState({}, address)
    state.set_address(q="", stage="draft")

    assert (state.address("q"), state.address("stage")) == ("", "draft")
    assert address == {"stage": "draft"}


def test_a_page_can_be_given_another_address_before_it_is_entered() -> None:
    session: dict[str | int, Any] = {}
    PageState(session, {"drafts": "a", "restyle": "b"}).enter("")
    history = PageState(session, {})
    history.enter("history")
    history.lead_to("", drafts="c")
    back: dict[str, str] = {}
    PageState(session, back).enter("")

    assert back == {"drafts": "c"}


def test_a_page_is_come_back_to_as_it_was_left() -> None:
    session: dict[str | int, Any] = {}
    state = PageState(session, {"q": "fox", "image": "a"})
    state.enter("history")
    state.set_address(image="")
    PageState(session, {}).enter("")
    back: dict[str, str] = {}
    PageState(session, back).enter("history")

    assert back == {"q": "fox"}


def test_what_a_file_says_is_kept_within_what_the_form_takes() -> None:
    state = new_state()
    brief = {"name": "x" * 99, "palette": ["red", "#12", "url(x)", "#123456"], "seed": -1}
    use_settings(state, Capabilities(), brief=brief, restyle={"strength": "much", "loras": "all"})
    request = drafts_request(state, Capabilities())

    assert request.name == "x" * 60
    assert state.widget(Key.COLOUR_1) == "#123456"
    assert request.palette == ("#123456",)
    assert state.widget(Key.SEED) is None
    assert state.widget(Key.RESTYLE_STRENGTH) is None


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_a_palette_of_another_size_comes_back_whole_until_a_picker_is_touched(count: int) -> None:
    told = ["#C0392B", "#FFFFFF", "#123456", "#654321", "#ABCDEF"][:count]
    state = new_state()
    restore_brief(state, {"name": "Foxy", "palette": told}, Capabilities())

    assert drafts_request(state, Capabilities()).palette == tuple(told)
    state.set_widget(COLOUR_KEYS[0], "#000000")
    assert drafts_request(state, Capabilities()).palette[0] == "#000000"
    assert len(drafts_request(state, Capabilities()).palette) == 3


def test_an_adapter_to_use_joins_the_others_or_changes_its_weight() -> None:
    state = new_state()
    for name, weight in (("a", 1.0), ("b", 0.5), ("a", 1.5), ("c", 1.0)):
        use_lora(state, name, weight, 2)

    assert state.widget(Key.RESTYLE_LORAS) == ["a", "c"]
    assert state.widget(lora_key("a")) == 1.5
    assert state.knows("restyle")
