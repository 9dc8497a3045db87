"""Adding an adapter from a file."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.adapter_state import AdapterKey, AdaptersPage, Added
from frontend.components.pictures import slug
from frontend.components.problems import show_error
from frontend.components.uploader_words import say_uploader_words
from frontend.loras_api import MAX_ADAPTER_MB, LoraInfo
from frontend.markdown import plain
from frontend.transport import ApiError, ApiProblem

_MOST_CHARACTERS = 40


def show_upload(context: Context) -> None:
    """Draws the place for a file; one that was given is stored, or the reason against it said."""
    t, page = context.t, AdaptersPage(context.state)
    with st.expander(t("adapter.add"), icon=":material/upload_file:", key="adapter_drop"):
        st.caption(t("adapter.add_lead"))
        say_uploader_words(t, "adapter_drop", formats="safetensors", limit_mb=MAX_ADAPTER_MB)
        file = st.file_uploader(
            t("adapter.file"),
            type=["safetensors"],
            max_upload_size=MAX_ADAPTER_MB,
            key=f"{AdapterKey.UPLOAD}_{page.round}",
            label_visibility="collapsed",
        )
        if file is None:
            return
        error = page.outcome(file.file_id)
        if error is None:
            try:
                file.seek(0)
                stored, is_new = context.api.loras.upload(file.name, file, _name(context))
            except ApiError as failure:
                page.fail(file.file_id, failure)
                error = failure
        if error is not None:
            show_error(t, error, key="adapter_upload", retry=page.send_again, is_open=True)
            if isinstance(error, ApiProblem) and error.problem.code == "name-taken":
                st.text_input(
                    t("adapter.name"),
                    key=AdapterKey.NAME,
                    max_chars=_MOST_CHARACTERS,
                    on_change=page.send_again,
                    width=340,
                )
            return
    page.add(Added(stored.name, is_new))
    st.rerun()


def _name(context: Context) -> str:
    """Another name than the file's, made fit for a file; "" while none was asked for."""
    return slug(str(context.state.widget(AdapterKey.NAME, "")))


def show_added(context: Context, loras: tuple[LoraInfo, ...]) -> None:
    """Says what was stored last, and what can be done with it."""
    t, page = context.t, AdaptersPage(context.state)
    added = page.added
    lora = next((one for one in loras if added is not None and one.name == added.name), None)
    if lora is None or added is None:
        return
    key = "adapter.added" if added.is_new else "adapter.known"
    with st.container(border=True, key="adapter_added", gap="xsmall"):
        st.markdown(f":green[:material/check_circle:] **{t(key, title=plain(lora.title))}**")
        if lora.problem:
            st.text(t.remark(lora.problem))
        if lora.fits:
            st.button(
                t("adapter.try"),
                key="try_added",
                icon=":material/grid_view:",
                on_click=page.open,
                args=(lora.name,),
            )
