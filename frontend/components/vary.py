"""The small menu that orders variations of a picture."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.actions import Context

AMOUNTS = ("little", "lot")


def show_vary(
    context: Context,
    image_id: str,
    place: str,
    order: Callable[[str], None],
    *,
    disabled: bool = False,
) -> None:
    """Draws the menu of a picture; `order` is called with "little" or "lot"."""
    t = context.t
    # By the picture, not its place: the menu must not stay open over the pictures that come next.
    key = f"vary_{place}_{image_id}"
    menu = st.popover(
        ":material/shuffle:", type="tertiary", key=key, help=t("vary.title"), disabled=disabled
    )
    with menu:
        for amount in AMOUNTS:
            st.button(
                t(f"vary.{amount}"),
                key=f"vary_{amount}_{place}",
                width="stretch",
                on_click=order,
                args=(amount,),
            )
