"""The page of data sets: choosing, looking at rows, the analysis and its sections."""

from __future__ import annotations

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_datasets import ROWS, StubDatasets, captions
from frontend.tests.views.datasets_page import SECTIONS, analysed, figures, press_section
from frontend.tests.views.page import NASTY, has_key, is_calm, texts

# Choosing


def test_cards_tell_what_there_is(open_datasets: OpenPage) -> None:
    page = open_datasets()

    assert is_calm(page)
    assert [text.value for text in page.text] == ["sample.parquet", "table.parquet"]
    assert "rows: 2,000 · 10.5\u00a0MB · on the server" in texts(page)
    assert "Cannot be used" in texts(page)


def test_without_data_sets_the_page_says_what_to_do(
    open_datasets: OpenPage, datasets: StubDatasets
) -> None:
    datasets.sets.clear()
    page = open_datasets()

    assert is_calm(page)
    assert TEXTS["dataset.none"][0] in texts(page)


def test_opening_one_puts_it_into_the_address(open_datasets: OpenPage) -> None:
    page = open_datasets()
    page.button(key="open_dataset_ds-sample").click().run()

    assert page.query_params["dataset"] == "ds-sample"
    assert page.selectbox(key="dataset_select").value == "ds-sample"
    page.button(key="dataset_close").click().run()
    assert "dataset" not in page.query_params
    assert has_key(page, "open_dataset_ds-sample")


def test_many_data_sets_are_a_list_to_choose_from(
    open_datasets: OpenPage, datasets: StubDatasets
) -> None:
    sample = datasets.sets["ds-sample"]
    datasets.sets = {f"ds-{i}": {**sample, "id": f"ds-{i}"} for i in range(7)}
    page = open_datasets()

    assert not has_key(page, "open_dataset_ds-sample")
    page.selectbox(key="dataset_select").set_value("ds-3").run()
    assert page.query_params["dataset"] == "ds-3"


def test_an_unusable_set_says_what_was_expected_and_what_was_found(
    open_datasets: OpenPage,
) -> None:
    page = open_datasets(dataset="ds-wrong")

    assert is_calm(page)
    assert TEXTS["dataset.unusable_next"][0] in texts(page)
    assert "Expected columns image and text; found: picture." in texts(page)
    assert "picture: binary" in [code.value for code in page.code]
    assert not has_key(page, "analyse")
    assert not has_key(page, "element_another")


def test_an_unfinished_upload_says_how_it_goes_on(
    open_datasets: OpenPage, datasets: StubDatasets
) -> None:
    datasets.sets["ds-sample"] |= {"state": "uploading", "bytes": 4e9, "received_bytes": 1e9}
    page = open_datasets(dataset="ds-sample")

    assert is_calm(page)
    assert "1\u00a0GB of 4\u00a0GB have arrived (25%). While it is being sent, just wait." in texts(
        page
    )


def test_an_upload_can_be_deleted_after_a_question(
    open_datasets: OpenPage, datasets: StubDatasets
) -> None:
    datasets.sets["ds-sample"]["origin"] = "upload"
    page = open_datasets(dataset="ds-sample")
    page.button(key="delete_yes").click().run()

    assert is_calm(page)
    assert "ds-sample" not in datasets.sets
    assert "dataset" not in page.query_params


def test_what_lies_beside_the_server_cannot_be_deleted_here(open_datasets: OpenPage) -> None:
    assert not has_key(open_datasets(dataset="ds-sample"), "delete_yes")


# Rows


def test_a_row_shows_its_number_caption_and_facts(open_datasets: OpenPage) -> None:
    page = open_datasets(dataset="ds-sample")
    page.number_input(key="dataset_row_number").set_value(5).run()

    assert is_calm(page)
    assert captions()[5] in [text.value for text in page.text]
    assert f"Row 5 of {ROWS:,}, counted from 0" in texts(page)
    assert "PNG · 512 × 512 · 18.3\u00a0KB" in texts(page)


def test_another_row_is_asked_for_once_and_fills_the_field(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    page = open_datasets(dataset="ds-sample")
    page.button(key="element_another").click().run()
    page.run()

    assert len(stub.asked("GET", "/datasets/ds-sample/sample")) == 2
    number = page.number_input(key="dataset_row_number").value
    assert f"Row {number:,} of {ROWS:,}" in texts(page)


def test_a_broken_row_is_told(open_datasets: OpenPage) -> None:
    page = open_datasets(dataset="ds-sample")
    page.number_input(key="dataset_row_number").set_value(17).run()

    assert is_calm(page)
    assert TEXTS["element.no_text"][0] in texts(page)
    assert TEXTS["element.no_picture"][0] in texts(page)
    assert "The picture is missing." in [text.value for text in page.text]


def test_captions_and_names_are_shown_as_they_are(
    open_datasets: OpenPage, stub: StubApi, datasets: StubDatasets
) -> None:
    row = {"index": 0, "rows": 1, "text": NASTY, "image": None, "problem": NASTY}
    stub.behaviour.answers["GET /datasets/ds-sample/sample"] = (200, row)
    datasets.sets["ds-sample"]["name"] = NASTY

    listed, opened = open_datasets(), open_datasets(dataset="ds-sample")

    assert NASTY in [text.value for text in listed.text]
    assert [text.value for text in opened.text].count(NASTY) == 2
    for page in (listed, opened):
        assert NASTY not in "".join(str(shown.value) for shown in [*page.markdown, *page.caption])


# The analysis


def test_the_report_opens_with_the_captions(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets)

    assert is_calm(page)
    assert "Computed on 2,000 of 2,000 rows" in texts(page)
    assert {"characters", "words", "epithets", "top_words", "top_pairs"} <= set(figures(page))
    assert "width" not in figures(page)
    assert next(metric.value for metric in page.metric) == "2,000"


def test_every_section_says_on_how_many_rows_it_rests(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets, *SECTIONS)
    told = [caption.value for caption in page.caption if "Computed on" in str(caption.value)]

    assert is_calm(page)
    assert told.count("Computed on 2,000 of 2,000 rows") == 3
    assert told.count("Computed on 1,000 of 2,000 rows (50%)") == 3


def test_all_charts_of_the_promise_are_there_with_menus_and_sliders(
    open_datasets: OpenPage,
) -> None:
    page = analysed(open_datasets, *SECTIONS)
    charts = set(figures(page))
    sizes = {"width", "height", "aspect", "aspect_other", "pixels", "file"}
    histograms = sizes | {"characters", "words", "epithets"}

    assert charts == histograms | {
        "top_words",
        "top_pairs",
        "top_epithets",
        "formats",
        "modes",
        "black_and_white",
        "dominant",
    }
    assert {f"chart_theme_{chart}" for chart in charts} <= {box.key for box in page.selectbox}
    sliders = {str(slider.key).rsplit("_", 1)[0] for slider in page.slider}
    assert {f"bins_{chart}" for chart in histograms} <= sliders


def test_a_slider_changes_its_own_chart_alone(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets, "section_images")
    before = figures(page)
    slider = next(slider for slider in page.slider if str(slider.key).startswith("bins_file"))
    page.toggle(key=str(slider.key).replace("bins", "outliers")).set_value(True).run()
    slider.set_value(7).run()
    after = figures(page)

    assert len(after["file"]["data"][0]["customdata"]) == 7
    assert {key for key in before if before[key] != after[key]} == {"file"}


def test_sections_stay_as_they_were_when_a_row_or_another_page_is_opened(
    open_datasets: OpenPage,
) -> None:
    page = analysed(open_datasets, "section_images")
    slider = next(slider for slider in page.slider if str(slider.key).startswith("bins_words"))
    slider.set_value(5).run()
    page.button(key="element_another").click().run()

    assert "width" in figures(page)
    assert page.slider(key=str(slider.key)).value == 5


def test_sections_stay_as_they_were_in_another_language(open_datasets: OpenPage) -> None:
    page = press_section(analysed(open_datasets), "analysis.images")
    page = press_section(page, "analysis.text", is_open=False)
    assert "width" in figures(page)
    assert "words" not in figures(page)
    page.segmented_control(key="language_switch").set_value("ru").run()
    page.button(key="element_another").click().run()

    assert is_calm(page)
    assert "width" in figures(page)
    assert "words" not in figures(page)
    page = press_section(page, "analysis.images", 1, is_open=False)
    page.segmented_control(key="language_switch").set_value("en").run()
    assert figures(page) == {}


def test_a_press_leaves_a_section_the_same_for_the_browser(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets)
    before = [expander.proto.id for expander in page.expander]
    page = press_section(page, "analysis.images").run()

    assert [expander.proto.id for expander in page.expander] == before


def test_an_example_opens_its_row(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets, "section_quality")
    page.button_group(key="examples_truncated_image").select(404).run()

    assert is_calm(page)
    assert page.number_input(key="dataset_row_number").value == 404
    assert "The picture is cut short." in texts(page)


def test_duplicates_are_fetched_only_when_they_are_wanted(
    open_datasets: OpenPage, stub: StubApi
) -> None:
    page = analysed(open_datasets, "section_quality")
    asked = [path for _, path, _ in stub.calls if path.endswith("/rows/49/image")]
    page.toggle(key="side_exact").set_value(True).run()

    assert is_calm(page)
    assert asked == []
    assert [path for _, path, _ in stub.calls if path.endswith("/rows/49/image")]
    page.button(key="open_exact_1").click().run()
    assert page.number_input(key="dataset_row_number").value == 49


def test_the_report_and_the_cloud_can_be_kept(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets)

    labels = [str(button.proto.label) for button in page.get("download_button")]
    assert labels == [TEXTS["analysis.download"][0], TEXTS["analysis.cloud_download"][0]]


def test_a_cached_report_opens_at_once(open_datasets: OpenPage, stub: StubApi) -> None:
    analysed(open_datasets)
    page = open_datasets(dataset="ds-sample")

    assert "characters" in figures(page)
    assert len(stub.asked("POST", "/datasets/ds-sample/eda")) == 1


def test_in_russian_nothing_is_english(open_datasets: OpenPage) -> None:
    page = analysed(open_datasets, *SECTIONS, lang="ru")
    said = texts(page)

    assert is_calm(page)
    assert "Посчитано по 2\u202f000 из 2\u202f000 строк" in said
    assert figures(page)["file"]["layout"]["separators"] == ",\u202f"
    english = {text for text, russian in TEXTS.values() if text != russian and len(text) > 12}
    assert not [text for text in english if text in said and "{" not in text]
