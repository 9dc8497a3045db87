from __future__ import annotations

import hashlib

import pytest
from PIL import ImageCms

from backend.branding.brand_colours import brand_colours, colours_json
from backend.branding.inks import PROFILE_PATH, print_inks
from backend.domain.brief import Colour
from backend.tests.branding.drawings import CREAM, NAVY, RED, SKY, badge, mountain, pixels


def inks(text: str) -> tuple[int, int, int, int]:
    return print_inks([Colour.from_hex(text)])[0].percents


def test_the_profile_is_the_one_that_the_licence_was_read_for() -> None:
    profile = ImageCms.getOpenProfile(str(PROFILE_PATH)).profile
    assert (profile.xcolor_space.strip(), profile.connection_space.strip()) == ("CMYK", "Lab")
    assert "zlib" in (profile.copyright or "")
    assert PROFILE_PATH.stat().st_size < 1_000_000
    readme = (PROFILE_PATH.parent / "README.md").read_text("utf-8")
    assert PROFILE_PATH.name in readme
    assert hashlib.sha256(PROFILE_PATH.read_bytes()).hexdigest() in readme


def test_known_colours_get_the_inks_that_a_printer_would_expect() -> None:
    assert inks("FFFFFF") == (0, 0, 0, 0)
    cyan, magenta, yellow, black = inks("E4572E")
    assert cyan <= 5
    assert magenta > 60
    assert yellow > 70
    assert black <= 10
    assert inks("000000")[3] > 90


def test_ink_never_exceeds_what_paper_takes() -> None:
    corners = [Colour(r, g, b) for r in (0, 255) for g in (0, 255) for b in (0, 255)]
    assert all(sum(one.percents) <= 302 for one in print_inks(corners))


@pytest.mark.parametrize(("text", "is_printable"), [("12355B", True), ("2FA4C7", True)])
def test_printable_colours_come_back(text: str, is_printable: bool) -> None:
    (one,) = print_inks([Colour.from_hex(text)])
    assert one.is_printable is is_printable
    assert one.difference < 2


def test_colours_that_paper_cannot_show_are_said_to_be_so() -> None:
    for text in ("00FF00", "3355FF"):
        (one,) = print_inks([Colour.from_hex(text)])
        assert not one.is_printable
        assert one.difference > 10


def test_roles_go_by_area() -> None:
    found = brand_colours(mountain(), background=CREAM)
    assert [(one.role, one.colour) for one in found] == [
        ("Primary", SKY),
        ("Secondary", NAVY),
        ("Accent", RED),
        ("Background", CREAM),
    ]
    assert sum(one.share for one in found) == pytest.approx(1, abs=0.02)


def test_colours_of_pixels_are_those_they_were_locked_to() -> None:
    assert [one.colour for one in brand_colours(pixels(), painted=(NAVY, SKY))] == [NAVY, SKY]


def test_the_json_names_the_profile_and_all_values() -> None:
    values = colours_json(brand_colours(badge()), NAVY)
    assert "FOGRA39L" in values["cmyk_profile"]
    first = values["colors"][0]
    assert first["hex"] == NAVY.hex
    assert first["rgb"] == list(NAVY.rgb)
    assert len(first["cmyk"]) == 4
    assert first["contrast_on_white"] == pytest.approx(12.5, abs=0.1)
