"""A folded section about the logs; the service is asked only while it is open."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.problems import draw_again, show_error
from frontend.components.section import section
from frontend.i18n import Texts
from frontend.logs_api import LoggedError, LogState
from frontend.transport import ApiError

_UNREACHABLE = (":red[:material/error:]", "status.unreachable")
_STACKS = {
    "reachable": (":green[:material/check_circle:]", "status.reachable"),
    "unreachable": _UNREACHABLE,
    "not-configured": (":gray[:material/do_not_disturb_on:]", "status.not_configured"),
}


def show_log_section(context: Context) -> None:
    """Whether logs are collected, the last errors with their request ids, the way to Kibana."""
    t = context.t
    folded = section(t, "section_logs", t("status.title"), ":material/monitor_heart:")
    if not folded.open:
        return
    with folded:
        try:
            state = context.api.logs.state()
        except ApiError as error:
            show_error(t, error, key="logs", retry=draw_again)
            return
        _show_stack(t, state)
        _show_errors(t, state)


def _show_stack(t: Texts, state: LogState) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        icon, text = _STACKS.get(state.stack, _UNREACHABLE)
        st.markdown(f"{icon} {t(text)}", width="content")
        if state.detail:
            st.text(state.detail, width="content")
        if state.kibana_url:
            st.link_button(
                t("status.kibana"), state.kibana_url, icon=":material/open_in_new:", type="tertiary"
            )


def _show_errors(t: Texts, state: LogState) -> None:
    if not state.writes_files:
        st.caption(t("status.no_files"))
        return
    if not state.errors:
        st.caption(t("status.no_errors"))
        return
    st.caption(t("status.errors"))
    rows = [_row(t, error) for error in state.errors]
    st.dataframe(rows, hide_index=True, height="content", alt=t("status.errors"))


def _row(t: Texts, error: LoggedError) -> dict[str, str]:
    return {
        t("status.at"): error.at.replace("T", " ")[:19],
        t("status.process"): error.process,
        t("status.message"): error.message,
        t("status.code"): error.code,
        t("error.request_id"): error.request_id,
        t("error.job_id"): error.job_id,
    }
