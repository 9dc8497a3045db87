"""Recolouring the mark and its lettering without drawing it again."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.branding_api import MAX_PALETTE_MB
from frontend.branding_types import ColourShare, Preview
from frontend.components.finish_pictures import swatches
from frontend.components.finish_stage import worn
from frontend.components.finish_state import FinishState, Work
from frontend.components.problems import show_error
from frontend.components.uploader_words import say_uploader_words
from frontend.formats import share
from frontend.palettes import PALETTES
from frontend.transport import ApiError

_FORMATS = ("png", "jpg", "jpeg", "webp")
_USUAL_INK = "#1C1B1A"


def show_colours(context: Context, work: Work, preview: Preview) -> None:
    """The colours that the mark wears, each with a picker; palettes to put on at once."""
    t, finish = context.t, FinishState(context.state)
    colours = worn(work.brand, preview)
    if not colours:
        st.caption(t("finish.colours_none"))
        return
    with st.container(horizontal=True, gap="small", key="finish_pickers"):
        for index, colour in enumerate(colours):
            key = finish.key(f"colour_{index}_of_{len(colours)}")
            context.state.start(key, colour)
            st.color_picker(
                t("finish.colour_ground") if index == 0 else t("finish.colour", number=index),
                key=key,
                on_change=_take_colour,
                args=(context, key, index, colours),
            )
    if colours[0] not in preview.colours:
        st.caption(t("finish.ground_unseen"))
    _show_lettering(context, work)
    _show_palettes(context, colours)
    if work.brand.mark.recolour:
        st.button(
            t("finish.colours_reset"),
            key="finish_colours_reset",
            type="tertiary",
            icon=":material/undo:",
            on_click=_wear,
            args=(context, (), colours, preview.palette),
        )
    _show_upload(context, colours)


def _wear(
    context: Context,
    recolour: tuple[str, ...],
    before: tuple[str, ...],
    after: tuple[str, ...],
    *,
    refill: bool = True,
) -> None:
    """Puts colours on; a background in the mark's own ground colour goes with it."""
    finish = FinishState(context.state)
    finish.change_mark(recolour=recolour, refill=refill)
    work = finish.work
    if work is not None and work.brand.background == before[0]:
        finish.change(background=after[0])


def _take_colour(context: Context, key: str, index: int, colours: tuple[str, ...]) -> None:
    changed = list(colours)
    changed[index] = str(context.state.widget(key, colours[index])).upper()
    # The picker that is open must stay the same one.
    _wear(context, tuple(changed), colours, tuple(changed), refill=False)


def _show_lettering(context: Context, work: Work) -> None:
    """The lettering follows the mark unless somebody wants otherwise."""
    t, finish, state = context.t, FinishState(context.state), context.state
    colour = work.brand.text.colour
    key, own_key = finish.key("ink"), finish.key("has_ink")
    state.start(own_key, colour is not None)
    state.start(key, colour or _USUAL_INK)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.toggle(
            t("finish.ink"),
            key=own_key,
            help=t("finish.ink_help"),
            on_change=_take_ink,
            args=(context, own_key, key),
        )
        if colour is not None:
            st.color_picker(
                t("finish.ink_colour"),
                key=key,
                label_visibility="collapsed",
                on_change=_take_ink,
                args=(context, own_key, key),
            )


def _take_ink(context: Context, own_key: str, key: str) -> None:
    colour = str(context.state.widget(key, _USUAL_INK)).upper()
    is_own = bool(context.state.widget(own_key))
    FinishState(context.state).change_text(colour=colour if is_own else None)


def _show_palettes(context: Context, colours: tuple[str, ...]) -> None:
    t = context.t
    st.caption(t("finish.palettes"))
    with st.container(horizontal=True, gap="xsmall", key="finish_palettes"):
        for name, palette in PALETTES.items():
            st.button(
                f"{swatches(palette)} {t(f'palette.{name}')}",
                key=f"finish_palette_{name}",
                on_click=_wear,
                args=(context, fitted(palette, colours), colours, palette),
            )


def fitted(palette: tuple[str, ...], colours: tuple[str, ...]) -> tuple[str, ...]:
    """A palette for a mark: a longer one is cut; where it is shorter, its inks are worn again."""
    inks = palette[1:] or palette
    worn_inks = [inks[index % len(inks)] for index in range(len(colours) - 1)]
    return (palette[0], *worn_inks)[: len(colours)]


def _show_upload(context: Context, colours: tuple[str, ...]) -> None:
    t, finish = context.t, FinishState(context.state)
    with st.expander(t("finish.from_picture"), icon=":material/colorize:", key="finish_drop"):
        say_uploader_words(t, "finish_drop", formats="PNG, JPEG, WEBP", limit_mb=MAX_PALETTE_MB)
        file = st.file_uploader(
            t("finish.from_picture_file"),
            type=list(_FORMATS),
            max_upload_size=MAX_PALETTE_MB,
            key="finish_palette_file",
            label_visibility="collapsed",
        )
        if file is None:
            return
        found = _found(context, file.file_id, file.name, file.getvalue())
        if isinstance(found, ApiError):
            show_error(t, found, key="finish_palette", retry=finish.look_again)
            return
        told = tuple(one.hex for one in found)
        shares = " · ".join(share(t, one.share, 1) for one in found)
        st.markdown(f"{swatches(told)} {shares}")
        st.button(
            t("finish.wear"),
            key="finish_wear",
            icon=":material/format_paint:",
            disabled=not told,
            on_click=_wear,
            args=(context, fitted(told, colours) if told else (), colours, told),
        )


def _found(
    context: Context, file_id: str, name: str, content: bytes
) -> tuple[ColourShare, ...] | ApiError:
    """The colours of a picture. A file that failed is not sent again until that is asked for."""
    finish = FinishState(context.state)
    found = finish.found_in(file_id)
    if found is None:
        try:
            found = context.api.branding.palette(name, content)
        except ApiError as error:
            found = error
        finish.remember_found(file_id, found)
    return found
