"""The form that takes the brief. A name alone is enough."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from frontend.actions import MAX_SEED, Context, create_drafts, try_example, usual_count
from frontend.components.progress import seconds_text
from frontend.components.style_cards import show_style_cards
from frontend.i18n import Texts
from frontend.palettes import AUTO, OWN, PALETTES, swatch_markdown
from frontend.state import COLOUR_KEYS, Key

EXAMPLES = ("fox", "wren", "orbit")
_EXAMPLE_PICTURES = Path(__file__).parent.parent / "static" / "examples"


def show_brief_form(context: Context) -> None:
    """Draws the form; its button hands the brief in."""
    t = context.t
    _give_first_values(context)
    st.subheader(t("brief.heading"), anchor=False)
    if not context.state.drafts_id:
        st.caption(t("brief.lead"))
    with st.form("brief", border=True):
        st.text_input(
            t("brief.name"),
            key=Key.NAME,
            max_chars=context.capabilities.name_characters,
            placeholder=t("brief.name_placeholder"),
            autocomplete="off",
            persist_state="session",
        )
        st.text_area(
            t("brief.description"),
            key=Key.DESCRIPTION,
            max_chars=context.capabilities.description_characters,
            placeholder=t("brief.description_placeholder"),
            height=96,
            persist_state="session",
        )
        show_style_cards(
            context,
            Key.STYLE,
            t("brief.style"),
            made_by="drafts",
            help=t("brief.style_help"),
        )
        _show_palette(t)
        with st.expander(t("brief.more"), type="compact"):
            _show_advanced(context)
        if context.state.is_brief_empty:
            st.markdown(f":material/edit: {t('brief.empty')}")
        st.form_submit_button(
            t("brief.submit"),
            key="create",
            type="primary",
            icon=":material/auto_awesome:",
            width="stretch",
            on_click=create_drafts,
            args=(context,),
        )
        if (seconds := context.capabilities.seconds.get("drafts")) is not None:
            # Measured for the service's usual number of drafts.
            count = context.state.widget(Key.COUNT, usual_count(context.capabilities))
            seconds *= count / context.capabilities.count.default
            st.caption(t("brief.seconds", time=seconds_text(t, seconds)), text_alignment="center")


def show_idea_cards(context: Context) -> None:
    """What an empty page offers: three ideas that can be tried with one press."""
    t = context.t
    st.subheader(t("empty.heading"), anchor=False)
    st.caption(t("empty.lead"))
    grid = st.grid(3, min_column_width=190)
    for example in EXAMPLES:
        with grid.cell(), st.container(border=True, key=f"idea_{example}"):
            svg = (_EXAMPLE_PICTURES / f"{example}.svg").read_text("utf-8")
            st.image(svg, width="stretch", alt=t(f"example.{example}.name"))
            st.markdown(f"**{t(f'example.{example}.name')}**")
            st.caption(t(f"example.{example}.description"))
            st.button(
                t("example.use"),
                key=f"try_{example}",
                width="stretch",
                on_click=try_example,
                args=(
                    context,
                    t(f"example.{example}.name"),
                    t(f"example.{example}.description"),
                ),
            )


def _show_palette(t: Texts) -> None:
    labels = {
        AUTO: t("palette.auto"),
        **{
            name: swatch_markdown(t(f"palette.{name}"), colours)
            for name, colours in PALETTES.items()
        },
        OWN: t("palette.own"),
    }
    # The style sheet hides the pickers until the last pill is chosen: inside a form nothing
    # is sent to the server before the button is pressed.
    with st.container(key="palette_area"):
        st.pills(
            t("brief.palette"),
            list(labels),
            key=Key.PALETTE,
            format_func=lambda name: labels[name],
            required=True,
            persist_state="session",
        )
        with st.container(horizontal=True, key="own_colours"):
            for number, key in enumerate(COLOUR_KEYS, start=1):
                st.color_picker(t(f"palette.colour_{number}"), key=key, persist_state="session")


def _show_advanced(context: Context) -> None:
    t, count = context.t, context.capabilities.count
    st.text_input(
        t("brief.avoid"),
        key=Key.AVOID,
        max_chars=context.capabilities.avoid_characters,
        placeholder=t("brief.avoid_placeholder"),
        persist_state="session",
    )
    st.slider(
        t("brief.count"), int(count.low), int(count.high), key=Key.COUNT, persist_state="session"
    )
    st.number_input(
        t("brief.seed"),
        min_value=0,
        max_value=MAX_SEED,
        value=None,
        step=1,
        key=Key.SEED,
        placeholder=t("brief.seed_placeholder"),
        help=t("brief.seed_help"),
        persist_state="session",
    )


def _give_first_values(context: Context) -> None:
    context.state.start(Key.PALETTE, AUTO)
    context.state.start(Key.COUNT, usual_count(context.capabilities))
    context.state.keep_within(Key.STYLE, context.capabilities.styles)
    for key, colour in zip(COLOUR_KEYS, PALETTES["ember"], strict=True):
        context.state.start(key, colour)
