"""One adapter tried on: a grid of prompts by weights, and taking a weight from it."""

from __future__ import annotations

import html
from collections.abc import Mapping
from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Job, JobState, Problem
from frontend.components.adapter_facts import use_button
from frontend.components.adapter_state import AdaptersPage
from frontend.components.problems import draw_again, show_error, show_problem
from frontend.components.progress import follow_job, seconds_text
from frontend.components.thumbnails import small_pictures
from frontend.formats import decimal
from frontend.i18n import Texts
from frontend.loras_api import LoraInfo, Tryout
from frontend.transport import ApiError, ApiProblem

_WEIGHT_KEY = "tryout_weight"


def try_on(context: Context, name: str) -> None:
    """Opens an adapter and orders its grid."""
    page = AdaptersPage(context.state)
    page.open(name)
    try:
        job = context.api.loras.start_tryout(name)
    except ApiError as error:
        page.failure = error
    else:
        page.follow(job.id)


def show_tryout(context: Context, lora: LoraInfo) -> None:
    """Draws the progress of a try-out, or its grid, or the button that starts one."""
    t, page = context.t, AdaptersPage(context.state)
    st.subheader(t("tryout.heading"), anchor=False)
    st.caption(t("tryout.lead"))
    again = partial(try_on, context, lora.name)
    if page.failure is not None:
        show_error(t, page.failure, key="adapter_action", retry=again)
    job = _job(context, page.tryout)
    if isinstance(job, Job) and not job.state.is_final:
        follow_job(context, job.id)
        return
    if isinstance(job, Job) and job.state is not JobState.SUCCEEDED:
        _show_ended_badly(t, job, again)
    grid = _grid(context, lora)
    if isinstance(grid, ApiError):
        show_error(t, grid, key="tryout", retry=draw_again)
    elif grid is None:
        st.button(
            t("tryout.start"),
            key="tryout_start",
            type="primary",
            icon=":material/grid_view:",
            disabled=not lora.fits,
            on_click=again,
        )
    else:
        _show_grid(context, lora, grid)
        _show_use(context, lora, grid)
        st.button(
            t("tryout.again"),
            key="tryout_again",
            type="tertiary",
            icon=":material/refresh:",
            on_click=again,
        )


def _job(context: Context, job_id: str) -> Job | None:
    """The try-out that the address names; None without one, or when it cannot be had."""
    if not job_id:
        return None
    if remembered := context.state.remembered_job(job_id):
        return remembered
    try:
        job = context.api.job(job_id)
    except ApiError:
        return None
    if job.state.is_final:
        context.state.remember_job(job)
    return job


def _grid(context: Context, lora: LoraInfo) -> Tryout | ApiError | None:
    """The grid, None while there is none, else why it cannot be had."""
    try:
        return context.api.loras.tryout(lora.name)
    except ApiProblem as error:
        return None if error.problem.status == 404 else error
    except ApiError as error:
        return error


def _show_ended_badly(t: Texts, job: Job, again: partial[None]) -> None:
    if job.state is JobState.CANCELLED:
        st.markdown(f":material/block: {t('tryout.cancelled')}")
        return
    problem = job.error or Problem(status=500, code="internal-error")
    show_problem(t, problem, key="tryout_failed", retry=again, job_id=job.id)


def _show_grid(context: Context, lora: LoraInfo, grid: Tryout) -> None:
    t = context.t
    mark = f"{lora.sha256}|{grid.seconds}"
    urls = {f"{mark}|{row}-{column}": url for (row, column), url in grid.cells.items()}
    found = small_pictures(context.api, "loras", urls)
    pictures = {cell: found.get(f"{mark}|{cell[0]}-{cell[1]}", "") for cell in grid.cells}
    st.html(f'<div class="tryout">{table(t, grid, pictures)}</div>')
    if grid.seconds is not None:
        time = seconds_text(t, grid.seconds)
        if grid.strength is None or grid.seed is None:
            st.caption(t("tryout.took", time=time))
        else:
            strength = decimal(t, grid.strength, 2)
            st.caption(t("tryout.told", strength=strength, seed=grid.seed, time=time))


def table(t: Texts, grid: Tryout, pictures: Mapping[tuple[int, int], str]) -> str:
    """The grid as an HTML table; what others wrote is escaped.

    Args:
        pictures: data addresses by (row, column); "" for one that cannot be had.
    """
    head = "".join(_head(t, grid, weight) for weight in grid.weights)
    body = "".join(
        f'<tr><th scope="row">{html.escape(prompt)}</th>{_row(t, grid, row, prompt, pictures)}</tr>'
        for row, prompt in enumerate(grid.prompts)
    )
    corner = html.escape(t("tryout.prompt"))
    return (
        f'<table><thead><tr><th scope="col">{corner}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _head(t: Texts, grid: Tryout, weight: float) -> str:
    is_suggested = weight == grid.suggested_weight
    note = t("tryout.suggested") if is_suggested else t("tryout.without") if weight == 0 else ""
    told = html.escape(t("tryout.weight", weight=decimal(t, weight, 2)))
    mark = ' class="is-suggested"' if is_suggested else ""
    return f'<th scope="col"{mark}>{told}<small>{html.escape(note) or "&nbsp;"}</small></th>'


def _row(
    t: Texts, grid: Tryout, row: int, prompt: str, pictures: Mapping[tuple[int, int], str]
) -> str:
    cells = []
    for column, weight in enumerate(grid.weights):
        mark = ' class="is-suggested"' if weight == grid.suggested_weight else ""
        alt = html.escape(t("tryout.cell", prompt=prompt, weight=decimal(t, weight, 2)), quote=True)
        address = pictures.get((row, column), "")
        shown = f'<img src="{address}" alt="{alt}">' if address else html.escape(t("tryout.gone"))
        cells.append(f"<td{mark}>{shown}</td>")
    return "".join(cells)


def _show_use(context: Context, lora: LoraInfo, grid: Tryout) -> None:
    t = context.t
    weights = [weight for weight in grid.weights if 0 < weight <= 2]
    if not weights:
        return
    if grid.suggested_weight is None:
        st.caption(t("tryout.no_suggestion"))
    key = f"{_WEIGHT_KEY}_{lora.name}"
    usual = grid.suggested_weight if grid.suggested_weight in weights else weights[0]
    context.state.start(key, usual)
    if context.state.widget(key) not in weights:
        context.state.set_widget(key, usual)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            t("tryout.choose"),
            weights,
            key=key,
            format_func=lambda weight: decimal(t, weight, 2),
            required=True,
            persist_state="session",
        )
        weight = float(context.state.widget(key, usual))
        label = t("tryout.use", weight=decimal(t, weight, 2))
        use_button(context, lora, weight, label, "use_weight")
