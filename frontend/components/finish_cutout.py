"""Where the picture ends and its ground begins, and what the files come on."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.finish_pictures import swatches
from frontend.components.finish_state import FinishState, Work

_CLEAR, _OWN = "clear", "own"
_PLAIN = ("#FFFFFF", "#111111")
_MOST_COLOURS = 7


def show_cutout(context: Context, work: Work) -> None:
    """How the picture is cut out of its ground."""
    t = context.t
    mark = work.brand.mark
    _toggle(context, "cutout", mark.cutout)
    if mark.cutout:
        finish, state = FinishState(context.state), context.state
        key = finish.key("tolerance")
        state.start(key, round(100 * mark.tolerance))
        st.slider(
            t("finish.tolerance"),
            0,
            100,
            step=5,
            key=key,
            format="%d %%",
            help=t("finish.tolerance_help"),
            on_change=lambda: finish.change_mark(tolerance=int(state.widget(key, 50)) / 100),
        )
        _toggle(context, "keep_holes", mark.keep_holes)
    _toggle(context, "flat", mark.flat)


def _toggle(context: Context, field: str, value: bool) -> None:
    t, finish = context.t, FinishState(context.state)
    key = finish.key(field)
    context.state.start(key, value)
    st.toggle(
        t(f"cut.{field}"),
        key=key,
        help=t(f"cut.{field}_help"),
        on_change=lambda: finish.change_mark(**{field: bool(context.state.widget(key))}),
    )


def show_background(context: Context, work: Work, colours: tuple[str, ...]) -> None:
    """What the files come on.

    Args:
        colours: those of the mark.
    """
    t, finish, state = context.t, FinishState(context.state), context.state
    grounds = tuple(dict.fromkeys((*_PLAIN, *colours)))[:_MOST_COLOURS]
    own = work.brand.background
    chosen = _CLEAR if own is None else own if own in grounds else _OWN
    key = finish.key(f"background_{'_'.join(grounds)}")
    state.start(key, chosen)
    labels = {_CLEAR: t("finish.clear"), _OWN: t("finish.own_background")}
    st.pills(
        t("finish.background"),
        (_CLEAR, *grounds, _OWN),
        key=key,
        format_func=lambda one: labels.get(one) or swatches((one,)),
        required=True,
        help=t("finish.background_help"),
        on_change=_take_background,
        args=(context, key),
    )
    if chosen == _OWN or state.widget(key) == _OWN:
        own_key = finish.key("own_background")
        state.start(own_key, own or _PLAIN[0])
        st.color_picker(
            t("finish.own_background"),
            key=own_key,
            on_change=_take_own,
            args=(context, own_key),
        )


def _take_background(context: Context, key: str) -> None:
    chosen = str(context.state.widget(key, _CLEAR))
    if chosen != _OWN:
        FinishState(context.state).change(background=None if chosen == _CLEAR else chosen)


def _take_own(context: Context, key: str) -> None:
    colour = str(context.state.widget(key, _PLAIN[0])).upper()
    FinishState(context.state).change(background=colour)
