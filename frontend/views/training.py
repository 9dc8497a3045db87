"""The page of trainings: pictures, check, goal, and the training itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import streamlit as st

from frontend.actions import Context
from frontend.components.charts import page_theme_menu
from frontend.components.problems import draw_again, show_error
from frontend.components.training_check import show_check
from frontend.components.training_goal import show_goal
from frontend.components.training_pictures import show_pictures
from frontend.components.training_run import show_run
from frontend.components.training_runs import show_runs
from frontend.components.training_state import TrainingPage
from frontend.components.training_steps import heading, not_yet
from frontend.transport import ApiError

T = TypeVar("T")

_STYLE = Path(__file__).parent.parent / "static" / "adapters.css"


def render(context: Context) -> None:
    """Draws the training that the address names, else the steps that lead to one."""
    st.html(_STYLE)
    st.title(context.t("page.training"), anchor=False)
    if TrainingPage(context.state).run:
        _show_one(context)
    else:
        _show_steps(context)


def _show_one(context: Context) -> None:
    t, page = context.t, TrainingPage(context.state)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        st.button(
            t("training.back"),
            key="training_back",
            type="tertiary",
            icon=":material/arrow_back:",
            on_click=page.open_run,
            args=("",),
        )
        page_theme_menu(t)
    run = _asked(lambda: context.api.training.run(page.run))
    if isinstance(run, ApiError):
        show_error(t, run, key="run", retry=draw_again)
    else:
        heading(t, 4, "training.live", "training.live_lead")
        show_run(context, run)


def _show_steps(context: Context) -> None:
    t, page = context.t, TrainingPage(context.state)
    st.markdown(t("training.lead"))
    runs = _asked(context.api.training.runs)
    if isinstance(runs, ApiError):
        show_error(t, runs, key="training", retry=draw_again)
        return
    if not page.set and runs:
        st.subheader(t("training.runs"), anchor=False)
        show_runs(context, runs)
    sets = () if page.set else _asked(context.api.training.sets)
    chosen = _asked(lambda: context.api.training.set(page.set)) if page.set else None
    if isinstance(sets, ApiError):
        show_error(t, sets, key="sets", retry=draw_again)
        return
    if isinstance(chosen, ApiError):
        show_error(t, chosen, key="set", retry=draw_again)
        st.button(t("training.set_other"), key="set_gone", on_click=page.open_set, args=("",))
        return
    with st.container(border=True, key="step_pictures"):
        show_pictures(context, sets, chosen)
    with st.container(border=True, key="step_check"):
        show_check(context, chosen)
    with st.container(border=True, key="step_goal"):
        show_goal(context, chosen)
    with st.container(border=True, key="step_live"):
        own = [run for run in runs if page.set and run.set == page.set]
        heading(t, 4, "training.live", "training.live_lead")
        if own:
            show_runs(context, own)
        else:
            not_yet(t, "training.live_first")


def _asked(ask: Callable[[], T]) -> T | ApiError:
    try:
        return ask()
    except ApiError as error:
        return error
