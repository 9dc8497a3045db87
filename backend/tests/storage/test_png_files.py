from __future__ import annotations

import json

import pytest

from backend.storage.png_files import encode_png
from backend.tests.storage.support import picture
from backend.utils.png_text import read_parameters

LIMIT = 256 * 1024


@pytest.mark.parametrize("text", ["plain", "кафе «Лиса» 🦊", "café", "", "x" * 100_000])
def test_what_is_written_is_read(text: str) -> None:
    found = read_parameters(encode_png(picture(), {"a": text}), limit_bytes=LIMIT)
    assert json.loads(found or "") == {"a": text}
