"""Lets callers in by their key or ticket, and keeps them to their rate."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.domain.access import (
    ApiKey,
    Caller,
    KeyScope,
    digest_of,
    is_signed,
    key_parts,
    line_of,
    new_key,
    sign_ticket,
    ticket_parts,
)
from backend.domain.errors import KeyInvalid, KeyMissing, NotFound, ScopeMissing, TooManyRequests
from backend.domain.rates import Rate, RateLimiter, Verdict
from backend.storage.keys import KeyFile

TICKET_SECONDS = 3_600
# Compared with where no key has the id, so that this takes as long.
_NOBODY = digest_of("nobody")
_MISSING = "Send your key as `Authorization: Bearer KEY`, or as `X-API-Key: KEY`."
_INVALID = "It is unknown, was revoked, or has expired; ask for another one."


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """What the settings say.

    Attributes:
        require_keys: whether keys are asked for even where there is none yet.
        bootstrap: an admin key that is in no file.
        rate: what each caller may ask for; None: no limits.
    """

    require_keys: bool = False
    bootstrap: ApiKey | None = None
    rate: Rate | None = None


class Access:
    """Decides who is let in. Safe for several threads."""

    def __init__(
        self,
        keys: KeyFile,
        options: AccessOptions | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._keys = keys
        self._options = options or AccessOptions()
        self._now = now
        self._lock = threading.Lock()
        # Keys that were there once stay needed: a file that vanishes must not open the door.
        self._is_closed = self._options.require_keys or self._options.bootstrap is not None
        rate = self._options.rate
        # Apart, so that a crowd of strangers cannot push the callers with keys out.
        self._by_key = RateLimiter(rate, clock) if rate else None
        self._by_address = RateLimiter(rate, clock) if rate else None

    @property
    def rate(self) -> Rate | None:
        """What each caller may ask for; None: no limits."""
        return self._options.rate

    def needs_keys(self) -> bool:
        """Whether anybody has to show a key. Raises StoreUnavailable."""
        with self._lock:
            self._is_closed = bool(self._keys.all()) or self._is_closed
            return self._is_closed

    def caller(self, shown: str | None) -> Caller:
        """Whose key or ticket this is.

        Raises:
            KeyMissing: none was shown.
            KeyInvalid: it opens nothing (any more).
            StoreUnavailable: the file of keys is broken.
        """
        if not shown:
            raise KeyMissing(_MISSING)
        ticket = ticket_parts(shown)
        if ticket is not None:
            key = self._valid(ticket.key_id)
            is_over = self._now().timestamp() >= ticket.expires
            if not is_signed(ticket, self._keys.pepper()) or key is None or is_over:
                raise KeyInvalid(_INVALID)
            scopes = frozenset(scope for scope in KeyScope if scope == ticket.scope)
            return Caller(key.id, key.label, scopes, is_ticket=True)
        key_id, secret = key_parts(shown) or ("", "")
        key = self._valid(key_id)
        expected = key.digest if key else _NOBODY
        is_right = hmac.compare_digest(digest_of(secret), expected)
        if key is None or not is_right:
            raise KeyInvalid(_INVALID)
        return Caller(key.id, key.label, key.scopes)

    def ticket(self, caller: Caller | None, scope: KeyScope) -> tuple[str, datetime]:
        """A ticket for a browser and when it ends. Raises ScopeMissing or StoreUnavailable."""
        if caller is not None:
            need(caller, scope)
        expires = int(self._now().timestamp()) + TICKET_SECONDS
        text = sign_ticket(caller.id if caller else "none", scope, expires, self._keys.pepper())
        return text, datetime.fromtimestamp(expires, UTC)

    def charge_key(self, caller: Caller, cost: float) -> Verdict | None:
        """Takes points of a key; None where there are no limits. Raises TooManyRequests."""
        return _charged(self._by_key, caller.id, cost)

    def charge_address(self, address: str, cost: float) -> Verdict | None:
        """Takes points of somebody without a key; as `charge_key`."""
        return _charged(self._by_address, line_of(address), cost)

    def _valid(self, key_id: str) -> ApiKey | None:
        bootstrap = self._options.bootstrap
        with self._lock:
            key = self._keys.all().get(key_id)
        if bootstrap is not None and bootstrap.id == key_id:
            key = bootstrap
        return key if key is not None and key.is_valid(self._now()) else None


def need(caller: Caller, scope: KeyScope) -> None:
    """Raises ScopeMissing unless the caller may do what needs this scope."""
    if not caller.allows(scope):
        raise ScopeMissing(f"The key lacks the scope `{scope}`; ask for a key that has it.")


def create_key(
    keys: KeyFile,
    label: str,
    scopes: list[KeyScope],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Makes and keeps a key; its text is told this once. Raises ValueError, StoreUnavailable."""
    key, text = new_key(label, scopes, datetime.now(UTC), expires_at)
    keys.add(key)
    return key, text


def revoke_key(keys: KeyFile, key_id: str) -> ApiKey:
    """Closes a key for good. Raises NotFound or StoreUnavailable."""
    # People paste what they have: the id, or the beginning of the key.
    wanted = key_id.removeprefix("lk_").partition("_")[0]
    key = keys.all().get(wanted)
    if key is None:
        raise NotFound(f"there is no key {wanted!r}; see: python -m backend keys list")
    closed = key.revoked(datetime.now(UTC))
    keys.replace(closed)
    return closed


def _charged(limiter: RateLimiter | None, name: str, cost: float) -> Verdict | None:
    if limiter is None:
        return None
    verdict = limiter.take(name, cost)
    if not verdict.is_admitted:
        raise TooManyRequests(
            "You have asked for more than your share; wait as long as Retry-After says.",
            retry_after_seconds=verdict.wait_seconds,
        )
    return verdict
