"""Tickets: what a browser shows to the API in place of the key that the pages work with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from frontend.json_fields import as_mapping, text
from frontend.transport import Transport, understood

# A ticket is good for an hour; the rest of it is left for the upload.
_KEEP_SECONDS = 600.0


class AccessApi:
    """Part of `LogoApi`. Safe for several threads; every call may raise ApiError."""

    def __init__(self, http: Transport, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._lock = threading.Lock()
        self._ticket, self._made_at = "", 0.0

    def upload_ticket(self) -> str:
        """A ticket for sending data sets; "" where the pages work without a key."""
        if not self._http.has_key:
            return ""
        with self._lock:
            now = self._clock()
            if not self._ticket or now - self._made_at > _KEEP_SECONDS:
                answer = self._http.send("POST", "/tickets", json={"scope": "upload"})
                self._ticket = understood(_read_ticket, answer)
                self._made_at = now
            return self._ticket


def _read_ticket(values: object) -> str:
    return text(as_mapping(values), "ticket", required=True)
