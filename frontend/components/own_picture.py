"""Starting from a picture of one's own instead of a brief."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.pictures import show_picture
from frontend.components.problems import show_error
from frontend.transport import ApiError

_FORMATS = ("png", "jpg", "jpeg", "webp")
_UPLOADER = "own_picture"


def show_upload(context: Context) -> None:
    """Draws the place for a picture; one that was given is stored and put on the page."""
    t = context.t
    with st.expander(t("own.heading"), icon=":material/add_photo_alternate:"):
        st.caption(t("own.lead"))
        file = st.file_uploader(
            t("own.file"), type=list(_FORMATS), key=_UPLOADER, label_visibility="collapsed"
        )
        if file is None:
            return
        try:
            image = context.api.upload(file.name, file.getvalue())
        except ApiError as error:
            show_error(t, error, key="upload")
            return
    context.state.show_picture(image.id)
    st.rerun()


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
