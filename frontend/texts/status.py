"""Texts of the section about the logs."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, tuple[str, str]] = {
    "status.title": ("Logs of the service", "Журналы сервиса"),
    "status.reachable": ("The log stack answers", "Сбор журналов работает"),
    "status.unreachable": (
        "The log stack does not answer; the service goes on without it",
        "Сбор журналов не отвечает; сервис работает и без него",
    ),
    "status.not_configured": (
        "No log stack is set up; `logstash/README.md` says how",
        "Сбор журналов не настроен; как это сделать, сказано в `logstash/README.md`",
    ),
    "status.kibana": ("Open Kibana", "Открыть Kibana"),
    "status.no_files": (
        "No log files are written on the server; LOGO_LOG__FOLDER turns them on.",
        "Файлы журналов на сервере не пишутся; их включает LOGO_LOG__FOLDER.",
    ),
    "status.no_errors": ("No errors in the log files.", "В файлах журналов нет ошибок."),
    "status.errors": ("Last errors, newest first (UTC)", "Последние ошибки, новые сверху (UTC)"),
    "status.at": ("Time", "Время"),
    "status.process": ("Process", "Процесс"),
    "status.message": ("Message", "Сообщение"),
    "status.code": ("Code", "Код"),
}
