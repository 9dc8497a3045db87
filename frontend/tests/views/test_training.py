"""The page of trainings up to the start: pictures, check, captions, goal."""

from __future__ import annotations

import io
import zipfile

import pytest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import on_page
from frontend.tests.views.page import NASTY, has_key, is_calm, keys, markdown, texts
from frontend.tests.views.training_page import captions, checked_set, pictures, png, send


@pytest.fixture
def open_training(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "training")


# 1. Pictures


def test_an_empty_server_shows_all_steps_and_what_comes_first(open_training: OpenPage) -> None:
    page = open_training()

    assert is_calm(page)
    heads = [head.value for head in page.subheader]
    assert heads == ["1. Pictures", "2. Check", "3. Goal", "4. Progress"]
    assert TEXTS["training.check_first"][0] in texts(page)
    assert TEXTS["training.goal_first"][0] in texts(page)


def test_a_set_is_made_filled_and_checked_at_once(open_training: OpenPage, stub: StubApi) -> None:
    page = open_training()
    page.text_input(key="train_set_name").set_value("Harbour")
    page.button(key="create_set").click().run()
    assert page.query_params["set"] == "set-1"
    send(page, pictures())

    assert is_calm(page)
    assert len(stub.asked("POST", "/training/sets/set-1/files")) == 1
    assert "Pictures ready: 4" in texts(page)
    page.run()
    assert len(stub.asked("POST", "/training/sets/set-1/files")) == 1
    assert len(stub.asked("POST", "/training/sets/set-1/inspect")) == 1


def test_a_zip_and_captions_are_taken_too(open_training: OpenPage, stub: StubApi) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in pictures(3).items():
            archive.writestr(name, content)
    page = open_training(set=stub.training.add_set("Harbour"))
    send(page, {"all.zip": buffer.getvalue(), "captions.txt": b"mark-0.png: a boat"})

    assert "Pictures ready: 3" in texts(page)
    assert TEXTS["training.proposed"][0] not in texts(page)


def test_a_set_is_found_again_by_its_address_and_from_the_list(
    open_training: OpenPage, stub: StubApi
) -> None:
    set_id = checked_set(stub)
    page = open_training()
    assert "Harbour" in [text.value for text in page.text]
    page.button(key=f"open_set_{set_id}").click().run()

    assert page.query_params["set"] == set_id
    assert "Pictures ready: 4" in texts(open_training(set=set_id))


def test_a_set_is_deleted_after_asking(open_training: OpenPage, stub: StubApi) -> None:
    page = open_training(set=checked_set(stub))
    page.button(key="delete_set").click().run()

    assert is_calm(page)
    assert stub.training.sets == {}
    assert "set" not in page.query_params


def test_a_set_that_a_training_uses_stays(open_training: OpenPage, stub: StubApi) -> None:
    set_id = checked_set(stub)
    stub.training.add_run(name="a", goal="style", set=set_id).share = 0.5
    page = open_training(set=set_id)
    page.button(key="delete_set").click().run()

    assert is_calm(page)
    assert TEXTS["error.in-use"][0] in texts(page)
    assert set_id in stub.training.sets


def test_files_that_could_not_be_sent_are_sent_again_when_asked(
    open_training: OpenPage, stub: StubApi
) -> None:
    set_id = stub.training.add_set("Harbour")
    path = f"POST /training/sets/{set_id}/files"
    stub.behaviour.once[path] = [problem(413, "payload-too-large", "600 MB are too many.")]
    page = send(open_training(set=set_id), pictures())

    assert is_calm(page)
    assert "600 MB are too many." in texts(page)
    page.run()
    assert len(stub.asked("POST", f"/training/sets/{set_id}/files")) == 1


def test_a_set_that_is_gone_is_said(open_training: OpenPage) -> None:
    page = open_training(set="set-9")

    assert is_calm(page)
    assert TEXTS["error.set-not-found"][0] in texts(page)
    page.button(key="set_gone").click().run()
    assert has_key(page, "create_set")


# 2. Check


def test_what_the_check_found_is_said_in_sentences(open_training: OpenPage, stub: StubApi) -> None:
    files = {**pictures(3), "blurred.png": png(4), "again.png": png(0), "note.png": b"no"}
    page = open_training(set=checked_set(stub, files))
    said = texts(page)

    assert is_calm(page)
    assert TEXTS["finding.blurred"][0].format(count=1) in said
    assert TEXTS["finding.duplicate"][0].format(count=1) in said
    assert "note.png: It is not a picture: its first bytes are unknown." in said
    badges = [badge.value for badge in page.markdown if "-badge[" in str(badge.value)]
    assert sum("Blurred" in badge for badge in badges) == 1
    assert sum("Proposed" in badge for badge in badges) == 5


def test_too_few_pictures_hinder_the_training(open_training: OpenPage, stub: StubApi) -> None:
    page = open_training(set=checked_set(stub, pictures(2)))

    assert TEXTS["finding.too-few"][0] in texts(page)
    assert not has_key(page, "train_start")


def test_a_finding_new_to_this_page_is_said_in_the_services_words(
    open_training: OpenPage, stub: StubApi
) -> None:
    set_id = checked_set(stub)
    finding = {"code": "odd", "level": "warning", "files": [], "detail": NASTY}
    body = {**stub.training.set_json(set_id), "findings": [finding]}
    stub.behaviour.answers[f"GET /training/sets/{set_id}"] = (200, body)
    page = open_training(set=set_id)

    assert is_calm(page)
    assert NASTY in [text.value for text in page.text]
    assert not any(NASTY in str(one.value) for one in markdown(page))


def test_a_check_that_runs_shows_its_progress(open_training: OpenPage, stub: StubApi) -> None:
    set_id = checked_set(stub)
    stub.behaviour.share = 0.5
    page = open_training(set=set_id)

    assert TEXTS["stage.check"][0] in texts(page)
    assert len(page.file_uploader) == 0
    stub.behaviour.share = None
    assert "Pictures ready: 4" in texts(page.run())


def test_a_check_that_failed_can_be_repeated(open_training: OpenPage, stub: StubApi) -> None:
    set_id = checked_set(stub)
    stub.behaviour.outcome = "failed"
    page = open_training(set=set_id)
    assert TEXTS["error.stage-failed"][0] in texts(page)
    stub.behaviour.outcome = "succeeded"
    page.button(key="retry_check_failed").click().run()

    assert "Pictures ready: 4" in texts(page)


def test_a_caption_is_kept_as_soon_as_it_is_written(open_training: OpenPage, stub: StubApi) -> None:
    set_id = checked_set(stub)
    page = open_training(set=set_id)
    page.text_area(key=f"caption_{set_id}_mark-1.png").set_value("a green leaf ").run()

    assert is_calm(page)
    path = f"/training/sets/{set_id}/captions"
    assert stub.asked("PUT", path) == [{"captions": {"mark-1.png": "a green leaf"}}]
    page.run()
    assert captions(page)[1].strip() == "a green leaf"
    assert captions(open_training(set=set_id))[1] == "a green leaf"


def test_a_caption_that_could_not_be_kept_stays_in_its_field(
    open_training: OpenPage, stub: StubApi
) -> None:
    set_id = checked_set(stub)
    stub.behaviour.answers[f"PUT /training/sets/{set_id}/captions"] = (502, "<html>")
    page = open_training(set=set_id)
    page.text_area(key=f"caption_{set_id}_mark-1.png").set_value("a green leaf").run()

    assert is_calm(page)
    assert TEXTS["error.unreachable"][0] in texts(page)
    assert captions(page)[1] == "a green leaf"


def test_a_picture_is_taken_out(open_training: OpenPage, stub: StubApi) -> None:
    set_id = checked_set(stub)
    page = open_training(set=set_id)
    page.button(key="remove_mark-1.png").click().run()

    assert is_calm(page)
    assert len(page.text_area) == 3
    assert not any(area.key.endswith("mark-1.png") for area in page.text_area if area.key)


def test_a_browser_that_lags_behind_takes_out_the_picture_that_it_shows(
    open_training: OpenPage, stub: StubApi
) -> None:
    page = open_training(set=checked_set(stub))
    before = keys(page)
    page.button(key="remove_mark-1.png").click().run()

    # What the other buttons meant before they still mean.
    assert before - keys(page) == {"remove_mark-1.png"}


def test_many_pictures_are_shown_in_pages(open_training: OpenPage, stub: StubApi) -> None:
    files = {f"mark-{number}.png": png(number, 300) for number in range(30)}
    page = open_training(set=checked_set(stub, files))
    assert len(page.text_area) == 24
    page.button(key="pictures_next").click().run()

    assert len(page.text_area) == 6
    assert page.button(key="pictures_next").disabled


# 3. Goal


def test_goals_are_told_in_plain_words_with_the_measured_time(
    open_training: OpenPage, stub: StubApi
) -> None:
    page = open_training(set=checked_set(stub))
    said = texts(page)

    assert all(TEXTS[f"goal.{goal}_plain"][0] in said for goal in ("style", "object", "trigger"))
    assert "About **9 min** on this machine (600 steps, 0.9 s each)." in said
    assert TEXTS["training.too_few"][0].format(count=4) in said
    page.button(key="aim_object").click().run()
    assert "About **6 min** on this machine (400 steps, 0.9 s each)." in texts(page)


def test_a_training_needs_a_name_and_for_a_thing_a_word(
    open_training: OpenPage, stub: StubApi
) -> None:
    page = open_training(set=checked_set(stub))
    page.button(key="train_start").click().run()
    assert TEXTS["training.missing_title"][0] in texts(page)
    page.button(key="aim_object").click().run()
    page.text_input(key="train_title").set_value("Портовый стиль")
    page.button(key="train_start").click().run()
    assert TEXTS["training.missing_trigger"][0] in texts(page)
    page.text_input(key="train_trigger").set_value("zorvex")
    page.text_input(key="train_class").set_value("a lighthouse")
    page.button(key="train_start").click().run()

    assert is_calm(page)
    assert stub.asked("POST", "/training/runs") == [
        {
            "set": "set-1",
            "name": "portovyy-stil",
            "goal": "object",
            "title": "Портовый стиль",
            "base": "sd-embedded",
            "trigger": "zorvex",
            "class_phrase": "a lighthouse",
        }
    ]
    assert page.query_params["run"] == "run-1"


def test_an_expert_sets_what_an_expert_sets(open_training: OpenPage, stub: StubApi) -> None:
    page = open_training(set=checked_set(stub))
    page.text_input(key="train_title").set_value("Harbour")
    page.number_input(key="train_steps").set_value(50)
    page.number_input(key="train_rank").set_value(4)
    page.number_input(key="train_rate").set_value(0.0005)
    page.number_input(key="train_seed").set_value(7)
    page.button_group(key="train_text_encoder").set_value("yes").run()
    assert "About **45 s** on this machine (50 steps, 0.9 s each)." in texts(page)
    page.button(key="train_start").click().run()

    (order,) = stub.asked("POST", "/training/runs")
    assert (order["steps"], order["rank"], order["seed"]) == (50, 4, 7)
    assert order["learning_rate"] == pytest.approx(0.0005)
    assert order["train_text_encoder"] is True
    assert "batch_size" not in order


def test_a_name_that_is_taken_is_said_beside_the_button(
    open_training: OpenPage, stub: StubApi
) -> None:
    page = open_training(set=checked_set(stub))
    page.text_input(key="train_title").set_value("Ink stamp")
    page.button(key="train_start").click().run()

    assert is_calm(page)
    assert TEXTS["error.name-taken"][0] in texts(page)
    assert page.text_input(key="train_title").value == "Ink stamp"
    assert "run" not in page.query_params


def test_presets_that_cannot_be_had_leave_the_pictures(
    open_training: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["GET /training/presets"] = (500, "broken")
    page = open_training(set=checked_set(stub))

    assert is_calm(page)
    assert len(page.text_area) == 4
    del stub.behaviour.answers["GET /training/presets"]
    assert has_key(page.button(key="retry_presets").click().run(), "train_start")


def test_the_steps_in_russian(open_training: OpenPage, stub: StubApi) -> None:
    files = {**pictures(3), "blurred.png": png(4), "again.png": png(0)}
    page = open_training(set=checked_set(stub, files), lang="ru")

    assert is_calm(page)
    english = {text for text, russian in TEXTS.values() if text != russian and len(text) > 9}
    assert [text for text in english if text in texts(page)] == []
