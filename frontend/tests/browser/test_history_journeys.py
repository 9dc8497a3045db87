"""History and models in a real browser."""

from __future__ import annotations

import zipfile

import pytest
from playwright.sync_api import expect

from frontend.tests.browser.conftest import NewPage, Snap
from frontend.tests.browser.create_page import EN, CreatePage

pytestmark = pytest.mark.browser


def test_settings_come_back_from_history_and_from_a_file(open_tab: NewPage, snap: Snap) -> None:
    create = CreatePage(open_tab())
    create.describe("Quillfeather", "a quill pen for a publishing house, dark blue")
    png = create.downloaded(
        create.page.locator(".st-key-draft_1").get_by_role("button", name="PNG")
    )
    page = open_tab("/history")
    expect(page.get_by_text("Quillfeather").first).to_be_visible()
    snap(page, "ui-history")
    page.get_by_label(EN("history.search"), exact=True).fill("quillf")
    page.keyboard.press("Enter")
    expect(page.get_by_text(EN("history.total", count=5))).to_be_visible()
    # The number is told before the pictures are drawn.
    CreatePage(page).wait_until_drawn()
    page.get_by_role("button", name=EN("history.open", number=1), exact=True).click()
    expect(page.get_by_role("button", name=EN("history.use"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    page.get_by_role("button", name=EN("history.use")).click()

    expect(page.get_by_label(EN("brief.name"))).to_have_value("Quillfeather")
    page = open_tab("/history")
    expect(page.get_by_text("Quillfeather").first).to_be_visible()
    CreatePage(page).wait_until_drawn()
    page.get_by_text(EN("recipe.heading")).click()
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": png.read_bytes()}
    )
    expect(page.get_by_role("button", name=EN("recipe.use_all"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    page.get_by_role("button", name=EN("recipe.use_all")).click()
    expect(page.get_by_label(EN("brief.name"))).to_have_value("Quillfeather")
    expect(page.get_by_label(EN("brief.description"))).to_have_value(
        "a quill pen for a publishing house, dark blue"
    )


def test_a_selection_is_packed_and_deleted(open_tab: NewPage) -> None:
    CreatePage(open_tab()).describe("Zipperling", "a lighthouse by the sea")
    history = CreatePage(open_tab("/history"))
    page = history.page
    page.get_by_label(EN("history.search"), exact=True).fill("zipperling")
    page.keyboard.press("Enter")
    expect(page.get_by_text(EN("history.total", count=5))).to_be_visible()
    history.wait_until_drawn()
    page.get_by_text(EN("history.choose_page")).click()
    expect(page.get_by_text(EN("history.clear", count=5))).to_be_visible()
    # A press on a button that the page is about to draw anew is lost.
    history.wait_until_drawn()
    page.get_by_role("button", name=EN("history.zip")).click()
    file = history.downloaded(page.get_by_role("button", name="Save ZIP"))

    with zipfile.ZipFile(file) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".png")]) == 5
    page.get_by_role("button", name=EN("history.delete"), exact=True).click()
    page.get_by_role("button", name=EN("history.delete_yes")).click()
    expect(page.get_by_text(EN("history.no_match"))).to_be_visible()


def test_the_models_show_curves_figures_and_what_is_missing(open_tab: NewPage, snap: Snap) -> None:
    page = open_tab("/models")

    expect(page.get_by_text("Conditional GAN").first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    snap(page, "ui-models")
    snap(page, "ui-curves", height=1100, top=page.get_by_text(EN("models.curves"), exact=True))
    # Not pressed: on a machine that is online it would fetch for real.
    expect(page.get_by_role("button", name=EN("models.get")).first).to_be_visible()
