"""Moments in both languages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from frontend.dates import day, day_and_time
from frontend.i18n import Language, Texts

LATE = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "timezone", "told"),
    [
        ("en", None, "31 Dec 2026, 22:30"),
        ("en", "Europe/Berlin", "31 Dec 2026, 23:30"),
        ("ru", "Europe/Moscow", "1 янв 2027, 01:30"),
        ("ru", "No/Such_Zone", "31 дек 2026, 22:30"),
        ("en", "../../etc/passwd", "31 Dec 2026, 22:30"),
    ],
)
def test_moments_are_told_on_the_readers_clock(
    language: str, timezone: str | None, told: str
) -> None:
    assert day_and_time(Texts(Language(language)), LATE, timezone) == told


def test_the_present_year_goes_without_saying() -> None:
    english = Texts(Language.ENGLISH)
    later = datetime(2027, 1, 5, tzinfo=UTC)

    assert day(english, LATE, "Europe/Moscow", now=later) == "1 Jan"
    assert day(english, LATE, None, now=later) == "31 Dec 2026"
