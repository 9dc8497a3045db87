"""Starting from a picture of one's own instead of a brief."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Image
from frontend.components.pictures import show_picture
from frontend.components.problems import show_error
from frontend.components.uploader_words import say_uploader_words
from frontend.transport import ApiError

_FORMATS = ("png", "jpg", "jpeg", "webp")
_MAX_MB = 10
_UPLOADER = "own_picture"
_ERROR = "own_picture_error"


def show_upload(context: Context) -> None:
    """Draws the place for a picture; one that was given is stored and put on the page."""
    t = context.t
    with st.expander(t("own.heading"), icon=":material/add_photo_alternate:", key="own_drop"):
        st.caption(t("own.lead"))
        say_uploader_words(t, "own_drop", formats="PNG, JPEG, WEBP", limit_mb=_MAX_MB)
        file = st.file_uploader(
            t("own.file"),
            type=list(_FORMATS),
            max_upload_size=_MAX_MB,
            key=_UPLOADER,
            label_visibility="collapsed",
        )
        if file is None:
            return
        stored = _stored(context, file.file_id, file.name, file.getvalue())
        if isinstance(stored, ApiError):
            forget = partial(context.state.set_widget, _ERROR, None)
            show_error(t, stored, key="upload", retry=forget)
            return
    context.state.show_picture(stored.id)
    st.rerun()


def _stored(context: Context, file_id: str, name: str, content: bytes) -> Image | ApiError:
    """The picture at the service. A file that failed is not sent again until that is asked for."""
    failed_id, failed_with = context.state.widget(_ERROR, (None, None))
    if failed_id == file_id and isinstance(failed_with, ApiError):
        return failed_with
    try:
        return context.api.upload(name, content)
    except ApiError as error:
        context.state.set_widget(_ERROR, (file_id, error))
        return error


def show_own_picture(context: Context, image_id: str) -> None:
    """Draws the picture that is being worked on."""
    t = context.t
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader(t("own.title"), anchor=False, width="content")
        st.button(
            t("drafts.start_over"),
            key="start_over",
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=context.state.start_over,
        )
    with st.container(border=True, width=360, key="own_card"):
        show_picture(context, image_id, t("own.title"))
