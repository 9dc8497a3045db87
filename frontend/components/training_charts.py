"""Curves of a training: losses together, every other measure in a row of its own."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

from frontend.components.charts import themed_chart
from frontend.curves import smoothed
from frontend.formats import decimal, separators
from frontend.i18n import TEXTS, Texts
from frontend.training_types import Run

LOSS, HELD_OUT, COPYING = "loss", "held_out_loss", "copying"
# The share of the samples above which the service does not choose a checkpoint either.
_COPIES = 0.25
_NOT_MEASURES = ("step", "seconds", "images", "epoch", "rate", LOSS, HELD_OUT)
# What a reader looks at first, as far as it was measured.
_USUAL = ("image_similarity", COPYING)
_TRAIN_COLOUR, _HELD_OUT_COLOUR = "#C2410C", "#2563EB"
_SMOOTHING = 0.8
_LOSS_PX, _ROW_PX, _MARGINS_PX = 300, 190, 90


def show_copying(t: Texts, run: Run) -> None:
    """Says in a sentence when the adapter repeats its pictures instead of learning from them.

    The service has the last word; until the end the latest figure stands for it.
    """
    if run.note:
        with st.container(horizontal=True, gap="xsmall", key="training_note"):
            st.markdown(":orange[:material/content_copy:]", width="content")
            st.text(t.remark(run.note))
        return
    value = run.metrics.get(COPYING)
    if value is None:
        return
    if value > _COPIES:
        key = "training.copies" if run.state.is_busy else "training.copied"
        st.markdown(f":red[:material/content_copy:] {t(key)}")
    elif value > 0:
        st.markdown(f":orange[:material/content_copy:] {t('training.nearly_copies')}")
    else:
        st.markdown(f":green[:material/check:] {t('training.no_copies')}")


def show_losses(t: Texts, run: Run) -> None:
    """The losses on the pictures that are trained on and on those held out."""
    if run.curves is None or not run.curves.columns.get(LOSS):
        return
    title = t("training.losses")
    themed_chart(t, "training_losses", losses_figure(t, run), title=title, alt=title)
    st.caption(t("training.losses_note"))


def losses_figure(t: Texts, run: Run) -> go.Figure:
    """What was measured stays visible behind the smoothed line; held-out values are points."""
    assert run.curves is not None
    columns = run.curves.columns
    values = columns[LOSS]
    at = columns.get("step") or tuple(range(1, len(values) + 1))
    figure = go.Figure()
    figure.add_scatter(
        x=at,
        y=values,
        mode="lines",
        opacity=0.3,
        line={"color": _TRAIN_COLOUR, "width": 1.2},
        hoverinfo="skip",
        showlegend=False,
    )
    figure.add_scatter(
        x=at,
        y=smoothed(values, _SMOOTHING),
        name=t("metric.loss"),
        # A single point is no line yet.
        mode="lines" if len(values) > 1 else "markers",
        line={"color": _TRAIN_COLOUR, "width": 2.2},
        hovertemplate="%{y:.4g}",
    )
    measured = _measured(at, columns.get(HELD_OUT, ()))
    if measured:
        figure.add_scatter(
            x=[step for step, _ in measured],
            y=[value for _, value in measured],
            name=t("metric.held_out_loss"),
            mode="lines+markers",
            line={"color": _HELD_OUT_COLOUR, "width": 2.2},
            hovertemplate="%{y:.4g}",
        )
    figure.update_xaxes(title_text=t("curves.axis_step"))
    figure.update_yaxes(automargin=True)
    return figure.update_layout(**_layout(t, _LOSS_PX), showlegend=True)


def measures_of(run: Run) -> list[str]:
    """What was measured besides the losses, in the order of the file."""
    columns = {} if run.curves is None else run.curves.columns
    return [
        name
        for name, values in columns.items()
        if name not in _NOT_MEASURES and any(value is not None for value in values)
    ]


def show_metrics(t: Texts, run: Run) -> None:
    """The other measures, as far as they are chosen."""
    measures = measures_of(run)
    if not measures:
        return
    wanted = st.pills(
        t("training.metrics"),
        measures,
        selection_mode="multi",
        default=_usual(measures),
        # More measures come while it goes on; the usual ones may be among them.
        key=f"training_measures_{run.id}_{len(measures)}",
        format_func=lambda name: t.named("metric", name),
        persist_state="session",
    )
    shown = [name for name in measures if name in wanted]
    if not shown:
        return
    alt = t("training.metrics")
    themed_chart(t, "training_metrics", metrics_figure(t, run, shown), alt=alt)
    for name in shown:
        if f"metric.{name}_note" in TEXTS:
            note = t(f"metric.{name}_note")
            st.caption(f"**{t.named('metric', name)}**{_values(t, run, name)}: {note}")


def _values(t: Texts, run: Run, name: str) -> str:
    """The latest value, and that of the base without the adapter, as far as they are known."""
    pairs = (("training.now", name), ("training.base_value", f"base_{name}"))
    told = [
        t(key, value=decimal(t, run.metrics[metric], 3))
        for key, metric in pairs
        if metric in run.metrics
    ]
    return f" ({', '.join(told)})" if told else ""


def _usual(measures: Sequence[str]) -> list[str]:
    """What a reader looks at first: how near to the set, and whether it copies."""
    return [name for name in _USUAL if name in measures] or list(measures)[: len(_USUAL)]


def metrics_figure(t: Texts, run: Run, measures: Sequence[str]) -> go.Figure:
    """One row for each measure over the same steps."""
    assert run.curves is not None
    columns = run.curves.columns
    height = _ROW_PX * len(measures)
    figure = make_subplots(
        rows=len(measures),
        cols=1,
        shared_xaxes=True,
        subplot_titles=[t.named("metric", name) for name in measures],
        vertical_spacing=min(0.3, 50 / height),
    )
    for row, name in enumerate(measures, start=1):
        values = columns[name]
        at = columns.get("step") or tuple(range(1, len(values) + 1))
        measured = _measured(at, values)
        line = go.Scatter(
            x=[step for step, _ in measured],
            y=[value for _, value in measured],
            mode="lines" if len(measured) > 30 else "lines+markers",
            line={"color": _TRAIN_COLOUR, "width": 2},
            hovertemplate="%{y:.4g}<extra></extra>",
        )
        figure.add_trace(line, row, 1)
    figure.update_yaxes(automargin=True)
    figure.update_xaxes(title_text=t("curves.axis_step"), row=len(measures), col=1)
    return figure.update_layout(**_layout(t, height + _MARGINS_PX), showlegend=False)


def _measured(
    at: Sequence[float | None], values: Sequence[float | None]
) -> list[tuple[float, float]]:
    pairs = zip(at, values, strict=False)
    return [(step, value) for step, value in pairs if step is not None and value is not None]


def _layout(t: Texts, height: int) -> dict[str, object]:
    return {
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "hovermode": "x unified",
        "separators": separators(t),
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1.03, "x": 1, "xanchor": "right"},
    }
