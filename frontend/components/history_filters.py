"""What is looked for on the history page: words, kind, origin, favourites."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.history_state import (
    MAX_WORDS,
    ORIGINS,
    STAGES,
    HistoryKey,
    HistoryState,
)
from frontend.gallery_api import GalleryQuery


def show_filters(context: Context) -> None:
    """Draws the fields; their values live in the address."""
    t, state = context.t, context.state
    query = HistoryState(state).query
    for key, value in (
        (HistoryKey.WORDS, query.words),
        (HistoryKey.STAGE, query.stage),
        (HistoryKey.ORIGIN, query.origin),
        (HistoryKey.FAVOURITES, query.only_favourites),
    ):
        # Setting a value that is there already would take back what is being typed.
        if state.widget(key) != value:
            state.set_widget(key, value)
    with st.container(horizontal=True, vertical_alignment="bottom", key="history_filters"):
        st.text_input(
            t("history.search"),
            type="search",
            key=HistoryKey.WORDS,
            max_chars=MAX_WORDS,
            placeholder=t("history.search_placeholder"),
            live="400ms",
            on_change=_look,
            args=(context,),
            width=380,
        )
        st.selectbox(
            t("history.stage"),
            ("", *STAGES),
            key=HistoryKey.STAGE,
            format_func=lambda name: t.named("kind", name) if name else t("history.any_stage"),
            on_change=_look,
            args=(context,),
            width=168,
        )
        st.selectbox(
            t("history.origin"),
            ("", *ORIGINS),
            key=HistoryKey.ORIGIN,
            format_func=lambda name: t.named("origin", name) if name else t("history.any_origin"),
            on_change=_look,
            args=(context,),
            width=168,
        )
        st.toggle(
            t("history.favourites"), key=HistoryKey.FAVOURITES, on_change=_look, args=(context,)
        )


def _look(context: Context) -> None:
    state = context.state
    HistoryState(state).look_for(
        GalleryQuery(
            words=str(state.widget(HistoryKey.WORDS, "")),
            stage=str(state.widget(HistoryKey.STAGE, "")),
            origin=str(state.widget(HistoryKey.ORIGIN, "")),
            only_favourites=bool(state.widget(HistoryKey.FAVOURITES, False)),
        )
    )
