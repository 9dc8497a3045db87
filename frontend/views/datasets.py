"""The page of data sets: choose or upload one, look at its rows, see its analysis."""

from __future__ import annotations

import streamlit as st

from frontend.actions import Context
from frontend.components.dataset_analysis import show_analysis
from frontend.components.dataset_chooser import (
    show_about,
    show_choice,
    show_expected,
    show_unusable,
    show_uploading,
)
from frontend.components.dataset_element import show_element
from frontend.components.dataset_page import DatasetPage
from frontend.components.problems import draw_again, show_error
from frontend.components.upload import show_upload
from frontend.datasets_types import Dataset, DatasetState
from frontend.transport import ApiError


def render(context: Context) -> None:
    """Draws the page as the address and the session say."""
    t, page = context.t, DatasetPage(st.session_state, st.query_params)
    st.title(t("page.datasets"), anchor=False)
    st.markdown(t("dataset.lead"))
    datasets = _all(context)
    chosen = _chosen(context, page, datasets)
    choice, upload = st.columns([3, 2], gap="large")
    with choice:
        if isinstance(datasets, ApiError):
            show_error(t, datasets, key="datasets", retry=draw_again)
        else:
            show_choice(context, page, datasets)
        if isinstance(chosen, Dataset):
            show_about(context, page, chosen)
            _show_obstacle(context, chosen)
        if page.failure is not None and page.failure[0] == "delete":
            show_error(t, page.failure[1], key="delete")
    with upload:
        uploaded = show_upload(context)
        is_unusable = isinstance(chosen, Dataset) and chosen.state is DatasetState.UNUSABLE
        show_expected(t, is_open=is_unusable)
    if uploaded:
        page.choose(uploaded)
        st.rerun()
    if isinstance(chosen, ApiError):
        show_error(t, chosen, key="dataset", retry=draw_again)
    elif chosen is not None and chosen.state is DatasetState.READY:
        show_element(context, page, chosen)
        show_analysis(context, page, chosen)


def _all(context: Context) -> tuple[Dataset, ...] | ApiError:
    try:
        return context.api.datasets.all()
    except ApiError as error:
        return error


def _chosen(
    context: Context, page: DatasetPage, datasets: tuple[Dataset, ...] | ApiError
) -> Dataset | ApiError | None:
    """The data set of the address. When there is no list, its error says enough."""
    if not page.dataset or isinstance(datasets, ApiError):
        return None
    if found := next((dataset for dataset in datasets if dataset.id == page.dataset), None):
        return found
    try:
        return context.api.datasets.get(page.dataset)
    except ApiError as error:
        return error


def _show_obstacle(context: Context, dataset: Dataset) -> None:
    if dataset.state is DatasetState.UPLOADING:
        show_uploading(context.t, dataset)
    elif dataset.state is DatasetState.UNUSABLE:
        show_unusable(context.t, dataset)
