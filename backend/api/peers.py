"""Where requests come from, straight or through proxies.

uvicorn puts the client's address into the scope: the right-most of X-Forwarded-For that is no
trusted proxy, and only where the peer is one (setting LOGO_API__TRUSTED_PROXIES).
"""

from __future__ import annotations

import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope

from backend.domain.access import is_loopback


def address_of(scope: Scope) -> str:
    """The client's IP address; "" where it is unknown, or a proxy wrote something else."""
    client = scope.get("client")
    try:
        return str(ipaddress.ip_address(client[0])) if client else ""
    except ValueError:
        return ""


def is_this_machine(scope: Scope) -> bool:
    """Whether somebody on this machine asks, and not for others.

    A header is enough to say no, trusted or not: it can only make things stricter.
    """
    headers = Headers(scope=scope)
    is_passed_on = "x-forwarded-for" in headers or "forwarded" in headers
    return is_loopback(address_of(scope)) and not is_passed_on
