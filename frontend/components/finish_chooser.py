"""Choosing the picture that is to be finished."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.finish_state import PAGE, FinishState
from frontend.components.problems import draw_again, show_error
from frontend.components.thumbnails import thumbnails
from frontend.components.walking import walk_to, walk_to_create
from frontend.gallery_api import GalleryQuery
from frontend.transport import ApiError

_SHOWN = 18
_COLUMNS, _MIN_CARD_PX = 6, 140


def show_chooser(context: Context) -> None:
    """Draws the newest pictures; a press takes one up."""
    t, finish = context.t, FinishState(context.state)
    try:
        page = context.api.gallery.page(GalleryQuery(), limit=_SHOWN)
    except ApiError as error:
        show_error(t, error, key="finish_pictures", retry=draw_again)
        return
    if not page.images:
        _show_nothing(context)
        return
    st.subheader(t("finish.choose"), anchor=False)
    pictures = thumbnails(context.api, [image.id for image in page.images])
    grid = st.grid(_COLUMNS, min_column_width=_MIN_CARD_PX)
    for number, image in enumerate(page.images, start=1):
        with grid.cell(), st.container(key=f"face_off_picture_{number}", gap=None):
            if (picture := pictures.get(image.id)) is None:
                st.caption(t("draft.gone"))
            else:
                st.image(picture, width="stretch", alt=t("history.alt", number=number))
            st.text(image.name or image.concept or t("history.nameless"), wrap=False)
            # The style sheet lays it over the picture.
            st.button(
                t("finish.take", number=number),
                key=f"finish_take_{image.id}",
                on_click=finish.open,
                args=(image.id,),
            )
    if page.total > len(page.images) and st.button(
        t("finish.all_pictures"), key="finish_all", type="tertiary", icon=":material/photo_library:"
    ):
        walk_to("history")


def _show_nothing(context: Context) -> None:
    t = context.t
    with st.container(border=True, horizontal_alignment="center", key="finish_empty"):
        st.subheader(t("history.empty"), anchor=False, width="content")
        st.caption(t("finish.empty_next"), width="content")
        if st.button(
            t("history.create"), key="finish_create", type="primary", icon=":material/auto_awesome:"
        ):
            walk_to_create()


def finish_button(context: Context, image_id: str, key: str, *, is_finished: bool = False) -> None:
    """A button that opens the finishing page with a picture."""
    t = context.t
    if st.button(
        t("finish.go_on" if is_finished else "finish.start"),
        key=key,
        icon=":material/verified:",
        width="stretch",
    ):
        walk_to_finish(context, image_id)


def walk_to_finish(context: Context, image_id: str) -> None:
    """Opens the finishing page with a picture."""
    context.state.lead_to(PAGE, image=image_id)
    walk_to(PAGE)
