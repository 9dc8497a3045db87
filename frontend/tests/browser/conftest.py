"""Real Chromium against the real product.

With LOGO_SCREENSHOTS=FOLDER the journeys leave pictures of the pages there (`make screenshots`);
with LOGO_BROWSER=required a missing browser fails instead of skipping.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from frontend.tests.browser.failures import what_was_seen
from frontend.tests.browser.stack import ROOT, Stack
from frontend.tests.browser.wire import listen
from frontend.tests.patience import PATIENCE_SECONDS

_CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

_PATIENCE_MS = 1_000 * PATIENCE_SECONDS

NewPage = Callable[..., Page]
Snap = Callable[..., None]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Function,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Adds to a failure what the pages, their consoles and the servers said."""
    report = yield
    if report.failed:
        report.sections += what_was_seen(item.funcargs)
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    if _CHROMIUM is None:
        missing = "Chromium is not installed; on Debian: apt-get install chromium"
        if os.environ.get("LOGO_BROWSER") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    with sync_playwright() as playwright:
        expect.set_options(timeout=_PATIENCE_MS)
        browser = playwright.chromium.launch(
            executable_path=_CHROMIUM, args=_ARGUMENTS, timeout=_PATIENCE_MS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def stack(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product, with the sample as its only data set. Without a browser nothing starts."""
    folder = tmp_path_factory.mktemp("stack")
    (folder / "data").mkdir()
    # What comes with the product, in a folder of its own: journeys add and remove adapters.
    (folder / "lora").mkdir()
    for adapter in (ROOT / "lora").glob("*.safetensors"):
        shutil.copy(adapter, folder / "lora")
    shutil.copy(ROOT / "data" / "sample.parquet", folder / "data")
    with Stack(folder) as running:
        yield running


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of its own; two pages in it are two tabs."""
    with browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", accept_downloads=True
    ) as context:
        context.set_default_timeout(_PATIENCE_MS)
        yield context


@pytest.fixture
def troubles() -> list[str]:
    """Errors in the consoles of a journey's tabs."""
    return []


@pytest.fixture
def open_tab(context: BrowserContext, stack: Stack, troubles: list[str]) -> Iterator[NewPage]:
    """Opens a tab at an address; no error may appear in any console."""

    def note(message: ConsoleMessage) -> None:
        address = str(message.location.get("url", ""))
        # Opened at a page's own address, Streamlit first looks for its server below that address.
        if message.type == "error" and "/_stcore/" not in address:
            troubles.append(f"{message.text} ({address})")

    def opened(path: str = "/") -> Page:
        page = context.new_page()
        listen(page)
        page.on("console", note)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path if path.startswith("http") else stack.url + path)
        page.get_by_role("radio", name="EN", exact=True).wait_for()
        return page

    yield opened
    assert troubles == []


@pytest.fixture(scope="session")
def snap() -> Snap:
    """Keeps a picture of a page, from its top or from a part on, when pictures are wanted."""
    folder = os.environ.get("LOGO_SCREENSHOTS")

    def take(page: Page, name: str, *, height: int = 900, top: Locator | None = None) -> None:
        if folder is None:
            return
        width = (page.viewport_size or {"width": 1440})["width"]
        page.set_viewport_size({"width": width, "height": height})
        part = page.get_by_test_id("stMain") if top is None else top
        # Below the header, which stays where it is.
        part.evaluate(
            "part => { part.style.scrollMarginTop = '5rem'; part.scrollIntoView(); "
            "if (part.dataset.testid === 'stMain') part.scrollTo(0, 0); }"
        )
        page.mouse.move(0, 0)
        page.wait_for_timeout(1_500)
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")

    return take
