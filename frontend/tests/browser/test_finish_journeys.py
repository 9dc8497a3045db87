"""From a draft to its files, in a real browser, with the real models and typefaces."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from frontend.i18n import Texts
from frontend.tests.browser.conftest import NewPage, Snap
from frontend.tests.browser.create_page import EN, RU, CreatePage

pytestmark = pytest.mark.browser

ORBIT = "a ringed planet for a space school, dark blue and gold"


class FinishPage:
    """The page in a tab, by the words that people read on it."""

    def __init__(self, page: Page, t: Texts = EN) -> None:
        self.page = page
        self.t = t

    @property
    def stage(self) -> Locator:
        """The lockup, large."""
        return self.page.locator(".st-key-finish_stage .laid.stage img")

    @property
    def mockups(self) -> Locator:
        """Pictures of the lockup in use."""
        return self.page.locator(".st-key-finish_mockups img")

    @property
    def saved(self) -> Locator:
        """What says that everything is kept."""
        return self.page.locator(".st-key-finish_saved").get_by_text(self.t("finish.saved"))

    def wait_until_shown(self) -> None:
        """Waits for the last of the answers."""
        expect(self.mockups).to_have_count(7)
        CreatePage(self.page).wait_until_drawn()

    def press(self, name: str) -> None:
        """Presses a picture, and waits until the lockup has followed."""
        before = self.stage.get_attribute("src") or ""
        self.page.get_by_role("button", name=name, exact=True).click()
        expect(self.stage).not_to_have_attribute("src", before)
        self.wait_until_shown()

    def choose_format(self, name: str) -> None:
        """Chooses the format of the single file."""
        self.page.get_by_role("radio", name=name, exact=True).click()
        button = self.page.get_by_role("button", name=self.t("finish.save", format=name))
        expect(button).to_be_enabled()
        self.wait_until_shown()


def finish_a_draft(open_tab: NewPage, name: str, description: str) -> FinishPage:
    """Draws a brief and takes its first draft up."""
    create = CreatePage(open_tab())
    create.describe(name, description)
    draft = create.page.locator(".st-key-draft_1")
    draft.get_by_role("button", name=EN("finish.start")).click()
    finish = FinishPage(create.page)
    finish.wait_until_shown()
    return finish


def test_a_draft_gets_its_type_lockup_and_files(open_tab: NewPage, snap: Snap) -> None:
    finish = finish_a_draft(open_tab, "Little Orbit", ORBIT)
    page, files = finish.page, CreatePage(finish.page)

    expect(page.get_by_label(EN("words.name"), exact=True)).to_have_value("Little Orbit")
    finish.press(EN("finish.font_choose", name="Montserrat"))
    finish.press(EN("lockup.choose", name=EN("lockup.stacked")))
    expect(finish.saved).to_be_visible()
    gates = page.locator('[class*="st-key-gate_pass_"], [class*="st-key-gate_warn_"]')
    expect(gates.nth(5)).to_be_visible()
    snap(page, "ui-finish", height=1040)
    snap(page, "ui-finish-mockups", height=700, top=page.get_by_text(EN("finish.mockups")))
    finish.choose_format("SVG")
    save = page.get_by_role("button", name=EN("finish.save", format="SVG"))
    drawing = ElementTree.parse(files.downloaded(save)).getroot()

    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert drawing.find(".//{*}path") is not None
    assert drawing.find(".//{*}image") is None
    page.get_by_role("button", name=EN("finish.kit_make")).click()
    button = page.get_by_role("button", name=re.compile("Save the brand kit"))
    with zipfile.ZipFile(files.downloaded(button)) as kit:
        names = kit.namelist()
    assert {Path(name).suffix for name in names} >= {".png", ".svg", ".pdf", ".ico", ".json"}
    page.reload()
    expect(button).to_be_visible()


def test_history_leads_back_to_what_was_finished(open_tab: NewPage) -> None:
    finish = finish_a_draft(open_tab, "Quiet Harbour", "a lighthouse by the sea, dark blue")
    finish.press(EN("lockup.choose", name=EN("lockup.badge")))
    expect(finish.saved).to_be_visible()
    shown = finish.stage.get_attribute("src") or ""
    address = finish.page.url
    image = re.search(r"image=(\w+)", address)
    assert image is not None
    page = open_tab(f"/history?image={image[1]}")

    expect(page.get_by_role("button", name=EN("finish.go_on"))).to_be_visible()
    CreatePage(page).wait_until_drawn()
    page.get_by_role("button", name=EN("finish.go_on")).click()
    expect(FinishPage(page).stage).to_have_attribute("src", shown)


def test_a_change_is_drawn_and_undone_with_its_colours(open_tab: NewPage) -> None:
    finish = finish_a_draft(open_tab, "Foxy", "a friendly fox, orange")
    page = finish.page
    page.get_by_role("tab", name=EN("tab.colours")).click()
    before = finish.stage.get_attribute("src") or ""
    finish.press(EN("palette.forest"))
    reset = page.get_by_role("button", name=EN("finish.colours_reset"))
    reset.click()

    expect(finish.stage).to_have_attribute("src", before)
    expect(reset).to_have_count(0)


def test_a_name_that_cannot_be_set_is_said_and_mended(open_tab: NewPage) -> None:
    finish = finish_a_draft(open_tab, "Foxy", "a friendly fox, orange")
    page = finish.page
    name = page.get_by_label(EN("words.name"), exact=True)
    name.fill("Foxy \N{FOX FACE}")
    name.press("Enter")
    expect(page.get_by_text(EN("error.text-not-settable"))).to_be_visible()
    expect(page.get_by_text("U+1F98A")).to_be_visible()
    CreatePage(page).wait_until_drawn()
    name.fill("Лисёнок")
    name.press("Enter")

    expect(page.get_by_text(EN("error.text-not-settable"))).to_have_count(0)
    finish.wait_until_shown()
    expect(finish.saved).to_be_visible()


def test_the_page_in_russian_on_a_phone(open_tab: NewPage, snap: Snap) -> None:
    finish = finish_a_draft(open_tab, "Лисёнок", "a friendly fox, orange")
    page = finish.page
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("radio", name="RU", exact=True).click()
    russian = FinishPage(page, RU)
    expect(page.get_by_role("button", name=RU("finish.kit_make"))).to_be_visible()
    russian.wait_until_shown()

    stage, words, checks = (
        part.bounding_box()
        for part in (
            russian.stage,
            page.get_by_label(RU("words.name"), exact=True),
            page.get_by_text(RU("finish.gates")),
        )
    )
    assert stage is not None
    assert words is not None
    assert checks is not None
    assert stage["y"] < words["y"] < checks["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    snap(page, "ui-finish-phone", height=844)


def test_a_picture_is_really_cut_out(open_tab: NewPage) -> None:
    finish = finish_a_draft(open_tab, "Foxy", "a friendly fox, orange")
    button = finish.page.get_by_role("button", name=EN("finish.save_cutout"))
    file = CreatePage(finish.page).downloaded(button)

    with Image.open(file) as image:
        assert (image.mode, image.size) == ("RGBA", (512, 512))
        assert image.getchannel("A").getextrema() == (0, 255)
