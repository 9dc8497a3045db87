"""The history page: everything that was made, with its settings."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import streamlit as st

from frontend.actions import Context
from frontend.components.history_actions import press_again
from frontend.components.history_details import show_details
from frontend.components.history_filters import show_filters
from frontend.components.history_grid import show_bar, show_grid, show_paging
from frontend.components.history_recipe import show_recipe_drop
from frontend.components.history_state import HistoryState
from frontend.components.problems import draw_again, show_error
from frontend.components.walking import walk_to_create
from frontend.gallery_api import GalleryPage, GalleryQuery
from frontend.transport import ApiError, ApiProblem

_STYLE = Path(__file__).parent.parent / "static" / "history.css"
# The way to older pictures is below the last one. Fixed text, no value of anybody's.
_SCROLL_TO_FIRST = """<script>
document.querySelector(".st-key-history_filters")?.scrollIntoView({block: "center"});
</script>"""


def render(context: Context) -> None:
    """Draws the page as its address says."""
    st.html(_STYLE)
    t, history = context.t, HistoryState(context.state)
    st.title(t("page.history"), anchor=False)
    st.markdown(t("history.lead"))
    show_recipe_drop(context)
    show_filters(context)
    if history.failure is not None:
        again = partial(press_again, context)
        show_error(t, history.failure.error, key="history_action", retry=again)
    page = _page(context, history)
    if isinstance(page, ApiError):
        show_error(t, page, key="history", retry=draw_again)
    elif page.images:
        show_bar(context, page)
        if history.take_turn():
            st.html(_SCROLL_TO_FIRST, unsafe_allow_javascript=True)
        show_grid(context, page.images)
        show_paging(context, page)
    else:
        _show_nothing(context, history)
    if history.opened:
        images = () if isinstance(page, ApiError) else page.images
        known = next((image for image in images if image.id == history.opened), None)
        show_details(context, history.opened, known)


def _page(context: Context, history: HistoryState) -> GalleryPage | ApiError:
    """The pictures; from the newest on when the place in the address is gone."""
    gallery = context.api.gallery
    try:
        try:
            page = gallery.page(history.query, history.before)
        except ApiProblem as error:
            if not history.before or error.problem.status not in (404, 422):
                raise
            history.go_to_newest()
            page = gallery.page(history.query)
        if not page.images and history.before:
            # The last page was emptied.
            history.go_back()
            page = gallery.page(history.query, history.before)
    except ApiError as error:
        return error
    return page


def _show_nothing(context: Context, history: HistoryState) -> None:
    t = context.t
    with st.container(border=True, horizontal_alignment="center", key="history_empty"):
        if history.query.is_empty:
            st.subheader(t("history.empty"), anchor=False, width="content")
            st.caption(t("history.empty_next"), width="content")
            if st.button(
                t("history.create"),
                key="history_create",
                type="primary",
                icon=":material/auto_awesome:",
            ):
                walk_to_create()
        else:
            st.subheader(t("history.no_match"), anchor=False, width="content")
            st.caption(t("history.no_match_next"), width="content")
            st.button(
                t("history.clear_filters"),
                key="clear_filters",
                icon=":material/filter_alt_off:",
                on_click=history.look_for,
                args=(GalleryQuery(),),
            )
