"""The second step of a training: what the check found, pictures and their captions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import streamlit as st

from frontend.actions import Context
from frontend.api_types import Problem
from frontend.components.problems import show_problem
from frontend.components.progress import follow_job
from frontend.components.thumbnails import small_pictures
from frontend.components.training_state import (
    PICTURES_PER_PAGE,
    TrainingPage,
    TrainKey,
    caption_key,
)
from frontend.components.training_steps import heading, not_yet, press, show_failure
from frontend.formats import whole
from frontend.i18n import TEXTS, Texts
from frontend.training_api import MAX_CAPTION_CHARACTERS
from frontend.training_types import Finding, Picture, PictureSet, SetState

_LEVELS = {
    "error": ":red[:material/error:]",
    "warning": ":orange[:material/warning:]",
    "note": ":blue[:material/info:]",
}
_MOST_SHOWN = 6
_SMALL_PX = 56
_PICTURE_PX = 112


def show_check(context: Context, chosen: PictureSet | None) -> None:
    """Draws the progress of the check, or what it found."""
    t = context.t
    is_done = chosen is not None and chosen.state is SetState.READY
    heading(t, 2, "training.check", "training.check_lead", is_done=is_done)
    show_failure(context, "check")
    if chosen is None or chosen.state is SetState.EMPTY:
        not_yet(t, "training.check_first")
    elif chosen.state is SetState.INSPECTING:
        follow_job(context, chosen.job)
    elif chosen.state is SetState.UPLOADED:
        st.button(
            t("training.check_start"),
            key="check_start",
            type="primary",
            icon=":material/fact_check:",
            on_click=_check,
            args=(context, chosen.id),
        )
    elif chosen.state is SetState.FAILED:
        problem = chosen.problem or Problem(status=500, code="internal-error")
        again = partial(_check, context, chosen.id)
        show_problem(t, problem, key="check_failed", retry=again, job_id=chosen.job)
    else:
        _show_found(context, chosen)


def _check(context: Context, set_id: str) -> None:
    def act() -> None:
        context.api.training.inspect(set_id)

    press(context, "check", act)


def _show_found(context: Context, chosen: PictureSet) -> None:
    t = context.t
    pictures = _pictures(context, chosen)
    is_ready = chosen.state is SetState.READY
    key = "training.check_ready" if is_ready else "training.check_unready"
    colour = "green" if is_ready else "orange"
    st.markdown(f":{colour}[**{t(key, count=whole(t, len(chosen.pictures)))}**]")
    for number, finding in enumerate(chosen.findings, start=1):
        _show_finding(t, finding, chosen, pictures, number)
    if chosen.refused:
        with st.expander(
            t("training.refused", count=whole(t, len(chosen.refused))),
            icon=":material/block:",
            key="refused",
        ):
            for refused in chosen.refused:
                st.text(f"{refused.source}: {t.remark(refused.reason)}")
    if chosen.pictures:
        _show_captions(context, chosen, pictures)


def _pictures(context: Context, chosen: PictureSet) -> Mapping[str, str]:
    """Addresses of small pictures by file; those that cannot be had now are left out."""
    urls = {
        f"{chosen.bytes}|{one.width}x{one.height}|{one.file}": one.thumbnail_url
        for one in chosen.pictures
    }
    told = {mark: url for mark, url in urls.items() if url is not None}
    found = small_pictures(context.api, "training", told)
    return {mark.split("|", 2)[2]: address for mark, address in found.items()}


def sentence(t: Texts, finding: Finding) -> str:
    """What was found and what to do; the service's own words where it is new to this page."""
    key = f"finding.{finding.code}"
    return t(key, count=whole(t, len(finding.files))) if key in TEXTS else t.remark(finding.detail)


def _show_finding(
    t: Texts, finding: Finding, chosen: PictureSet, pictures: Mapping[str, str], number: int
) -> None:
    repeated = {one.file: one.duplicate_of for one in chosen.pictures if one.duplicate_of}
    with st.container(border=True, gap="xsmall", key=f"finding_{number}"):
        sign = _LEVELS.get(finding.level, _LEVELS["note"])
        if f"finding.{finding.code}" in TEXTS:
            st.markdown(f"{sign} {sentence(t, finding)}")
        else:
            with st.container(horizontal=True, gap="xsmall"):
                st.markdown(sign, width="content")
                st.text(t.remark(finding.detail))
        shown = [file for file in finding.files if file in pictures][:_MOST_SHOWN]
        if shown:
            with st.container(horizontal=True, gap="xsmall", key=f"picture_found_{number}"):
                for file in shown:
                    st.image(pictures[file], width=_SMALL_PX, alt=file)
                    original = repeated.get(file, "")
                    if original in pictures:
                        st.markdown("=", width="content")
                        st.image(pictures[original], width=_SMALL_PX, alt=original)
                rest = len(finding.files) - len(shown)
                if rest > 0:
                    st.caption(t("training.and_more", count=whole(t, rest)), width="content")


def _show_captions(context: Context, chosen: PictureSet, pictures: Mapping[str, str]) -> None:
    t, page = context.t, TrainingPage(context.state)
    st.markdown(f"**{t('training.captions')}**")
    st.caption(t("training.captions_lead"))
    show_failure(context, "captions")
    remarked = [one for one in chosen.pictures if one.problems]
    only_remarked = False
    if remarked and len(remarked) < len(chosen.pictures):
        only_remarked = st.toggle(
            t("training.only_remarked", count=whole(t, len(remarked))),
            key=TrainKey.ONLY_REMARKED,
            persist_state="session",
        )
    shown = remarked if only_remarked else list(chosen.pictures)
    pages = max(1, math.ceil(len(shown) / PICTURES_PER_PAGE))
    place = min(page.place, pages - 1)
    here = shown[place * PICTURES_PER_PAGE : (place + 1) * PICTURES_PER_PAGE]
    grid = st.grid(3, min_column_width=300)
    for number, picture in enumerate(here, start=1):
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"picture_{number}"):
            _show_picture(context, chosen, picture, number, pictures.get(picture.file))
    if pages > 1:
        _show_paging(t, page, place, pages)


def _show_picture(
    context: Context, chosen: PictureSet, picture: Picture, number: int, address: str | None
) -> None:
    t = context.t
    with st.container(horizontal=True, wrap=False, gap="small", vertical_alignment="top"):
        with st.container(width=_PICTURE_PX, gap="xxsmall"):
            if address is None:
                st.caption(t("draft.gone"))
            else:
                st.image(address, width=_PICTURE_PX, alt=picture.caption or picture.file)
            with st.container(key=f"quiet_{number}"):
                st.text(f"{picture.width} × {picture.height}")
        with st.container(gap="xsmall"):
            _show_caption(context, chosen, picture, number)


def _show_caption(context: Context, chosen: PictureSet, picture: Picture, number: int) -> None:
    t = context.t
    key = caption_key(chosen.id, picture.file)
    _fill(context, key, picture.caption)
    st.text_area(
        t("training.caption", number=number),
        key=key,
        height=92,
        max_chars=MAX_CAPTION_CHARACTERS,
        placeholder=t("training.caption_placeholder"),
        label_visibility="collapsed",
        on_change=_save,
        args=(context, chosen.id, picture.file),
    )
    with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):
        if picture.caption_from == "proposed":
            st.badge(t("training.proposed"), icon=":material/auto_awesome:", color="blue")
        for problem in picture.problems:
            st.badge(t.named("remark", problem), color="orange")
        st.button(
            t("training.remove"),
            key=f"remove_{picture.file}",
            type="tertiary",
            icon=":material/delete:",
            on_click=_remove,
            args=(context, chosen.id, picture.file),
        )


def _fill(context: Context, key: str, caption: str) -> None:
    """Gives the field what the service says, once for each time that it says something new."""
    known = f"{key}_known"
    if context.state.widget(known) != caption:
        context.state.set_widget(known, caption)
        context.state.set_widget(key, caption)
    context.state.start(key, caption)


def _save(context: Context, set_id: str, file: str) -> None:
    key = caption_key(set_id, file)
    written = str(context.state.widget(key, "")).strip()

    def act() -> None:
        context.api.training.save_captions(set_id, {file: written})
        # What the field shows is what the service knows from now on.
        context.state.set_widget(f"{key}_known", written)

    press(context, "captions", act)


def _remove(context: Context, set_id: str, file: str) -> None:
    def act() -> None:
        context.api.training.remove_picture(set_id, file)

    press(context, "captions", act)


def _show_paging(t: Texts, page: TrainingPage, place: int, pages: int) -> None:
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        for step, name, icon in (
            (-1, "training.previous", "chevron_left"),
            (1, "training.next", "chevron_right"),
        ):
            if step == 1:
                told = t("history.page", number=whole(t, place + 1), of=whole(t, pages))
                st.caption(told, width="content")
            st.button(
                t(name),
                key=f"pictures_{name.rpartition('.')[2]}",
                icon=f":material/{icon}:",
                icon_position="right" if step == 1 else "left",
                disabled=not 0 <= place + step < pages,
                on_click=page.turn,
                args=(place + step,),
            )
