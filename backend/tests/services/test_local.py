"""The chain without a server."""

from pathlib import Path

import pytest
from PIL import Image

from backend.domain.errors import InvalidBrief
from backend.domain.generation import LogoRequest, SourceName
from backend.services.local import draw_logos, file_stem, validated_size
from backend.tests.services.test_chain import StubModels


def test_files_and_sheet_are_written(tmp_path: Path) -> None:
    request = LogoRequest(
        "fox", name="Müller & Söhne", count=2, source=SourceName.CGAN, size_px=128
    )
    heard: set[str] = set()
    result = draw_logos(
        request, StubModels(), tmp_path, lambda label, _done, _total: heard.add(label)
    )
    assert [path.name for path in result.files] == [
        "müller-söhne-1.png",
        "müller-söhne-2.png",
        "contact-sheet.png",
    ]
    with Image.open(result.files[0]) as image:
        assert image.size == (128, 128)
    assert result.warnings == ("mind this",)
    assert {"brief", "draft", "upscale"} <= heard


def test_failures_come_out_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(InvalidBrief):
        draw_logos(LogoRequest("???"), StubModels(), tmp_path, lambda *_: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Foxy", "foxy"),
        ("../../etc/passwd", "etc-passwd"),
        ("", "logo"),
        ("🦊", "logo"),
        ("Кофейня Лис", "кофейня-лис"),
    ],
)
def test_file_names_are_safe(text: str, stem: str) -> None:
    assert file_stem(text) == stem
    assert len(file_stem("x" * 400)) == 40


def test_only_offered_sizes() -> None:
    assert validated_size(512) == 512
    with pytest.raises(ValueError, match="256, 512, 1024"):
        validated_size(500)
