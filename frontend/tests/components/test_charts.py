"""Charts with their theme menus."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from frontend.components.charts import theme_names
from frontend.tests.patience import PATIENCE_SECONDS


def two_charts() -> None:
    import plotly.graph_objects as go
    import streamlit as st

    from frontend.components.charts import page_theme_menu, themed_chart
    from frontend.i18n import Language, Texts

    texts = Texts(Language.ENGLISH)
    st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    page_theme_menu(texts)
    for name in ("first", "second"):
        themed_chart(texts, name, go.Figure(go.Bar(x=[1, 2], y=[3, 4])))


def drawn(page: AppTest) -> list[tuple[Any, str]]:
    """The background of the plot as the figure says it and the theme Streamlit adds, of each."""
    charts = [element.proto for element in page.get("plotly_chart")]
    layouts = [json.loads(chart.spec)["layout"] for chart in charts]
    backgrounds = [
        layout.get("template", {}).get("layout", {}).get("plot_bgcolor") for layout in layouts
    ]
    return list(zip(backgrounds, (chart.theme for chart in charts), strict=True))


def test_charts_look_like_the_page_until_somebody_chooses() -> None:
    page = AppTest.from_function(two_charts, default_timeout=PATIENCE_SECONDS).run()

    assert not page.exception
    assert [theme for _, theme in drawn(page)] == ["streamlit", "streamlit"]
    assert set(theme_names()) >= {"plotly", "plotly_dark", "ggplot2", "seaborn"}


def test_a_charts_own_menu_goes_before_the_one_for_all() -> None:
    page = AppTest.from_function(two_charts, default_timeout=PATIENCE_SECONDS).run()
    page.selectbox(key="chart_theme_page").set_value("plotly_dark").run()
    assert drawn(page) == [("rgb(17,17,17)", ""), ("rgb(17,17,17)", "")]

    page.selectbox(key="chart_theme_first").set_value("ggplot2").run()
    assert drawn(page) == [("rgb(237,237,237)", ""), ("rgb(17,17,17)", "")]

    page.selectbox(key="chart_theme_first").set_value("page").run()
    assert [theme for _, theme in drawn(page)] == ["streamlit", ""]


def test_nothing_sends_people_to_the_maker_of_the_charts() -> None:
    page = AppTest.from_function(two_charts, default_timeout=PATIENCE_SECONDS).run()

    config = json.loads(page.get("plotly_chart")[0].proto.config)
    assert config["displaylogo"] is False
