"""Figures of the evaluation: one table over all, one measure in full, contact sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st

from frontend.actions import Context
from frontend.api_client import LogoApi
from frontend.components.charts import themed_chart
from frontend.components.problems import draw_again, show_error
from frontend.formats import separators, whole
from frontend.i18n import TEXTS, Texts
from frontend.models_api import Evaluation, Figure, Sheet
from frontend.transport import ApiError, ApiProblem

_KEEP_SECONDS = 300
_RECALLS = ("r-1", "r-5", "r-10", "r-10-trained", "r-10-held-out")
_SHARES = (*_RECALLS, "colour-recall", "flatness", "copies")
_SUMMARY = (*_RECALLS, "kid", "colour-recall", "flatness", "diversity")
_SHEETS = ("card-trained", "card-held-out")
_NONE = "–"
_HASH_SHOWN = 12


def slug(name: str) -> str:
    """A name as part of a text's key.

    Example:
        >>> slug("R@10, held out")
        'r-10-held-out'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def show_figures(context: Context) -> None:
    """Draws tables and chart, or why there are none."""
    t = context.t
    try:
        evaluation = _evaluation(context.api)
    except ApiError as error:
        if _is_missing(error):
            st.caption(t("figures.none"))
        else:
            show_error(t, error, key="evaluation", retry=draw_again)
        return
    if not evaluation.figures:
        st.caption(t("figures.none"))
        return
    st.markdown(t("figures.lead"))
    _show_summary(t, evaluation)
    _show_one(t, evaluation.figures)
    with st.expander(t("figures.meaning"), type="compact", key="figures_meaning"):
        for name in dict.fromkeys(slug(figure.metric) for figure in evaluation.figures):
            if f"figure.{name}_note" in TEXTS:
                st.markdown(f"**{t.named('figure', name)}**: {t(f'figure.{name}_note')}")
        for name in dict.fromkeys(slug(figure.subject) for figure in evaluation.figures):
            if f"subject.{name}_note" in TEXTS:
                st.markdown(f"**{t.named('subject', name)}**: {t(f'subject.{name}_note')}")
    with st.expander(t("figures.weights"), type="compact", key="figures_weights"):
        _show_origin(t, evaluation)


def show_sheets(context: Context) -> None:
    """Draws the contact sheets."""
    t = context.t
    try:
        found = [(sheet, _sheet_or_none(context.api, sheet.name)) for sheet in _sheets(context.api)]
    except ApiError as error:
        show_error(t, error, key="sheets", retry=draw_again)
        return
    shown = [(sheet, picture) for sheet, picture in found if picture is not None]
    for sheet, picture in shown:
        is_known = f"sheet.{sheet.name}" in TEXTS
        title = t.named("sheet", sheet.name) if is_known else sheet.title or sheet.name
        if is_known:
            st.caption(title)
        else:
            st.text(title)
        st.image(picture, width="stretch", alt=title)
    if not shown:
        st.caption(t("figures.no_sheets"))


def _sheets(api: LogoApi) -> tuple[Sheet, ...]:
    """The sheets that the API names; without a report it names none, though they may be there."""
    try:
        return _evaluation(api).sheets
    except ApiError as error:
        if not _is_missing(error):
            raise
        return tuple(Sheet(name, "") for name in _SHEETS)


def _sheet_or_none(api: LogoApi, name: str) -> bytes | None:
    try:
        return _sheet(api, name)
    except ApiError as error:
        if not _is_missing(error):
            raise
        return None


def _is_missing(error: ApiError) -> bool:
    return isinstance(error, ApiProblem) and error.problem.status == 404


@st.cache_data(
    ttl=_KEEP_SECONDS, show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url}
)
def _evaluation(api: LogoApi) -> Evaluation:
    return api.models.evaluation()


@st.cache_data(
    ttl=_KEEP_SECONDS,
    max_entries=8,
    show_spinner=False,
    hash_funcs={LogoApi: lambda api: api.base_url},
)
def _sheet(api: LogoApi, name: str) -> bytes:
    return api.models.sheet(name)


def _show_summary(t: Texts, evaluation: Evaluation) -> None:
    """Who draws in rows, measures in columns."""
    by_subject: dict[str, dict[str, Figure]] = {}
    for figure in evaluation.figures:
        by_subject.setdefault(figure.subject, {})[slug(figure.metric)] = figure
    who = t("figures.who")
    rows = []
    for subject, figures in by_subject.items():
        row = {who: t.named("subject", slug(subject))}
        row |= {name: _cell(t, name, figures.get(name)) for name in _SUMMARY}
        row["samples"] = whole(t, max(figure.num_samples for figure in figures.values()))
        rows.append(row)
    columns = {
        name: st.column_config.TextColumn(
            t(f"figure.{name}"), help=t(f"figure.{name}_note"), alignment="right"
        )
        for name in _SUMMARY
    }
    columns["samples"] = st.column_config.TextColumn(
        t("figures.samples"), help=t("figures.samples_help"), alignment="right"
    )
    columns[who] = st.column_config.TextColumn(who, pinned=True)
    st.dataframe(
        rows, hide_index=True, column_config=columns, height="content", alt=t("figures.alt")
    )


@st.fragment
def _show_one(t: Texts, figures: Sequence[Figure]) -> None:
    """One measure with deviation, floor, ceiling and sample count."""
    names = list(dict.fromkeys(slug(figure.metric) for figure in figures))
    st.session_state.setdefault("figures_measure", names[0])
    if st.session_state["figures_measure"] not in names:
        st.session_state["figures_measure"] = names[0]
    chosen = st.pills(
        t("figures.one"),
        names,
        key="figures_measure",
        format_func=lambda name: t.named("figure", name),
        required=True,
        persist_state="session",
    )
    shown = [figure for figure in figures if slug(figure.metric) == chosen and chosen]
    if not shown or chosen is None:
        return
    if f"figure.{chosen}_note" in TEXTS:
        better = t("figures.higher" if shown[0].higher_is_better else "figures.lower")
        st.caption(f"{t(f'figure.{chosen}_note')} {better}")
    themed_chart(
        t,
        "figures",
        _bars(t, chosen, shown),
        title=t.named("figure", chosen),
        alt=t("figures.chart_alt", measure=t.named("figure", chosen)),
    )
    _show_table(t, chosen, shown)


def _show_table(t: Texts, metric: str, figures: Sequence[Figure]) -> None:
    told = {
        t("figures.value"): [figure.value for figure in figures],
        t("figures.sd"): [figure.sd for figure in figures],
        t("figures.floor"): [figure.floor for figure in figures],
        t("figures.ceiling"): [figure.ceiling for figure in figures],
    }
    # A column of nothing says nothing.
    told = {head: values for head, values in told.items() if set(values) != {None}}
    rows = [
        {t("figures.who"): t.named("subject", slug(figure.subject))}
        | {head: _number(t, metric, values[row]) for head, values in told.items()}
        | {t("figures.samples"): whole(t, figure.num_samples)}
        for row, figure in enumerate(figures)
    ]
    right = {
        head: st.column_config.TextColumn(head, alignment="right")
        for head in (*told, t("figures.samples"))
    }
    alt = t("figures.one_alt", measure=t.named("figure", metric))
    st.dataframe(rows, hide_index=True, column_config=right, height="content", alt=alt)
    for figure in figures:
        if figure.remark:
            st.text(f"{t.named('subject', slug(figure.subject))}: {figure.remark}")


def _bars(t: Texts, metric: str, figures: Sequence[Figure]) -> go.Figure:
    """Values as bars, floor and ceiling as marks over them."""
    scale = _scale(metric)
    who = [t.named("subject", slug(figure.subject)) for figure in figures]

    def scaled(values: Sequence[float | None]) -> list[float | None]:
        return [None if value is None else value * scale for value in values]

    drawn = go.Figure(
        go.Bar(
            x=scaled([figure.value for figure in figures]),
            y=who,
            orientation="h",
            name=t("figures.value"),
            marker={"color": "#C2410C", "opacity": 0.85},
            error_x={
                "array": scaled([figure.sd for figure in figures]),
                "visible": any(figure.sd is not None for figure in figures),
            },
        )
    )
    for key, colour, values in (
        ("figures.floor", "#2563EB", [figure.floor for figure in figures]),
        ("figures.ceiling", "#15803D", [figure.ceiling for figure in figures]),
    ):
        if any(value is not None for value in values):
            drawn.add_trace(
                go.Scatter(
                    x=scaled(values),
                    y=who,
                    mode="markers",
                    name=t(key),
                    marker={
                        "symbol": "line-ns-open",
                        "size": 20,
                        "color": colour,
                        "line": {"width": 3, "color": colour},
                    },
                )
            )
    return drawn.update_layout(
        height=90 + 34 * len(figures),
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        separators=separators(t),
        yaxis={"autorange": "reversed", "automargin": True},
        xaxis={"ticksuffix": "%" if metric in _SHARES else "", "rangemode": "tozero"},
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 1, "xanchor": "right"},
    )


def _show_origin(t: Texts, evaluation: Evaluation) -> None:
    told = [t("figures.seed", seed=evaluation.seed)] if evaluation.seed is not None else []
    if evaluation.seconds is not None:
        told.append(t("figures.took", seconds=whole(t, evaluation.seconds)))
    st.caption(" · ".join(told) or " ")
    lines = (f"{name}  {sha256[:_HASH_SHOWN]}" for name, sha256 in evaluation.weights.items())
    st.text("\n".join(lines))


def _cell(t: Texts, metric: str, figure: Figure | None) -> str:
    if figure is None:
        return _NONE
    told = _number(t, metric, figure.value)
    return told if figure.sd is None else f"{told} ± {_number(t, metric, figure.sd)}"


def _number(t: Texts, metric: str, value: float | None) -> str:
    """Always with as many digits, so that the numbers of a column can be compared."""
    if value is None:
        return _NONE
    digits = 1 if metric in _SHARES or metric == "kid" else 2
    text = f"{value * _scale(metric):.{digits}f}{'%' if metric in _SHARES else ''}"
    return text.replace(".", separators(t)[0])


def _scale(metric: str) -> float:
    if metric in _SHARES:
        return 100
    return 1000 if metric == "kid" else 1
