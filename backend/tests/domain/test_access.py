from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.access import (
    ApiKey,
    KeyScope,
    bootstrap_key,
    is_signed,
    key_parts,
    line_of,
    new_key,
    sign_ticket,
    ticket_parts,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_key_has_256_random_bits_and_is_kept_as_their_hash() -> None:
    key, text = new_key("shop", [KeyScope.GENERATE], NOW)
    parts = key_parts(text)
    assert parts is not None
    assert parts[0] == key.id
    assert len(bytes.fromhex(parts[1])) == 32
    assert key.digest == hashlib.sha256(parts[1].encode()).hexdigest()
    assert parts[1] not in str(key.to_json())
    assert new_key("shop", [KeyScope.GENERATE], NOW)[1] != text


@pytest.mark.parametrize("label", ["", "  ", "x" * 61, "two\nlines", "\x1b[0m"])
def test_labels_fit_a_log_line(label: str) -> None:
    with pytest.raises(ValueError, match="label"):
        new_key(label, [KeyScope.GENERATE], NOW)


def test_a_key_for_nothing_and_one_of_yesterday_are_refused() -> None:
    with pytest.raises(ValueError, match="scope"):
        new_key("a", [], NOW)
    with pytest.raises(ValueError, match="expire"):
        new_key("a", [KeyScope.ADMIN], NOW, NOW)


def test_dates_close_a_key() -> None:
    key, _ = new_key("a", [KeyScope.TRAIN], NOW, NOW + timedelta(days=1))
    assert key.is_valid(NOW)
    assert not key.is_valid(NOW + timedelta(days=1))
    revoked = key.revoked(NOW)
    assert not revoked.is_valid(NOW)
    assert revoked.revoked(NOW + timedelta(hours=1)) == revoked


@pytest.mark.parametrize("scope", KeyScope)
def test_admin_includes_all_and_nothing_else_does(scope: KeyScope) -> None:
    key, _ = new_key("a", [scope], NOW)
    assert [other for other in KeyScope if key.allows(other)] == (
        list(KeyScope) if scope is KeyScope.ADMIN else [scope]
    )


@given(st.integers(1, 15), st.none() | st.integers(1, 10**8))
def test_a_key_comes_back_from_json_as_it_was(chosen: int, seconds: int | None) -> None:
    scopes = [scope for bit, scope in enumerate(KeyScope) if chosen >> bit & 1]
    ends = None if seconds is None else NOW + timedelta(seconds=seconds)
    key, _ = new_key("a", scopes, NOW, ends)
    for kept in (key, key.revoked(NOW)):
        assert ApiKey.from_json(kept.to_json()) == kept


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_quietly(text: str) -> None:
    assert key_parts(text) is None or text.startswith("lk_")
    assert ticket_parts(text) is None or text.startswith("lt_")


def test_a_bootstrap_key_is_an_admin() -> None:
    key = bootstrap_key("lk_env_" + "5e" * 32, NOW)
    assert key.id == "env"
    assert key.scopes == {KeyScope.ADMIN}
    with pytest.raises(ValueError, match="lk_<id>_<secret>"):
        bootstrap_key("hunter2", NOW)


def test_a_ticket_is_good_for_what_was_signed_alone() -> None:
    text = sign_ticket("k1", KeyScope.UPLOAD, 1_000, b"pepper")
    ticket = ticket_parts(text)
    assert ticket is not None
    assert (ticket.key_id, ticket.scope, ticket.expires) == ("k1", "upload", 1_000)
    assert is_signed(ticket, b"pepper")
    assert not is_signed(ticket, b"salt")
    for changed in (text.replace("k1", "k2"), text.replace("upload", "admin"),
                    text.replace("_1000_", "_1001_")):  # fmt: skip
        forged = ticket_parts(changed)
        assert forged is not None
        assert not is_signed(forged, b"pepper")


@pytest.mark.parametrize(
    ("host", "line"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_one_line_counts_once_whichever_of_its_addresses_it_uses(host: str, line: str) -> None:
    assert line_of(host) == line
