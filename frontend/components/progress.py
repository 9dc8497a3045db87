"""Following a job until it ends: stage, step, time left, preview, cancel."""

from __future__ import annotations

import base64
import time

import streamlit as st

from frontend.actions import Context, cancel
from frontend.api_types import Job, Progress
from frontend.formats import decimal, whole
from frontend.i18n import Texts
from frontend.transport import ApiError, ApiProblem

# What the steps of a stage are, where they are no steps of drawing.
_COUNTED_IN = {"download": "progress.megabytes", "analyse": "progress.rows"}
_POLL_SECONDS = 0.5
_QUICK_POLL_SECONDS = 0.06
# A worker that starts together with the page, or is restarted, needs about as long.
_WORKER_PATIENCE_SECONDS = 10


def wait_briefly(context: Context, job: Job, seconds: float) -> Job:
    """The job once it has ended, or as it stands after some seconds.

    Most drafts are there before the first poll of `follow_job` would be due.
    """
    deadline = time.monotonic() + seconds
    while not job.state.is_final and time.monotonic() < deadline:
        time.sleep(_QUICK_POLL_SECONDS)
        try:
            job = context.api.job(job.id)
        except ApiError:
            break
    return job


@st.fragment(run_every=_POLL_SECONDS)
def follow_job(context: Context, job_id: str) -> None:
    """Draws a job's progress again and again, and the whole page once the job has ended.

    A lost connection is said and survived: the next poll tries again.
    """
    try:
        job = context.api.job(job_id)
    except ApiError as error:
        if isinstance(error, ApiProblem) and error.problem.status == 404:
            st.rerun()
        with st.container(border=True, key="progress"):
            st.markdown(f":material/cloud_off: {context.t('progress.lost')}")
        return
    if job.state.is_final:
        context.state.remember_job(job)
        st.rerun()
    _show_progress(context, job)


def headline(t: Texts, job: Job) -> str:
    """What the job is doing now."""
    if job.progress is not None:
        # A kit is packed in one stage, which goes by the name of the chain's last.
        stage = job.kind if job.kind == "export" else job.progress.stage
        return t.named("stage", stage)
    if job.queue_position is not None and job.queue_position > 1:
        return t("progress.queued", ahead=job.queue_position - 1)
    return t("progress.next")


def step_line(t: Texts, progress: Progress) -> str:
    """Step x of y and the time left, as far as they are known."""
    key = _COUNTED_IN.get(progress.stage, "progress.step")
    step, total = whole(t, progress.step), whole(t, progress.total)
    parts = [t(key, step=step, total=total)]
    if progress.total <= 1:
        parts = []
    if progress.eta_seconds is not None:
        parts.append(t("progress.eta", time=seconds_text(t, max(1, round(progress.eta_seconds)))))
    return " · ".join(parts)


def seconds_text(t: Texts, seconds: float) -> str:
    """A measured duration as people say it: tenths below ten seconds, minutes from two on."""
    # What is rounded decides: 119.6 s are two minutes and 9.96 s are ten seconds.
    if round(seconds) >= 120:
        return t("time.minutes", minutes=whole(t, round(seconds / 60)))
    digits = 1 if round(seconds, 1) < 10 else 0
    return t("time.seconds", seconds=decimal(t, max(seconds, 0.1), digits))


def _show_progress(context: Context, job: Job) -> None:
    with st.container(border=True, key="progress"):
        preview = _preview(context, job)
        if preview is None:
            _show_state(context, job)
            return
        picture, state = st.columns([1, 2], gap="medium", vertical_alignment="center")
        # As a data address: a file of its own would be gone before a slow browser fetches it.
        address = f"data:image/jpeg;base64,{base64.b64encode(preview).decode()}"
        picture.image(address, width="stretch", alt=context.t("progress.preview_alt"))
        with state:
            _show_state(context, job)


def _show_state(context: Context, job: Job) -> None:
    t = context.t
    progress = job.progress or Progress(stage="", step=0, total=1)
    if _waits_in_vain(context, job):
        st.markdown(f":red[:material/error:] {t('error.worker-unavailable')}")
    else:
        st.markdown(f"**{headline(t, job)}**")
        st.progress(min(1.0, max(0.0, progress.step / max(1, progress.total))))
    is_cancelling = context.state.cancelling == job.id
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.caption(step_line(t, progress) or " ", width="content")
        st.button(
            t("progress.cancelling" if is_cancelling else "progress.cancel"),
            key=f"cancel_{job.id}",
            disabled=is_cancelling,
            icon=":material/close:",
            type="tertiary",
            on_click=cancel,
            args=(context, job.id),
        )


def _waits_in_vain(context: Context, job: Job) -> bool:
    """Whether a job has been waiting for long and there is nobody to do it."""
    if context.state.seconds_queued(job, time.monotonic()) <= _WORKER_PATIENCE_SECONDS:
        return False
    try:
        return context.api.lacks_worker()
    except ApiError:
        return False


def _preview(context: Context, job: Job) -> bytes | None:
    """The newest preview; a picture that cannot be had is simply not shown."""
    if job.progress is None or job.progress.preview_url is None:
        return None
    try:
        return context.api.preview(job.progress.preview_url)
    except ApiError:
        return None
