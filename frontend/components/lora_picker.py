"""Choosing adapters for a restyle: cards of those that fit, a weight for each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend.actions import Context
from frontend.components.adapter_facts import lora_pictures
from frontend.components.adapter_state import PAGE as ADAPTERS
from frontend.components.walking import walk_to
from frontend.loras_api import LoraInfo
from frontend.markdown import plain
from frontend.state import Key, has_text_weight_key, lora_key, text_weight_key
from frontend.transport import ApiError

# More cards hide the button below them; the page with adapters has them all.
_MOST_CARDS = 12
_TOO_MANY = "restyle_too_many"
_MAX_WEIGHT = 2.0
_ABOUT_PX, _SLIDER_PX = 230, 300


def show_lora_picker(context: Context) -> Sequence[LoraInfo]:
    """Draws a card for each adapter that fits, and a slider for each that is chosen.

    Returns:
        The chosen ones.
    """
    loras = _all(context)
    known = {lora.name: lora for lora in loras if lora.fits}
    # Also when none is left: what was chosen must not be sent unseen.
    context.state.keep_within(Key.RESTYLE_LORAS, list(known))
    t = context.t
    if not known:
        if loras:
            st.caption(t("restyle.loras_none"))
        return ()
    chosen = list(context.state.widget(Key.RESTYLE_LORAS, []))
    rest = [name for name in known if name not in chosen]
    # Which cards there are must not depend on the order of choosing.
    shown = {*chosen, *rest[: max(0, _MOST_CARDS - len(chosen))]}
    options = [name for name in known if name in shown]
    pictures = lora_pictures(context, [known[name] for name in options])
    with st.container(key="lora_cards"):
        st.pills(
            t("restyle.loras"),
            options,
            selection_mode="multi",
            key=Key.RESTYLE_LORAS,
            format_func=lambda name: _card(known[name], pictures[name]),
            on_change=_keep_few,
            args=(context,),
            width="stretch",
            persist_state="session",
        )
    if context.state.widget(_TOO_MANY):
        st.caption(t("restyle.loras_most", count=context.capabilities.max_loras))
    if len(options) < len(known) and st.button(
        t("restyle.loras_more"), key="more_loras", type="tertiary", icon=":material/layers:"
    ):
        walk_to(ADAPTERS)
    taken = [known[name] for name in context.state.widget(Key.RESTYLE_LORAS, [])]
    for lora in taken:
        _show_weight(context, lora, pictures[lora.name])
    return taken


def show_text_weights(context: Context, loras: Sequence[LoraInfo]) -> None:
    """For adapters that change the text encoder: a weight of its own for that part."""
    t = context.t
    for lora in loras:
        if not lora.touches_text:
            continue
        has_own = st.toggle(
            t("restyle.text_weight", title=plain(lora.title)),
            key=has_text_weight_key(lora.name),
            persist_state="session",
        )
        if has_own:
            usual = float(context.state.widget(lora_key(lora.name), 1.0))
            context.state.start(text_weight_key(lora.name), usual)
            st.slider(
                t("restyle.weight"),
                0.0,
                _MAX_WEIGHT,
                step=0.05,
                key=text_weight_key(lora.name),
                label_visibility="collapsed",
                persist_state="session",
            )


def show_loras_ready(context: Context) -> None:
    """Says which adapters wait for a draft to be chosen; before that their panel is not drawn."""
    chosen = context.state.widget(Key.RESTYLE_LORAS, [])
    if chosen:
        with st.container(
            border=True,
            horizontal=True,
            vertical_alignment="center",
            gap="xsmall",
            key="loras_ready",
        ):
            st.markdown(":material/layers:", width="content")
            st.text(context.t("restyle.loras_ready", names=", ".join(chosen)), width="content")


def _all(context: Context) -> Sequence[LoraInfo]:
    """The adapters of the server; their names do when nothing else can be had."""
    try:
        return context.api.loras.all()
    except ApiError:
        return [LoraInfo(name, name) for name in context.capabilities.loras]


def _keep_few(context: Context) -> None:
    """Takes the oldest choices out when there are more than a restyle can take."""
    chosen = list(context.state.widget(Key.RESTYLE_LORAS, []))
    most = context.capabilities.max_loras
    context.state.set_widget(_TOO_MANY, len(chosen) > most)
    context.state.set_widget(Key.RESTYLE_LORAS, chosen[-most:])


def _card(lora: LoraInfo, picture: str) -> str:
    """The label of a card; a file's own title can be anything."""
    return f"![]({picture}) {plain(lora.title)}"


def _show_weight(context: Context, lora: LoraInfo, address: str) -> None:
    """An adapter's picture, words and weight. All but the labels is its maker's: plain text."""
    t = context.t
    context.state.start(lora_key(lora.name), 1.0)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"lora_{lora.name}"
    ):
        st.image(address, width=44, alt=lora.title)
        with st.container(gap="xxsmall", width=_ABOUT_PX):
            st.text(lora.title)
            if lora.trigger_words:
                with st.container(key=f"quiet_words_{lora.name}"):
                    st.text(t("restyle.trigger_words", words=", ".join(lora.trigger_words)))
        st.slider(
            t("restyle.weight"),
            0.0,
            _MAX_WEIGHT,
            step=0.05,
            key=lora_key(lora.name),
            label_visibility="collapsed",
            persist_state="session",
            width=_SLIDER_PX,
        )
