"""Restyling chosen drafts: the panel that orders it and the results beside their drafts."""

from __future__ import annotations

import streamlit as st

from frontend.actions import MAX_SEED, Context, create_restyle
from frontend.api_types import Image, Job
from frontend.components.pictures import download_buttons, show_picture
from frontend.state import Key, lora_key


def show_restyle_panel(context: Context, picked: tuple[str, ...]) -> None:
    """Draws the controls; the button orders a restyle of the chosen drafts."""
    t = context.t
    with st.container(border=True, key="restyle_panel"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.subheader(t("restyle.heading"), anchor=False, width="content")
            st.caption(t("restyle.chosen", count=len(picked)), width="content")
        if not context.capabilities.restyle_default:
            st.caption(t("restyle.rough"))
        _show_main_controls(context)
        if context.capabilities.loras:
            _show_loras(context)
        with st.expander(t("brief.more"), type="compact"):
            _show_advanced(context)
        st.button(
            t("restyle.submit", count=len(picked)) if picked else t("restyle.none"),
            key="restyle",
            type="primary",
            icon=":material/brush:",
            disabled=not picked,
            on_click=create_restyle,
            args=(context, picked),
        )


def show_results(context: Context, job: Job, drafts: tuple[Image, ...]) -> None:
    """Draws each restyled picture beside the draft it came from."""
    t = context.t
    images = job.result.images if job.result else ()
    st.subheader(t("results.heading"), anchor=False)
    numbers = {draft.id: number for number, draft in enumerate(drafts, start=1)}
    for position, image in enumerate(images, start=1):
        with st.container(border=True, key=f"result_{position}"):
            before, after = st.columns(2, gap="small")
            with before:
                st.caption(t("results.before"))
                if image.parent:
                    number = numbers.get(image.parent, position)
                    show_picture(context, image.parent, t("draft.alt", number=number))
            with after:
                st.caption(t("results.after"))
                png = show_picture(context, image.id, t("results.after"))
            with st.container(horizontal=True, gap="xsmall", horizontal_alignment="right"):
                download_buttons(context, image, png, position, place="result")


def _show_main_controls(context: Context) -> None:
    t, limits = context.t, context.capabilities
    context.state.start(Key.RESTYLE_STRENGTH, limits.strength.default)
    context.state.start(Key.RESTYLE_SPEED, limits.speed)
    context.state.start(Key.RESTYLE_STYLE, context.state.widget(Key.STYLE))
    context.state.keep_within(Key.RESTYLE_STYLE, limits.styles)
    left, right = st.columns(2, gap="medium")
    left.slider(
        t("restyle.strength"),
        limits.strength.low,
        limits.strength.high,
        step=0.05,
        key=Key.RESTYLE_STRENGTH,
        help=t("restyle.strength_help"),
        persist_state="page",
    )
    right.segmented_control(
        t("restyle.speed"),
        limits.speeds,
        key=Key.RESTYLE_SPEED,
        format_func=lambda speed: t.named("speed", speed),
        required=True,
        persist_state="page",
    )
    st.pills(
        t("restyle.style"),
        limits.styles,
        key=Key.RESTYLE_STYLE,
        format_func=lambda style: t.named("style", style),
        persist_state="page",
    )


def _show_loras(context: Context) -> None:
    t = context.t
    context.state.keep_within(Key.RESTYLE_LORAS, context.capabilities.loras)
    chosen = st.multiselect(
        t("restyle.loras"),
        context.capabilities.loras,
        key=Key.RESTYLE_LORAS,
        max_selections=context.capabilities.max_loras,
        select_all=False,
        placeholder=t("restyle.loras_placeholder"),
        persist_state="page",
    )
    for name in chosen:
        label, slider = st.columns([1, 2], vertical_alignment="center")
        label.text(name)
        context.state.start(lora_key(name), 1.0)
        slider.slider(
            t("restyle.weight"),
            0.0,
            2.0,
            step=0.05,
            key=lora_key(name),
            label_visibility="collapsed",
            persist_state="page",
        )


def _show_advanced(context: Context) -> None:
    t, guidance = context.t, context.capabilities.guidance
    context.state.start(Key.RESTYLE_GUIDANCE, float(guidance.default))
    context.state.start(Key.RESTYLE_AVOID, context.state.widget(Key.AVOID, ""))
    st.text_input(
        t("brief.avoid"),
        key=Key.RESTYLE_AVOID,
        max_chars=context.capabilities.avoid_characters,
        placeholder=t("brief.avoid_placeholder"),
        persist_state="page",
    )
    st.slider(
        t("restyle.guidance"),
        float(guidance.low),
        float(guidance.high),
        step=0.5,
        key=Key.RESTYLE_GUIDANCE,
        persist_state="page",
    )
    st.number_input(
        t("brief.seed"),
        min_value=0,
        max_value=MAX_SEED,
        value=None,
        step=1,
        key=Key.RESTYLE_SEED,
        placeholder=t("brief.seed_placeholder"),
        persist_state="page",
    )
