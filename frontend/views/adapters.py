"""The page with adapters: browse, add, try on, remove."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Problem
from frontend.components.adapter_cards import show_cards, show_filters
from frontend.components.adapter_facts import lora_pictures, show_delete, show_facts
from frontend.components.adapter_state import AdaptersPage
from frontend.components.adapter_tryout import show_tryout
from frontend.components.adapter_upload import show_added, show_upload
from frontend.components.problems import draw_again, show_error, show_problem
from frontend.loras_api import LoraInfo
from frontend.transport import ApiError

_STYLE = Path(__file__).parent.parent / "static" / "adapters.css"


def render(context: Context) -> None:
    """Draws all adapters, or the one that the address names."""
    st.html(_STYLE)
    t, page = context.t, AdaptersPage(context.state)
    st.title(t("page.adapters"), anchor=False)
    try:
        loras = context.api.loras.all()
    except ApiError as error:
        show_error(t, error, key="adapters", retry=draw_again)
        return
    if page.opened:
        _show_one(context, loras)
        return
    st.markdown(t("adapter.lead"))
    show_upload(context)
    show_added(context, loras)
    if page.failure is not None:
        show_error(t, page.failure, key="adapter_action")
    if loras:
        show_filters(context)
    show_cards(context, loras)


def _show_one(context: Context, loras: tuple[LoraInfo, ...]) -> None:
    t, page = context.t, AdaptersPage(context.state)
    st.button(
        t("adapter.back"),
        key="adapter_back",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=page.open,
        args=("",),
    )
    lora = next((one for one in loras if one.name == page.opened), None)
    if lora is None:
        show_problem(t, Problem(status=404, code="unknown-lora"), key="adapter_gone")
        return
    about, grid = st.columns([1, 3], gap="large")
    with about, st.container(border=True, key="adapter_open"):
        with st.container(key="adapter_face_open"):
            picture = lora_pictures(context, [lora])[lora.name]
            st.image(picture, width="stretch", alt=t("adapter.alt", title=lora.title))
        with st.container(key="adapter_title_open"):
            st.text(lora.title)
        show_facts(t, lora, "open")
        show_delete(context, lora, "delete_open")
    with grid:
        show_tryout(context, lora)
