"""Names of downloaded files."""

from __future__ import annotations

import pytest

from frontend.components.pictures import file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Foxy", "foxy-logo-1.png"),
        ("", "logo-1.png"),
        ("Лисёнок & Щука", "lisenok-schuka-logo-1.png"),
        ("../../etc/passwd", "etc-passwd-logo-1.png"),
        ('<img src="x">', "img-src-x-logo-1.png"),
        ("日本", "logo-1.png"),
        ("a" * 100, "a" * 40 + "-logo-1.png"),
        ("-- - --", "logo-1.png"),
    ],
)
def test_file_names_are_plain_ascii(name: str, expected: str) -> None:
    assert file_name(name, 1, "png") == expected
