"""Where a job's time went, as a table of text and bars."""

from __future__ import annotations

import re

import pytest

from frontend.api_types import Span
from frontend.components.timeline import time_text, waterfall
from frontend.i18n import Language, Texts

EN, RU = Texts(Language.ENGLISH), Texts(Language.RUSSIAN)
PLAIN = (Span("wait", 0, "", 100), Span("draft", 1, "w1", 300), Span("save", 1, "w1", 600))


def cells(html: str) -> list[list[str]]:
    """The text of each row, as a screen reader has it."""
    rows = re.findall(r"<tr.*?</tr>", html)
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in found]


def test_every_piece_is_a_row_of_text() -> None:
    assert cells(waterfall(EN, PLAIN)) == [
        ["Part", "When", "Time", "Share"],
        ["Waiting in the queue", "", "100 ms", "10%"],
        ["Drawing drafts", "", "300 ms", "30%"],
        ["Storing the pictures", "", "600 ms", "60%"],
        ["Altogether", "", "1 s", ""],
    ]
    assert "Рисование эскизов" in waterfall(RU, PLAIN)


def test_a_bar_stands_where_its_piece_began() -> None:
    places = re.findall(r"margin-left:min\(([\d.]+)%.*?width:max\(([\d.]+)%", waterfall(EN, PLAIN))
    assert places == [("0.00", "10.00"), ("10.00", "30.00"), ("40.00", "60.00")]


def test_two_turns_are_two_groups_and_what_was_kept_has_no_bar() -> None:
    html = waterfall(
        EN,
        (
            Span("wait", 0, "", 10),
            Span("draft", 1, "w1", 40),
            Span("restyle", 1, "w1", 50, "interrupted"),
            Span("wait", 1, "", 5),
            Span("draft", 2, "w2", 0, "cached"),
            Span("restyle", 2, "w2", 95),
        ),
    )
    assert [row[0] for row in cells(html)] == [
        "Part",
        "Turn 1 · worker w1",
        "Waiting in the queue",
        "Drawing drafts",
        "Restyling interrupted",
        "Turn 2 · worker w2",
        "Waiting in the queue",
        "Drawing drafts kept from before",
        "Restyling",
        "Altogether",
    ]
    assert html.count('scope="rowgroup"') == 2
    assert html.count("<i ") == 5
    assert html.count('<i class="bad"') == 1


def test_names_from_outside_are_text() -> None:
    html = waterfall(EN, (Span("<b>", 1, "<script>", 1, "<i>"),))
    assert "<script>" not in html
    assert "<b>" not in html
    assert "<i>" not in html


def test_a_job_of_no_time_at_all_can_be_shown() -> None:
    assert cells(waterfall(EN, (Span("wait", 0, "", 0, "cancelled"),)))[1][0].endswith("cancelled")


@pytest.mark.parametrize(
    ("milliseconds", "english", "russian"),
    [
        (0, "0 ms", "0 мс"),
        (3.96, "4 ms", "4 мс"),
        (0.25, "0.2 ms", "0,2 мс"),
        (999.4, "999 ms", "999 мс"),
        (999.6, "1 s", "1 с"),
        (2372, "2.37 s", "2,37 с"),
        (48_000, "48 s", "48 с"),
        (300_000, "5 min", "5 мин"),
    ],
)
def test_short_times_are_told_more_finely(milliseconds: float, english: str, russian: str) -> None:
    assert (time_text(EN, milliseconds), time_text(RU, milliseconds)) == (english, russian)
