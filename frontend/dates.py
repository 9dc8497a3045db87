"""Moments as the interface's language writes them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from frontend.i18n import Language, Texts

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS_RU = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]


def day(t: Texts, moment: datetime, timezone: str | None, *, now: datetime | None = None) -> str:
    """A moment's day where the one who reads it lives.

    Args:
        timezone: name of the browser's time zone; UTC where it is unknown.
        now: the year of this moment goes without saying; None: it is always said.
    """
    local = moment.astimezone(_zone(timezone))
    names = _MONTHS_RU if t.language is Language.RUSSIAN else _MONTHS
    told = f"{local.day} {names[local.month - 1]}"
    if now is not None and now.astimezone(local.tzinfo).year == local.year:
        return told
    return f"{told} {local.year}"


def day_and_time(t: Texts, moment: datetime, timezone: str | None) -> str:
    """A moment's day and time; see `day`."""
    return f"{day(t, moment, timezone)}, {moment.astimezone(_zone(timezone)):%H:%M}"


def _zone(name: str | None) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        # The name comes from the browser, and this machine may have no list of zones.
        return UTC
