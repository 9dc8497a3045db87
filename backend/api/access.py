"""The door: asks for keys where they are needed, and keeps callers to their rate.

Plain ASGI, and before anything of the request's body is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.access_rules import Door, Rule, RuleBook
from backend.api.peers import address_of, is_this_machine
from backend.api.problems import error_response
from backend.domain.access import Caller, KeyScope
from backend.domain.errors import LogoError, ScopeMissing
from backend.domain.rates import Verdict
from backend.services.access import Access, need
from backend.telemetry.context import CALLER_ID, working_for

CALLER = "logo.caller"
LABEL = "logo.api_key"
_CHARGE = "logo.charge"
_ACCESS = "logo.access"
_REFUSED_POINTS = 1
Charge = Callable[[float], None]


class AccessMiddleware:
    """Refuses who has no key for a route, or asks too fast; notes the caller in the scope."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._book = RuleBook()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope[_ACCESS] = self._access
        try:
            told = _Told(self._access, self._admit(scope, self._book.rule(scope)), send)
        except LogoError as error:
            await error_response(error, scope["path"])(scope, receive, send)
            return
        caller = scope.get(CALLER)
        with working_for(CALLER_ID, caller.id if isinstance(caller, Caller) else ""):
            await self._app(scope, receive, told.send)

    def _admit(self, scope: Scope, rule: Rule) -> _Admitted:
        if rule.needs is Door.OPEN:
            return _Admitted(None, has_key=False)
        access = self._access
        if not access.needs_keys():
            if is_this_machine(scope):
                return _Admitted(None, has_key=False)
            address = address_of(scope)
            scope[_CHARGE] = lambda points: access.charge_address(address, points)
            return _Admitted(access.charge_address(address, rule.points), has_key=False)
        try:
            caller = access.caller(_shown(Headers(scope=scope)))
        except LogoError:
            # Guessing is hopeless; this keeps it from being work, too.
            access.charge_address(address_of(scope), _REFUSED_POINTS)
            raise
        scope[CALLER], scope[LABEL] = caller, caller.label
        _check(caller, rule)
        scope[_CHARGE] = lambda points: access.charge_key(caller, points)
        return _Admitted(access.charge_key(caller, rule.points), has_key=True)


class _Admitted:
    def __init__(self, verdict: Verdict | None, *, has_key: bool) -> None:
        self.verdict = verdict
        self.has_key = has_key


class _Told:
    """Adds to an answer how much of the rate is left, and keeps it out of shared caches."""

    def __init__(self, access: Access, admitted: _Admitted, send: Send) -> None:
        self._rate = access.rate
        self._admitted = admitted
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self._admitted.has_key:
                headers.setdefault("Cache-Control", "no-store")
            verdict = self._admitted.verdict
            if verdict is not None and self._rate is not None:
                window = math.ceil(self._rate.burst / self._rate.per_second)
                headers["RateLimit-Policy"] = f'"default";q={self._rate.burst};w={window}'
                headers["RateLimit"] = f'"default";r={verdict.left}'
        await self._send(message)


async def _charge(request: Request) -> Charge:
    charge = request.scope.get(_CHARGE)
    return charge if charge is not None else _free


async def _caller(request: Request) -> Caller | None:
    caller = request.scope.get(CALLER)
    return caller if isinstance(caller, Caller) else None


async def _access(request: Request) -> Access:
    access = request.scope.get(_ACCESS)
    assert isinstance(access, Access)
    return access


# Takes points for the work of a request, once it is known how much that is.
JobCharge = Annotated[Charge, Depends(_charge)]
# Whose key came with the request; None where no keys are needed.
TheCaller = Annotated[Caller | None, Depends(_caller)]
TheAccess = Annotated[Access, Depends(_access)]


def _check(caller: Caller, rule: Rule) -> None:
    if caller.is_ticket and not rule.tickets:
        raise ScopeMissing("A ticket is for uploads from a browser only; send a key.")
    if isinstance(rule.needs, KeyScope):
        need(caller, rule.needs)


def _shown(headers: Headers) -> str | None:
    """The key or ticket of a request.

    Browsers behind a proxy with a password send that as `Authorization: Basic`; the key then comes
    in the other header.
    """
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip() or None
    return headers.get("x-api-key", "").strip() or None


def _free(points: float) -> None:
    """Nobody counts."""
