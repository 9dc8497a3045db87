"""Taking the files home: the whole kit, one file, the picture without its ground."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Job, JobState, Problem
from frontend.branding_answers import read_brand
from frontend.branding_types import FORMATS, PIXELS, PNG_SIZES_PX, Brand, Preview
from frontend.components.ahead import ahead, answered
from frontend.components.finish_questions import ask_cutout, ask_file
from frontend.components.finish_state import FinishState, Work
from frontend.components.history_state import FailedPress
from frontend.components.pictures import slug
from frontend.components.problems import draw_again, show_error, show_problem
from frontend.components.progress import follow_job
from frontend.formats import size, whole
from frontend.i18n import Language
from frontend.json_fields import MalformedAnswerError
from frontend.transport import ApiError

_MIME = {
    "png": "image/png",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "eps": "application/postscript",
}
_USUAL_SIZE_PX = 1024
_FORMAT, _SIZE = "finish_format", "finish_size"


def show_kit(context: Context, work: Work) -> None:
    """The button that orders the kit, its progress, or the button that saves it."""
    t, finish = context.t, FinishState(context.state)
    job = _kit_job(context, finish.kit_job)
    if isinstance(job, ApiError):
        show_error(t, job, key="finish_kit_job")
        job = None
    if job is not None and not job.state.is_final:
        follow_job(context, job.id)
        return
    is_there = speaks = False
    if job is not None and job.state is JobState.SUCCEEDED:
        if not _is_of(job, work.brand):
            st.caption(t("finish.kit_outdated"))
        elif is_there := _show_save(context, work, job):
            speaks = job.request.get("language", Language.ENGLISH) == t.language
            if not speaks:
                st.caption(t("finish.kit_other_language"))
    elif job is not None:
        _show_ended_badly(context, job)
    if finish.failure is not None and finish.failure.press is order_kit:
        again = partial(order_kit, context)
        show_error(t, finish.failure.error, key="finish_kit", retry=again, is_open=True)
    if not speaks:
        st.button(
            t("finish.kit_make"),
            key="finish_kit_make",
            type="secondary" if is_there else "primary",
            icon=":material/folder_zip:",
            width="stretch",
            on_click=order_kit,
            args=(context,),
        )
        st.caption(t("finish.kit_holds"))


def order_kit(context: Context) -> None:
    """Orders the kit of what is on the page, and keeps that."""
    finish = FinishState(context.state)
    if (work := finish.work) is None:
        return
    try:
        job = context.api.branding.order_kit(work.brand, context.t.language)
        context.api.branding.save_finish(work.brand)
    except ApiError as error:
        finish.failure = FailedPress(error, order_kit)
        return
    finish.failure = None
    finish.update(saved=work.brand, is_kept=True)
    finish.follow(job.id)


def _kit_job(context: Context, job_id: str) -> Job | ApiError | None:
    """The job of the address; None without one."""
    if not job_id:
        return None
    if remembered := context.state.remembered_job(job_id):
        return remembered
    try:
        job = context.api.job(job_id)
    except ApiError as error:
        return error
    if job.state.is_final:
        context.state.remember_job(job)
    return job


def _is_of(job: Job, brand: Brand) -> bool:
    """Whether a kit holds what is on the page now."""
    try:
        return read_brand(job.request) == brand
    except MalformedAnswerError:
        return False


def _show_save(context: Context, work: Work, job: Job) -> bool:
    """Draws the button that saves the kit; False where the service has it no more."""
    t = context.t
    kit_id = job.result.kit if job.result else ""
    branding = context.api.branding
    try:
        content = answered(
            context, ahead(context).ask(("kit", kit_id), lambda: branding.kit(kit_id))
        )
    except ApiError as error:
        show_error(t, error, key="finish_kit_gone", retry=draw_again)
        return False
    st.download_button(
        t("finish.kit_save", size=size(t, len(content))),
        content,
        f"{slug(work.brand.text.name) or 'logo'}-brand-kit.zip",
        "application/zip",
        key="finish_kit_save",
        type="primary",
        icon=":material/download:",
        width="stretch",
        on_click="ignore",
    )
    files = job.result.files if job.result else 0
    st.caption(t("finish.kit_ready", count=whole(t, files)))
    return True


def _show_ended_badly(context: Context, job: Job) -> None:
    if job.state is JobState.CANCELLED:
        st.markdown(f":material/block: {context.t('finish.kit_cancelled')}")
        return
    problem = job.error or Problem(status=500, code="internal-error")
    retry = partial(order_kit, context)
    show_problem(context.t, problem, key="finish_kit_failed", retry=retry, job_id=job.id)


def show_choice(context: Context) -> tuple[str, int]:
    """Choosing a format, and a size where it has one."""
    t, state = context.t, context.state
    # Labels that a language changes are part of the value: the language is part of the key.
    key = f"{_FORMAT}_{t.language}"
    state.start(key, state.widget(_FORMAT, FORMATS[0]))
    format = st.segmented_control(
        t("finish.format"),
        FORMATS,
        key=key,
        format_func=str.upper,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    width = _USUAL_SIZE_PX
    if format == "png":
        state.start(_SIZE, _USUAL_SIZE_PX)
        width = st.select_slider(
            t("finish.size"),
            PNG_SIZES_PX,
            key=_SIZE,
            format_func=lambda pixels: f"{pixels} px",
            persist_state="session",
        )
    return str(format), int(width)


def show_file(
    context: Context, work: Work, preview: Preview | None, choice: tuple[str, int]
) -> None:
    """The button that saves one file of what is on the page."""
    t = context.t
    format, width = choice
    if preview is not None and preview.form == PIXELS and format != "png":
        st.button(
            t("finish.save", format=format.upper()),
            key="finish_no_vector",
            icon=":material/download:",
            width="stretch",
            disabled=True,
        )
        st.caption(t("finish.no_vector"))
        return
    content: bytes | None = None
    if preview is not None:
        try:
            answer = ask_file(context, work.brand, work.variant, format, width)
            content = answered(context, answer)
        except ApiError as error:
            show_error(t, error, key="finish_file", retry=draw_again, is_open=True)
            return
    st.download_button(
        t("finish.save", format=format.upper()),
        content or b"",
        f"{slug(work.brand.text.name) or 'logo'}-{work.brand.lockup}-{work.variant}.{format}",
        _MIME[format],
        key="finish_save",
        icon=":material/download:",
        width="stretch",
        disabled=content is None,
        on_click="ignore",
    )
    told = {"variant": t(f"variant.{work.variant}"), "lockup": t(f"lockup.{work.brand.lockup}")}
    st.caption(t("finish.as_shown", **told))


def show_cutout_file(context: Context, work: Work) -> None:
    """The button that saves the picture itself without its ground."""
    t = context.t
    try:
        content = answered(context, ask_cutout(context, work.brand))
    except ApiError as error:
        show_error(t, error, key="finish_cutout", retry=draw_again)
        return
    st.download_button(
        t("finish.save_cutout"),
        content,
        f"{slug(work.brand.text.name) or 'logo'}-transparent.png",
        _MIME["png"],
        key="finish_save_cutout",
        type="tertiary",
        icon=":material/background_replace:",
        help=t("finish.save_cutout_help"),
        on_click="ignore",
    )
