from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image

from backend.branding.drawing import Drawing
from backend.branding.lockups import build_lockup
from backend.branding.rasters import render_drawing
from backend.branding.variants import varied
from backend.branding.vector_files import eps_file, pdf_file, svg_file
from backend.domain.branding import LockupKind, TextOptions, Variant
from backend.domain.brief import Colour
from backend.domain.errors import NoVectorForm
from backend.tests.branding.drawings import (
    CREAM,
    NAVY,
    badge,
    beside,
    halves,
    lettering,
    mountain,
    pixels,
)
from backend.tests.branding.likeness import likeness
from backend.tests.branding.programs import program


def lockup(name: str, font: str) -> Drawing:
    text = TextOptions(name=name, font=font)
    return build_lockup(LockupKind.LEFT, mountain(), text, NAVY).drawing


DRAWINGS: dict[str, Callable[[], Drawing]] = {
    "mountain": mountain,
    "halves": halves,
    "badge": badge,
    "lockup": lambda: beside(mountain(), lettering()),
    "letters": lambda: lockup("Лиса & Co", "lora"),
    "black letters": lambda: varied(lockup("Ångström", "caveat"), Variant.BLACK, ground=None)[0],
}
NAMES = ['Лиса & "Co" <b>', "a)b(c\\", "new\nline %!PS\n(x) run", "\x00\x07\ud800\ufffe", ""]
SVG = "{http://www.w3.org/2000/svg}"


def _half_size_dpi(drawing: Drawing) -> float:
    """The resolution at which a file is half as many pixels wide as its drawing has units."""
    return 36 / drawing.usual_scale


@pytest.fixture(params=DRAWINGS)
def drawing(request: pytest.FixtureRequest) -> Drawing:
    return DRAWINGS[str(request.param)]()


def test_the_svg_is_pure_paths_with_title_description_and_recipe() -> None:
    root = ElementTree.fromstring(
        svg_file(mountain(), title="Лиса & Co", background=CREAM, recipe='{"a": "<1>"}')
    )
    kinds = [element.tag.removeprefix(SVG) for element in root]
    assert kinds == ["title", "desc", "metadata", "path", "path", "path", "path"]
    assert root.findtext(f"{SVG}title") == "Лиса & Co"
    assert root.findtext(f"{SVG}metadata") == '{"a": "<1>"}'
    assert root.get("viewBox") == "0 0 1000.00 1000.00"
    # A page that does not say how large it is gets no logo of a thousand pixels.
    assert (root.get("width"), root.get("height")) == ("320.00", "320.00")
    assert root[3].get("fill") == CREAM.hex


@pytest.mark.parametrize("write", [svg_file, pdf_file, eps_file])
def test_equal_input_gives_equal_bytes(write: Callable[..., str | bytes]) -> None:
    files = [write(mountain(), title="Лиса", background=CREAM, recipe="{}") for _ in range(2)]
    assert files[0] == files[1]


@pytest.mark.parametrize("write", [svg_file, pdf_file, eps_file])
def test_pixels_have_no_vector_form(write: Callable[..., str | bytes]) -> None:
    with pytest.raises(NoVectorForm):
        write(pixels(), title="Fox")


@pytest.mark.parametrize("name", NAMES)
def test_no_name_breaks_a_file(name: str) -> None:
    ElementTree.fromstring(svg_file(badge(), title=name, recipe=name))
    assert pdf_file(badge(), title=name, recipe=name).startswith(b"%PDF-")
    eps = eps_file(badge(), title=name, recipe=name)
    # All that stands before the drawing is a comment.
    head = eps.decode("ascii").partition("%%EndComments")[0]
    assert all(line.startswith("%") for line in head.splitlines())


def test_the_eps_says_its_box() -> None:
    eps = eps_file(lettering(), title="Fox", recipe="{}").decode("ascii")
    assert eps.startswith("%!PS-Adobe-3.0 EPSF-3.0\n")
    assert "%%BoundingBox: 0 0 400 113\n" in eps
    assert "%%HiResBoundingBox: 0 0 400.0000 112.1495\n" in eps
    assert "\n%Recipe: {}\n%%EndComments\n" in eps
    assert max(len(line) for line in eps.splitlines()) <= 255


def test_xmllint_accepts_the_svg(drawing: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text(svg_file(drawing, title="Лиса", recipe='{"a": "б"}'), "utf-8")
    subprocess.run([program("xmllint"), "--noout", path], check=True)


def test_rsvg_draws_the_svg_as_we_do(drawing: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    path.write_text(svg_file(drawing, title="Fox", recipe="{}"), "utf-8")
    command = [program("rsvg-convert"), "-w", "500", str(path)]
    png = subprocess.run(command, check=True, capture_output=True).stdout
    ours = render_drawing(drawing, width_px=500)
    assert likeness(ours, Image.open(BytesIO(png))) >= 0.98


def test_poppler_draws_the_pdf_as_we_do(drawing: Drawing, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_file(drawing, title="Лиса", background=CREAM, recipe='{"a": "б"}'))
    command = [
        program("pdftoppm"),
        "-r",
        str(_half_size_dpi(drawing)),
        "-png",
        "-singlefile",
        str(path),
        str(tmp_path / "page"),
    ]
    done = subprocess.run(command, check=True, capture_output=True)
    assert done.stderr == b""
    theirs = Image.open(tmp_path / "page.png")
    ours = render_drawing(drawing, width_px=round(drawing.width / 2), background=CREAM)
    assert likeness(ours, theirs) >= 0.98
    information = subprocess.run(
        [program("pdfinfo"), path], check=True, capture_output=True, text=True
    ).stdout
    assert re.search(r"^Title: +Лиса$", information, re.M)
    assert re.search(r"^Page size: +(400 x [\d.]+|[\d.]+ x 320) pts", information, re.M)


def test_ghostscript_draws_the_eps_as_we_do(drawing: Drawing, tmp_path: Path) -> None:
    path, page = tmp_path / "a.eps", tmp_path / "page.png"
    path.write_bytes(eps_file(drawing, title="Fox", background=CREAM, recipe="{}"))
    subprocess.run(
        [
            program("gs"),
            "-q",
            "-dBATCH",
            "-dNOPAUSE",
            "-dSAFER",
            "-dEPSCrop",
            f"-r{_half_size_dpi(drawing)}",
            "-dGraphicsAlphaBits=4",
            "-sDEVICE=png16m",
            f"-sOutputFile={page}",
            str(path),
        ],
        check=True,
        timeout=300,
    )
    ours = render_drawing(drawing, width_px=round(drawing.width / 2), background=CREAM)
    assert likeness(ours, Image.open(page)) >= 0.98


@pytest.mark.browser
@pytest.mark.parametrize("build", DRAWINGS.values(), ids=DRAWINGS)
def test_chromium_draws_the_svg_as_we_do(build: Callable[[], Drawing], tmp_path: Path) -> None:
    drawing, page, shot = build(), tmp_path / "page.html", tmp_path / "page.png"
    ours = render_drawing(drawing, width_px=500)
    page.write_text(
        "<meta charset=utf-8><style>body{margin:0} svg{width:500px;height:auto;display:block}"
        f"</style>{svg_file(drawing, title='Лиса', recipe='{}')}",
        "utf-8",
    )
    subprocess.run(
        [
            program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}",
            f"--screenshot={shot}", f"--window-size=500,{ours.height + 200}", page.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )  # fmt: skip
    assert likeness(ours, Image.open(shot).crop((0, 0, *ours.size))) >= 0.98


def test_colours_are_exact_in_all_formats() -> None:
    red = Colour(201, 3, 77)
    drawing = badge().painted(lambda _: red)
    assert f'fill="{red.hex}"' in svg_file(drawing, title="")
    assert "0.78824 0.01176 0.30196 setrgbcolor" in eps_file(drawing, title="").decode()
