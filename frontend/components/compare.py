"""Two pictures, one over the other, and a slider that moves the border between them."""

from __future__ import annotations

import base64
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from frontend.i18n import Texts

_PARTS = Path(__file__).parent.parent / "static" / "compare"


def show_slider(t: Texts, before: bytes, after: bytes, *, key: str) -> None:
    """Draws the two; the slider is moved with the mouse, a finger or the arrow keys.

    Args:
        before: PNG shown on the left of the border.
        after: PNG of the same shape, shown on the right of it.
    """
    _renderer()(
        key=key,
        data={
            "before": _address(before),
            "after": _address(after),
            "before_label": t("results.before"),
            "after_label": t("results.after"),
            "slider_label": t("compare.slider_label"),
        },
    )


@st.cache_resource(show_spinner=False)
def _renderer() -> ComponentRenderer:
    # Once for all sessions: a name may be registered only once.
    return st.components.v2.component(
        "compare_slider",
        html=(_PARTS / "compare.html").read_text("utf-8"),
        css=(_PARTS / "compare.css").read_text("utf-8"),
        js=(_PARTS / "compare.js").read_text("utf-8"),
    )


def _address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
