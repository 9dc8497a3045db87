"""Charts of the analysis with their controls; each redraws itself alone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from frontend.components.charts import themed_chart
from frontend.components.dataset_bins import has_long_tail, most_bins, rebin, usual_bins
from frontend.components.dataset_figures import Measure, distribution, ranking
from frontend.datasets_types import ComputedOn, Numbers
from frontend.formats import share, whole
from frontend.i18n import Texts

_FEWEST_WORDS, _USUAL_WORDS, _MOST_WORDS = 5, 15, 50


def computed_on(t: Texts, computed: ComputedOn) -> str:
    """How many rows a figure rests on; never left out."""
    rows, of = whole(t, computed.rows), whole(t, computed.of)
    if computed.rows >= computed.of:
        return t("analysis.computed_on", rows=rows, of=of)
    part = share(t, computed.rows, computed.of)
    return t("analysis.computed_on_part", rows=rows, of=of, share=part)


@st.fragment
def show_distribution(t: Texts, measure: Measure, numbers: Numbers, fingerprint: str) -> None:
    """A histogram with box plot and a slider for its bins.

    Args:
        fingerprint: of the data; the slider is kept for each data set by itself.
    """
    if numbers.count == 0:
        st.markdown(f"**{t(measure.title)}**")
        st.caption(t("analysis.no_values"))
        return
    place = st.container()
    st.caption(_in_words(t, measure, numbers))
    key = f"{measure.key}_{fingerprint[:12]}"
    with_outliers = not has_long_tail(numbers)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        bins = _bins_slider(t, key, numbers, with_outliers)
        if numbers.outliers and numbers.lower_fence < numbers.upper_fence:
            with_outliers = st.toggle(
                t("analysis.outliers", count=whole(t, numbers.outliers)),
                value=with_outliers,
                key=f"outliers_{key}",
                persist_state="session",
            )
    histogram = rebin(numbers, bins, with_outliers=with_outliers)
    figure = distribution(t, measure, numbers, histogram)
    with place:
        themed_chart(t, measure.key, figure, title=t(measure.title))


@st.fragment
def show_ranking(
    t: Texts, key: str, title: str, counts: Sequence[tuple[str, int]], rows: int
) -> None:
    """The most frequent words or pairs with a slider for how many.

    Args:
        title: key of a text.
        rows: of how many rows.
    """
    if not counts:
        st.markdown(f"**{t(title)}**")
        st.caption(t("analysis.no_words"))
        return
    place = st.container()
    number = len(counts)
    if number > _FEWEST_WORDS:
        most = min(_MOST_WORDS, number)
        st.session_state.setdefault(f"words_{key}", _USUAL_WORDS)
        st.session_state[f"words_{key}"] = min(most, st.session_state[f"words_{key}"])
        number = st.slider(
            t("analysis.how_many"), _FEWEST_WORDS, most, key=f"words_{key}", persist_state="session"
        )
    figure = ranking(t, counts[:number], rows)
    with place:
        themed_chart(t, key, figure, title=t(title))


def _bins_slider(t: Texts, key: str, numbers: Numbers, with_outliers: bool) -> int:
    most = most_bins(numbers)
    if most < 3:
        return most
    usual = min(most, usual_bins(numbers, with_outliers=with_outliers))
    return st.slider(
        t("analysis.bins"), 2, most, usual, key=f"bins_{key}", persist_state="session", width=260
    )


def _in_words(t: Texts, measure: Measure, numbers: Numbers) -> str:
    """The box plot told, for those who do not read it or cannot see it."""
    if numbers.low == numbers.high:
        return t("analysis.all_equal", value=measure.told(t, numbers.low))
    return t(
        "analysis.in_words",
        median=measure.told(t, numbers.median),
        q1=measure.told(t, numbers.q1),
        q3=measure.told(t, numbers.q3),
        low=measure.told(t, numbers.low),
        high=measure.told(t, numbers.high),
    )
