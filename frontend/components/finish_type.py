"""Name, tagline and the typeface that they are set in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.branding_types import (
    CASES,
    MAX_NAME_CHARACTERS,
    MAX_TAGLINE_CHARACTERS,
    MAX_TRACKING,
    MIN_TRACKING,
    Font,
    Preview,
)
from frontend.components.ahead import answered
from frontend.components.finish_pictures import laid_on
from frontend.components.finish_state import FinishState, Work
from frontend.markdown import plain
from frontend.transport import ApiError

_LIGHT_INK, _DARK_INK = "#F4F2EF", "#1C1B1A"
_TRACKING_STEP = 10


def sample_ink() -> str:
    """What stands out on the page itself."""
    return _LIGHT_INK if st.context.theme.type == "dark" else _DARK_INK


def show_words(context: Context, work: Work) -> None:
    """The words themselves."""
    t, finish, state = context.t, FinishState(context.state), context.state
    for field, value, limit in (
        ("name", work.brand.text.name, MAX_NAME_CHARACTERS),
        ("tagline", work.brand.text.tagline, MAX_TAGLINE_CHARACTERS),
    ):
        key = finish.key(field)
        state.start(key, value)
        st.text_input(
            t(f"words.{field}"),
            key=key,
            max_chars=limit,
            placeholder=t(f"words.{field}_placeholder"),
            on_change=_take_words,
            args=(context, field, key),
        )


def _take_words(context: Context, field: str, key: str) -> None:
    words = " ".join(str(context.state.widget(key, "")).split())
    finish = FinishState(context.state)
    if field == "name":
        finish.change_text(name=words)
    else:
        finish.change_text(tagline=words)


def show_setting(context: Context, work: Work, fonts: Sequence[Font]) -> None:
    """Weight, letter-spacing and case."""
    t, finish, state = context.t, FinishState(context.state), context.state
    text = work.brand.text
    font = next((one for one in fonts if one.id == text.font), None)
    if font is not None and len(font.weights) > 1:
        key = finish.key(f"weight_{font.id}")
        state.start(key, min(font.weights, key=lambda one: (abs(one - text.weight), -one)))
        st.segmented_control(
            t("finish.weight"),
            font.weights,
            key=key,
            format_func=lambda weight: t.named("weight", str(weight)),
            required=True,
            wrap=True,
            on_change=lambda: finish.change_text(weight=int(state.widget(key, text.weight))),
        )
    case_key, tracking_key = finish.key("case"), finish.key("tracking")
    state.start(case_key, text.case)
    state.start(tracking_key, round(text.tracking))
    left, right = st.columns(2, gap="medium")
    left.segmented_control(
        t("finish.case"),
        CASES,
        key=case_key,
        format_func=lambda case: t(f"case.{case}"),
        required=True,
        help=t("finish.case_help"),
        on_change=lambda: finish.change_text(case=str(state.widget(case_key, CASES[0]))),
    )
    right.slider(
        t("finish.tracking"),
        MIN_TRACKING,
        MAX_TRACKING,
        step=_TRACKING_STEP,
        key=tracking_key,
        help=t("finish.tracking_help"),
        on_change=lambda: finish.change_text(tracking=int(state.widget(tracking_key, 0))),
    )


def show_fonts(
    context: Context,
    work: Work,
    fonts: Sequence[Font],
    samples: Mapping[str, Future[Preview] | None],
) -> None:
    """The families, each as the name set in it; one is chosen by a press."""
    t, finish = context.t, FinishState(context.state)
    grid = st.grid(3, min_column_width=120, gap="xsmall")
    for font in fonts:
        is_chosen = font.id == work.brand.text.font
        sample = samples[font.id]
        with (
            grid.cell(),
            st.container(key=f"face_{'on' if is_chosen else 'off'}_font_{font.id}", gap=None),
        ):
            is_settable = sample is not None and _show_sample(context, sample)
            name = plain(font.name)
            st.caption(name if is_settable else t("finish.font_lacks", name=name))
            st.button(
                t("finish.font_choose", name=name),
                key=f"font_{font.id}",
                disabled=not is_settable,
                on_click=partial(finish.change_text, font=font.id),
            )


def _show_sample(context: Context, sample: Future[Preview]) -> bool:
    """Draws the name; False for letters that the family lacks."""
    try:
        preview = answered(context, sample)
    except ApiError:
        return False
    st.html(laid_on(preview.svg, None, "", "sample"))
    return True
