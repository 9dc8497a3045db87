"""The finishing page: from a picture to a logo with its name, colours and files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from frontend.actions import Context
from frontend.branding_types import MAX_NAME_CHARACTERS, Brand, Font, Lettering, Preview
from frontend.components.ahead import ahead, answered
from frontend.components.finish_chooser import show_chooser
from frontend.components.finish_colours import show_colours
from frontend.components.finish_cutout import show_background, show_cutout
from frontend.components.finish_files import show_choice, show_cutout_file, show_file, show_kit
from frontend.components.finish_gates import show_gates
from frontend.components.finish_mockups import show_mockups, show_waiting
from frontend.components.finish_pictures import needed_ground
from frontend.components.finish_questions import (
    ask_checks,
    ask_lockups,
    ask_mockups,
    ask_preview,
    ask_samples,
    shown_brand,
)
from frontend.components.finish_stage import (
    show_grounds,
    show_lockups,
    show_stage,
    show_variants,
    worn,
)
from frontend.components.finish_state import FinishState, Work
from frontend.components.finish_type import sample_ink, show_fonts, show_setting, show_words
from frontend.components.history_state import FailedPress
from frontend.components.problems import draw_again, show_error
from frontend.components.thumbnails import thumbnails
from frontend.gallery_api import ImageRecord
from frontend.transport import ApiError, ApiProblem

_STYLE = Path(__file__).parent.parent / "static" / "finish.css"
# Three rows and the top of the fourth, which says that there are more.
_FONTS_PX = 282
_TABS = ("type", "colours", "cutout", "background")


@dataclass(frozen=True, slots=True)
class _Places:
    """Parts of the page, in which answers appear as they come."""

    stage: DeltaGenerator
    grounds: DeltaGenerator
    lockups: DeltaGenerator
    fonts: DeltaGenerator
    colours: DeltaGenerator
    background: DeltaGenerator
    file: DeltaGenerator
    cutout: DeltaGenerator
    saved: DeltaGenerator
    gates: DeltaGenerator
    mockups: DeltaGenerator


def render(context: Context) -> None:
    """Draws the picture of the address being finished, or asks for one."""
    st.html(_STYLE)
    t, finish = context.t, FinishState(context.state)
    if not finish.image:
        st.title(t("page.finish"), anchor=False)
        st.markdown(t("finish.lead"))
        show_chooser(context)
        return
    finish.speak(t.language)
    work = finish.work
    if work is None:
        try:
            work = _begin(context, finish.image)
        except ApiError as error:
            st.title(t("page.finish"), anchor=False)
            show_error(t, error, key="finish_picture", retry=draw_again)
            if isinstance(error, ApiProblem) and error.problem.status == 404:
                show_chooser(context)
            return
    # It is drawn while the controls are.
    ask_preview(context, shown_brand(work), work.variant)
    fonts = _fonts(context)
    _fill(context, work, fonts, _lay_out(context, work, fonts))


def _begin(context: Context, image_id: str) -> Work:
    """Takes a picture up where it was left. Raises ApiError."""
    finish = FinishState(context.state)
    kept = context.api.branding.finish(image_id)
    if kept is None:
        record = context.api.gallery.record(image_id)
        brand = first_brand(image_id, record)
    else:
        brand = kept.brand
    finish.begin(brand, context.t.language, is_kept=kept is not None)
    work = finish.work
    assert work is not None
    return work


def first_brand(image_id: str, record: ImageRecord) -> Brand:
    """What a picture that was never finished begins with."""
    # The name of an upload is its file's.
    name = "" if record.everything.get("origin") == "upload" else record.name
    told = record.everything.get("palette")
    palette = [str(colour) for colour in told] if isinstance(told, list) else []
    text = Lettering(" ".join(name.split())[:MAX_NAME_CHARACTERS])
    return Brand(image_id, text=text, background=needed_ground(palette))


def _fonts(context: Context) -> Sequence[Font]:
    """The families; none while the service cannot say: the rest of the page works."""
    branding = context.api.branding
    try:
        return answered(context, ahead(context, "now").ask("fonts", branding.fonts))
    except ApiError:
        return ()


def _lay_out(context: Context, work: Work, fonts: Sequence[Font]) -> _Places:
    """Draws what needs no answer, and leaves places for the rest."""
    t = context.t
    saved = _show_head(context, work)
    failure = FinishState(context.state).failure
    if failure is not None and failure.press is _begin_anew:
        show_error(t, failure.error, key="finish_anew", retry=partial(_begin_anew, context))
    left, right = st.columns([7, 5], gap="large")
    with left, st.container(key="finish_left"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", gap="small", key="finish_bar"
        ):
            show_variants(context, work)
            grounds = st.container(width="content")
        stage = st.container(key="finish_stage", gap="xsmall")
        lockups = st.container(key="finish_lockups")
        with st.container(key="finish_checks"):
            st.subheader(t("finish.gates"), anchor=False)
            gates = st.container(key="finish_gates", gap="xsmall")
    with right, st.container(key="finish_right"):
        fonts_place, colours, background = _lay_out_tabs(context, work, fonts)
        with st.container(border=True, key="finish_files"):
            st.subheader(t("finish.files"), anchor=False)
            show_kit(context, work)
            st.divider()
            choice = show_choice(context)
            file, cutout = st.container(gap="xsmall"), st.container()
    context.state.set_widget("finish_choice", choice)
    st.subheader(t("finish.mockups"), anchor=False)
    mockups = st.container(key="finish_mockups")
    return _Places(
        stage, grounds, lockups, fonts_place, colours, background, file, cutout, saved, gates,
        mockups,
    )  # fmt: skip


def _lay_out_tabs(
    context: Context, work: Work, fonts: Sequence[Font]
) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Draws what is set by hand, and leaves places for typefaces, colours and background."""
    t = context.t
    tabs = st.tabs([t(f"tab.{name}") for name in _TABS], key=f"finish_tabs_{t.language}")
    with tabs[0]:
        show_words(context, work)
        st.caption(t("finish.font"))
        fonts_place = st.container(key="finish_fonts", height=_FONTS_PX, border=False)
        show_setting(context, work, fonts)
    colours = tabs[1].container()
    with tabs[2]:
        show_cutout(context, work)
    return fonts_place, colours, tabs[3].container()


def _show_head(context: Context, work: Work) -> DeltaGenerator:
    """The title, what is kept, and the ways to another picture."""
    t, finish = context.t, FinishState(context.state)
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="finish_head",
    ):
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            source = thumbnails(context.api, [work.brand.image]).get(work.brand.image)
            if source is not None:
                st.image(source, width=48, alt=t("finish.source"))
            st.title(t("page.finish"), anchor=False, width="content")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            saved = st.container(width="content", key="finish_saved")
            if work.is_kept:
                st.button(
                    t("finish.anew"),
                    key="finish_anew",
                    type="tertiary",
                    icon=":material/restart_alt:",
                    help=t("finish.anew_help"),
                    on_click=_begin_anew,
                    args=(context,),
                )
            st.button(
                t("finish.other"),
                key="finish_other",
                type="tertiary",
                icon=":material/photo_library:",
                on_click=finish.open,
                args=("",),
            )
    return saved


def _begin_anew(context: Context) -> None:
    """Forgets what was done to the picture; drawing the page takes it up as at first."""
    finish = FinishState(context.state)
    try:
        context.api.branding.forget_finish(finish.image)
        _begin(context, finish.image)
    except ApiError as error:
        finish.failure = FailedPress(error, _begin_anew)
    else:
        finish.failure = None


def _fill(context: Context, work: Work, fonts: Sequence[Font], places: _Places) -> None:
    """Draws the answers as they come: what was changed first, what is looked at last of all."""
    preview = show_stage(context, work, places.stage)
    _keep(context, work, preview, places.saved)
    known = preview or work.drawn
    colours = worn(work.brand, known) if known else ()
    with places.grounds:
        show_grounds(context, work, colours)
    with places.background:
        show_background(context, work, colours)
    with places.colours:
        if known is not None:
            show_colours(context, work, known)
    lockups = ask_lockups(context, work)
    samples = ask_samples(context, work.brand, fonts, sample_ink())
    with places.lockups:
        show_lockups(context, work, lockups)
    with places.file:
        show_file(context, work, preview, context.state.widget("finish_choice"))
    if preview is not None:
        _fill_gates(context, work, preview, places.gates)
    with places.fonts:
        show_fonts(context, work, fonts, samples)
    if preview is not None:
        with places.cutout:
            show_cutout_file(context, work)
        _fill_mockups(context, work, places.mockups)


def _keep(context: Context, work: Work, preview: Preview | None, place: DeltaGenerator) -> None:
    """Has the service keep what was done; a brand that cannot be drawn is not kept."""
    t, is_kept = context.t, work.is_kept
    if preview is not None and work.brand != work.saved:
        try:
            context.api.branding.save_finish(work.brand)
        except ApiError:
            place.caption(f":orange[:material/cloud_off:] {t('finish.not_saved')}")
            return
        FinishState(context.state).update(saved=work.brand, is_kept=True)
        is_kept = True
    if is_kept and (preview is not None or work.brand == work.saved):
        place.caption(f":green[:material/cloud_done:] {t('finish.saved')}")


def _fill_gates(context: Context, work: Work, preview: Preview, place: DeltaGenerator) -> None:
    with place:
        try:
            findings = answered(context, ask_checks(context, work.brand))
        except ApiError as error:
            show_error(context.t, error, key="finish_gates", retry=draw_again)
            return
        show_gates(context, (*findings, *preview.findings))


def _fill_mockups(context: Context, work: Work, place: DeltaGenerator) -> None:
    answer = ask_mockups(context, work.brand)
    with place:
        if work.drawn is None and not answer.done():
            # Later on the last ones stay until the next are there.
            waiting = st.empty()
            with waiting.container():
                show_waiting()
        else:
            waiting = None
        try:
            mockups = answered(context, answer)
        except ApiError as error:
            show_error(context.t, error, key="finish_mockups", retry=draw_again)
            return
        with waiting.container() if waiting else st.container():
            show_mockups(context, mockups)
