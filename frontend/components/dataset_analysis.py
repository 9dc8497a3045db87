"""The analysis of a data set: started, followed, shown."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Job, JobState, Problem
from frontend.components.charts import page_theme_menu
from frontend.components.dataset_images import show_colour_section, show_image_section
from frontend.components.dataset_page import DatasetPage
from frontend.components.dataset_quality import show_quality_section
from frontend.components.dataset_text import show_text_section
from frontend.components.problems import draw_again, show_error, show_problem
from frontend.components.progress import follow_job, wait_briefly
from frontend.datasets_types import AnalysisState, Dataset, Report
from frontend.formats import decimal
from frontend.i18n import Texts
from frontend.transport import ApiError, ApiProblem

# A few thousand rows take less; then no progress flashes by.
_PATIENCE_SECONDS = 1.2


def show_analysis(context: Context, page: DatasetPage, dataset: Dataset) -> None:
    """Draws the report where there is one, else what it takes to get there."""
    t = context.t
    st.subheader(t("analysis.heading"), anchor=False)
    if page.failure is not None and page.failure[0] == "analyse":
        show_error(t, page.failure[1], key="analyse", retry=partial(start_analysis, context, page))
    job = _job(context, page, dataset)
    if isinstance(job, Job) and not job.state.is_final:
        with st.spinner(t("analysis.working"), show_time=False):
            job = wait_briefly(context, job, _PATIENCE_SECONDS)
        if not job.state.is_final:
            follow_job(context, job.id)
            return
        context.state.remember_job(job)
    has_ended_well = isinstance(job, Job) and job.state is JobState.SUCCEEDED
    if dataset.analysis is AnalysisState.DONE or has_ended_well:
        _show_report(context, page)
        return
    if isinstance(job, ApiError):
        show_error(t, job, key="analysis_job", retry=draw_again)
    elif job is not None:
        _show_ended_badly(context, page, job)
    elif not _can_be_tried_again(page):
        _show_invitation(context, page)


def start_analysis(context: Context, page: DatasetPage) -> None:
    """Orders the analysis of the data set on the page."""
    try:
        page.follow(context.api.datasets.analyse(page.dataset).id)
    except ApiError as error:
        page.failure = ("analyse", error)


def _job(context: Context, page: DatasetPage, dataset: Dataset) -> Job | ApiError | None:
    """The analysis in the address, else the one that the service says is going on."""
    if not page.job and dataset.analysis in (AnalysisState.QUEUED, AnalysisState.RUNNING):
        page.follow(dataset.job)
    if not page.job:
        return None
    if remembered := context.state.remembered_job(page.job):
        return remembered
    try:
        job = context.api.job(page.job)
    except ApiError as error:
        if isinstance(error, ApiProblem) and error.problem.status == 404:
            page.forget_job()
            return None
        return error
    if job.state.is_final:
        context.state.remember_job(job)
    return job


def _can_be_tried_again(page: DatasetPage) -> bool:
    """Whether an error on the page has a button that starts the analysis.

    `show_problem` gives none to what only the user can put right, and other failures have others.
    """
    if page.failure is None or page.failure[0] != "analyse":
        return False
    error = page.failure[1]
    if not isinstance(error, ApiProblem):
        return True
    status = error.problem.status
    return not 400 <= status < 500 or status in (408, 409, 429)


def _show_invitation(context: Context, page: DatasetPage) -> None:
    t = context.t
    with st.container(border=True, key="analysis_invitation"):
        st.markdown(t("analysis.what"))
        st.button(
            t("analysis.start"),
            key="analyse",
            type="primary",
            icon=":material/query_stats:",
            on_click=start_analysis,
            args=(context, page),
        )


def _show_ended_badly(context: Context, page: DatasetPage, job: Job) -> None:
    retry = partial(start_analysis, context, page)
    if job.state is JobState.CANCELLED:
        with st.container(border=True, key="cancelled_analysis"):
            st.markdown(f":material/block: {context.t('analysis.cancelled')}")
            st.button(context.t("error.retry"), key="retry_analysis_cancelled", on_click=retry)
        return
    problem = job.error or Problem(status=500, code="internal-error")
    show_problem(context.t, problem, key="analysis_failed", retry=retry, job_id=job.id)


def _show_report(context: Context, page: DatasetPage) -> None:
    t = context.t
    try:
        report, file = context.api.datasets.report(page.dataset)
    except ApiError as error:
        is_gone = isinstance(error, ApiProblem) and error.problem.status == 404
        retry = partial(start_analysis, context, page) if is_gone else draw_again
        show_error(t, error, key="report", retry=retry)
        if is_gone:
            _show_invitation(context, page)
        return
    _show_tools(t, report, file)
    show_text_section(t, report)
    show_image_section(t, report)
    show_colour_section(t, report)
    show_quality_section(context, page, report)


def _show_tools(t: Texts, report: Report, file: bytes) -> None:
    with st.container(
        horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"
    ):
        seconds = report.seconds
        told = "" if seconds is None else t("analysis.took", seconds=decimal(t, seconds, 2))
        st.caption(told, width="content")
        with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
            page_theme_menu(t)
            st.download_button(
                t("analysis.download"),
                file,
                "analysis.json",
                "application/json",
                key="report_download",
                icon=":material/download:",
                on_click="ignore",
            )
