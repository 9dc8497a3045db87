"""What the finishing page computes itself: palettes for marks, grounds, findings in words."""

from __future__ import annotations

import base64

import pytest

from frontend.branding_types import Finding, Preview
from frontend.components.finish_colours import fitted
from frontend.components.finish_gates import in_words
from frontend.components.finish_pictures import laid_on, needed_ground, swatches, without_ground
from frontend.components.finish_stage import facts
from frontend.i18n import Language, Texts

EN, RU = Texts(Language.ENGLISH), Texts(Language.RUSSIAN)
PALETTE = ("#FFFFFF", "#111111", "#222222")


@pytest.mark.parametrize(
    ("colours", "worn"),
    [
        (("#A00000", "#B00000"), ("#FFFFFF", "#111111")),
        (("#A00000", "#B00000", "#C00000"), PALETTE),
        (("#A00000",) * 5, (*PALETTE, "#111111", "#222222")),
    ],
)
def test_a_palette_is_fitted_to_a_mark(colours: tuple[str, ...], worn: tuple[str, ...]) -> None:
    assert fitted(PALETTE, colours) == worn


def test_a_palette_of_one_colour_is_its_own_ink() -> None:
    assert fitted(("#111111",), ("#A00000", "#B00000")) == ("#111111", "#111111")


def test_a_drawing_loses_its_ground_and_nothing_else() -> None:
    mark = '<path d="M1 1L2 2Z" fill="#FFFFFF"/>'
    svg = f'<svg><path d="M0 0H100.00V50.00H0Z" fill="#111111"/>{mark}</svg>'

    assert without_ground(svg) == f"<svg>{mark}</svg>"
    assert without_ground(f"<svg>{mark}</svg>") == f"<svg>{mark}</svg>"


def test_a_drawing_reaches_the_page_as_a_picture() -> None:
    shown = laid_on("<svg onload='alert(1)'/>", "#112233", 'a "name" <b>', "stage")

    assert "onload" not in shown
    assert "<b>" not in shown
    assert 'style="background-color: #112233"' in shown
    address = shown.split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    assert base64.b64decode(address) == b"<svg onload='alert(1)'/>"


def test_a_ground_that_is_no_colour_is_none() -> None:
    assert "is-clear" in laid_on("<svg/>", 'red"><script>', "", "tile")
    assert "script" not in laid_on("<svg/>", 'red"><script>', "", "tile")


def test_swatches_draw_colours_only() -> None:
    drawn = base64.b64decode(swatches(("#112233", "<x>")).split("base64,")[1].rstrip(")")).decode()

    assert "#112233" in drawn
    assert "<x>" not in drawn


def test_facts_name_what_is_known() -> None:
    traced = Preview("<svg/>", form="traced", paths=12, similarity=0.974)

    assert facts(EN, traced) == "Traced vector, 12 shapes, 97 % true"
    assert facts(EN, Preview("<svg/>")) == " "
    assert "12,5" in facts(RU, Preview("<svg/>", smallest_width_mm=12.5, smallest_width_px=48))


def test_an_unknown_finding_stays_as_the_service_says_it() -> None:
    finding = Finding("new-gate", "warn", "Too new.", "Wait.")

    assert in_words(RU, finding) == ("Too new.", "Wait.")
    assert in_words(EN, finding) == ("Too new.", "Wait.")


@pytest.mark.parametrize(
    ("palette", "ground"),
    [
        (["#00008b", "#FFFFFF", "#D4A017"], "#00008B"),
        (["#FFA500", "#FFFFFF", "#FFFFFF"], "#FFA500"),
        (["#FFFFFF", "#FFA500"], None),
        (["#14213D", "#FCA311"], None),
        (["#FFF1E6", "#FFFFFF", "#D9531E"], None),
        (["<b>"], None),
        ([], None),
    ],
)
def test_a_ground_is_kept_where_the_mark_would_vanish_on_white(
    palette: list[str], ground: str | None
) -> None:
    assert needed_ground(palette) == ground
