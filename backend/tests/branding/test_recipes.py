from __future__ import annotations

import json
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.branding.drawing import drawing_to_svg
from backend.branding.raster_files import png_file
from backend.branding.recipes import (
    RECIPE_LIMIT_BYTES,
    read_recipe,
    recipe_text,
    without_eps_comments,
)
from backend.branding.vector_files import eps_file, pdf_file, svg_file
from backend.tests.branding.drawings import badge

RECIPES = [
    "{}",
    recipe_text({"seed": 7, "text": "Лиса & <Co> )\\(()"}),
    'raw "Лиса" & <b> ((\\ \r\n\t 🦊',
    "(" * 300 + ")" * 200,
    "x" * 200_000,
]


def written(recipe: str) -> dict[str, bytes]:
    return {
        "png": png_file(badge(), width_px=32, recipe=recipe),
        "svg": svg_file(badge(), title="Лиса", recipe=recipe).encode(),
        "pdf": pdf_file(badge(), title="Лиса (a", recipe=recipe),
        "eps": eps_file(badge(), title="%Recipe: {}", recipe=recipe),
    }


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("kind", ["png", "svg", "pdf", "eps"])
def test_what_is_written_is_read(kind: str, recipe: str) -> None:
    assert read_recipe(written(recipe)[kind]) == recipe


def test_files_without_a_recipe_give_none() -> None:
    for content in written("").values():
        assert read_recipe(content) is None
    assert read_recipe(b"") is None
    assert read_recipe(b"GIF89a") is None
    assert read_recipe(b"<html><metadata>{}</metadata>") is None


def test_other_programs_metadata_is_no_recipe() -> None:
    foreign = "<svg xmlns='x'><metadata id='m'><rdf:RDF/></metadata></svg>"
    assert read_recipe(foreign.encode()) is None
    empty = "<svg xmlns='x'><metadata> </metadata></svg>"
    assert read_recipe(empty.encode()) is None


def test_the_text_names_the_file_and_is_the_same_for_equal_recipes() -> None:
    first = recipe_text({"b": 1, "a": "я"}, {"format": "svg"})
    assert first == recipe_text({"a": "я", "b": 1}, {"format": "svg"})
    assert first.isascii()
    assert json.loads(first) == {"a": "я", "b": 1, "deliverable": {"format": "svg"}}


@pytest.mark.parametrize(
    "content",
    [
        b"<svg ><metadata>" + b"x" * (RECIPE_LIMIT_BYTES + 10) + b"</metadata></svg>",
        b"<svg ><metadata>\xff\xfe</metadata></svg>",
        b"%PDF-1.4 /Keywords (" + b"x" * (RECIPE_LIMIT_BYTES + 10) + b")",
        b"%PDF-1.4 /Keywords (abc",
        b"%!PS-Adobe-3.0 EPSF-3.0\n"
        + (b"%Recipe: " + b"x" * 240 + b"\n") * 1_100
        + b"%%EndComments",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%Recipe: %FF%FE\n%%EndComments\n",
        b"%PDF-1.4 /Keywords (\xfe\xff\x04)",
        b"\x89PNG\r\n\x1a\nabc",
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"too long|not UTF|breaks off"):
        read_recipe(content)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg " + b"<metadata " * 2_000_000,
        b"<svg >" + b"<metadata" + b" " * 20_000_000,
        b"<svg ><metadata>" + b"<" * 20_000_000,
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><svg ><metadata>&a;&a;</metadata></svg>",
        b"%PDF-" + b"/Keywords " * 2_000_000,
        b"%PDF-" + b"/Keywords (" * 1_000_000 + b")",
        b"%PDF-" + b"\\(" * 10_000_000,
        b"%!PS-Adobe-" + b"\n%Recipe: " * 2_000_000,
        b"%!PS-Adobe-\n%Recipe: " + b"x" * 20_000_000,
        svg_file(badge(), title="").encode() + zlib.compress(b"\0" * 10_000_000),
    ],
)
def test_hostile_files_cost_little(content: bytes) -> None:
    tracemalloc.start()
    try:
        text = read_recipe(content)
    except ValueError:
        text = None
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert text is None or len(text) < 100
    assert peak < 40_000_000


STARTS = [b"%PDF-/Keywords (", b"<svg ><metadata>", b"%!PS-Adobe-\n%Recipe: ", b""]


@given(st.binary(max_size=300), st.sampled_from(STARTS))
def test_no_bytes_crash_it(content: bytes, start: bytes) -> None:
    try:
        text = read_recipe(start + content)
    except ValueError:
        return
    assert text is None or len(text) <= RECIPE_LIMIT_BYTES


def test_an_eps_keeps_to_lines_that_every_reader_takes() -> None:
    eps = eps_file(badge(), title="Fox", recipe="я\n" * 5_000)
    assert max(len(line) for line in eps.split(b"\n")) <= 255
    assert eps.isascii()
    # Programs that carry text from system to system change the ends of its lines.
    for moved in (eps, eps.replace(b"\n", b"\r\n")):
        assert read_recipe(moved) == "я\n" * 5_000
    assert without_eps_comments(eps) == eps_file(badge(), title="Fox")


def test_the_drawings_own_svg_needs_no_metadata() -> None:
    assert "<metadata>" not in drawing_to_svg(badge())
