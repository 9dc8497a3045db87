"""The page under test, talking HTTP to a stub server of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from frontend.tests.patience import PATIENCE_SECONDS
from frontend.tests.stub_api import Behaviour, StubApi
from frontend.tests.stub_datasets import StubDatasets

_APP = Path(__file__).parent.parent / "app.py"

OpenPage = Callable[..., AppTest]


@pytest.fixture
def stub() -> Iterator[StubApi]:
    """A stub whose jobs end at once."""
    with StubApi(Behaviour(drafts_seconds=0, restyle_seconds=0, work_seconds=0)) as server:
        yield server


@pytest.fixture
def open_page(stub: StubApi, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    """Opens the page anew, as a browser would, at an address given by its query."""

    def opened(**query: str) -> AppTest:
        monkeypatch.setenv("LOGO_UI__API_URL", stub.url)
        page = AppTest.from_file(str(_APP), default_timeout=PATIENCE_SECONDS)
        page.query_params.update(query)
        return page.run()

    yield opened
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def datasets(stub: StubApi) -> StubDatasets:
    (part,) = [part for part in stub.parts if isinstance(part, StubDatasets)]
    return part


@pytest.fixture
def open_datasets(open_page: OpenPage) -> OpenPage:
    def opened(**query: str) -> AppTest:
        page = open_page()
        # `AppTest.switch_page` knows only pages that are files.
        page._page_hash = calc_hash("datasets")
        page.query_params.clear()
        page.query_params.update(query)
        return page.run()

    return opened
