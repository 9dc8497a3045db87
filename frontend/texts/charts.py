"""Texts around charts and the table of a job's time."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "chart.theme": ("Chart theme", "Тема графика"),
    "chart.theme_page": ("Theme of all charts", "Тема всех графиков"),
    "chart.theme.page": ("As the page", "Как на странице"),
    "chart.theme.all": ("As all charts", "Как у всех графиков"),
    "timeline.heading": ("Where the time went", "На что ушло время"),
    "timeline.lead": (
        "From the order to the stored result, one piece after the other",
        "От заказа до сохранённого результата, по порядку",
    ),
    "timeline.worker": ("worker {name}", "исполнитель {name}"),
    "timeline.part": ("Part", "Часть"),
    "timeline.when": ("When", "Когда"),
    "timeline.time": ("Time", "Время"),
    "timeline.share": ("Share", "Доля"),
    "timeline.total": ("Altogether", "Всего"),
    "timeline.turn": ("Turn {number}", "Попытка {number}"),
    "time.milliseconds": ("{milliseconds} ms", "{milliseconds} мс"),
    "span.": ("Other", "Прочее"),
    "span.wait": ("Waiting in the queue", "Ожидание в очереди"),
    "span.start": ("Starting", "Запуск"),
    "span.run": ("Work", "Работа"),
    "span.save": ("Storing the pictures", "Сохранение картинок"),
    "span.brief": ("Reading the brief", "Разбор описания"),
    "span.draft": ("Drawing drafts", "Рисование эскизов"),
    "span.upscale": ("Enlarging", "Увеличение"),
    "span.restyle": ("Restyling", "Перерисовка"),
    "span.finish": ("Finishing", "Завершение"),
    "span.analyse": ("Reading the data set", "Чтение набора данных"),
    "span.download": ("Downloading", "Скачивание"),
    "span.check": ("Checking the pictures", "Проверка картинок"),
    "span.train": ("Learning", "Обучение"),
    "outcome.": ("ended otherwise", "другой исход"),
    "outcome.failed": ("failed", "ошибка"),
    "outcome.cancelled": ("cancelled", "отменено"),
    "outcome.interrupted": ("interrupted", "прервано"),
    "outcome.cached": ("kept from before", "осталось с прошлого раза"),
}
