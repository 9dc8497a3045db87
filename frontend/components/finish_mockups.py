"""The lockup in use: pages, a card, a shirt, a sign."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.branding_types import Mockup

_COLUMNS = 4
_MIN_WIDTH_PX = 150


def show_mockups(context: Context, mockups: tuple[Mockup, ...]) -> None:
    """Draws the pictures with what they show."""
    t = context.t
    grid = st.grid(_COLUMNS, min_column_width=_MIN_WIDTH_PX)
    for mockup in mockups:
        name = t.named("mockup", mockup.id)
        with grid.cell(), st.container(key=f"mockup_{mockup.id}", gap="xxsmall"):
            st.image(mockup.address, width="stretch", alt=name)
            st.caption(name)


def show_waiting() -> None:
    """Draws the places of the pictures to come."""
    grid = st.grid(_COLUMNS, min_column_width=_MIN_WIDTH_PX)
    for _ in range(_COLUMNS):
        with grid.cell():
            st.skeleton(height=150)
