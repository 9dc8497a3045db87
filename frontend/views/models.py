"""The models page."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context


def render(context: Context) -> None:
    """Draws the page."""
    st.title(context.t("page.models"), anchor=False)
