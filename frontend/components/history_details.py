"""Everything about one picture: large, beside the one it came from, its settings, what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from frontend.actions import Context
from frontend.api_answers import read_image
from frontend.api_client import LogoApi
from frontend.api_types import Image, Span
from frontend.components.compare import show_slider
from frontend.components.finish_chooser import finish_button
from frontend.components.history_actions import (
    apply_settings,
    can_open_in_create,
    open_in_create,
    request_of,
    restyle_alone,
    switch_favourite,
)
from frontend.components.history_grid import show_delete
from frontend.components.history_state import HistoryState
from frontend.components.pictures import file_name, picture_bytes, show_picture
from frontend.components.problems import draw_again, show_error
from frontend.components.settings_table import settings_of, show_settings
from frontend.components.timeline import show_timeline
from frontend.components.walking import walk_to_create
from frontend.dates import day_and_time
from frontend.gallery_api import ImageRecord
from frontend.json_fields import MalformedAnswerError
from frontend.transport import ApiError

_VIEWS = ("result", "original", "both", "slider")
_HASH_SHOWN = 12


def show_details(context: Context, image_id: str, known: Image | None) -> None:
    """Opens a picture's details over the page, until they are closed.

    Args:
        known: the picture where it is on the page; else only its record is known.
    """
    history = HistoryState(context.state)
    opened = st.dialog(
        context.t("details.title"), width="large", on_dismiss=partial(history.open, "")
    )(_show)
    opened(context, image_id, known)


def _show(context: Context, image_id: str, known: Image | None) -> None:
    try:
        record = _record(context.api, image_id)
    except ApiError as error:
        show_error(context.t, error, key="record", retry=draw_again)
        return
    image = known or _image_of(image_id, record)
    picture, facts = st.columns([6, 5], gap="medium")
    with picture:
        _show_picture(context, image)
        _show_finish(context, image.id)
        _show_actions(context, image, record, known)
    with facts, st.container(gap="xsmall", key="picture_facts"):
        show_settings(context.t, _facts(context, image, record))
        with st.expander(context.t("details.models"), type="compact", key="models_used"):
            for model in record.models:
                st.text(f"{model.name}\n{model.sha256[:_HASH_SHOWN]}")
            st.json(dict(record.everything), expanded=False)
        show_timeline(context.t, _timeline(context.api, record), key="opened")


@st.cache_data(max_entries=512, show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url})
def _record(api: LogoApi, image_id: str) -> ImageRecord:
    """Records never change, so each is fetched once."""
    return api.gallery.record(image_id)


@st.cache_data(
    max_entries=512, ttl=60, show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url}
)
def _spans_of(api: LogoApi, job_id: str) -> tuple[Span, ...]:
    """Kept for a minute only: a picture is stored a moment before its job ends."""
    return api.job(job_id).timeline


def _timeline(api: LogoApi, record: ImageRecord) -> tuple[Span, ...]:
    """Where the time of the picture's job went; nothing for an upload, or where nobody knows."""
    job_id = record.everything.get("job_id")
    try:
        return _spans_of(api, str(job_id)) if job_id else ()
    except ApiError:
        return ()


def _show_picture(context: Context, image: Image) -> None:
    t = context.t
    view: str | None = "result"
    if image.parent:
        context.state.start("details_view", "both")
        view = st.segmented_control(
            t("details.view"),
            _VIEWS,
            key="details_view",
            format_func=lambda name: t(f"details.view_{name}"),
            required=True,
            label_visibility="collapsed",
        )
    before = picture_bytes(context.api, image.parent) if image.parent else None
    after = picture_bytes(context.api, image.id)
    if view == "slider" and before is not None and after is not None:
        show_slider(t, before, after, key=f"compare_{image.id}")
    elif view == "both" and image.parent:
        # Columns would come one under the other on a phone.
        grid = st.grid(2, min_column_width=110)
        with grid.cell():
            st.caption(t("details.view_original"))
            show_picture(context, image.parent, t("details.view_original"))
        with grid.cell():
            st.caption(t("details.view_result"))
            show_picture(context, image.id, t("details.view_result"))
    else:
        shown = image.parent if view == "original" and image.parent else image.id
        show_picture(context, shown, t(f"details.view_{view}"))


def _show_finish(context: Context, image_id: str) -> None:
    """Whether the picture was finished, and the way there; its details stay open behind."""
    try:
        is_finished = context.api.branding.finish(image_id) is not None
    except ApiError:
        is_finished = False
    if is_finished:
        st.badge(context.t("finish.badge"), icon=":material/verified:", color="green")
    finish_button(context, image_id, "finish_opened", is_finished=is_finished)


def _show_actions(context: Context, image: Image, record: ImageRecord, known: Image | None) -> None:
    t = context.t
    with st.container(horizontal=True, gap="xsmall", key="picture_actions"):
        if record.request and st.button(
            t("history.use"), key="use_settings", type="primary", icon=":material/tune:"
        ):
            _go(context, lambda: apply_settings(context, record.kind, request_of(record)))
        if can_open_in_create(record) and st.button(
            t("history.open_in_create"), key="open_in_create", icon=":material/auto_awesome:"
        ):
            _go(context, lambda: open_in_create(context, record))
        if st.button(t("history.restyle"), key="restyle_opened", icon=":material/brush:"):
            _go(context, lambda: restyle_alone(context, image.id))
        _show_downloads(context, image)
        if known is not None and st.button(
            t("history.star_off" if known.favourite else "history.star_on"),
            key="favourite_opened",
            icon=":material/star:",
        ):
            switch_favourite(context, known)
            st.rerun()
        show_delete(context, (image.id,), place="opened")


def _go(context: Context, prepare: Callable[[], None]) -> None:
    """Prepares the page that makes logos and opens it; says why where that cannot be done."""
    try:
        prepare()
    except ApiError as error:
        show_error(context.t, error, key="opened")
        return
    HistoryState(context.state).open("")
    walk_to_create()


def _show_downloads(context: Context, image: Image) -> None:
    formats = ("png", "svg") if image.svg_url else ("png",)
    for format in formats:
        content = picture_bytes(context.api, image.id, format)
        if content is not None:
            st.download_button(
                context.t(f"download.{format}"),
                content,
                file_name(image.name, 1, format),
                "image/svg+xml" if format == "svg" else "image/png",
                key=f"{format}_opened",
                icon=":material/download:",
                on_click="ignore",
            )


def _image_of(image_id: str, record: ImageRecord) -> Image:
    """What a record tells of its picture."""
    try:
        return read_image({**record.everything, "id": image_id})
    except MalformedAnswerError:
        return Image(id=image_id, parent=record.parent, name=record.name)


def _facts(context: Context, image: Image, record: ImageRecord) -> list[tuple[str, str]]:
    """What can be said of a picture, as (name of a setting, value)."""
    t = context.t
    made = image.created_at and day_and_time(t, image.created_at, st.context.timezone)
    about = {
        "made": made or "",
        "kind": t.named("kind", image.stage) if image.stage else "",
        "origin": t.named("origin", image.origin) if image.origin else "",
    }
    request: Mapping[str, Any] = {
        "name": image.name or record.name,
        "description": image.description or record.description,
        **request_of(record),
        "palette": list(image.palette),
        "seed": request_of(record).get("seed", image.seed),
    }
    rest = {
        "layout": t.named("layout", image.layout) if image.layout else "",
        "concept": image.concept,
        "size": f"{image.width} × {image.height}" if image.width else "",
    }
    symbols = [("glyph", f"{one.id} ({one.author}, {one.licence})") for one in image.glyphs]
    told = [*about.items(), *settings_of(t, request), *rest.items(), *symbols]
    return [(name, value) for name, value in told if value]
