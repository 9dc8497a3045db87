"""The models as cards by stage: what each is for, whether it is here, and getting it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Job, JobState, Problem
from frontend.components.problems import show_error
from frontend.components.progress import follow_job
from frontend.formats import size
from frontend.i18n import TEXTS
from frontend.models_api import ModelInfo
from frontend.transport import ApiError

_ORDER = ("draft", "upscale", "restyle", "measure")
_CARD_PX = 300
_HASH_SHOWN = 16


def show_stages(context: Context, models: Sequence[ModelInfo]) -> None:
    """Draws the stages in the order in which a logo passes them, each with its models."""
    t = context.t

    def place(model: ModelInfo) -> int:
        return _ORDER.index(model.stage) if model.stage in _ORDER else len(_ORDER)

    followed = next((model.name for model in models if model.pulling), "")
    for _, group in groupby(sorted(models, key=place), key=place):
        members = list(group)
        stage = members[0].stage
        with st.container(gap="small", key=f"stage_{stage}"):
            st.subheader(t.named("model_stage", stage), anchor=False)
            if f"model_stage.{stage}_plain" in TEXTS:
                st.markdown(t(f"model_stage.{stage}_plain"))
                st.caption(t(f"model_stage.{stage}_precise"))
            grid = st.grid(3, min_column_width=_CARD_PX)
            for model in members:
                with grid.cell(), st.container(border=True, gap="xsmall", key=f"m_{model.name}"):
                    _show_card(context, model, is_followed=model.name == followed)


def _show_card(context: Context, model: ModelInfo, *, is_followed: bool) -> None:
    t = context.t
    st.text(model.title or model.name)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if model.present:
            st.badge(t("models.present"), icon=":material/check_circle:", color="green")
        else:
            st.badge(t("models.missing"), icon=":material/cloud_download:", color="orange")
        if model.bytes:
            st.caption(size(t, model.bytes), width="content")
    if f"model.{model.name}" in TEXTS:
        st.caption(t(f"model.{model.name}"))
    _show_pulling(context, model, is_followed=is_followed)
    folded = st.expander(t("models.details"), type="compact", key=f"facts_{model.name}")
    with folded, st.container(gap="xxsmall"):
        _show_details(context, model)


def _show_details(context: Context, model: ModelInfo) -> None:
    """Values are the manifest's, so they stay plain text."""
    t = context.t
    for key, value in (
        ("models.licence", model.licence),
        ("models.source", model.source),
        ("models.trained", model.trained.replace("`", "")),
        ("models.version", model.version),
        ("models.profile", model.profile),
    ):
        if value:
            st.caption(t(key))
            st.text(value)
    st.caption(t("models.files"))
    for file in model.files:
        sign = "✓" if file.present else "✗"
        told = f"{sign} {file.path}"
        if file.bytes:
            told += f", {size(t, file.bytes)}"
        st.text(f"{told}\nsha256 {file.sha256[:_HASH_SHOWN]}" if file.sha256 else told)


def _show_pulling(context: Context, model: ModelInfo, *, is_followed: bool) -> None:
    """The button that brings missing files, its progress, and why it came to nothing."""
    t = context.t
    if is_followed:
        _note_pull(context, model.name, model.pulling)
        follow_job(context, model.pulling)
        return
    if model.pulling:
        st.caption(t("models.pull_waits"))
        return
    _show_trouble(context, model)
    if not model.present:
        st.button(
            t("models.get"),
            key=f"pull_{model.name}",
            icon=":material/download:",
            on_click=_pull,
            args=(context, model.name),
        )


def _pull(context: Context, name: str) -> None:
    _note_pull(context, name, None)
    try:
        job = context.api.models.pull(name)
    except ApiError as error:
        _note_pull(context, name, error)
    else:
        _note_pull(context, name, job.id)


def _note_pull(context: Context, name: str, note: str | ApiError | None) -> None:
    """What became of the last press: an error, or the id of a job."""
    context.state.set_widget(f"pull_note_{name}", note)


def _show_trouble(context: Context, model: ModelInfo) -> None:
    t = context.t
    note = context.state.widget(f"pull_note_{model.name}")
    if isinstance(note, ApiError):
        show_error(t, note, key=f"pull_{model.name}")
    elif isinstance(note, str) and not model.present:
        job = _ended(context, note)
        if isinstance(job, ApiError):
            show_error(t, job, key=f"pull_{model.name}")
        elif job.state is JobState.CANCELLED:
            st.caption(t("models.pull_cancelled"))
        elif job.state is JobState.FAILED:
            st.markdown(f":red[:material/error:] {t('models.pull_failed')}")
            if model.pull:
                st.code(model.pull, language="bash", wrap_lines=True)
            problem = job.error or Problem(status=500, code="internal-error")
            with st.popover(t("error.details"), type="tertiary", key=f"pull_why_{model.name}"):
                st.text(problem.detail or problem.title or problem.code)
                st.text(f"{t('error.job_id')}: {job.id}")


def _ended(context: Context, job_id: str) -> Job | ApiError:
    """A job that was followed to its end, asked for where this page did not see it end."""
    remembered = context.state.remembered_job(job_id)
    if remembered is not None:
        return remembered
    try:
        job = context.api.job(job_id)
    except ApiError as error:
        return error
    if job.state.is_final:
        context.state.remember_job(job)
    return job
