"""Sending a parquet file of any size: the browser hands it to the API, never to this process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from frontend.actions import Context
from frontend.components.problems import draw_again, show_error
from frontend.transport import ApiError

_STATIC = Path(__file__).parent.parent / "static"


def show_upload(context: Context) -> str:
    """Draws the place for a file.

    Returns:
        The id of a data set whose upload has just ended, else "".
    """
    try:
        ticket = context.api.access.upload_ticket()
    except ApiError as error:
        show_error(context.t, error, key="upload_ticket", retry=draw_again)
        return ""
    result = _component()(
        key="dataset_upload",
        data={
            "api": context.public_api_url,
            "ticket": ticket,
            "language": context.t.language.value,
            "texts": _texts(context),
        },
        on_uploaded_change=_nothing_more,
        # The script's ticket has ended; this very run gives it another one.
        on_renew_change=_nothing_more,
    )
    return str(result.uploaded or "")


def _texts(context: Context) -> dict[str, str]:
    """What the script says; it fills the places in braces itself."""
    t = context.t
    seconds_left = t("upload.seconds_left", value="{value}")
    minutes_left = t("upload.minutes_left", value="{value}")
    return {
        "title": t("upload.title"),
        "hint": t("upload.hint"),
        "choose": t("upload.choose"),
        "pause": t("upload.pause"),
        "resume": t("upload.resume"),
        "cancel": t("upload.cancel"),
        "amount": t("upload.amount", sent="{sent}", total="{total}", percent="{percent}"),
        "seconds_left": seconds_left,
        "minutes_left": minutes_left,
        "waiting": t("upload.waiting"),
        "paused": t("upload.paused"),
        "done": t("upload.done"),
        "dismiss": t("upload.dismiss"),
        "unfinished": t("upload.unfinished", name="{name}"),
        "not_parquet": t("upload.not_parquet"),
        "cut_short": t("upload.cut_short"),
        "unreadable": t("upload.unreadable"),
        "refused": t("upload.refused"),
        "full": t("error.storage-full"),
        "locked": t("upload.locked"),
        "closed": t("upload.closed", origin="{origin}", api="{api}"),
    }


def _nothing_more() -> None:
    """The run that the browser's message starts is all that is needed."""


@cache
def _component() -> ComponentRenderer:
    """The component, made on first use: its files are read once."""
    return st.components.v2.component(
        "logo_upload",
        html=(_STATIC / "upload.html").read_text("utf-8"),
        css=(_STATIC / "upload.css").read_text("utf-8"),
        js=(_STATIC / "upload.js").read_text("utf-8"),
    )
