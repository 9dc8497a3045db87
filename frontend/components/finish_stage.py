"""The lockup, large and live: its variants, the ground that it is shown on, the other lockups."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.actions import Context
from frontend.branding_types import LOCKUPS, PIXELS, VARIANTS, Brand, Preview
from frontend.components.ahead import answered
from frontend.components.finish_pictures import (
    empty_place,
    laid_on,
    swatches,
    without_ground,
)
from frontend.components.finish_questions import ask_preview, shown_brand
from frontend.components.finish_state import OWN_GROUND, FinishState, Work
from frontend.components.problems import draw_again, show_error
from frontend.formats import decimal, whole
from frontend.i18n import Texts
from frontend.transport import ApiError

_WHITE, _BLACK = "#FFFFFF", "#111111"
_MOST_GROUNDS = 7


def show_variants(context: Context, work: Work) -> None:
    """Choosing the colours that the lockup is shown and downloaded in."""
    t, finish = context.t, FinishState(context.state)
    key = finish.key("variant")
    context.state.start(key, work.variant)
    st.segmented_control(
        t("finish.variant"),
        VARIANTS,
        key=key,
        format_func=lambda name: t(f"variant.{name}"),
        required=True,
        label_visibility="collapsed",
        on_change=lambda: finish.update(variant=context.state.widget(key, VARIANTS[0])),
    )


def show_stage(context: Context, work: Work, place: DeltaGenerator) -> Preview | None:
    """Draws the lockup; the last one that could be drawn where this one cannot."""
    t, finish = context.t, FinishState(context.state)
    brand = shown_brand(work)
    try:
        preview = answered(context, ask_preview(context, brand, work.variant))
    except ApiError as error:
        with place:
            if work.drawn is not None:
                with st.container(key="finish_outdated"):
                    _show_large(t, work, work.drawn)
            show_error(t, error, key="finish_preview", retry=draw_again, is_open=True)
        return None
    finish.update(drawn=preview)
    with place:
        _show_large(t, work, preview)
        st.caption(facts(t, work.brand, preview), text_alignment="center")
    return preview


def _show_large(t: Texts, work: Work, preview: Preview) -> None:
    name = work.brand.text.name or t("history.nameless")
    svg, ground = _laid_out(work, preview)
    st.html(laid_on(svg, ground, t("finish.preview_alt", name=name), "stage"))


def _laid_out(work: Work, preview: Preview) -> tuple[str, str | None]:
    """A drawing and what lies below it: its own ground, or the one it is tried on."""
    if work.ground == OWN_GROUND:
        return preview.svg, preview.ground
    return without_ground(preview.svg), work.ground


def facts(t: Texts, brand: Brand, preview: Preview) -> str:
    """What a printer or a developer asks first."""
    told = []
    if preview.form == PIXELS:
        told.append(t("finish.form_pixels"))
    elif preview.form == "traced" and preview.similarity is not None:
        alike = decimal(t, 100 * preview.similarity, 0)
        told.append(t("finish.form_traced", paths=whole(t, preview.paths), alike=alike))
    elif preview.form:
        told.append(t("finish.form_native", paths=whole(t, preview.paths)))
    # Shown on the ground that suits it, it can still be transparent.
    if brand.background is None:
        told.append(t("finish.is_clear"))
    if preview.smallest_width_mm and preview.smallest_width_px:
        width, pixels = decimal(t, preview.smallest_width_mm), whole(t, preview.smallest_width_px)
        told.append(t("finish.smallest", mm=width, px=pixels))
    if preview.clear_space:
        told.append(t("finish.clear_space", share=decimal(t, 100 * preview.clear_space, 0)))
    return " · ".join(told) or " "


def show_grounds(context: Context, work: Work, colours: tuple[str, ...]) -> None:
    """Trying the lockup on another ground; no file changes by that."""
    t, finish = context.t, FinishState(context.state)
    grounds = tuple(dict.fromkeys((_WHITE, _BLACK, *colours)))[:_MOST_GROUNDS]
    options = (OWN_GROUND, *grounds)
    key = finish.key(f"ground_{'_'.join(grounds)}")
    # Another key for other colours; what was chosen may be none of them any more.
    if work.ground not in options:
        finish.update(ground=OWN_GROUND)
    context.state.start(key, work.ground if work.ground in options else OWN_GROUND)
    st.pills(
        t("finish.ground"),
        options,
        key=key,
        format_func=lambda one: t("finish.ground_own") if one == OWN_GROUND else swatches((one,)),
        required=True,
        help=t("finish.ground_help"),
        label_visibility="collapsed",
        on_change=lambda: finish.update(ground=context.state.widget(key, OWN_GROUND)),
    )


def show_lockups(context: Context, work: Work, answers: Mapping[str, Future[Preview]]) -> None:
    """The five lockups as small pictures of the real thing; one is chosen by a press."""
    grid = st.grid(len(LOCKUPS), min_column_width=58, gap="xsmall")
    for kind in LOCKUPS:
        is_chosen = kind == work.brand.lockup
        with (
            grid.cell(),
            st.container(key=f"face_{'on' if is_chosen else 'off'}_lockup_{kind}", gap=None),
        ):
            _show_lockup(context, work, kind, answers[kind])


def _show_lockup(context: Context, work: Work, kind: str, answer: Future[Preview]) -> None:
    t, finish = context.t, FinishState(context.state)
    try:
        svg, ground = _laid_out(work, answered(context, answer))
        st.html(laid_on(svg, ground, "", "tile"))
    except ApiError:
        st.html(empty_place("tile"))
    st.caption(t(f"lockup.{kind}"), text_alignment="center")
    # The style sheet lays it over the picture.
    st.button(
        t("lockup.choose", name=t(f"lockup.{kind}")),
        key=f"lockup_{kind}",
        on_click=partial(finish.change, lockup=kind),
    )


def worn(brand: Brand, preview: Preview) -> tuple[str, ...]:
    """The colours of the mark as they are now, in the order of the palette."""
    own = brand.mark.recolour
    return tuple(
        own[index] if index < len(own) else colour for index, colour in enumerate(preview.palette)
    )
