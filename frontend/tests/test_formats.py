"""Numbers in both languages."""

from __future__ import annotations

import pytest

from frontend.formats import decimal, share, size, whole
from frontend.i18n import Language, Texts

EN, RU = Texts(Language.ENGLISH), Texts(Language.RUSSIAN)


def test_thousands_and_fractions() -> None:
    assert whole(EN, 1_234_567) == "1,234,567"
    assert whole(RU, 1_234_567) == "1\u202f234\u202f567"
    assert decimal(EN, 1_000.50, 2) == "1,000.5"
    assert decimal(RU, 0.25, 2) == "0,25"
    assert decimal(EN, 100, 0) == "100"
    assert decimal(EN, 100, 1) == "100"


@pytest.mark.parametrize(
    ("part", "of", "told"),
    [
        (0, 10, "0%"),
        (1, 3, "33.3%"),
        (1, 100_000, "<\u00a00.1%"),
        (99_999, 100_000, ">\u00a099.9%"),
        (10, 10, "100%"),
        (0, 0, "–"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_all(part: int, of: int, told: str) -> None:
    assert share(EN, part, of) == told


@pytest.mark.parametrize(
    ("bytes", "english", "russian"),
    [
        (0, "0\u00a0B", "0\u00a0Б"),
        (999, "999\u00a0B", "999\u00a0Б"),
        (10_452_698, "10.5\u00a0MB", "10,5\u00a0МБ"),
        (123_456_789, "123\u00a0MB", "123\u00a0МБ"),
        (14_000_000_000_000, "14,000\u00a0GB", "14\u202f000\u00a0ГБ"),
    ],
)
def test_sizes(bytes: int, english: str, russian: str) -> None:
    assert (size(EN, bytes), size(RU, bytes)) == (english, russian)
