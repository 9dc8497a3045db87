"""The pictures of a page of the history as cards, the bar over them, and the way to others."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Image
from frontend.components.history_actions import delete, prepare_archive, switch_favourite
from frontend.components.history_state import STAGES, HistoryState
from frontend.components.thumbnails import thumbnails
from frontend.dates import day
from frontend.formats import size, whole
from frontend.gallery_api import MAX_SELECTION, PAGE_SIZE, GalleryPage

# A full page fills its last row with 6, 4, 3 or 2 columns.
_COLUMNS = 6
_MIN_CARD_PX = 140


def show_bar(context: Context, page: GalleryPage) -> None:
    """How many there are, choosing all, and what can be done with the chosen ones."""
    t, history = context.t, HistoryState(context.state)
    chosen = history.chosen
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="history_bar",
    ):
        st.caption(t("history.total", count=whole(t, page.total)), width="content")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="xsmall"
        ):
            st.button(
                t("history.choose_page"),
                key="choose_page",
                type="tertiary",
                icon=":material/select_all:",
                on_click=history.choose_all,
                args=([image.id for image in page.images],),
            )
            if chosen:
                _show_chosen(context, chosen)
    if len(chosen) >= MAX_SELECTION:
        st.caption(t("history.most_chosen", count=MAX_SELECTION))


def _show_chosen(context: Context, chosen: tuple[str, ...]) -> None:
    t, history = context.t, HistoryState(context.state)
    st.button(
        t("history.clear", count=whole(t, len(chosen))),
        key="clear_chosen",
        type="tertiary",
        icon=":material/close:",
        on_click=history.drop_all,
    )
    archive = history.archive
    if archive is None:
        st.button(
            t("history.zip"),
            key="prepare_zip",
            icon=":material/folder_zip:",
            help=t("history.zip_help"),
            on_click=prepare_archive,
            args=(context,),
        )
    else:
        st.download_button(
            t("history.save_zip", size=size(t, len(archive))),
            archive,
            "logos.zip",
            "application/zip",
            key="save_zip",
            type="primary",
            icon=":material/download:",
            on_click="ignore",
        )
    show_delete(context, chosen, place="chosen")


def show_delete(context: Context, image_ids: tuple[str, ...], *, place: str) -> None:
    """A button that asks before pictures are deleted for good."""
    t = context.t
    with st.popover(t("history.delete"), icon=":material/delete:", key=f"ask_delete_{place}"):
        st.markdown(t("history.delete_sure", count=whole(t, len(image_ids))))
        is_sure = st.button(
            t("history.delete_yes"),
            key=f"delete_{place}",
            type="primary",
            icon=":material/delete_forever:",
        )
        if is_sure:
            delete(context, image_ids)
            # The details are a fragment; the pictures behind them have changed too.
            st.rerun()


def show_grid(context: Context, images: tuple[Image, ...]) -> None:
    """Draws one card for each picture."""
    pictures = thumbnails(context.api, [image.id for image in images])
    grid = st.grid(_COLUMNS, min_column_width=_MIN_CARD_PX)
    for number, image in enumerate(images, start=1):
        with grid.cell(), st.container(border=True, gap="xxsmall", key=f"card_{number}"):
            _show_card(context, image, number, pictures.get(image.id))


def _show_card(context: Context, image: Image, number: int, picture: str | None) -> None:
    t, history = context.t, HistoryState(context.state)
    with st.container(key=f"face_{number}", gap=None):
        if picture is None:
            st.caption(t("draft.gone"))
        else:
            st.image(picture, width="stretch", alt=t("history.alt", number=number))
        # The style sheet lays it over the picture.
        st.button(
            t("history.open", number=number),
            key=f"open_{image.id}",
            on_click=history.open,
            args=(image.id,),
        )
    st.text(image.name or image.concept or t("history.nameless"), wrap=False)
    st.caption(_note(context, image))
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="xsmall",
        key=f"foot_{number}",
    ):
        key = history.choice_key(image.id)
        context.state.set_widget(key, image.id in history.chosen)
        st.checkbox(t("draft.choose"), key=key, on_change=_switch, args=(context, image.id, key))
        st.button(
            "★" if image.favourite else "☆",
            key=f"favourite_{image.id}",
            type="tertiary",
            help=t("history.star_off" if image.favourite else "history.star_on"),
            on_click=switch_favourite,
            args=(context, image),
        )


def show_paging(context: Context, page: GalleryPage) -> None:
    """The way to newer and older pictures."""
    t, history = context.t, HistoryState(context.state)
    if not history.before and page.next is None:
        return
    pages = max(math.ceil(page.total / PAGE_SIZE), history.number)
    with st.container(
        horizontal=True,
        horizontal_alignment="center",
        vertical_alignment="center",
        key="history_paging",
    ):
        if history.number > 2:
            _way(t("history.newest"), "newest", "first_page", history.go_to_newest, False)
        # After a refresh the page before is not known, only the first.
        back = history.go_back if history.knows_way_back else history.go_to_newest
        _way(t("history.newer"), "newer", "chevron_left", back, not history.before)
        st.caption(
            t("history.page", number=whole(t, history.number), of=whole(t, pages)), width="content"
        )
        onward = partial(history.go_on, page.next or "")
        # The service names a next place after every full page, even after the last.
        is_last = page.next is None or history.number * PAGE_SIZE >= page.total
        _way(t("history.older"), "older", "chevron_right", onward, is_last)


def _way(label: str, key: str, icon: str, go: Callable[[], None], is_closed: bool) -> None:
    position: Literal["left", "right"] = "right" if key == "older" else "left"
    st.button(
        label,
        key=f"history_{key}",
        icon=f":material/{icon}:",
        icon_position=position,
        disabled=is_closed,
        on_click=go,
    )


def _note(context: Context, image: Image) -> str:
    """Kind and time; words of ours only."""
    parts = [context.t.named("kind", image.stage)] if image.stage in STAGES else []
    if image.created_at is not None:
        now = datetime.now(UTC)
        parts.append(day(context.t, image.created_at, st.context.timezone, now=now))
    return " · ".join(parts) or " "


def _switch(context: Context, image_id: str, key: str) -> None:
    history = HistoryState(context.state)
    if context.state.widget(key):
        history.choose([image_id])
    else:
        history.drop([image_id])
