"""The panel that orders a restyle of chosen drafts."""

from __future__ import annotations

import streamlit as st

from frontend.actions import MAX_SEED, OWN_STEPS, Context, create_restyle
from frontend.components.lora_picker import show_lora_picker, show_text_weights
from frontend.components.progress import seconds_text
from frontend.components.style_cards import show_style_cards
from frontend.state import Key


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
        _show_main_controls(context, max(1, len(picked)))
        loras = show_lora_picker(context)
        with st.expander(t("brief.more"), type="compact"):
            _show_advanced(context)
            show_text_weights(context, loras)
        st.button(
            t("restyle.submit", count=len(picked)) if picked else t("restyle.none"),
            key="restyle",
            type="primary",
            icon=":material/brush:",
            disabled=not picked,
            on_click=create_restyle,
            args=(context, picked),
        )


def _show_main_controls(context: Context, count: int) -> None:
    t, limits = context.t, context.capabilities
    context.state.start(Key.RESTYLE_STRENGTH, limits.strength.default)
    context.state.start(Key.RESTYLE_SPEED, limits.speed)
    context.state.start(Key.RESTYLE_STYLE, context.state.widget(Key.STYLE))
    context.state.keep_within(Key.RESTYLE_STYLE, limits.styles)
    left, right = st.columns([2, 3], gap="medium")
    left.slider(
        t("restyle.strength"),
        limits.strength.low,
        limits.strength.high,
        step=0.05,
        key=Key.RESTYLE_STRENGTH,
        help=t("restyle.strength_help"),
        persist_state="session",
    )
    right.segmented_control(
        t("restyle.speed"),
        [*limits.speeds, OWN_STEPS],
        key=Key.RESTYLE_SPEED,
        format_func=lambda speed: _speed_label(context, speed, count),
        help=t("restyle.speed_help"),
        wrap=True,
        required=True,
        persist_state="session",
    )
    if context.state.widget(Key.RESTYLE_SPEED) == OWN_STEPS:
        context.state.start(Key.RESTYLE_STEPS, int(limits.steps.default))
        right.slider(
            t("restyle.steps"),
            int(limits.steps.low),
            int(limits.steps.high),
            key=Key.RESTYLE_STEPS,
            help=t("restyle.steps_help"),
            persist_state="session",
        )
    show_style_cards(context, Key.RESTYLE_STYLE, t("restyle.style"), made_by="restyled")


def _speed_label(context: Context, speed: str, count: int) -> str:
    """A speed with the seconds it takes for the chosen pictures, as measured on this machine."""
    seconds = context.capabilities.seconds.get(speed)
    name = context.t.named("speed", speed)
    return name if seconds is None else f"{name} · {seconds_text(context.t, seconds * count)}"


def _show_advanced(context: Context) -> None:
    t, guidance = context.t, context.capabilities.guidance
    context.state.start(Key.RESTYLE_GUIDANCE, float(guidance.default))
    context.state.start(Key.RESTYLE_AVOID, context.state.widget(Key.AVOID, ""))
    st.text_input(
        t("brief.avoid"),
        key=Key.RESTYLE_AVOID,
        max_chars=context.capabilities.avoid_characters,
        placeholder=t("brief.avoid_placeholder"),
        persist_state="session",
    )
    st.slider(
        t("restyle.guidance"),
        float(guidance.low),
        float(guidance.high),
        step=0.5,
        key=Key.RESTYLE_GUIDANCE,
        persist_state="session",
    )
    st.number_input(
        t("brief.seed"),
        min_value=0,
        max_value=MAX_SEED,
        value=None,
        step=1,
        key=Key.RESTYLE_SEED,
        placeholder=t("brief.seed_placeholder"),
        persist_state="session",
    )
