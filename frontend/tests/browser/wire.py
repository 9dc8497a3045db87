"""What a tab asks of its server, and whether it has been answered.

A page that rests may be about to ask: a slider tells its value a moment after it was moved, and a
drawing begins only when the server has heard of it. Neither can be seen on the page.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from weakref import WeakKeyDictionary

from playwright.sync_api import Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from frontend.tests.patience import PATIENCE_SECONDS

_LOOK_MS = 50
_INTERRUPTED = ForwardMsg.FINISHED_EARLY_FOR_RERUN


def listen(page: Page) -> None:
    """Begins to listen to a tab; call it before the tab is sent anywhere."""
    _WIRES[page] = _Wire(page)


def answering(page: Page) -> AbstractContextManager[None]:
    """Waits, after something was done to a page, until that was told and answered."""
    return _WIRES[page].answering()


class _Wire:
    def __init__(self, page: Page) -> None:
        self._page = page
        self._asked = self._begun = self._answered = 0
        page.on("websocket", self._listen)

    @contextmanager
    def answering(self) -> Iterator[None]:
        before = self._asked
        yield
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._asked == before or self._answered < self._asked:
            assert time.monotonic() < deadline, f"asked {self._asked}, answered {self._answered}"
            # Listening goes on meanwhile.
            self._page.wait_for_timeout(_LOOK_MS)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            told = BackMsg.FromString(frame)
            # What a page asks by itself every now and then nobody waits for.
            self._asked += told.HasField("rerun_script") and not told.rerun_script.is_auto_rerun

    def _received(self, frame: bytes | str) -> None:
        if isinstance(frame, bytes):
            told = ForwardMsg.FromString(frame)
            if told.HasField("new_session"):
                self._begun = self._asked
            elif told.HasField("script_finished") and told.script_finished != _INTERRUPTED:
                self._answered = self._begun


_WIRES: WeakKeyDictionary[Page, _Wire] = WeakKeyDictionary()
