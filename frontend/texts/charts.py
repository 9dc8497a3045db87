"""Texts around charts."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "chart.theme": ("Chart theme", "Тема графика"),
    "chart.theme_page": ("Theme of all charts", "Тема всех графиков"),
    "chart.theme.page": ("As the page", "Как на странице"),
    "chart.theme.all": ("As all charts", "Как у всех графиков"),
}
