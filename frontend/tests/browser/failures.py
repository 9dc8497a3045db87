"""What a browser and the servers said when a journey failed: there is no other way to look back."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import BrowserContext, Error, Page

from frontend.tests.browser.stack import Stack

_TEXT_CHARACTERS = 6_000
_TEXT_MS = 10_000


def what_was_seen(fixtures: Mapping[str, object]) -> list[tuple[str, str]]:
    """(heading, text) of each tab, of the browser's console and of the servers' logs.

    Args:
        fixtures: those of the test by their names; one that failed early has few.
    """
    context, troubles, stack = map(fixtures.get, ("context", "troubles", "stack"))
    pages = context.pages if isinstance(context, BrowserContext) else []
    found = [(f"tab {number}", _text(page)) for number, page in enumerate(pages, start=1)]
    if isinstance(troubles, list):
        found.append(("errors in the console", "\n".join(troubles) or "none"))
    if isinstance(stack, Stack):
        found.append(("ends of the logs", stack.log_ends()))
    return found


def _text(page: Page) -> str:
    try:
        text = page.locator("body").inner_text(timeout=_TEXT_MS)
        states = page.get_by_test_id("stApp").evaluate_all(
            "apps => apps.map(app => app.dataset.testScriptState)"
        )
    except Error as error:
        # A tab that is gone must not hide what the others say.
        return f"{page.url}: {error.message}"
    return f"{page.url} {states}\n{text[:_TEXT_CHARACTERS]}"
