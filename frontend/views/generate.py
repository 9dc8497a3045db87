"""The main page: describe, see drafts, choose, restyle, download."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.actions import (
    Context,
    new_ideas,
    repeat_job,
    restore_brief,
    restore_restyle,
    send_again,
    show_drafts_of,
)
from frontend.api_types import DraftsRequest, Image, Job, JobResult, JobState, Problem
from frontend.components.brief_form import show_brief_form, show_idea_cards
from frontend.components.drafts_grid import show_drafts, show_placeholders
from frontend.components.lora_picker import show_loras_ready
from frontend.components.own_picture import show_own_picture, show_upload
from frontend.components.pictures import picture_bytes
from frontend.components.problems import draw_again, show_error, show_problem
from frontend.components.progress import follow_job, wait_briefly
from frontend.components.restyle_panel import show_restyle_panel
from frontend.components.results import show_results
from frontend.components.timeline import show_timeline
from frontend.i18n import Texts
from frontend.state import PageState
from frontend.transport import ApiError

_DRAFTS_PATIENCE_SECONDS = 1.5
# On a phone the drafts appear above the button that was pressed. Fixed text, no value of anybody's.
_SCROLL_TO_DRAFTS = """<script>
if (matchMedia("(max-width: 640px)").matches)
  document.querySelector('[data-testid="stMain"]')?.scrollTo({top: 0, behavior: "smooth"});
</script>"""


def render(context: Context) -> None:
    """Draws the page as the address and the session say."""
    drafts = _job(context, context.state.drafts_id)
    restyle = _job(context, context.state.restyle_id)
    if isinstance(drafts, Job) and not context.state.knows("brief"):
        restore_brief(context.state, drafts.request, context.capabilities)
    if isinstance(restyle, Job) and not context.state.knows("restyle"):
        restore_restyle(context.state, restyle.request, context.capabilities)
    if drafts is None and not context.state.picture_id:
        with st.container(key="hero"):
            st.title(context.t("hero.title"), anchor=False)
            st.markdown(context.t("hero.lead"))
    form, canvas = st.columns([4, 9], gap="large")
    with form, st.container(key="brief_panel"):
        show_brief_form(context)
    with canvas, st.container(key=_canvas_key(context.state)):
        _show_trouble(context)
        if isinstance(drafts, ApiError):
            show_error(context.t, drafts, key="job", retry=draw_again)
            _start_over_button(context)
            return
        if drafts is None and context.state.picture_id:
            _show_picture_work(context, context.state.picture_id, restyle)
        elif drafts is None:
            show_loras_ready(context)
            show_idea_cards(context)
            show_upload(context)
        else:
            _show_drafts_job(context, drafts, restyle)


def _canvas_key(state: PageState) -> str:
    """On a phone the style sheet puts a canvas with results before the form."""
    has_results = state.drafts_id or state.picture_id
    return "canvas_with_results" if has_results else "canvas"


def _job(context: Context, job_id: str) -> Job | ApiError | None:
    """The job of an id from the address, None without an id."""
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


def _show_trouble(context: Context) -> None:
    """A request that could not be handed in, else a service that cannot be asked."""
    failure = context.state.failure
    if failure is not None:
        if isinstance(failure.request, DraftsRequest):
            show_error(context.t, failure.error, key="drafts", retry=partial(send_again, context))
    elif isinstance(context.state.capabilities, ApiError):
        show_error(
            context.t,
            context.state.capabilities,
            key="service",
            retry=partial(_ask_again, context.state),
        )


def _ask_again(state: PageState) -> None:
    state.capabilities = None


def _start_over_button(context: Context) -> None:
    st.button(
        context.t("drafts.start_over"),
        key="start_over",
        type="tertiary",
        icon=":material/restart_alt:",
        on_click=context.state.start_over,
    )


def _show_picture_work(context: Context, image_id: str, restyle: Job | ApiError | None) -> None:
    show_own_picture(context, image_id)
    # It has no check box: it is there to be restyled.
    context.state.pick([image_id])
    _show_restyling(context, (Image(id=image_id),), restyle)


def _show_drafts_job(context: Context, job: Job, restyle: Job | ApiError | None) -> None:
    t = context.t
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        origin = _varied(job)
        is_busy = isinstance(restyle, Job) and not restyle.state.is_final
        heading = t("drafts.variations") if origin else t("drafts.heading")
        st.subheader(heading, anchor=False, width="content")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            st.button(
                t("drafts.new"),
                key="new_ideas",
                icon=":material/casino:",
                on_click=new_ideas,
                args=(context,),
                disabled=is_busy,
            )
            _start_over_button(context)
    if origin:
        _show_origin(context, origin)
    if not job.state.is_final:
        job = _await_drafts(context, job)
    if job.state is JobState.SUCCEEDED and job.result is not None:
        _show_reading(t, job.result)
        drafts = _distinct(job.result.images)
        show_drafts(context, drafts, is_busy=is_busy)
        show_timeline(t, job.timeline, key="drafts")
        _show_restyling(context, drafts, restyle)
    elif job.state.is_final:
        _show_ended_badly(context, job, "drafts")
    if context.state.take_new_drafts():
        st.html(_SCROLL_TO_DRAFTS, unsafe_allow_javascript=True)


def _varied(job: Job) -> str:
    """Id of the picture that a drafts job varies, or ""."""
    vary = job.request.get("vary")
    return str(vary.get("image", "")) if isinstance(vary, dict) else ""


def _show_origin(context: Context, image_id: str) -> None:
    """The picture that was varied, and the way back to where it came from."""
    png = picture_bytes(context.api, image_id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="origin"):
        if png is not None:
            st.image(png, width=56, alt=context.t("drafts.origin"))
        st.button(
            context.t("drafts.back"),
            key="back_to_origin",
            type="tertiary",
            icon=":material/arrow_back:",
            on_click=show_drafts_of,
            args=(context, image_id),
        )
    if (error := context.state.way_back_error) is not None:
        retry = partial(show_drafts_of, context, image_id)
        show_error(context.t, error, key="way_back", retry=retry)


def _show_reading(t: Texts, result: JobResult) -> None:
    """What was understood and what could not be followed: the user's words, so plain text."""
    if not result.content and not result.warnings:
        return
    with st.container(key="reading", gap="xxsmall"):
        if result.content:
            # One line: a long description must not push the drafts off the screen.
            st.text(f"{t('drafts.read_as')}: {result.content}", wrap=False)
        for warning in result.warnings:
            st.text(t.remark(warning))


def _distinct(images: tuple[Image, ...]) -> tuple[Image, ...]:
    """Each picture once: drafts that came out equal share an id."""
    return tuple({image.id: image for image in images}.values())


def _await_drafts(context: Context, job: Job) -> Job:
    place = st.empty()
    count = job.request.get("count")
    with place.container():
        show_placeholders(count if isinstance(count, int) and 0 < count <= 8 else 5)
    job = wait_briefly(context, job, _DRAFTS_PATIENCE_SECONDS)
    if job.state.is_final:
        context.state.remember_job(job)
        place.empty()
    else:
        with place.container():
            follow_job(context, job.id)
    return job


def _show_restyling(
    context: Context, drafts: tuple[Image, ...], job: Job | ApiError | None
) -> None:
    """What follows the drafts: progress, or results and the panel."""
    if isinstance(job, Job) and not job.state.is_final:
        follow_job(context, job.id)
        return
    picked = context.state.picked(draft.id for draft in drafts)
    if isinstance(job, ApiError):
        show_error(context.t, job, key="restyle_job", retry=draw_again)
    elif job is not None and job.state is JobState.SUCCEEDED:
        show_results(context, job, drafts)
        show_timeline(context.t, job.timeline, key="restyle")
    elif job is not None:
        _show_ended_badly(context, job, "restyle")
    failure = context.state.failure
    if failure is not None and not isinstance(failure.request, DraftsRequest):
        show_error(context.t, failure.error, key="restyle", retry=partial(send_again, context))
    if picked or job is not None:
        show_restyle_panel(context, picked)
    else:
        st.caption(context.t("drafts.hint"))
        show_loras_ready(context)


def _show_ended_badly(context: Context, job: Job, kind: str) -> None:
    retry = partial(repeat_job, context, job)
    if job.state is JobState.CANCELLED:
        with st.container(border=True, key=f"cancelled_{kind}"):
            st.markdown(f":material/block: {context.t(f'cancelled.{kind}')}")
            st.button(context.t("error.retry"), key=f"retry_{kind}_cancelled", on_click=retry)
        return
    problem = job.error or Problem(status=500, code="internal-error")
    show_problem(context.t, problem, key=f"{kind}_failed", retry=retry, job_id=job.id)
    show_timeline(context.t, job.timeline, key=kind)
