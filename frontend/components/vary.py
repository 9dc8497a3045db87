"""The small menu that orders variations of a picture."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.actions import Context

AMOUNTS = ("little", "lot")


def show_vary(context: Context, key: str, order: Callable[[str], None]) -> None:
    """Draws the menu; `order` is called with "little" or "lot"."""
    t = context.t
    with st.popover(":material/shuffle:", type="tertiary", key=f"vary_{key}", help=t("vary.title")):
        for amount in AMOUNTS:
            st.button(
                t(f"vary.{amount}"),
                key=f"vary_{amount}_{key}",
                width="stretch",
                on_click=order,
                args=(amount,),
            )
