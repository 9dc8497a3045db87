"""Where a job's time went: a table whose bars stand where each piece of time began and ended."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

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
    """The table as HTML: names and figures as text, and bars that say the same to the eye.

    A job that more than one worker took has a group of rows for each turn.
    """
    total = sum(span.milliseconds or 0 for span in spans)
    has_turns = max(span.turn for span in spans) > 1
    rows, begun = [], 0.0
    for turn, members in groupby(spans, key=_turn):
        group = list(members)
        body = []
        for span in group:
            body.append(_row(t, span, begun, total))
            begun += span.milliseconds or 0
        heading = _heading(t, turn, group) if has_turns else ""
        rows.append(f"<tbody>{heading}{''.join(body)}</tbody>")
    return (
        f'<div class="waterfall"><table><caption>{_caption(t, spans, has_turns)}</caption>'
        f"<thead><tr>{_heads(t)}</tr></thead>{''.join(rows)}"
        f'<tfoot><tr><th scope="row">{escape(t("timeline.total"))}</th><td></td>'
        f'<td class="number">{time_text(t, total)}</td><td></td></tr></tfoot></table></div>'
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


def _turn(span: Span) -> int:
    """Waiting belongs to the turn that it was for."""
    return span.turn + (span.stage == "wait")


def _caption(t: Texts, spans: Sequence[Span], has_turns: bool) -> str:
    workers = dict.fromkeys(span.worker for span in spans if span.worker)
    by = f" · {t('timeline.worker', name=', '.join(workers))}" if workers and not has_turns else ""
    return escape(t("timeline.lead") + by)


def _heads(t: Texts) -> str:
    words = (t("timeline.part"), t("timeline.when"))
    figures = (t("timeline.time"), t("timeline.share"))
    return "".join(f'<th scope="col">{escape(text)}</th>' for text in words) + "".join(
        f'<th scope="col" class="number">{escape(text)}</th>' for text in figures
    )


def _heading(t: Texts, turn: int, spans: Sequence[Span]) -> str:
    worker = next((span.worker for span in spans if span.worker), "")
    by = f" · {t('timeline.worker', name=worker)}" if worker else ""
    text = escape(t("timeline.turn", number=turn) + by)
    return f'<tr class="turn"><th scope="rowgroup" colspan="4">{text}</th></tr>'


def _row(t: Texts, span: Span, begun: float, total: float) -> str:
    duration = span.milliseconds or 0
    left, width = (100 * part / total if total else 0 for part in (begun, duration))
    look = "bad" if span.outcome in _BAD else _LOOKS.get(span.stage, "stage")
    note = ""
    if span.outcome != "done":
        note = f"<small>{escape(t.named('outcome', span.outcome))}</small>"
    bar, time, part = "", "–", ""
    if span.outcome != "cached":
        bar = f'<i class="{look}" style="{_place(left, width)}"></i>'
        time, part = time_text(t, duration), share(t, duration, total)
    return (
        f'<tr><th scope="row">{escape(t.named("span", span.stage))} {note}</th>'
        f'<td class="bar" aria-hidden="true">{bar}</td>'
        f'<td class="number">{escape(time)}</td><td class="number">{escape(part)}</td></tr>'
    )


def _place(left: float, width: float) -> str:
    """A piece too short to be seen is drawn as a line of two dots' width, within the row."""
    return f"margin-left:min({left:.2f}%,100% - 2px);width:max({width:.2f}%,2px)"
