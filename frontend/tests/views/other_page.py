"""Opening the pages other than the first, for the tests of views."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_gallery import StubGallery


def on_page(open_page: OpenPage, name: str) -> OpenPage:
    """Opens a page by its address; `AppTest.switch_page` knows only pages that are files."""

    def opened(**query: str) -> AppTest:
        return walk(open_page(), name, **query)

    return opened


def walk(page: AppTest, name: str, /, **query: str) -> AppTest:
    """Goes to another page; the address is emptied, as Streamlit does it."""
    page._page_hash = calc_hash(name)
    page.query_params.clear()
    page.query_params.update(query)
    return page.run()


def cards(page: AppTest) -> int:
    return len([button for button in page.button if str(button.key).startswith("open_")])


def drop(page: AppTest, png: bytes) -> AppTest:
    page.file_uploader[0].upload("logo.png", png, "image/png")
    return page.run()


def gallery_of(stub: StubApi) -> StubGallery:
    (part,) = [part for part in stub.parts if isinstance(part, StubGallery)]
    return part
