"""Where a job's time went: a table whose bars stand where each piece of time began and ended."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from frontend.api_types import Span
from frontend.components.progress import seconds_text
from frontend.formats import decimal, share
from frontend.i18n import Texts

_LOOKS = {"wait": "wait", "start": "aside", "save": "aside"}
_BAD = ("failed", "interrupted", "cancelled")


def show_timeline(t: Texts, spans: Sequence[Span], *, key: str) -> None:
    """Draws a folded table of a finished job's time; nothing where the service does not tell."""
    if not spans or any(span.milliseconds is None for span in spans):
        return
    with st.expander(t("timeline.heading"), type="compact", key=f"timeline_{key}"):
        st.html(waterfall(t, spans))


def waterfall(t: Texts, spans: Sequence[Span]) -> str:
    """The table as HTML: names and figures as text, and bars that say the same to the eye."""
    total = sum(span.milliseconds or 0 for span in spans)
    rows, begun = [], 0.0
    turns = max(span.turn for span in spans)
    for span in spans:
        rows.append(_row(t, span, begun, total, with_turn=turns > 1 and span.turn > 0))
        begun += span.milliseconds or 0
    heads = "".join(
        f'<th scope="col">{escape(t(f"timeline.{name}"))}</th>' for name in ("part", "when")
    ) + "".join(
        f'<th scope="col" class="number">{escape(t(f"timeline.{name}"))}</th>'
        for name in ("time", "share")
    )
    workers = ", ".join(dict.fromkeys(span.worker for span in spans if span.worker))
    by = f" · {escape(t('timeline.worker', name=workers))}" if workers else ""
    return (
        f'<table class="waterfall"><caption>{escape(t("timeline.lead"))}{by}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
        f'<tfoot><tr><th scope="row">{escape(t("timeline.total"))}</th><td></td>'
        f'<td class="number">{time_text(t, total)}</td><td></td></tr></tfoot></table>'
    )


def time_text(t: Texts, milliseconds: float) -> str:
    """A duration: milliseconds below a second, hundredths below ten, then as everywhere."""
    if round(milliseconds) < 1_000:
        digits = 1 if milliseconds < 10 else 0
        return t("time.milliseconds", milliseconds=decimal(t, milliseconds, digits))
    seconds = milliseconds / 1_000
    if seconds < 10:
        return t("time.seconds", seconds=decimal(t, seconds, 2))
    return seconds_text(t, seconds)


def _row(t: Texts, span: Span, begun: float, total: float, *, with_turn: bool) -> str:
    duration = span.milliseconds or 0
    left, width = (100 * part / total if total else 0 for part in (begun, duration))
    look = "bad" if span.outcome in _BAD else _LOOKS.get(span.stage, "stage")
    notes = [t("timeline.turn", number=span.turn)] if with_turn else []
    if span.outcome != "done":
        notes.append(t.named("outcome", span.outcome))
    note = f" <small>{escape(' · '.join(notes))}</small>" if notes else ""
    bar = (
        "" if span.outcome == "cached" else f'<i class="{look}" style="{_place(left, width)}"></i>'
    )
    return (
        f'<tr><th scope="row">{escape(t.named("span", span.stage))}{note}</th>'
        f'<td class="bar" aria-hidden="true">{bar}</td>'
        f'<td class="number">{time_text(t, duration)}</td>'
        f'<td class="number">{share(t, duration, total)}</td></tr>'
    )


def _place(left: float, width: float) -> str:
    """A piece too short to be seen is drawn as a line of two dots' width, within the row."""
    return f"margin-left:min({left:.2f}%,100% - 2px);width:max({width:.2f}%,2px)"
