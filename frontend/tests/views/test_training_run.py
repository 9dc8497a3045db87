"""A training on its page: progress, curves, samples, stopping, resuming, the adapter."""

from __future__ import annotations

import pytest

from frontend.i18n import TEXTS, Language, Texts
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_problem import problem
from frontend.tests.stub_runs import StubRun
from frontend.tests.views.other_page import on_page
from frontend.tests.views.page import NASTY, has_key, is_calm, markdown, texts
from frontend.tests.views.training_page import chart, checked_set


@pytest.fixture
def open_training(open_page: OpenPage) -> OpenPage:
    return on_page(open_page, "training")


@pytest.fixture
def run(stub: StubApi) -> StubRun:
    """A training that is half done."""
    stub.training.run_seconds = 40
    run = stub.training.add_run(
        name="harbour", title="Harbour", goal="style", set=checked_set(stub), trigger="zorvex"
    )
    run.share = 0.5
    return run


def test_a_training_tells_how_far_it_is(open_training: OpenPage, run: StubRun) -> None:
    page = open_training(run=run.id)
    said = texts(page)

    assert is_calm(page)
    assert "Harbour" in [text.value for text in page.text]
    assert TEXTS["phase.train"][0] in said
    assert "Step 300 of 600 · about 20 s left" in said
    assert any(TEXTS["run_state.running"][0] in str(one.value) for one in page.markdown)


def test_losses_and_measures_are_drawn(open_training: OpenPage, run: StubRun) -> None:
    page = open_training(run=run.id)
    losses = chart(page, "training_losses")

    names = [line.get("name") for line in losses["data"]]
    assert names[1:] == [TEXTS["metric.loss"][0], TEXTS["metric.held_out_loss"][0]]
    assert len(losses["data"][0]["x"]) == 30
    assert losses["data"][2]["x"] == [100, 200, 300]
    measures = chart(page, "training_metrics")
    titles = [note["text"] for note in measures["layout"]["annotations"]]
    assert titles == [TEXTS["metric.image_similarity"][0], TEXTS["metric.copying"][0]]
    assert "(now 0.7, without the adapter 0.52)" in texts(page)


def test_measures_can_be_chosen(open_training: OpenPage, run: StubRun) -> None:
    page = open_training(run=run.id)
    (pills,) = [one for one in page.button_group if str(one.key).startswith("training_measures")]
    pills.set_value(["weight_norm"]).run()

    measures = chart(page, "training_metrics")
    assert [note["text"] for note in measures["layout"]["annotations"]] == ["Weight norm"]


@pytest.mark.parametrize(
    ("share", "key"),
    [
        (0.0, None),
        (0.5, "training.nearly_copies"),
        (0.9, "training.copies"),
        (1.0, "training.copied"),
    ],
)
def test_copying_is_said_in_a_sentence(
    open_training: OpenPage, run: StubRun, share: float, key: str | None
) -> None:
    run.share = share
    said = texts(open_training(run=run.id))
    told = ("training.no_copies", "training.nearly_copies", "training.copies", "training.copied")

    assert [one for one in told if TEXTS[one][0] in said] == ([key] if key else [])


@pytest.mark.parametrize(
    ("kept", "russian"),
    [
        (
            " The adapter of step 150, from before that, is kept.",
            "С шага 200 40% образцов почти повторяют картинку из набора. Оставлен адаптер шага "
            "150, до этого. Помогут новые картинки, меньший ранг или меньше шагов.",
        ),
        (
            "",
            "С шага 200 40% образцов почти повторяют картинку из набора. Помогут новые картинки, "
            "меньший ранг или меньше шагов.",
        ),
    ],
)
def test_the_services_note_takes_the_place_of_the_pages_sentence(
    open_training: OpenPage, run: StubRun, kept: str, russian: str
) -> None:
    run.share = 1.0
    run.note = (
        "From step 200 on, 40% of the samples nearly repeat a training "
        f"picture.{kept} More pictures, a lower rank or fewer steps help."
    )
    said = texts(open_training(run=run.id))
    assert run.note in said
    assert TEXTS["training.copied"][0] not in said
    assert Texts(Language.RUSSIAN).remark(run.note) == russian


def test_samples_follow_until_an_earlier_step_is_chosen(
    open_training: OpenPage, run: StubRun, stub: StubApi
) -> None:
    page = open_training(run=run.id)
    key = f"sample_step_{run.id}"
    assert page.select_slider(key=key).value == 300
    run.share = 0.7
    page.run()
    assert page.select_slider(key=key).value == 400
    page.select_slider(key=key).set_value(100).run()
    run.share = 0.9
    page.run()

    assert page.select_slider(key=key).value == 100
    assert is_calm(page)
    asked = [path for _, path, _ in stub.calls if "/samples/" in path]
    assert asked == [
        f"/training/runs/{run.id}/samples/samples-{step:06}.png" for step in (300, 400, 100)
    ]


def test_a_sheet_that_cannot_be_had_leaves_the_rest(
    open_training: OpenPage, run: StubRun, stub: StubApi
) -> None:
    path = f"GET /training/runs/{run.id}/samples/samples-000300.png"
    stub.behaviour.answers[path] = (200, b"\x89PNG\r\n\x1a\nand no more")
    page = open_training(run=run.id)

    assert is_calm(page)
    assert TEXTS["draft.gone"][0] in texts(page)
    assert len(page.get("plotly_chart")) == 2


def test_stopping_and_resuming(open_training: OpenPage, run: StubRun, stub: StubApi) -> None:
    page = open_training(run=run.id)
    page.button(key="run_stop").click().run()
    assert is_calm(page)
    assert stub.asked("POST", f"/training/runs/{run.id}/stop") == [None]
    page = open_training(run=run.id)
    assert any(TEXTS["run_state.stopped"][0] in str(one.value) for one in page.markdown)
    assert "Step 300 of 600 · trained for 20 s" in texts(page)
    page.button(key="run_resume").click().run()

    assert has_key(page, "run_stop")
    assert is_calm(page)


def test_a_finished_training_leads_to_its_adapter(
    open_training: OpenPage, run: StubRun, stub: StubApi
) -> None:
    run.share = 1.0
    page = open_training(run=run.id)
    page.button(key="run_try").click().run()

    assert "harbour" in stub.loras.adapters
    assert page.query_params["adapter"] == "harbour"
    assert "Harbour" in [text.value for text in page.text]


def test_a_training_that_failed_says_why_and_can_go_on(
    open_training: OpenPage, run: StubRun
) -> None:
    run.error = problem(503, "out-of-memory", "The step needs 9 GB; 6 are free.")[1]
    page = open_training(run=run.id)

    assert is_calm(page)
    assert TEXTS["error.out-of-memory"][0] in texts(page)
    assert "The step needs 9 GB; 6 are free." in texts(page)
    assert has_key(page.button(key="run_resume").click().run(), "run_stop")


def test_a_training_is_deleted_after_asking(
    open_training: OpenPage, run: StubRun, stub: StubApi
) -> None:
    run.stop()
    page = open_training(run=run.id)
    page.button(key="run_delete").click().run()

    assert is_calm(page)
    assert stub.training.runs == {}
    assert "run" not in page.query_params


def test_several_trainings_are_listed_with_their_states(
    open_training: OpenPage, run: StubRun, stub: StubApi
) -> None:
    other = stub.training.add_run(name="stamps", title=NASTY, goal="object", set="set-1")
    other.share = 1.0
    page = open_training()

    assert is_calm(page)
    assert {"Harbour", NASTY} <= {text.value for text in page.text}
    assert not any(NASTY in str(one.value) for one in markdown(page))
    states = [str(one.value) for one in page.markdown if "-badge[" in str(one.value)]
    assert any(TEXTS["run_state.running"][0] in state for state in states)
    assert any(TEXTS["run_state.finished"][0] in state for state in states)
    page.button(key=f"open_run_{other.id}").click().run()
    assert page.query_params["run"] == other.id


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (problem(404, "run-not-found", "gone"), "error.run-not-found"),
        ((502, "<html>"), "error.unreachable"),
        ((200, {"id": "x"}), "error.garbage"),
    ],
)
def test_a_training_that_cannot_be_had_is_said(
    open_training: OpenPage, run: StubRun, stub: StubApi, answer: tuple[int, object], key: str
) -> None:
    stub.behaviour.answers[f"GET /training/runs/{run.id}"] = answer
    page = open_training(run=run.id)

    assert is_calm(page)
    assert TEXTS[key][0] in texts(page)
    assert "set" not in page.button(key="training_back").click().run().query_params


def test_a_training_in_russian(open_training: OpenPage, run: StubRun) -> None:
    page = open_training(run=run.id, lang="ru")

    assert is_calm(page)
    english = {text for text, russian in TEXTS.values() if text != russian and len(text) > 9}
    assert [text for text in english if text in texts(page)] == []
