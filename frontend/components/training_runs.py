"""All trainings as cards, with how far each is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend.actions import Context
from frontend.components.training_run import progress_line, share_of, show_state
from frontend.components.training_state import TrainingPage
from frontend.training_types import Run
from frontend.transport import ApiError

_POLL_SECONDS = 3.0
_MOST_SHOWN = 6
_KEY_ALL = "training_runs_all"


def show_runs(context: Context, runs: Sequence[Run]) -> None:
    """Draws the newest trainings, again and again while one of them goes on."""
    if any(run.state.is_busy for run in runs):
        _follow(context, tuple(run.id for run in runs))
    else:
        _draw(context, runs)


@st.fragment(run_every=_POLL_SECONDS)
def _follow(context: Context, run_ids: tuple[str, ...]) -> None:
    try:
        runs = [run for run in context.api.training.runs() if run.id in run_ids]
    except ApiError:
        st.markdown(f":material/cloud_off: {context.t('progress.lost')}")
        return
    with st.container(key="training_live_runs"):
        _draw(context, runs)


def _draw(context: Context, runs: Sequence[Run]) -> None:
    t, page = context.t, TrainingPage(context.state)
    shown = runs
    if len(runs) > _MOST_SHOWN:
        is_all = st.toggle(t("training.runs_all"), key=_KEY_ALL, persist_state="session")
        shown = runs if is_all else runs[:_MOST_SHOWN]
    grid = st.grid(3, min_column_width=240)
    for number, run in enumerate(shown, start=1):
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"run_{number}"):
            with st.container(key=f"run_title_{number}"):
                st.text(run.title)
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                show_state(t, run)
                st.caption(t.named("goal", run.goal), width="content")
            st.progress(share_of(run))
            st.caption(progress_line(t, run) or " ")
            # In a fragment a press must draw the whole page.
            if st.button(t("training.run_open"), key=f"open_run_{run.id}", width="stretch"):
                page.open_run(run.id)
                st.rerun()
