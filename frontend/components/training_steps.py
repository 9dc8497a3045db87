"""What the steps of the page of trainings share."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.actions import Context
from frontend.components.problems import show_error
from frontend.components.training_state import FailedPress, TrainingPage
from frontend.i18n import Texts
from frontend.transport import ApiError


def heading(t: Texts, number: int, title: str, lead: str, *, is_done: bool = False) -> None:
    """The number and name of a step, and what it is for; both by the keys of their texts."""
    sign = ":green[:material/check_circle:] " if is_done else ""
    st.subheader(f"{sign}{number}. {t(title)}", anchor=False)
    st.caption(t(lead))


def not_yet(t: Texts, key: str) -> None:
    """Says what has to come before this step."""
    st.caption(f":material/lock_clock: {t(key)}")


def press(context: Context, where: str, act: Callable[[], None]) -> None:
    """Does what a button is for; an error is kept for that part of the page."""
    page = TrainingPage(context.state)
    page.failure = None
    try:
        act()
    except ApiError as error:
        page.failure = FailedPress(where, error)


def show_failure(context: Context, where: str) -> None:
    """Draws the error of the last press, if it belongs to this part of the page."""
    failure = TrainingPage(context.state).failure
    if failure is not None and failure.where == where:
        show_error(context.t, failure.error, key=f"training_{where}", is_open=True)
