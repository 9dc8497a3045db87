"""Looking at the page and pressing its buttons, for the tests of views."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest

from frontend.tests.stub_api import StubApi

NASTY = "<img src=x onerror=alert(1)> **b** :red[x] [l](javascript:alert(1)) $a$"


def texts(page: AppTest) -> str:
    """All that the page says, Markdown and plain."""
    return "\n".join(str(element.value) for element in [*markdown(page), *page.text])


def markdown(page: AppTest) -> list[Any]:
    return [*page.markdown, *page.caption, *page.subheader, *page.title, *page.error]


def is_calm(page: AppTest) -> bool:
    """No exception reached the page."""
    return not page.exception and not page.error and "Traceback" not in texts(page)


def has_key(page: AppTest, key: str) -> bool:
    return any(button.key == key for button in page.button)


def keys(page: AppTest) -> set[str]:
    return {str(button.key) for button in page.button}


def describe(page: AppTest, name: str = "Foxy", description: str = "") -> AppTest:
    page.text_input(key="brief_name").set_value(name)
    page.text_area(key="brief_description").set_value(description)
    return page.button(key="create").click().run()


def choose_first(page: AppTest) -> AppTest:
    return page.checkbox[0].check().run()


def job_with(stub: StubApi, kind: str = "drafts", **request: Any) -> str:
    return stub.add_job(kind, {"name": "Foxy", "description": "", "count": 5, "seed": 1, **request})
