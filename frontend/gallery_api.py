"""Everything that was made: search, favourites, files, recipes."""

from __future__ import annotations

from frontend.transport import Transport


class GalleryApi:
    """Part of `LogoApi`. Every call may raise ApiError."""

    def __init__(self, http: Transport) -> None:
        self._http = http
