"""How failures look: one plain sentence with the next step, a button, details as plain text."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from frontend.api_types import Problem
from frontend.i18n import TEXTS, Texts
from frontend.transport import ApiError, ApiProblem, ApiUnavailable

_DEFAULT_WAIT_SECONDS = 10


def sentence(t: Texts, problem: Problem) -> str:
    """What happened and what to do next, in the interface's language."""
    key = f"error.{problem.code}"
    if key in TEXTS:
        return t(key, seconds=round(problem.retry_after_seconds or _DEFAULT_WAIT_SECONDS))
    if problem.status == 429:
        return t(
            "error.queue-full", seconds=round(problem.retry_after_seconds or _DEFAULT_WAIT_SECONDS)
        )
    return t("error.other-request" if 400 <= problem.status < 500 else "error.other-server")


def show_problem(
    t: Texts,
    problem: Problem,
    *,
    key: str,
    retry: Callable[[], None] | None = None,
    job_id: str = "",
    is_open: bool = False,
) -> None:
    """A failed request or job. The problem's own words go below, as plain text.

    Args:
        is_open: whether they are shown at once, where they name the reason that is looked for.


    Without a change by the user, what was wrong with a request stays wrong: no button then.
    """
    is_final = 400 <= problem.status < 500 and problem.status not in (408, 409, 429)
    _show(
        t,
        sentence(t, problem),
        _details(t, problem, job_id),
        key,
        None if is_final else retry,
        is_open,
    )


def show_error(
    t: Texts,
    error: ApiError,
    *,
    key: str,
    retry: Callable[[], None] | None = None,
    is_open: bool = False,
) -> None:
    """Whatever an API call raised; arguments as for `show_problem`."""
    if isinstance(error, ApiProblem):
        show_problem(t, error.problem, key=key, retry=retry, is_open=is_open)
    elif isinstance(error, ApiUnavailable):
        _show(t, t(f"error.{error.trouble}"), [], key, retry)
    else:
        _show(t, t("error.other-server"), [], key, retry)


def draw_again() -> None:
    """A retry that is nothing more than the press: drawing the page asks the service anew."""


def _show(
    t: Texts,
    text: str,
    details: list[str],
    key: str,
    retry: Callable[[], None] | None,
    is_open: bool = False,
) -> None:
    with st.container(border=True, key=f"problem_{key}"):
        st.markdown(f":red[:material/error:] {text}")
        if is_open and details:
            st.text(details[0])
            details = details[1:]
        with st.container(horizontal=True, vertical_alignment="center"):
            if retry is not None:
                st.button(
                    t("error.retry"), key=f"retry_{key}", icon=":material/refresh:", on_click=retry
                )
            if details:
                with st.popover(t("error.details"), type="tertiary", key=f"details_{key}"):
                    for line in details:
                        st.text(line)


def _details(t: Texts, problem: Problem, job_id: str) -> list[str]:
    lines = [t.remark(problem.detail or problem.title)]
    lines += [f"{field}: {t.remark(reason)}" for field, reason in problem.fields]
    if problem.request_id:
        lines.append(f"{t('error.request_id')}: {problem.request_id}")
    if job_id:
        lines.append(f"{t('error.job_id')}: {job_id}")
    return [line for line in lines if line]
