"""Choosing a data set, what is expected of one, and what is known of the chosen one."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.dataset_page import SELECT_KEY, DatasetPage
from frontend.datasets_types import Dataset, DatasetState
from frontend.formats import share, size, whole
from frontend.i18n import Texts
from frontend.transport import ApiError

_ORIGINS = {"folder": "dataset.origin_folder", "upload": "dataset.origin_upload"}
_STATES = {
    DatasetState.UPLOADING: "dataset.state_uploading",
    DatasetState.READY: "dataset.state_ready",
    DatasetState.UNUSABLE: "dataset.state_unusable",
}
_ICONS = {
    DatasetState.UPLOADING: ":material/hourglass_top:",
    DatasetState.READY: ":material/check:",
    DatasetState.UNUSABLE: ":material/error:",
}
_MOST_CARDS = 6
_MOST_COLUMNS = 12
_EXAMPLE_ROW = r"""{
  "image": {"bytes": b"\x89PNG\r\n\x1a\n…", "path": "456.png"},
  "text":  "Simple elegant logo for Concept, love orange"
}"""
_EXAMPLE_CODE = """import pyarrow as pa
import pyarrow.parquet as pq

rows = [
    {"image": {"bytes": open("fox.png", "rb").read(), "path": "fox.png"},
     "text": "a friendly fox, orange and white"},
]
pq.write_table(pa.Table.from_pylist(rows), "logos.parquet")"""


def show_choice(context: Context, page: DatasetPage, datasets: tuple[Dataset, ...]) -> None:
    """Cards while nothing is open and they are few, else a select box."""
    t = context.t
    if not datasets:
        with st.container(border=True, key="no_datasets"):
            st.markdown(f":material/inbox: {t('dataset.none')}")
    elif not page.dataset and len(datasets) <= _MOST_CARDS:
        grid = st.grid(2, min_column_width=220)
        for number, dataset in enumerate(datasets, start=1):
            with grid.cell(), st.container(border=True, gap="xsmall", key=f"dataset_{number}"):
                _show_card(t, page, dataset)
    else:
        _show_select(t, page, datasets)


def facts(t: Texts, dataset: Dataset) -> str:
    """Rows, size, files and where it comes from, as far as they are known."""
    known = [
        "" if dataset.rows is None else t("dataset.rows", count=whole(t, dataset.rows)),
        size(t, dataset.bytes),
        t("dataset.files", count=whole(t, dataset.files)) if dataset.files > 1 else "",
        t(_ORIGINS[dataset.origin]) if dataset.origin in _ORIGINS else "",
    ]
    return " · ".join(fact for fact in known if fact)


def show_expected(t: Texts, *, is_open: bool = False) -> None:
    """What a file must look like, with an example row and how to write one."""
    # Under another key, as an open fold stays open.
    key = "expected_now" if is_open else "expected"
    with st.expander(t("expected.heading"), is_open, key=key, icon=":material/help:"):
        st.markdown(t("expected.columns"))
        st.code(_EXAMPLE_ROW, language="python", wrap_lines=True)
        st.caption(t("expected.code"))
        st.code(_EXAMPLE_CODE, language="python", wrap_lines=True)


def show_unusable(t: Texts, dataset: Dataset) -> None:
    """Why a data set cannot be used: what was expected and what was found, as plain text."""
    with st.container(border=True, key="unusable"):
        st.markdown(f":red[:material/error:] **{t('dataset.unusable')}**")
        st.markdown(t("dataset.unusable_next"))
        problem = dataset.problem
        if problem is not None:
            for line in (problem.detail, *(f"{name}: {why}" for name, why in problem.fields)):
                if line:
                    st.text(line)
        if dataset.columns:
            st.caption(t("dataset.found_columns", count=whole(t, len(dataset.columns))))
            shown = [f"{column.name}: {column.type}" for column in dataset.columns[:_MOST_COLUMNS]]
            if len(dataset.columns) > len(shown):
                shown.append("…")
            st.code("\n".join(shown), language=None, wrap_lines=True)


def show_uploading(t: Texts, dataset: Dataset) -> None:
    """How much of an upload has arrived, and how it goes on."""
    with st.container(border=True, key="uploading"):
        st.markdown(
            t(
                "dataset.uploading",
                received=size(t, dataset.received_bytes),
                total=size(t, dataset.bytes),
                share=share(t, dataset.received_bytes, dataset.bytes),
            )
        )
        st.progress(min(1.0, dataset.received_bytes / max(1, dataset.bytes)))


def show_about(context: Context, page: DatasetPage, dataset: Dataset) -> None:
    """The chosen data set's facts with the way to remove it."""
    t = context.t
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _badge(t, dataset)
        st.button(
            t("dataset.close"),
            key="dataset_close",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=page.choose,
            args=("",),
        )
        if dataset.origin == "upload":
            with st.popover(t("dataset.delete"), icon=":material/delete:", key="delete_ask"):
                st.markdown(t("dataset.delete_sure"))
                st.button(
                    t("dataset.delete_yes"),
                    key="delete_yes",
                    type="primary",
                    on_click=_delete,
                    args=(context, page, dataset.id),
                )


def _delete(context: Context, page: DatasetPage, dataset_id: str) -> None:
    try:
        context.api.datasets.delete(dataset_id)
    except ApiError as error:
        page.failure = ("delete", error)
    else:
        page.choose("")


def _badge(t: Texts, dataset: Dataset) -> None:
    is_ready, is_unusable = (
        dataset.state is state for state in (DatasetState.READY, DatasetState.UNUSABLE)
    )
    st.badge(
        t(_STATES[dataset.state]),
        icon=_ICONS[dataset.state],
        color="green" if is_ready else "red" if is_unusable else "gray",
    )


def _show_card(t: Texts, page: DatasetPage, dataset: Dataset) -> None:
    # A label is a user's: plain text.
    st.text(dataset.name)
    _badge(t, dataset)
    st.caption(facts(t, dataset))
    st.button(
        t("dataset.open"),
        key=f"open_dataset_{dataset.id}",
        on_click=page.choose,
        args=(dataset.id,),
        width="stretch",
    )


def _show_select(t: Texts, page: DatasetPage, datasets: tuple[Dataset, ...]) -> None:
    labels = _labels(t, datasets)
    gone = [page.dataset] if page.dataset and page.dataset not in labels else []
    page.fill_selection()
    st.selectbox(
        t("dataset.choose"),
        [*gone, *labels],
        key=SELECT_KEY,
        index=None,
        format_func=lambda dataset_id: labels.get(dataset_id, dataset_id),
        placeholder=t("dataset.choose_placeholder"),
        on_change=page.take_selection,
    )


def _labels(t: Texts, datasets: tuple[Dataset, ...]) -> dict[str, str]:
    """What each is called in the list; Streamlit tells options apart by these words alone."""
    labels: dict[str, str] = {}
    for dataset in datasets:
        label = f"{dataset.name} · {facts(t, dataset)}"
        same = sum(known.startswith(label) for known in labels.values())
        labels[dataset.id] = f"{label} ({same + 1})" if same else label
    return labels
