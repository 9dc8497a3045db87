"""The datasets page."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context


def render(context: Context) -> None:
    """Draws the page."""
    st.title(context.t("page.datasets"), anchor=False)
