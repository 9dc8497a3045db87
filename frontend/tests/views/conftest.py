"""The page of data sets with its part of the stub."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from frontend.tests.conftest import OpenPage
from frontend.tests.stub_api import StubApi
from frontend.tests.stub_datasets import StubDatasets


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
