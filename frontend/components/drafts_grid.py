"""The drafts as cards: picture, origin, choice, files, details."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.actions import Context, vary_draft
from frontend.api_types import Image
from frontend.components.finish_chooser import finish_button
from frontend.components.pictures import download_buttons, show_picture
from frontend.components.vary import show_vary
from frontend.i18n import Texts
from frontend.state import pick_key

_COLUMNS = 3
_MIN_CARD_PX = 150
_DETAILS_PX = 300
_ORIGIN_ICONS = {
    "cgan": ":material/neurology:",
    "composer": ":material/interests:",
    "upload": ":material/upload:",
}

# In the order in which they matter to who chooses.
_SCORES = ("text_match", "legibility", "one_colour", "clarity", "balance", "calm")


def show_drafts(context: Context, images: tuple[Image, ...], *, is_busy: bool = False) -> None:
    """Draws one card for each draft; while a restyle runs nothing may take it off the page."""
    grid = st.grid(_COLUMNS, min_column_width=_MIN_CARD_PX)
    for number, image in enumerate(images, start=1):
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"draft_{number}"):
            _show_card(context, image, number, is_busy)


def show_placeholders(count: int) -> None:
    """Draws empty cards in the places of drafts to come."""
    grid = st.grid(_COLUMNS, min_column_width=_MIN_CARD_PX)
    for number in range(1, count + 1):
        with grid.cell(), st.container(border=True, key=f"waiting_{number}"):
            st.skeleton(height=300)


def _show_card(context: Context, image: Image, number: int, is_busy: bool) -> None:
    t = context.t
    png = show_picture(context, image.id, t("draft.alt", number=number))
    with _row():
        st.checkbox(t("draft.choose"), key=pick_key(image.id), persist_state="session")
        st.badge(
            t.named("origin", image.origin),
            icon=_ORIGIN_ICONS.get(image.origin, ":material/image:"),
            color="gray",
        )
    with _row():
        with st.container(horizontal=True, gap="xxsmall", width="content"):
            download_buttons(context, image, png, number, place="draft")
        with st.container(
            horizontal=True, gap="xxsmall", width="content", vertical_alignment="center"
        ):
            order = partial(vary_draft, context, image.id)
            show_vary(context, image.id, f"draft_{number}", order, disabled=is_busy)
            _show_about(t, image, number)
    finish_button(context, image.id, f"finish_draft_{number}")


def _show_about(t: Texts, image: Image, number: int) -> None:
    about = st.popover(
        ":material/info:", type="tertiary", key=f"about_{number}", help=t("draft.details")
    )
    with about, st.container(width=_DETAILS_PX, gap="xsmall"):
        _show_details(t, image)


def _row() -> DeltaGenerator:
    return st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="xsmall",
    )


def _show_details(t: Texts, image: Image) -> None:
    """Facts about a draft. All values are the service's or the user's, so they stay plain text."""
    if f"origin.{image.origin}_note" in ("origin.cgan_note", "origin.composer_note"):
        st.caption(t(f"origin.{image.origin}_note"))
    for glyph in image.glyphs:
        st.text(f"{t('details.glyph')}: {glyph.id}\n{glyph.author}, {glyph.licence}")
    facts = (
        ("concept", image.concept),
        ("layout", t.named("layout", image.layout) if image.layout else ""),
        ("palette", "  ".join(image.palette)),
        ("size", f"{image.width} × {image.height}" if image.width else ""),
        ("seed", "" if image.seed is None else str(image.seed)),
    )
    for fact, value in facts:
        if value:
            st.text(f"{t(f'details.{fact}')}: {value}")
    told = [(name, image.scores[name]) for name in _SCORES if name in image.scores]
    if told:
        st.caption(t("scores.title"))
        st.text("\n".join(f"{t(f'scores.{name}')}: {share:.0%}" for name, share in told))
