"""Adapters as cards, and how they are looked for."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.adapter_facts import (
    lora_pictures,
    show_delete,
    show_facts,
    use_button,
)
from frontend.components.adapter_state import MAX_WORDS, AdapterKey, AdaptersPage, Origin
from frontend.components.adapter_tryout import try_on
from frontend.components.walking import walk_to
from frontend.formats import whole
from frontend.loras_api import LoraInfo

_CARD_PX = 310
_PICTURE_PX = 84


def show_filters(context: Context) -> None:
    """Draws the fields; their values live in the address."""
    t, state, page = context.t, context.state, AdaptersPage(context.state)
    for key, value in (
        (AdapterKey.WORDS, page.words),
        (AdapterKey.ORIGIN, page.origin.value),
        (AdapterKey.FITTING, page.is_only_fitting),
    ):
        # Setting a value that is there already would take back what is being typed.
        if state.widget(key) != value:
            state.set_widget(key, value)
    with st.container(horizontal=True, vertical_alignment="bottom", key="adapter_filters"):
        st.text_input(
            t("adapter.search"),
            type="search",
            key=AdapterKey.WORDS,
            max_chars=MAX_WORDS,
            placeholder=t("adapter.search_placeholder"),
            live="400ms",
            on_change=_look,
            args=(context,),
            width=340,
        )
        st.selectbox(
            t("adapter.origin"),
            [origin.value for origin in Origin],
            key=AdapterKey.ORIGIN,
            format_func=lambda name: t.named("adapter_origin", name),
            on_change=_look,
            args=(context,),
            width=190,
        )
        st.toggle(
            t("adapter.only_fitting"), key=AdapterKey.FITTING, on_change=_look, args=(context,)
        )


def _look(context: Context) -> None:
    state = context.state
    AdaptersPage(state).look_for(
        str(state.widget(AdapterKey.WORDS, "")),
        Origin(state.widget(AdapterKey.ORIGIN, Origin.ANY)),
        only_fitting=bool(state.widget(AdapterKey.FITTING, False)),
    )


def show_cards(context: Context, loras: tuple[LoraInfo, ...]) -> None:
    """Draws the adapters that are looked for, or says that there are none."""
    t, page = context.t, AdaptersPage(context.state)
    found = page.matching(loras)
    if not found:
        _show_nothing(context, has_any=bool(loras))
        return
    st.caption(t("adapter.total", count=whole(t, len(found))))
    pictures = lora_pictures(context, found)
    grid = st.grid(3, min_column_width=_CARD_PX)
    for number, lora in enumerate(found, start=1):
        fitting = "card" if lora.fits else "misfit"
        with (
            grid.cell(),
            st.container(border=True, gap="small", key=f"adapter_{fitting}_{number}"),
        ):
            _show_card(context, lora, number, pictures[lora.name])


def _show_card(context: Context, lora: LoraInfo, number: int, picture: str) -> None:
    t, page = context.t, AdaptersPage(context.state)
    with st.container(horizontal=True, gap="small", vertical_alignment="top", wrap=False):
        with st.container(width=_PICTURE_PX, key=f"adapter_face_{number}"):
            st.image(picture, width=_PICTURE_PX, alt=t("adapter.alt", title=lora.title))
        with st.container(gap="xxsmall"):
            with st.container(key=f"adapter_title_{number}"):
                st.text(lora.title)
            show_facts(t, lora, str(number))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if lora.fits:
            use_button(context, lora, 1.0, t("adapter.use"), f"card_use_{lora.name}")
            st.button(
                t("adapter.open_grid" if lora.tryout else "adapter.try"),
                key=f"card_try_{lora.name}",
                icon=":material/grid_view:",
                on_click=page.open if lora.tryout else try_on,
                args=(lora.name,) if lora.tryout else (context, lora.name),
            )
        show_delete(context, lora, f"card_delete_{lora.name}")


def _show_nothing(context: Context, *, has_any: bool) -> None:
    t, page = context.t, AdaptersPage(context.state)
    with st.container(border=True, key="no_adapters"):
        title = "adapter.no_match" if has_any else "adapter.none"
        following = "adapter.no_match_next" if has_any else "adapter.none_next"
        st.markdown(f":material/layers: **{t(title)}**")
        st.caption(t(following))
        if has_any:
            st.button(
                t("adapter.show_all"),
                key="adapter_show_all",
                on_click=page.look_for,
                args=("", Origin.ANY),
                kwargs={"only_fitting": False},
            )
        elif st.button(t("adapter.train"), key="adapter_train", icon=":material/school:"):
            walk_to("training")
