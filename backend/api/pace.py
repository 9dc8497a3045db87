"""Bodies that come too slowly are answered with 408, at the place that waits for them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPace:
    """How fast a body has to come; only time that is spent waiting for it counts.

    Attributes:
        window_seconds, window_bytes: so much in each such time, or the end of the body.
        total_seconds: for the whole of it.
    """

    window_seconds: float = 10.0
    window_bytes: int = 10 * 2**10
    total_seconds: float = 7_200.0


class BodyPaceMiddleware:
    """Ends the wait for bodies of clients that send next to nothing."""

    def __init__(self, app: ASGIApp, pace: BodyPace | None = None) -> None:
        self._app = app
        self._pace = pace or BodyPace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, send, self._pace)
        await self._app(scope, body.receive, body.send)


class _Body:
    """The body of one request."""

    def __init__(self, receive: Receive, send: Send, pace: BodyPace) -> None:
        self._receive = receive
        self._send = send
        self._pace = pace
        self._is_whole = False
        self._is_answered = False
        self._window_seconds = self._window_bytes = self._total_seconds = 0.0

    async def send(self, message: Message) -> None:
        self._is_answered = True
        await self._send(message)

    async def receive(self) -> Message:
        if self._is_whole:
            return await self._receive()
        while True:
            begun = time.monotonic()
            left = self._pace.window_seconds - self._window_seconds
            message: Message | None = None
            try:
                async with asyncio.timeout(left):
                    message = await self._receive()
            except TimeoutError:
                pass
            waited = time.monotonic() - begun
            self._window_seconds += waited
            self._total_seconds += waited
            if message is not None:
                self._window_bytes += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    self._is_whole = True
                    return message
            if self._is_late():
                # In the middle of an answer there is no other way to say it.
                if self._is_answered:
                    return {"type": "http.disconnect"}
                raise HTTPException(408, headers={"Connection": "close"})
            if message is not None:
                return message

    def _is_late(self) -> bool:
        pace = self._pace
        if self._total_seconds > pace.total_seconds:
            return True
        if self._window_seconds < pace.window_seconds:
            return False
        is_late = self._window_bytes < pace.window_bytes
        self._window_seconds = self._window_bytes = 0.0
        return is_late
