"""The first page as the journeys use it: what can be filled in, pressed and seen there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from frontend.i18n import Language, Texts
from frontend.tests.browser.wire import answering

EN, RU = Texts(Language.ENGLISH), Texts(Language.RUSSIAN)


class CreatePage:
    """The page in a tab, by the words that people read on it."""

    def __init__(self, page: Page, t: Texts = EN) -> None:
        self.page = page
        self.t = t

    @property
    def drafts(self) -> Locator:
        """The pictures of the drafts."""
        return self.page.locator('[class*="st-key-draft_"] [data-testid="stImage"] img')

    @property
    def results(self) -> Locator:
        """Buttons that download a restyled picture."""
        return self.page.get_by_role("button", name=self.t("download.png_result"))

    @property
    def cancel(self) -> Locator:
        """The button that stops a job."""
        return self.page.get_by_role("button", name=self.t("progress.cancel"), exact=True)

    def describe(self, name: str, description: str = "") -> None:
        """Fills the brief in and waits for the drafts."""
        self.wait_until_drawn()
        self.page.get_by_label(self.t("brief.name")).fill(name)
        self.page.get_by_label(self.t("brief.description")).fill(description)
        self.page.get_by_role("button", name=self.t("brief.submit")).click()
        expect(self.drafts).to_have_count(5)
        # While a page is drawn anew, what was there before may stand beside it for a moment.
        self.wait_until_drawn()

    def choose(self, *numbers: int) -> None:
        """Chooses drafts, counted from 1."""
        for count, number in enumerate(numbers, start=1):
            card = self.page.locator(f".st-key-draft_{number}")
            card.get_by_text(self.t("draft.choose"), exact=True).click()
            expect(self.page.get_by_text(self.t("restyle.chosen", count=count))).to_be_visible()
            self.wait_until_drawn()

    def wait_until_drawn(self) -> None:
        """Waits until the page's script rests; call it when an answer has begun to appear."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")
        # A picture still on its way when the page goes on is gone by then, and the console says so.
        self.page.wait_for_function("() => [...document.images].every(image => image.complete)")

    def restyle(self, count: int) -> None:
        """Orders the restyle."""
        self.page.get_by_role("button", name=self.t("restyle.submit", count=count)).click()

    def restyle_slowly(self) -> None:
        """Orders a restyle of two drafts with as many steps as there can be."""
        self.choose(1, 2)
        self.page.get_by_role("radio", name=self.t("speed.own")).click()
        for name, most in (("restyle.steps", "100"), ("restyle.strength", "0.9")):
            slider = self.page.get_by_role("slider", name=self.t(name))
            # A slider tells its value a moment after it was moved.
            with answering(self.page):
                slider.press("End")
            expect(slider).to_have_value(most)
        self.restyle(2)
        expect(self.cancel).to_be_visible()

    def downloaded(self, button: Locator) -> Path:
        """The file that a button brings."""
        expect(button).to_be_visible()
        self.wait_until_drawn()
        with self.page.expect_download() as download:
            button.click()
        return Path(download.value.path())
