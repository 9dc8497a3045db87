"""What the finishing page computes itself: palettes for marks, grounds, findings in words."""

from __future__ import annotations

import base64
import re
import string
from pathlib import Path

import pytest

from frontend.branding_types import Brand, Finding, Preview
from frontend.components.finish_colours import fitted
from frontend.components.finish_gates import in_words
from frontend.components.finish_pictures import laid_on, needed_ground, swatches, without_ground
from frontend.components.finish_stage import facts
from frontend.i18n import Language, Texts
from frontend.texts.finish_findings import RUSSIAN_FINDINGS

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
    small = Preview("<svg/>", smallest_width_mm=12.5, smallest_width_px=48)
    white, clear = Brand("img-1", background="#FFFFFF"), Brand("img-1")

    assert facts(EN, clear, traced) == "Traced vector, 12 shapes, 97 % true · transparent"
    assert facts(EN, white, Preview("<svg/>")) == " "
    assert facts(RU, white, small) == "ширина от 12,5 мм или 48 px"


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


def said_in_backend() -> str:
    parts = sorted((Path(__file__).parents[3] / "backend" / "branding").glob("*.py"))
    return "\n".join(path.read_text("utf-8") for path in parts)


def test_every_finding_of_the_service_is_said_in_russian() -> None:
    code = said_in_backend()
    made = set(re.findall(r'Finding\(\s*"([a-z0-9-]+)",\s*Verdict\.([A-Z]+)', code))
    gates = re.search(r"CODES = \(([^)]*)\)", code)
    assert gates is not None
    judged = set(re.findall(r'"([a-z0-9-]+)"', gates[1]))
    known = {tuple(key.split(" ")[:2]) for key in RUSSIAN_FINDINGS}

    assert len(made) > 8
    assert len(judged) == 10
    assert {(name, verdict.lower()) for name, verdict in made} <= known
    assert {(name, verdict) for name in judged for verdict in ("pass", "warn")} <= known


@pytest.mark.parametrize("key", RUSSIAN_FINDINGS)
def test_russian_findings_use_figures_that_the_service_gives(key: str) -> None:
    code = said_in_backend()
    used = {
        name
        for text in RUSSIAN_FINDINGS[key]
        for _, name, _, _ in string.Formatter().parse(text)
        if name
    }

    assert key.split(" ")[0].rsplit("-", 1)[0] in code
    figures = {name.removesuffix("_percent") for name in used}
    assert {name for name in figures if f'"{name}"' not in code} == set()


def test_a_finding_is_said_in_russian_with_its_figures() -> None:
    figures: dict[str, float | str] = {"contrast": 1.63, "limit": 3.0, "colour": "#FCA311"}
    finding = Finding("contrast-white", "warn", "On white …", "On white use black.", figures)

    assert in_words(RU, finding) == (
        "На белом плохо виден #FCA311: контраст 1,63:1, нужно 3:1.",
        "На белом берите чёрный вариант.",
    )
    assert in_words(EN, finding) == ("On white …", "On white use black.")


def test_what_one_code_says_differently_is_told_apart() -> None:
    figures: dict[str, float | str] = {"off_percent": 9.0, "where": "low"}

    assert "вниз" in in_words(RU, Finding("centring", "warn", "x", "y", figures))[0]
    # A figure that is missing must not leave a hole in the sentence.
    assert in_words(RU, Finding("centring", "warn", "x", "y", {"where": "low"})) == ("x", "y")
