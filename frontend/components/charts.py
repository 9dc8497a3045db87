"""Plotly charts, each with a menu of Plotly's themes, and one menu for all of a page."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from frontend.i18n import Texts

# No address of Plotly's in the bar; a picture of the chart stays one press away.
_CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}
_PAGE = "page"
_ALL = "all"
_ALL_KEY = "chart_theme_page"


def theme_names() -> list[str]:
    """Plotly's own themes, in its order."""
    return list(pio.templates)


def page_theme_menu(t: Texts) -> None:
    """The menu for every chart of the page whose own menu was left alone."""
    st.selectbox(
        t("chart.theme_page"),
        [_PAGE, *theme_names()],
        key=_ALL_KEY,
        format_func=lambda name: t("chart.theme.page") if name == _PAGE else _readable(name),
        persist_state="session",
        width=220,
    )


@st.fragment
def themed_chart(t: Texts, key: str, figure: go.Figure, *, title: str = "", alt: str = "") -> None:
    """Draws a figure with its theme menu; choosing a theme draws nothing else anew.

    Args:
        key: unique on the page; the menu keeps its value under it.
        figure: left as it is. Its size in height is its own, its width that of its place.
        title: our own words, as Markdown, in the line of the menu.
        alt: what a screen reader says of it; the title without.
    """
    with st.container(gap="xsmall", key=f"chart_{key}"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.markdown(f"**{title}**" if title else "", width="content")
            chosen = _theme_menu(t, key)
        place = st.empty()
    theme = chosen if chosen != _ALL else str(st.session_state.get(_ALL_KEY) or _PAGE)
    if theme != _PAGE:
        figure = go.Figure(figure).update_layout(template=theme)
    place.plotly_chart(
        figure,
        theme="streamlit" if theme == _PAGE else None,
        key=f"figure_{key}",
        config=_CONFIG,
        alt=alt or title or None,
    )


def _theme_menu(t: Texts, key: str) -> str:
    names = {_ALL: t("chart.theme.all"), _PAGE: t("chart.theme.page")}
    chosen: str = st.selectbox(
        t("chart.theme"),
        [_ALL, _PAGE, *theme_names()],
        key=f"chart_theme_{key}",
        format_func=lambda name: names.get(name) or _readable(name),
        label_visibility="collapsed",
        persist_state="session",
        width=175,
    )
    return chosen


def _readable(theme: str) -> str:
    return theme.replace("_", " ").capitalize()
