"""Analysis of the captions."""

from __future__ import annotations

import streamlit as st

from frontend.components.dataset_cloud import show_cloud
from frontend.components.dataset_distribution import (
    computed_on,
    show_distribution,
    show_ranking,
)
from frontend.components.dataset_figures import Measure
from frontend.components.section import section
from frontend.datasets_types import Report, TextReport
from frontend.formats import share, whole
from frontend.i18n import Texts

_CHARACTERS = Measure("characters", "analysis.characters", "analysis.axis_characters")
_WORDS = Measure("words", "analysis.words", "analysis.axis_words")
_EPITHETS = Measure("epithets", "analysis.epithets", "analysis.axis_epithets")


@st.fragment
def show_text_section(t: Texts, report: Report) -> None:
    """The section; opening it draws nothing else anew."""
    expander = section(t, "section_text", t("analysis.text"), ":material/notes:", is_open=True)
    if not expander.open:
        return
    text, rows = report.text, report.text.computed_on.rows
    with expander:
        st.caption(computed_on(t, text.computed_on))
        _show_figures(t, text)
        cloud = st.container()
        left, right = st.columns(2, gap="large")
        with left:
            show_distribution(t, _CHARACTERS, text.characters, report.fingerprint)
        with right:
            show_distribution(t, _WORDS, text.words, report.fingerprint)
        left, right = st.columns(2, gap="large")
        with left:
            show_distribution(t, _EPITHETS, text.epithets, report.fingerprint)
        with right:
            show_ranking(t, "top_epithets", "analysis.top_epithets", text.top_epithets, rows)
        left, right = st.columns(2, gap="large")
        with left:
            show_ranking(t, "top_words", "analysis.top_words", text.top_words, rows)
        with right:
            show_ranking(t, "top_pairs", "analysis.top_pairs", text.top_pairs, rows)
        with cloud:
            # Last, as placing the words takes longer than all charts.
            show_cloud(t, report.fingerprint, text.top_words)


def _show_figures(t: Texts, text: TextReport) -> None:
    figures = (
        (t("analysis.captions"), whole(t, text.characters.count)),
        (t("analysis.vocabulary"), whole(t, text.vocabulary)),
        (t("analysis.mean_words"), _WORDS.told(t, round(text.words.mean))),
        (
            t("analysis.without_text"),
            share(t, text.missing + text.blank, text.computed_on.rows),
        ),
    )
    grid = st.grid(4, min_column_width=140)
    for label, value in figures:
        with grid.cell():
            st.metric(label, value)
