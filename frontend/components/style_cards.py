"""Styles as cards, each with a picture that the models made (`python -m backend sheets`)."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from frontend.actions import Context

_PICTURES = Path(__file__).parent.parent / "static" / "styles"


def show_style_cards(
    context: Context, key: str, label: str, *, made_by: str, help: str | None = None
) -> None:
    """Draws one card for each style that the service knows; at most one is chosen.

    Args:
        made_by: "drafts" or "restyled": the stage whose work the pictures show.
    """
    t = context.t
    with st.container(key=f"style_cards_{key}"):
        st.pills(
            label,
            context.capabilities.styles,
            key=key,
            format_func=lambda style: _card(made_by, style, t.named("style", style)),
            help=help,
            width="stretch",
            persist_state="session",
        )


def _card(made_by: str, style: str, name: str) -> str:
    """The label of a card: a picture of our own, if there is one, and the name."""
    if not (_PICTURES / made_by / f"{style}.webp").is_file():
        return name
    # Without a text of its own: a screen reader would read the name twice.
    return f"![](app/static/styles/{made_by}/{style}.webp) {name}"
