"""The first step of a training: a set of pictures, and files for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import IO

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from frontend.actions import Context
from frontend.components.problems import show_error
from frontend.components.training_state import TrainingPage, TrainKey
from frontend.components.training_steps import heading, press, show_failure
from frontend.components.uploader_words import say_uploader_words
from frontend.formats import size, whole
from frontend.i18n import Texts
from frontend.training_api import MAX_FILES, MAX_REQUEST_MB
from frontend.training_types import PictureSet, SetState
from frontend.transport import ApiError

_TYPES = ("png", "jpg", "jpeg", "webp", "heic", "heif", "zip", "txt")
_COLOURS = {
    SetState.READY: "green",
    SetState.UNREADY: "orange",
    SetState.FAILED: "red",
    SetState.INSPECTING: "blue",
}
_MB = 1_000_000


def show_pictures(context: Context, sets: Sequence[PictureSet], chosen: PictureSet | None) -> None:
    """Draws the choice of a set, or the open set with the place for its files."""
    t = context.t
    is_done = chosen is not None and chosen.state.was_checked
    heading(t, 1, "training.pictures", "training.pictures_lead", is_done=is_done)
    show_failure(context, "sets")
    if chosen is None:
        _show_choice(context, sets)
    else:
        _show_open(context, chosen)


def _show_choice(context: Context, sets: Sequence[PictureSet]) -> None:
    t, page = context.t, TrainingPage(context.state)
    with st.container(horizontal=True, vertical_alignment="bottom", key="new_set"):
        st.text_input(
            t("training.set_name"),
            key=TrainKey.SET_NAME,
            max_chars=80,
            placeholder=t("training.set_placeholder"),
            width=340,
        )
        st.button(
            t("training.set_create"),
            key="create_set",
            type="primary",
            icon=":material/create_new_folder:",
            on_click=_create,
            args=(context,),
        )
    if not sets:
        return
    st.caption(t("training.sets_lead"))
    grid = st.grid(3, min_column_width=240)
    for number, one in enumerate(sets, start=1):
        with grid.cell(), st.container(border=True, gap="xsmall", key=f"set_{number}"):
            with st.container(key=f"set_title_{number}"):
                st.text(one.name)
            _badge(t, one)
            st.caption(_facts(t, one))
            st.button(
                t("training.set_open"),
                key=f"open_set_{one.id}",
                on_click=page.open_set,
                args=(one.id,),
                width="stretch",
            )


def _show_open(context: Context, chosen: PictureSet) -> None:
    t, page = context.t, TrainingPage(context.state)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="set_open"):
        with st.container(key="set_title_open", width="content"):
            st.text(chosen.name)
        st.caption(_facts(t, chosen), width="content")
        st.button(
            t("training.set_other"),
            key="set_close",
            type="tertiary",
            icon=":material/arrow_back:",
            on_click=page.open_set,
            args=("",),
        )
        with st.popover(t("training.set_delete"), icon=":material/delete:", key="ask_delete_set"):
            st.markdown(t("training.set_delete_sure"))
            st.button(
                t("training.delete_yes"),
                key="delete_set",
                type="primary",
                icon=":material/delete_forever:",
                on_click=_delete,
                args=(context, chosen.id),
            )
    if chosen.state is not SetState.INSPECTING:
        _show_files(context, chosen)


def _show_files(context: Context, chosen: PictureSet) -> None:
    """The place for files; what was given is sent at once and checked."""
    t, page = context.t, TrainingPage(context.state)
    with st.container(key="set_files"):
        say_uploader_words(t, "set_files", formats=t("training.formats"), limit_mb=MAX_REQUEST_MB)
        files = st.file_uploader(
            t("training.files"),
            type=list(_TYPES),
            accept_multiple_files=True,
            max_upload_size=MAX_REQUEST_MB,
            key=f"{TrainKey.FILES}_{page.round}",
            label_visibility="collapsed",
        )
    if not files:
        return
    marks = tuple(file.file_id for file in files)
    error = page.outcome(marks)
    if error is None:
        try:
            with st.spinner(t("training.sending", count=len(files))):
                for batch in batches(files):
                    context.api.training.add_files(chosen.id, batch)
        except ApiError as failure:
            page.fail(marks, failure)
            error = failure
    if error is not None:
        show_error(t, error, key="training_files", retry=page.send_again, is_open=True)
        return
    page.take_files_away()
    press(context, "check", partial(_inspect, context, chosen.id))
    st.rerun()


def batches(files: Sequence[UploadedFile]) -> list[list[tuple[str, IO[bytes]]]]:
    """The files in as few requests as the service takes."""
    found: list[list[tuple[str, IO[bytes]]]] = [[]]
    held = 0
    for file in files:
        if found[-1] and (held + file.size > MAX_REQUEST_MB * _MB or len(found[-1]) == MAX_FILES):
            found.append([])
            held = 0
        file.seek(0)
        found[-1].append((file.name, file))
        held += file.size
    return found


def _inspect(context: Context, set_id: str) -> None:
    context.api.training.inspect(set_id)


def _create(context: Context) -> None:
    name = str(context.state.widget(TrainKey.SET_NAME, "")).strip()

    def act() -> None:
        made = context.api.training.create_set(name or context.t("training.set_unnamed"))
        TrainingPage(context.state).open_set(made.id)
        context.state.set_widget(TrainKey.SET_NAME, "")

    press(context, "sets", act)


def _delete(context: Context, set_id: str) -> None:
    def act() -> None:
        context.api.training.delete_set(set_id)
        TrainingPage(context.state).open_set("")

    press(context, "sets", act)


def _badge(t: Texts, one: PictureSet) -> None:
    colour = _COLOURS.get(one.state, "gray")
    st.badge(t.named("set_state", one.state), color=colour)  # type: ignore[arg-type]


def _facts(t: Texts, one: PictureSet) -> str:
    files = t("training.file_count", count=whole(t, one.files))
    return f"{files} · {size(t, one.bytes)}" if one.files else files
