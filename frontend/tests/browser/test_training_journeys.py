"""Training an adapter in a real browser, from pictures to the finished adapter."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from frontend.tests.browser.conftest import NewPage, Snap
from frontend.tests.browser.create_page import EN, CreatePage
from frontend.tests.browser.wire import answering
from frontend.tests.stub_drawings import PALETTES, drawing

pytestmark = pytest.mark.browser

# A few dozen steps at a small side, with samples. A training is nice to everything else, so on a
# busy machine it gets the rest of two cores.
_STEPS = 30
_TRAINING_MS = 1_800_000
_CHECK_MS = 900_000


def draw_pictures(folder: Path, count: int = 4) -> list[Path]:
    """Marks that have nothing to do with any training set of ours."""
    paths = [folder / f"mark-{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        drawing(number % 6, PALETTES[number % len(PALETTES)], 384).save(path)
    return paths


def button(page: Page, key: str) -> Locator:
    """A button by the key of its text."""
    # While a page is drawn its header has a button of Streamlit's own, "Stop".
    return page.get_by_test_id("stMain").get_by_role("button", name=EN(key), exact=True)


def state(page: Page, key: str) -> Locator:
    """The badge that says the state of a training."""
    return page.get_by_test_id("stMain").get_by_text(EN(key), exact=True)


def begin_set(page: Page, name: str, files: list[Path]) -> None:
    """Makes a set and fills it."""
    CreatePage(page).wait_until_drawn()
    page.get_by_label(EN("training.set_name")).fill(name)
    with answering(page):
        button(page, "training.set_create").click()
    page.locator('input[type="file"]').set_input_files(files)


def open_set(page: Page, name: str, files: list[Path]) -> None:
    """Makes a set, fills it, and waits for the end of its check."""
    begin_set(page, name, files)
    ready = page.get_by_text(EN("training.check_ready", count=len(files)))
    expect(ready).to_be_visible(timeout=_CHECK_MS)
    CreatePage(page).wait_until_drawn()


def test_an_adapter_is_trained_stopped_resumed_and_tried(
    open_tab: NewPage, snap: Snap, tmp_path: Path
) -> None:
    page = open_tab("/training")
    open_set(page, "Marks of a test", draw_pictures(tmp_path))
    caption = page.get_by_label(EN("training.caption", number=1), exact=True)
    caption.fill("two mountains and the sun")
    with answering(page):
        caption.press("Tab")
    snap(page, "ui-training", height=1500)
    page.reload()
    expect(caption).to_have_value("two mountains and the sun")
    CreatePage(page).wait_until_drawn()
    page.get_by_label(EN("training.title"), exact=True).fill("Journey look")
    page.get_by_text(EN("training.expert"), exact=True).click()
    for key, value in (("steps", _STEPS), ("resolution", 64), ("batch", 2)):
        field = page.get_by_role("spinbutton", name=EN(f"training.{key}"))
        field.fill(str(value))
        with answering(page):
            field.press("Enter")
    button(page, "training.start").click()
    expect(button(page, "training.stop")).to_be_visible()
    expect(page.get_by_text(EN("phase.train"), exact=True)).to_be_visible(timeout=_TRAINING_MS)
    button(page, "training.stop").click()
    expect(state(page, "run_state.stopped")).to_be_visible(timeout=_TRAINING_MS)
    # It is found again by its address, and goes on where it was.
    page.reload()
    expect(button(page, "training.resume")).to_be_visible()
    CreatePage(page).wait_until_drawn()
    button(page, "training.resume").click()
    expect(state(page, "run_state.finished")).to_be_visible(timeout=_TRAINING_MS)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.locator(".st-key-samples img").first).to_be_visible()
    snap(page, "ui-training-run", height=1600)
    CreatePage(page).wait_until_drawn()
    button(page, "training.try").click()

    expect(page.get_by_text("Journey look", exact=True)).to_be_visible()
    expect(button(page, "tryout.start")).to_be_visible()
    CreatePage(page).wait_until_drawn()
    button(page, "adapter.back").click()
    expect(page.get_by_text("Journey look", exact=True)).to_be_visible()


def test_what_hinders_a_training_is_said_with_the_pictures(
    open_tab: NewPage, tmp_path: Path
) -> None:
    files = draw_pictures(tmp_path, 2)
    page = open_tab("/training")
    begin_set(page, "Too few", files)

    expect(page.get_by_text(EN("finding.too-few"))).to_be_visible(timeout=_CHECK_MS)
    expect(page.get_by_text(EN("training.goal_first"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    button(page, "training.set_delete").click()
    page.get_by_role("button", name=EN("training.delete_yes")).click()
    expect(page.get_by_label(EN("training.set_name"))).to_be_visible()
