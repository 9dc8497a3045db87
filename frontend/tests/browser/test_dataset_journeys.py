"""Data sets in a real browser: upload in chunks, rows, analysis, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from frontend.tests.browser.conftest import NewPage, Snap
from frontend.tests.browser.create_page import EN, CreatePage
from frontend.tests.browser.stack import ROOT
from frontend.tests.browser.wire import answering

pytestmark = pytest.mark.browser

SAMPLE = ROOT / "data" / "sample.parquet"


def open_sample(page: Page) -> None:
    # There may be others, of journeys that came before.
    cards = page.locator('[class*="st-key-dataset_"]').filter(has_text=SAMPLE.stem)
    button = cards.get_by_role("button", name=EN("dataset.open"), exact=True)
    expect(button).to_be_visible()
    CreatePage(page).wait_until_drawn()
    button.click()
    expect(page.get_by_text(EN("element.heading"))).to_be_visible()
    CreatePage(page).wait_until_drawn()


def analyse(page: Page) -> None:
    """Orders the analysis, unless a journey before this one has done so, and waits for it."""
    start = page.get_by_role("button", name=EN("analysis.start"), exact=True)
    cloud = page.get_by_text(EN("analysis.cloud"), exact=True)
    expect(start.or_(cloud)).to_be_visible()
    CreatePage(page).wait_until_drawn()
    if start.is_visible():
        start.click()
    expect(cloud).to_be_visible()
    CreatePage(page).wait_until_drawn()


def upload(page: Page, path: Path) -> None:
    # Its words come from the script that takes the file.
    expect(page.get_by_text(EN("upload.choose"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    page.locator('input[type="file"]').first.set_input_files(path)


def test_the_sample_is_looked_at_and_analysed(open_tab: NewPage, snap: Snap) -> None:
    page = open_tab("/datasets")
    open_sample(page)
    analyse(page)

    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    snap(page, "ui-datasets")
    snap(page, "ui-analysis", height=1300, top=page.get_by_text(EN("analysis.cloud"), exact=True))
    page.get_by_text(EN("analysis.images"), exact=True).click()
    expect(page.get_by_text(EN("analysis.aspect"), exact=True)).to_be_visible()
    # Fresh numbers, cached by content: a refresh brings them back without computing.
    page.reload()
    expect(page.get_by_text(EN("analysis.cloud"), exact=True)).to_be_visible()
    expect(page.get_by_role("button", name=EN("analysis.start"), exact=True)).to_have_count(0)


def test_moving_one_slider_leaves_every_other_chart_alone(open_tab: NewPage) -> None:
    page = open_tab("/datasets")
    open_sample(page)
    analyse(page)
    page.get_by_text(EN("analysis.images"), exact=True).click()
    expect(page.get_by_text(EN("analysis.aspect"), exact=True)).to_be_visible()
    charts = page.locator(".js-plotly-plot")
    expect(charts.nth(8)).to_be_visible()
    CreatePage(page).wait_until_drawn()
    # A chart that is drawn anew loses the mark.
    marked = charts.evaluate_all(
        "plots => plots.map(plot => (plot.dataset.drawn = 'before')).length"
    )
    bins = page.get_by_role("slider", name=EN("analysis.bins")).first
    before = bins.input_value()
    with answering(page):
        bins.press("ArrowRight")

    expect(bins).not_to_have_value(before)
    expect(page.get_by_text(EN("analysis.aspect"), exact=True)).to_be_visible()
    assert page.locator(".js-plotly-plot[data-drawn]").count() >= marked - 1


def test_a_file_is_uploaded_in_chunks_and_can_be_deleted(open_tab: NewPage, tmp_path: Path) -> None:
    file = tmp_path / "my-logos.parquet"
    table = pq.read_table(SAMPLE).slice(0, 500)
    pq.write_table(table, file, row_group_size=100)
    page = open_tab("/datasets")
    upload(page, file)

    expect(page.get_by_text("my-logos.parquet").first).to_be_visible()
    expect(page.get_by_text(EN("element.heading"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    page.get_by_role("button", name=EN("dataset.delete"), exact=True).click()
    page.get_by_role("button", name=EN("dataset.delete_yes")).click()
    expect(page.get_by_text("my-logos.parquet").filter(visible=True)).to_have_count(0)


def test_a_file_that_is_no_parquet_is_refused_in_a_sentence(
    open_tab: NewPage, tmp_path: Path
) -> None:
    file = tmp_path / "holiday.parquet"
    file.write_bytes(b"not a parquet file at all" * 100)
    page = open_tab("/datasets")
    upload(page, file)

    expect(page.get_by_text(EN("upload.not_parquet"))).to_be_visible()


def test_wrong_columns_are_named_with_what_is_expected(open_tab: NewPage, tmp_path: Path) -> None:
    file = tmp_path / "sales.parquet"
    pq.write_table(pa.table({"price": [1, 2], "city": ["a", "b"]}), file)
    page = open_tab("/datasets")
    upload(page, file)

    expect(page.get_by_text(EN("dataset.state_unusable")).first).to_be_visible()
    expect(page.get_by_text("price").first).to_be_visible()
