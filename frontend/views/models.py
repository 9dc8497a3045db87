"""The models page: stages, curves, figures, sheets, licences."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from frontend.actions import Context
from frontend.components.charts import page_theme_menu
from frontend.components.log_state import show_log_section
from frontend.components.model_cards import show_stages
from frontend.components.model_curves import show_curves
from frontend.components.model_figures import show_figures, show_sheets
from frontend.components.problems import draw_again, show_error
from frontend.formats import size
from frontend.i18n import Texts
from frontend.models_api import ModelInfo
from frontend.transport import ApiError

_STYLE = Path(__file__).parent.parent / "static" / "models.css"


def render(context: Context) -> None:
    """Draws the page; every section folds and is drawn without the others' help."""
    st.html(_STYLE)
    t = context.t
    st.title(t("page.models"), anchor=False)
    st.markdown(t("models.lead"))
    try:
        models = context.api.models.all()
    except ApiError as error:
        show_error(t, error, key="models", retry=draw_again)
        return
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"
    ):
        _show_summary(t, models)
        page_theme_menu(t)
    with st.expander(t("models.stages"), expanded=True, key="section_stages"):
        show_stages(context, models)
    with st.expander(t("models.curves"), expanded=True, key="section_curves"):
        st.markdown(t("curves.lead"))
        show_curves(context, models)
    with st.expander(t("models.figures"), expanded=True, key="section_figures"):
        show_figures(context)
    with st.expander(t("models.sheets"), key="section_sheets"):
        show_sheets(context)
    with st.expander(t("models.licences"), key="section_licences"):
        _show_licences(t, models)
    show_log_section(context)


def _show_summary(t: Texts, models: Sequence[ModelInfo]) -> None:
    here = [model for model in models if model.present]
    told = t(
        "models.summary",
        present=len(here),
        total=len(models),
        size=size(t, sum(model.bytes for model in here)),
    )
    st.caption(told, width="content")


def _show_licences(t: Texts, models: Sequence[ModelInfo]) -> None:
    st.markdown(t("models.licences_lead"))
    rows = [
        {
            t("models.model"): model.title or model.name,
            t("models.licence"): model.licence,
            t("models.source"): model.source,
        }
        for model in models
    ]
    st.dataframe(rows, hide_index=True, height="content", alt=t("models.licences"))
