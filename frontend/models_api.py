"""The models: files, curves, figures, pulling what is missing."""

from __future__ import annotations

from frontend.transport import Transport


class ModelsApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http
