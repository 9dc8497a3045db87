"""One training as it goes: state, time left, curves, samples, stop and resume."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.api_client import LogoApi
from frontend.api_types import Problem
from frontend.components.adapter_state import PAGE as ADAPTERS
from frontend.components.problems import draw_again, show_error, show_problem
from frontend.components.progress import seconds_text
from frontend.components.training_charts import show_copying, show_losses, show_metrics
from frontend.components.training_state import TrainingPage
from frontend.components.training_steps import press, show_failure
from frontend.components.walking import walk_to
from frontend.formats import whole
from frontend.i18n import Texts
from frontend.training_types import Run, RunState, Sample
from frontend.transport import ApiError, ApiProblem

_POLL_SECONDS = 2.0
_COLOURS = {
    RunState.RUNNING: "blue",
    RunState.STOPPED: "orange",
    RunState.STOPPING: "orange",
    RunState.FINISHED: "green",
    RunState.FAILED: "red",
}


def show_run(context: Context, run: Run) -> None:
    """Draws a training, again and again while it goes on."""
    if run.state.is_busy:
        _follow(context, run.id)
    else:
        _draw(context, run)


@st.fragment(run_every=_POLL_SECONDS)
def _follow(context: Context, run_id: str) -> None:
    """Draws a training anew every few seconds, and the whole page once it has ended.

    A lost connection is said and survived: the next poll tries again.
    """
    try:
        run = context.api.training.run(run_id)
    except ApiError as error:
        if isinstance(error, ApiProblem) and error.problem.status == 404:
            st.rerun()
        with st.container(border=True, key="training_lost"):
            st.markdown(f":material/cloud_off: {context.t('progress.lost')}")
        return
    if not run.state.is_busy:
        st.rerun()
    with st.container(key="training_live"):
        _draw(context, run)


def _draw(context: Context, run: Run) -> None:
    t = context.t
    _show_head(t, run)
    show_failure(context, "run")
    _show_progress(t, run)
    if run.state is RunState.FAILED:
        problem = run.problem or Problem(status=500, code="internal-error")
        show_problem(t, problem, key="run_failed", job_id=run.job, is_open=True)
    _show_buttons(context, run)
    show_copying(t, run)
    samples, losses = st.columns(2, gap="large")
    if run.samples:
        with samples:
            _show_samples(context, run)
    with losses:
        show_losses(t, run)
    show_metrics(t, run)
    _show_settings(t, run)


def _show_head(t: Texts, run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        with st.container(key="run_title_open", width="content"):
            st.text(run.title)
        show_state(t, run)
        told = [t.named("goal", run.goal), t.named("base", run.base)]
        st.caption(" · ".join(told), width="content")
        if run.trigger:
            with st.container(key="quiet_trigger", width="content"):
                st.text(t("adapter.words", words=run.trigger))


def show_state(t: Texts, run: Run) -> None:
    """The state of a training as a badge."""
    colour = _COLOURS.get(run.state, "gray")
    st.badge(t.named("run_state", run.state), color=colour)  # type: ignore[arg-type]


def progress_line(t: Texts, run: Run) -> str:
    """Step x of y, the time left, how long it took."""
    parts = []
    if run.steps:
        parts.append(t("progress.step", step=whole(t, run.step), total=whole(t, run.steps)))
    if run.state.is_busy and run.eta_seconds is not None:
        parts.append(t("progress.eta", time=seconds_text(t, max(1, round(run.eta_seconds)))))
    elif run.seconds:
        key = "training.so_far" if run.state.is_busy else "training.took"
        parts.append(t(key, time=seconds_text(t, run.seconds)))
    return " · ".join(parts)


def share_of(run: Run) -> float:
    """How much of a training is done, 0 to 1."""
    if run.state is RunState.FINISHED:
        return 1.0
    return min(1.0, max(0.0, run.step / max(1, run.steps)))


def _show_progress(t: Texts, run: Run) -> None:
    if run.state is RunState.QUEUED:
        st.markdown(f"**{t('training.queued')}**")
    elif run.state.is_busy:
        st.markdown(f"**{t.named('phase', run.phase)}**")
    st.progress(share_of(run))
    st.caption(progress_line(t, run) or " ")


def _show_buttons(context: Context, run: Run) -> None:
    t = context.t
    with st.container(horizontal=True, gap="small", key="run_buttons"):
        if run.state.is_busy:
            is_stopping = run.state is RunState.STOPPING
            st.button(
                t("training.stopping" if is_stopping else "training.stop"),
                key="run_stop",
                icon=":material/stop_circle:",
                disabled=is_stopping,
                help=None if is_stopping else t("training.stop_help"),
                on_click=_stop,
                args=(context, run.id),
            )
            return
        if run.state is RunState.FINISHED and run.adapter:
            if st.button(
                t("training.try"), key="run_try", type="primary", icon=":material/grid_view:"
            ):
                context.state.ask_anew()
                context.state.lead_to(ADAPTERS, adapter=run.adapter)
                walk_to(ADAPTERS)
        elif run.state is not RunState.FINISHED:
            st.button(
                t("training.resume"),
                key="run_resume",
                type="primary",
                icon=":material/play_arrow:",
                on_click=_resume,
                args=(context, run.id),
            )
        with st.popover(t("training.delete"), icon=":material/delete:", key="ask_delete_run"):
            st.markdown(t("training.delete_sure"))
            st.button(
                t("training.delete_yes"),
                key="run_delete",
                type="primary",
                icon=":material/delete_forever:",
                on_click=_delete,
                args=(context, run.id),
            )


def _stop(context: Context, run_id: str) -> None:
    def act() -> None:
        context.api.training.stop(run_id)

    press(context, "run", act)


def _resume(context: Context, run_id: str) -> None:
    def act() -> None:
        context.api.training.resume(run_id)

    press(context, "run", act)


def _delete(context: Context, run_id: str) -> None:
    def act() -> None:
        context.api.training.delete_run(run_id)
        TrainingPage(context.state).prepare_another()

    press(context, "run", act)


def _show_samples(context: Context, run: Run) -> None:
    """The pictures drawn after some step; the newest until somebody chooses an earlier one."""
    t = context.t
    st.markdown(f"**{t('training.samples')}**")
    steps = [sample.step for sample in run.samples]
    key, seen = f"sample_step_{run.id}", f"sample_seen_{run.id}"
    chosen = context.state.widget(key)
    if chosen not in steps or (chosen == context.state.widget(seen) and chosen != steps[-1]):
        context.state.set_widget(key, steps[-1])
    context.state.set_widget(seen, steps[-1])
    if len(steps) > 1:
        st.select_slider(
            t("training.sample_step"),
            steps,
            key=key,
            format_func=partial(whole, t),
            persist_state="session",
        )
    step = context.state.widget(key, steps[-1])
    shown = next(sample for sample in run.samples if sample.step == step)
    with st.container(key="samples"):
        _show_sample(context, shown)


def _show_sample(context: Context, sample: Sample) -> None:
    t = context.t
    try:
        content = _fetched(context.api, sample.url)
        alt = t("training.sample_alt", step=whole(t, sample.step))
        st.image(content, width="stretch", alt=alt)
        st.caption(t("training.sample_rows"))
    except ApiError as error:
        show_error(t, error, key="sample", retry=draw_again)
    except OSError:
        st.caption(t("draft.gone"))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url})
def _fetched(api: LogoApi, url: str) -> bytes:
    return api.training.sample(url)


def _show_settings(t: Texts, run: Run) -> None:
    """What it is trained with; names and values are the service's, so they stay plain text."""
    if not run.settings:
        return
    with st.expander(t("training.settings"), type="compact", key="run_settings"):
        for name, value in run.settings.items():
            st.text(f"{name}: {value}")
