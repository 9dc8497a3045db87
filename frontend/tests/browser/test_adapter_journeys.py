"""Adapters in a real browser: adding one, trying it on, using it, removing it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend.tests.browser.adapter_files import write_adapter
from frontend.tests.browser.conftest import NewPage, Snap
from frontend.tests.browser.create_page import EN, CreatePage
from frontend.tests.browser.wire import answering

pytestmark = pytest.mark.browser

# Sixteen restyles on whatever processor there is, beside other tests.
_TRYOUT_MS = 900_000


def add(page: Page, path: Path) -> None:
    """Opens the place for a file and puts one there."""
    CreatePage(page).wait_until_drawn()
    page.get_by_text(EN("adapter.add"), exact=True).click()
    page.locator('input[type="file"]').first.set_input_files(path)


def card(page: Page, title: str) -> Locator:
    """The card of an adapter."""
    cards = page.locator('[class*="st-key-adapter_card_"]')
    return cards.filter(has=page.get_by_text(title, exact=True)).last


def test_an_adapter_is_added_tried_on_and_used(
    open_tab: NewPage, snap: Snap, tmp_path: Path
) -> None:
    file = tmp_path / "harbour-look.safetensors"
    write_adapter(file, "Harbour look", trigger="harbourlook")
    page = open_tab("/adapters")
    add(page, file)
    expect(page.get_by_text(EN("adapter.added", title="Harbour look"))).to_be_visible()
    expect(card(page, "Harbour look").get_by_text("CC0-1.0")).to_be_visible()
    create = CreatePage(page)
    create.wait_until_drawn()
    snap(page, "ui-adapters")
    card(page, "Harbour look").get_by_role("button", name=EN("adapter.try"), exact=True).click()

    grid = page.locator(".tryout img")
    expect(grid).to_have_count(16, timeout=_TRYOUT_MS)
    snap(page, "ui-tryout", height=1300)
    # A refresh finds the same grid by the address.
    page.reload()
    expect(grid).to_have_count(16)
    create.wait_until_drawn()
    with answering(page):
        page.locator('[class*="st-key-tryout_weight"]').get_by_role("radio", name="0.5").click()
    page.get_by_role("button", name=EN("tryout.use", weight="0.5")).click()
    expect(page.get_by_text("harbour-look")).to_be_visible()
    create.describe("Foxy", "a friendly fox")
    create.choose(1)
    weight = page.locator(".st-key-lora_harbour-look").get_by_role("slider")
    expect(weight).to_have_value("0.5")
    create.restyle(1)
    expect(create.results).to_have_count(1)


def test_a_broken_file_is_refused_with_its_reason(open_tab: NewPage, tmp_path: Path) -> None:
    file = tmp_path / "broken-look.safetensors"
    write_adapter(file, "Broken look", is_broken=True)
    page = open_tab("/adapters")
    add(page, file)

    expect(page.get_by_text(EN("error.lora-incompatible"))).to_be_visible()
    expect(page.get_by_text("not finite")).to_be_visible()
    page.reload()
    expect(page.get_by_text(EN("adapter.lead"))).to_be_visible()
    expect(page.get_by_text("Broken look")).to_have_count(0)


def test_the_same_file_again_is_known_and_can_be_removed(open_tab: NewPage, tmp_path: Path) -> None:
    write_adapter(tmp_path / "twin.safetensors", "Twin look")
    shutil.copy(tmp_path / "twin.safetensors", tmp_path / "twin-again.safetensors")
    page = open_tab("/adapters")
    add(page, tmp_path / "twin.safetensors")
    expect(page.get_by_text(EN("adapter.added", title="Twin look"))).to_be_visible()
    # Until then the place that took the first file may still be there.
    CreatePage(page).wait_until_drawn()
    page.locator('input[type="file"]').first.set_input_files(tmp_path / "twin-again.safetensors")
    expect(page.get_by_text(EN("adapter.known", title="Twin look"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    twin = card(page, "Twin look")
    twin.get_by_role("button", name=EN("adapter.delete"), exact=True).click()
    page.get_by_role("button", name=EN("adapter.delete_yes")).click()

    expect(page.get_by_text("Twin look", exact=True).filter(visible=True)).to_have_count(0)
