"""One element of a data set: picture, caption, number; another one, or one by its number."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.api_client import LogoApi
from frontend.components.dataset_page import ROW_NUMBER_KEY, DatasetPage
from frontend.components.problems import show_error
from frontend.datasets_types import Dataset, Row, RowImage
from frontend.formats import size, whole
from frontend.transport import ApiError

_PICTURE_PX = 300
# A folder's files may be exchanged while the page is open.
_PICTURE_SECONDS = 600
# Fixed text, no value of anybody's.
_SCROLL_HERE = """<script>
document.querySelector(".st-key-element")?.scrollIntoView({behavior: "smooth", block: "center"});
</script>"""


@st.fragment
def show_element(context: Context, page: DatasetPage, dataset: Dataset) -> None:
    """Draws the row on the page, at first one at random; the buttons redraw nothing else."""
    if page.shown is None:
        load_row(context, page, None)
    with st.container(key="element", gap="small"):
        st.subheader(context.t("element.heading"), anchor=False)
        _show_controls(context, page, dataset)
        answer = page.shown.answer if page.shown else None
        if isinstance(answer, Row):
            _show_row(context, dataset, answer)
        elif answer is not None:
            show_error(context.t, answer, key="row", retry=lambda: _retry(context, page))
    if page.take_jump("drawn"):
        st.html(_SCROLL_HERE, unsafe_allow_javascript=True)


def load_row(context: Context, page: DatasetPage, index: int | None) -> None:
    """Fetches a row, at random without an index; allowed only before its field is drawn."""
    try:
        page.show(index, context.api.datasets.sample(page.dataset, index))
    except ApiError as error:
        page.show(index, error)


def row_picture(context: Context, dataset_id: str, index: int, alt: str) -> None:
    """Draws the picture of a row, or says that it cannot be shown."""
    try:
        content = _fetched(context.api, dataset_id, index)
    except ApiError:
        st.caption(context.t("element.no_picture"))
        return
    try:
        st.image(content, alt=alt, width="stretch")
    except OSError:
        # What Pillow raises for a file that begins like a picture and is none.
        st.caption(context.t("element.no_picture"))


def _retry(context: Context, page: DatasetPage) -> None:
    load_row(context, page, page.shown.index if page.shown else None)


def _show_controls(context: Context, page: DatasetPage, dataset: Dataset) -> None:
    t = context.t
    rows = max(1, dataset.rows or 1)
    page.keep_row_within(rows)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.button(
            t("element.another"),
            key="element_another",
            icon=":material/casino:",
            on_click=load_row,
            args=(context, page, None),
        )
        st.number_input(
            t("element.number"),
            min_value=0,
            max_value=rows - 1,
            step=1,
            key=ROW_NUMBER_KEY,
            persist_state="session",
            on_change=_load_wished,
            args=(context, page),
            width=190,
        )


def _load_wished(context: Context, page: DatasetPage) -> None:
    load_row(context, page, page.wished_row)


def _show_row(context: Context, dataset: Dataset, row: Row) -> None:
    t = context.t
    picture, words = st.columns([2, 5], gap="medium", vertical_alignment="center")
    with picture, st.container(border=True, width=_PICTURE_PX, key="element_picture"):
        if row.image is None:
            st.caption(t("element.no_picture"))
        else:
            row_picture(context, dataset.id, row.index, t("element.alt", index=row.index))
    with words:
        st.caption(t("element.place", index=whole(t, row.index), rows=whole(t, row.rows)))
        # A caption is somebody's: plain text.
        if row.text:
            st.text(f"{row.text}…" if row.is_text_cut else row.text)
        else:
            st.markdown(f":orange[:material/warning:] {t('element.no_text')}")
        if row.problem:
            st.markdown(f":orange[:material/warning:] {t('element.problem')}")
            st.text(row.problem)
        if row.image is not None:
            st.caption(_facts(context, row.image))


def _facts(context: Context, image: RowImage) -> str:
    pixels = f"{image.width} × {image.height}" if image.width and image.height else ""
    weight = "" if image.bytes is None else size(context.t, image.bytes)
    name = image.format if image.format.isalnum() else ""
    return " · ".join(fact for fact in (name, pixels, weight) if fact)


@st.cache_data(
    max_entries=256,
    ttl=_PICTURE_SECONDS,
    show_spinner=False,
    hash_funcs={LogoApi: lambda api: api.base_url},
)
def _fetched(api: LogoApi, dataset_id: str, index: int) -> bytes:
    return api.datasets.row_image(dataset_id, index)
