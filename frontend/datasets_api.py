"""Data sets: list, upload, rows, analysis."""

from __future__ import annotations

from frontend.transport import Transport


class DatasetsApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http
