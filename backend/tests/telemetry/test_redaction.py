from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.telemetry.redaction import MASK, Redactor, is_secret_name

SECRETS = [
    "Authorization: Bearer abcdef0123456789",
    "authorization=Basic dXNlcjpwYXNz",
    "X-API-Key: abcdef0123456789",
    "https://example.org/?api_key=abcdef&x=1",
    '{"password": "correct horse battery"}',
    "LOGO_ELASTIC__PASSWORD='quite & \"odd\"'",
    "bot_token=123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc",
    "https://api.telegram.org/bot123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc/getMe",
    "postgresql://logo:hunter22@db/name",
    "Cookie: session=abcdef; other=ghi",
    "key hf_abcdefghijklmnop0123",
    "logo_0123456789abcdef0123",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
]
PARTS = [
    "abcdef", "dXNlcjpwYXNz", "correct", "horse", "odd", "AAEh", "hunter22", "session", "ghi",
    "0123456789", "c2ln", "MIIabc",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_go(text: str) -> None:
    told = Redactor()(f"before {text} after")
    assert MASK in told
    assert told.startswith("before ")
    assert [part for part in PARTS if part in told] == []


@pytest.mark.parametrize(
    "text",
    [
        "GET /jobs/0123456789abcdef0123 200 3.2 ms",
        "max_tokens=77, 4 tokens: fine",
        "the tokenizer and the author are known",
        "logo_http_request_duration_seconds",
        "http://127.0.0.1:8000/images/abc",
        "12:30:45 worker host-1 is ready",
    ],
)
def test_harmless_text_stays(text: str) -> None:
    assert Redactor()(text) == text


def test_known_values_go_wherever_they_stand() -> None:
    assert Redactor(["p\"\\$'!@ ü"])("said p\"\\$'!@ ü twice") == f"said {MASK} twice"


def test_a_short_known_value_would_mask_words() -> None:
    assert Redactor(["a"])("a cat") == "a cat"


def test_names_of_secrets_are_known() -> None:
    assert is_secret_name("X-Api-Key".replace("-", "_"))
    assert is_secret_name("kibana_password")
    assert not is_secret_name("stage")


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(Redactor([text])(text), str)


def test_ten_thousand_planted_secrets_are_found() -> None:
    redact = Redactor()
    shapes = ["password={}", "Authorization: Bearer {}", "api_key: {}", "://u:{}@host"]
    for number in range(10_000):
        secret = f"s3cret{number:08x}value"
        text = f"line {number} " + shapes[number % len(shapes)].format(secret) + " end"
        assert secret not in redact(text)
