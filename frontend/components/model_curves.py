"""Training curves: which network, which measures, over what, how smooth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from frontend.actions import Context
from frontend.api_client import LogoApi
from frontend.components.charts import themed_chart
from frontend.components.problems import draw_again, show_error
from frontend.curves import scaled, smoothed
from frontend.formats import separators
from frontend.i18n import TEXTS, Texts
from frontend.models_api import ModelInfo, NetworkHistory
from frontend.transport import ApiError

AXES: Mapping[str, str] = {
    "step": "curves.axis_step",
    "images": "curves.axis_images",
    "seconds": "curves.axis_seconds",
}
_NOT_MEASURES = (*AXES, "epoch", "network")
# What a reader looks at first, where it was written down.
_USUAL = ("d_loss", "g_loss", "loss", "fid", "kid", "hits")
_USUAL_COUNT = 2
_ROW_PX = 260
_MARGINS_PX = 90
_COLOURS = ("#C2410C", "#2563EB", "#15803D", "#9333EA")
_KEEP_SECONDS = 300


@st.fragment
def show_curves(context: Context, models: Sequence[ModelInfo]) -> None:
    """Draws the controls and the chart; a press draws nothing else anew."""
    t = context.t
    titles = {model.name: model.title or model.name for model in models if model.curves}
    if not titles:
        st.caption(t("curves.none"))
        return
    name = st.selectbox(
        t("curves.model"),
        list(titles),
        key="curves_model",
        format_func=lambda one: titles[one],
        persist_state="session",
        width=340,
    )
    try:
        networks = _history(context.api, name)
    except ApiError as error:
        show_error(t, error, key="curves", retry=draw_again)
        return
    chosen = _choose(t, name, networks)
    if chosen is None:
        st.caption(t("curves.choose"))
        return
    shown, measures = chosen
    axis, weight, is_log = _show_axis_controls(t)
    figure = _figure(t, shown, measures, axis, weight, is_log=is_log)
    title = t("curves.alt", model=titles[name])
    themed_chart(t, f"curves_{name}", figure, alt=title)
    with st.expander(t("curves.meaning"), type="compact", key="curves_meaning"):
        for measure in measures:
            note = f"metric.{measure}_note"
            if note in TEXTS:
                st.markdown(f"**{t.named('metric', measure)}**: {t(note)}")


@st.cache_data(
    ttl=_KEEP_SECONDS, show_spinner=False, hash_funcs={LogoApi: lambda api: api.base_url}
)
def _history(api: LogoApi, name: str) -> tuple[NetworkHistory, ...]:
    return api.models.history(name)


def _choose(
    t: Texts, model: str, networks: Sequence[NetworkHistory]
) -> tuple[list[NetworkHistory], list[str]] | None:
    """The networks and measures to draw, None while nothing is chosen."""
    by_name = {network.name: network for network in networks}
    names = list(by_name)
    if len(names) > 1:
        names = st.pills(
            t("curves.network"),
            names,
            selection_mode="multi",
            default=names,
            key=f"curves_network_{model}",
            format_func=lambda one: t.named("network", one),
            persist_state="session",
        )
    shown = [by_name[one] for one in names]
    measures = measures_of(networks)
    usual = [one for one in _USUAL if one in measures][:_USUAL_COUNT] or measures[:_USUAL_COUNT]
    wanted = st.pills(
        t("curves.measures"),
        measures,
        selection_mode="multi",
        default=usual,
        key=f"curves_measures_{model}",
        format_func=lambda one: t.named("metric", one),
        persist_state="session",
    )
    return (shown, wanted) if shown and wanted else None


def measures_of(networks: Sequence[NetworkHistory]) -> list[str]:
    """What was measured in any of the networks, in the order of the files."""
    told = [name for network in networks for name in network.columns]
    return [name for name in dict.fromkeys(told) if name not in _NOT_MEASURES]


def _show_axis_controls(t: Texts) -> tuple[str, float, bool]:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.session_state.setdefault("curves_axis", "step")
        axis = st.segmented_control(
            t("curves.axis"),
            list(AXES),
            key="curves_axis",
            format_func=lambda one: t(AXES[one]),
            required=True,
            persist_state="session",
        )
        weight = st.slider(
            t("curves.smoothing"),
            0.0,
            0.95,
            0.5,
            0.05,
            key="curves_smoothing",
            help=t("curves.smoothing_help"),
            persist_state="session",
            width=240,
        )
        is_log = st.toggle(t("curves.logarithmic"), key="curves_log", persist_state="session")
    return axis or "step", weight, is_log


def _figure(
    t: Texts,
    networks: Sequence[NetworkHistory],
    measures: Sequence[str],
    axis: str,
    weight: float,
    *,
    is_log: bool,
) -> go.Figure:
    """One row for each measure, over one axis; what was measured stays visible behind the line."""
    titles = [t.named("metric", measure) for measure in measures]
    height = _ROW_PX * len(measures)
    figure = make_subplots(
        rows=len(measures),
        cols=1,
        shared_xaxes=True,
        subplot_titles=titles,
        vertical_spacing=min(0.3, 50 / height),
    )
    for row, measure in enumerate(measures, start=1):
        for number, network in enumerate(networks):
            colour = _COLOURS[number % len(_COLOURS)]
            for line in _lines(t, network, measure, axis, weight, colour):
                figure.add_trace(line.update(showlegend=row == 1 and line.name != ""), row, 1)
    figure.update_yaxes(type="log" if is_log else "linear", automargin=True)
    figure.update_xaxes(title_text=t(AXES[axis]), row=len(measures), col=1)
    return figure.update_layout(
        height=height + _MARGINS_PX,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        hovermode="x unified",
        separators=separators(t),
        showlegend=len(networks) > 1,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.03, "x": 1, "xanchor": "right"},
    )


def _lines(
    t: Texts, network: NetworkHistory, measure: str, axis: str, weight: float, colour: str
) -> list[go.Scatter]:
    columns: Mapping[str, tuple[float | None, ...]] = network.columns
    values = columns.get(measure)
    if values is None:
        return []
    name = t.named("network", network.name)
    at = scaled(columns.get(axis) or tuple(range(1, len(values) + 1)), axis)
    raw = go.Scatter(
        x=at,
        y=values,
        name="",
        mode="lines",
        opacity=0.3 if weight else 1.0,
        line={"color": colour, "width": 1.2},
        hoverinfo="skip",
        legendgroup=network.name,
    )
    line = go.Scatter(
        x=at,
        y=smoothed(values, weight),
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.2},
        hovertemplate="%{y:.4g}",
        legendgroup=network.name,
    )
    return [raw, line] if weight else [line]
