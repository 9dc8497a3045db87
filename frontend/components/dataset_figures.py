"""Plotly figures of the analysis, as functions of their numbers; no theme, no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from frontend.components.dataset_bins import Histogram, outlier_points
from frontend.datasets_types import DominantColour, Numbers
from frontend.formats import decimal, separators, share, whole
from frontend.i18n import Texts

_MAX_OUTLIER_MARKS = 120
_LONGEST_LABEL = 34
# Where all values are equal: half of the value on each side, and a bar of a twelfth of the axis.
_ROOM_AROUND_ONE, _WIDTH_OF_ONE = 0.5, 1 / 12
# Two greys that read on light and on dark ground.
_BLACK_AND_WHITE, _COLOURFUL = "#8A8580", "#D9531E"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a distribution is of.

    Attributes:
        key: unique among the charts.
        title, axis: keys of texts; the axis names its unit.
        scale: by what values are divided before they are shown.
        digits: how many of the fraction are told.
    """

    key: str
    title: str
    axis: str
    scale: float = 1.0
    digits: int = 0

    def told(self, t: Texts, value: float) -> str:
        """A value in the axis' unit."""
        return decimal(t, value / self.scale, self.digits)


def distribution(t: Texts, measure: Measure, numbers: Numbers, histogram: Histogram) -> go.Figure:
    """A histogram with the box plot of the same values above it, on one axis."""
    figure = go.Figure([_bars(t, measure, numbers, histogram), *_box(t, measure, numbers)])
    low, high = (edge / measure.scale for edge in _reach(histogram))
    margin = 0.015 * (high - low)
    figure.update_layout(
        **_frame(t, height=350),
        bargap=0.04,
        xaxis={
            "title": {"text": t(measure.axis)},
            "range": [low - margin, high + margin],
            "separatethousands": True,
        },
        yaxis={
            "title": {"text": t("analysis.axis_rows")},
            "domain": [0, 0.78],
            "fixedrange": True,
            "separatethousands": True,
        },
        yaxis2={"domain": [0.84, 1], "visible": False, "fixedrange": True, "range": [-0.6, 0.6]},
    )
    return figure


def ranking(t: Texts, counts: Sequence[tuple[str, int]], of: int) -> go.Figure:
    """Words or names by how often they come, the most frequent at the top."""
    names = [_label(name) for name, _ in counts]
    figure = go.Figure(
        go.Bar(
            x=[count for _, count in counts],
            y=list(range(len(counts))),
            orientation="h",
            customdata=[
                f"<b>{name}</b><br>{t('analysis.hover_times', count=whole(t, count))}"
                f"<br>{share(t, count, of)}"
                for name, (_, count) in zip(names, counts, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(
        **_frame(t, height=110 + 20 * len(counts)),
        bargap=0.25,
        xaxis={
            "title": {"text": t("analysis.axis_times")},
            "rangemode": "tozero",
            "separatethousands": True,
        },
        # By number, as two names may be cut to the same words.
        yaxis={
            "tickvals": list(range(len(counts))),
            "ticktext": names,
            "range": [len(counts) - 0.4, -0.6],
            "fixedrange": True,
            "automargin": True,
        },
    )
    return figure


def parts(t: Texts, counts: Sequence[tuple[str, int]], colours: Sequence[str] = ()) -> go.Figure:
    """A ring of the parts of a whole."""
    total = sum(count for _, count in counts)
    figure = go.Figure(
        go.Pie(
            labels=[escape(name) for name, _ in counts],
            values=[count for _, count in counts],
            hole=0.58,
            sort=False,
            marker={"colors": list(colours)} if colours else None,
            text=[share(t, count, total) for _, count in counts],
            textinfo="text",
            textposition="inside",
            insidetextorientation="horizontal",
            customdata=[
                f"<b>{escape(name)}</b><br>"
                f"{t('analysis.hover_rows', count=whole(t, count))}, {share(t, count, total)}"
                for name, count in counts
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.update_layout(**{**_frame(t, height=320), "showlegend": True})
    figure.update_layout(legend={"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.08})
    return figure


def colour_parts(t: Texts, black_and_white: int, colourful: int) -> go.Figure:
    """Pictures in colour against black-and-white ones."""
    counts = (
        (t("analysis.colourful"), colourful),
        (t("analysis.black_and_white"), black_and_white),
    )
    return parts(t, counts, (_COLOURFUL, _BLACK_AND_WHITE))


def palette(t: Texts, colours: Sequence[tuple[DominantColour, str]]) -> go.Figure:
    """Dominant colours, each with its name, as areas in proportion to their shares."""
    texts = [
        f"<b>{escape(name)}</b><br>{share(t, colour.share, 1)}<br>{colour.hex}"
        for colour, name in colours
    ]
    figure = go.Figure(
        go.Treemap(
            ids=[colour.hex for colour, _ in colours],
            labels=[escape(name) for _, name in colours],
            parents=[""] * len(colours),
            values=[colour.share for colour, _ in colours],
            marker={"colors": [colour.hex for colour, _ in colours], "cornerradius": 6},
            textfont={"color": [_readable_on(colour.hex) for colour, _ in colours]},
            text=texts,
            textinfo="text",
            hovertemplate="%{text}<extra></extra>",
            pathbar={"visible": False},
            tiling={"pad": 3},
        )
    )
    figure.update_layout(**_frame(t, height=360))
    return figure


def _bars(t: Texts, measure: Measure, numbers: Numbers, histogram: Histogram) -> go.Bar:
    edges = histogram.edges
    spans = list(pairwise(edges))
    return go.Bar(
        x=[(low + high) / 2 / measure.scale for low, high in spans],
        y=histogram.counts,
        width=_widths(measure, histogram),
        customdata=[
            f"<b>{_span(t, measure, low, high, histogram.is_whole)}</b><br>"
            f"{t('analysis.hover_rows', count=whole(t, count))}, {share(t, count, numbers.count)}"
            for (low, high), count in zip(spans, histogram.counts, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _widths(measure: Measure, histogram: Histogram) -> list[float]:
    if len(histogram.counts) == 1:
        low, high = _reach(histogram)
        return [_WIDTH_OF_ONE * (high - low) / measure.scale]
    return [0.96 * (high - low) / measure.scale for low, high in pairwise(histogram.edges)]


def _reach(histogram: Histogram) -> tuple[float, float]:
    """Ends of the axis; one bin alone would fill it, so that gets room on both sides."""
    low, high = histogram.edges[0], histogram.edges[-1]
    if len(histogram.counts) > 1:
        return low, high
    centre = (low + high) / 2
    room = _ROOM_AROUND_ONE * abs(centre) or 1.0
    return centre - room, centre + room


def _span(t: Texts, measure: Measure, low: float, high: float, is_whole: bool) -> str:
    inside = 0.5 if is_whole else 0.0
    first, last = measure.told(t, low + inside), measure.told(t, high - inside)
    return first if first == last else f"{first} – {last}"


def _box(t: Texts, measure: Measure, numbers: Numbers) -> list[Any]:
    """The box, the outliers, and an unseen mark that tells the box's numbers in words."""
    scale = measure.scale
    box = go.Box(
        q1=[numbers.q1 / scale],
        median=[numbers.median / scale],
        q3=[numbers.q3 / scale],
        lowerfence=[numbers.lower_fence / scale],
        upperfence=[numbers.upper_fence / scale],
        mean=[numbers.mean / scale],
        y=[0],
        orientation="h",
        yaxis="y2",
        boxpoints=False,
        boxmean=True,
        width=0.8,
        hoverinfo="skip",
    )
    outside = outlier_points(numbers, _MAX_OUTLIER_MARKS)
    outliers = go.Scatter(
        x=[value / scale for value, _ in outside],
        y=[0] * len(outside),
        yaxis="y2",
        mode="markers",
        marker={"size": 4, "opacity": 0.6},
        customdata=[
            f"<b>{measure.told(t, value)}</b><br>{t('analysis.hover_rows', count=whole(t, count))}"
            for value, count in outside
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    ends = (numbers.lower_fence, numbers.q1, numbers.median, numbers.q3, numbers.upper_fence)
    words = go.Scatter(
        x=[value / scale for value in ends],
        y=[0] * len(ends),
        yaxis="y2",
        mode="markers",
        marker={"size": 22, "opacity": 0},
        hovertemplate=f"{_five_numbers(t, measure, numbers)}<extra></extra>",
    )
    return [box, outliers, words]


def _five_numbers(t: Texts, measure: Measure, numbers: Numbers) -> str:
    told = {
        "analysis.high": numbers.high,
        "analysis.upper_fence": numbers.upper_fence,
        "analysis.q3": numbers.q3,
        "analysis.median": numbers.median,
        "analysis.q1": numbers.q1,
        "analysis.lower_fence": numbers.lower_fence,
        "analysis.low": numbers.low,
        "analysis.mean": numbers.mean,
    }
    return "<br>".join(f"{t(key)}: {measure.told(t, value)}" for key, value in told.items())


def _label(name: str) -> str:
    """A word as plain text for Plotly, which reads a little HTML."""
    return escape(name if len(name) <= _LONGEST_LABEL else f"{name[: _LONGEST_LABEL - 1]}…")


def _readable_on(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#1C1B1A" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#FFFFFF"


def _frame(t: Texts, *, height: int) -> dict[str, Any]:
    return {
        "height": height,
        # Above, the bar of tools appears over nothing.
        "margin": {"l": 8, "r": 8, "t": 30, "b": 4},
        "showlegend": False,
        "separators": separators(t),
        "hoverlabel": {"align": "left"},
    }
