"""Looking at the page of data sets, for its tests."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from frontend.i18n import TEXTS
from frontend.tests.conftest import OpenPage

SECTIONS = ("section_text", "section_images", "section_colours", "section_quality")


def analysed(open_datasets: OpenPage, *sections: str, **query: str) -> AppTest:
    """The page with the report and some more sections open."""
    page = open_datasets(dataset="ds-sample", **query)
    page.button(key="analyse").click().run()
    for section in sections:
        page.session_state[section] = True
    return page.run() if sections else page


def press_section(page: AppTest, title: str, language: int = 0, *, is_open: bool = True) -> AppTest:
    """Opens or folds a section as a browser does; `AppTest` itself presses no expander."""
    label = TEXTS[title][language]
    states = page._tree.get_widget_states()
    pressed = states.widgets.add()
    pressed.id = next(one.proto.id for one in page.expander if one.label == label)
    pressed.bool_value = is_open
    return page._run(states)


def figures(page: AppTest) -> dict[str, dict[str, Any]]:
    """The charts by their keys."""
    return {
        element.proto.id.split("figure_")[-1]: json.loads(element.proto.spec)
        for element in page.get("plotly_chart")
    }
