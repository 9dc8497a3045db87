"""Texts of the frame around all pages."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "app.language": ("Language", "Язык"),
    "page.generate": ("Create", "Создать"),
    "page.finish": ("Finish", "Оформление"),
    "page.history": ("History", "История"),
    "page.adapters": ("Adapters", "Адаптеры"),
    "page.training": ("Training", "Обучение"),
    "page.datasets": ("Data sets", "Наборы данных"),
    "page.models": ("Models", "Модели"),
    "app.footer": (
        "Generated logos are not checked against registered trademarks.",
        "Логотипы не проверяются на сходство с зарегистрированными товарными знаками.",
    ),
    "uploader.limit": ("{formats}, up to {size} MB", "{formats}, до {size} МБ"),
}
