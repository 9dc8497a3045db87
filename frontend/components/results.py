"""Restyled pictures beside the drafts they came from."""

from __future__ import annotations

from functools import partial

import streamlit as st

from frontend.actions import Context, vary_result
from frontend.api_types import Image, Job
from frontend.components.compare import show_slider
from frontend.components.finish_chooser import finish_button
from frontend.components.pictures import download_buttons, picture_bytes, show_picture
from frontend.components.vary import show_vary
from frontend.state import Key

_SIDE, _SLIDER = "side", "slider"


def show_results(context: Context, job: Job, drafts: tuple[Image, ...]) -> None:
    """Draws each restyled picture with its draft, side by side or under a slider."""
    t = context.t
    images = job.result.images if job.result else ()
    context.state.start(Key.COMPARE, _SIDE)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader(t("results.heading"), anchor=False, width="content")
        how = st.segmented_control(
            t("compare.label"),
            (_SIDE, _SLIDER),
            key=Key.COMPARE,
            format_func=lambda name: t(f"compare.{name}"),
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
    numbers = {draft.id: number for number, draft in enumerate(drafts, start=1)}
    for position, image in enumerate(images, start=1):
        with st.container(border=True, key=f"result_{position}"):
            number = numbers.get(image.parent or "", position)
            _show_pair(context, image, number, with_slider=how == _SLIDER)
            png = picture_bytes(context.api, image.id)
            with st.container(
                horizontal=True,
                gap="xsmall",
                horizontal_alignment="right",
                vertical_alignment="center",
            ):
                order = partial(vary_result, context, image, job)
                show_vary(context, image.id, f"result_{position}", order)
                download_buttons(context, image, png, position, place="result")
            finish_button(context, image.id, f"finish_result_{position}")


def _show_pair(context: Context, image: Image, number: int, *, with_slider: bool) -> None:
    t = context.t
    before = picture_bytes(context.api, image.parent) if image.parent else None
    after = picture_bytes(context.api, image.id)
    if with_slider and before is not None and after is not None:
        show_slider(t, before, after, key=f"compare_{image.id}")
        return
    left, right = st.columns(2, gap="small")
    with left:
        st.caption(t("results.before"))
        if image.parent:
            show_picture(context, image.parent, t("draft.alt", number=number))
    with right:
        st.caption(t("results.after"))
        show_picture(context, image.id, t("results.after"))
