"""Who may do what: API keys, the scopes they carry, and tickets that stand for a key for a while.

A key is `lk_<id>_<secret>`. The id finds its record; of the secret only the SHA-256 is kept, which
is enough for 256 random bits: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_KEY = re.compile(r"lk_([a-z0-9]{1,16})_([A-Za-z0-9]{32,128})")
_TICKET = re.compile(r"lt_([a-z0-9]{1,16})_([a-z]{1,16})_([0-9]{1,12})_([0-9a-f]{64})")
_SECRET_BYTES = 32
_ID_BYTES = 6
_LABEL = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


class KeyScope(StrEnum):
    """What a key may be used for; reading needs none of them."""

    GENERATE = "generate"
    UPLOAD = "upload"
    TRAIN = "train"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept.

    Attributes:
        id: finds the record; no secret.
        digest: SHA-256 of the secret, 64 hexadecimal digits.
        expires_at: None: never.
        revoked_at: None: not revoked.
    """

    id: str
    label: str
    scopes: frozenset[KeyScope]
    digest: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Whether it opens anything at this time."""
        is_over = self.expires_at is not None and now >= self.expires_at
        return self.revoked_at is None and not is_over

    def allows(self, scope: KeyScope) -> bool:
        """Whether the key carries a scope; admin includes all."""
        return scope in self.scopes or KeyScope.ADMIN in self.scopes

    def revoked(self, now: datetime) -> ApiKey:
        """The same key, closed for good; the first date stays."""
        return self if self.revoked_at else replace(self, revoked_at=now)

    def to_json(self) -> dict[str, Any]:
        """JSON-able values, the inverse of `from_json`."""
        return {
            "id": self.id,
            "label": self.label,
            "scopes": sorted(self.scopes),
            "sha256": self.digest,
            "created_at": self.created_at.isoformat(),
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ApiKey:
        """Rebuilds a key written by `to_json`. Raises ValueError, KeyError or TypeError."""
        digest = str(values["sha256"])
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValueError("a key's sha256 is not one")
        return cls(
            id=str(values["id"]),
            label=str(values["label"]),
            scopes=frozenset(KeyScope(scope) for scope in values["scopes"]),
            digest=digest,
            created_at=_date(values["created_at"]),
            expires_at=_date(values["expires_at"]) if values.get("expires_at") else None,
            revoked_at=_date(values["revoked_at"]) if values.get("revoked_at") else None,
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """The parts of a ticket, not yet checked.

    Attributes:
        key_id: of the key that asked for it; the ticket ends with that key.
        expires: seconds since 1970.
    """

    key_id: str
    scope: str
    expires: int
    signature: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from, once that is known.

    Attributes:
        id: of the key.
        is_ticket: whether a ticket was shown in place of the key.
    """

    id: str
    label: str
    scopes: frozenset[KeyScope]
    is_ticket: bool = False

    def allows(self, scope: KeyScope) -> bool:
        """Whether the caller may do what needs this scope."""
        return scope in self.scopes or KeyScope.ADMIN in self.scopes


def new_key(
    label: str, scopes: Sequence[KeyScope], now: datetime, expires_at: datetime | None = None
) -> tuple[ApiKey, str]:
    """A new key and its text, which exists nowhere else. Raises ValueError for what cannot be."""
    if not _LABEL.fullmatch(label.strip()):
        raise ValueError("a key needs a label of 1 to 60 characters, so that logs can name it")
    if not scopes:
        raise ValueError("a key needs a scope: generate, upload, train or admin")
    if expires_at is not None and expires_at <= now:
        raise ValueError("a key cannot expire before it is made")
    key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_hex(_SECRET_BYTES)
    key = ApiKey(key_id, label.strip(), frozenset(scopes), digest_of(secret), now, expires_at)
    return key, f"lk_{key_id}_{secret}"


def bootstrap_key(text: str, now: datetime) -> ApiKey:
    """The admin key that the settings give. Raises ValueError for what is no key."""
    parts = key_parts(text)
    if parts is None:
        raise ValueError("it must look like lk_<id>_<secret>, the secret 32 or more hex digits")
    key_id, secret = parts
    scopes = frozenset({KeyScope.ADMIN})
    return ApiKey(key_id, "bootstrap", scopes, digest_of(secret), now)


def key_parts(text: str) -> tuple[str, str] | None:
    """Id and secret of a key's text; None if it is none."""
    found = _KEY.fullmatch(text)
    return (found[1], found[2]) if found else None


def digest_of(secret: str) -> str:
    """SHA-256 of a key's secret."""
    return hashlib.sha256(secret.encode("utf-8")).hexdigest()


def sign_ticket(key_id: str, scope: KeyScope, expires: int, pepper: bytes) -> str:
    """The text of a ticket."""
    return f"lt_{key_id}_{scope}_{expires}_{_signature(key_id, scope, expires, pepper)}"


def ticket_parts(text: str) -> Ticket | None:
    """What a ticket's text says; None if it is none."""
    found = _TICKET.fullmatch(text)
    return Ticket(found[1], found[2], int(found[3]), found[4]) if found else None


def is_signed(ticket: Ticket, pepper: bytes) -> bool:
    """Whether the ticket was made with this secret, in constant time."""
    expected = _signature(ticket.key_id, ticket.scope, ticket.expires, pepper)
    return hmac.compare_digest(expected, ticket.signature)


def is_loopback(host: str) -> bool:
    """Whether an address or name of a host is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def line_of(host: str) -> str:
    """Whom an address stands for when strangers are counted.

    One line is given 2^64 IPv6 addresses, a /64 (RFC 6177), and counts once, whichever it uses.
    IPv4 addresses, also those mapped into IPv6, and whatever is no address stand for themselves.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, ipaddress.IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


def _signature(key_id: str, scope: str, expires: int, pepper: bytes) -> str:
    message = f"{key_id}:{scope}:{expires}".encode()
    return hmac.new(pepper, message, hashlib.sha256).hexdigest()


def _date(text: Any) -> datetime:
    date = datetime.fromisoformat(str(text))
    return date if date.tzinfo else date.replace(tzinfo=UTC)
