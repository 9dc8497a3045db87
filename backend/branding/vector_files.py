"""Vector files of a drawing: SVG, PDF and EPS from the same outlines; equal input, equal bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reportlab.lib.colors import Color
from reportlab.pdfgen.canvas import Canvas

from backend.branding.drawing import Drawing, Layer, drawing_to_svg
from backend.branding.outlines import Outline, rectangle
from backend.branding.pdf_writer import page_of_areas
from backend.branding.recipes import eps_comments
from backend.domain.brief import Colour
from backend.domain.errors import NoVectorForm

PRODUCER = "text-to-logo"


def svg_file(
    drawing: Drawing, *, title: str, background: Colour | None = None, recipe: str = ""
) -> str:
    """An SVG document of pure paths with title, description and the recipe as metadata.

    Raises:
        NoVectorForm: the drawing has pictures in it.
    """
    _insist_on_areas(drawing)
    name = _xml_text(title)
    return drawing_to_svg(
        drawing,
        title=name,
        description=f"{name}, the logo" if name else "A logo",
        background=background,
        metadata=_xml_text(recipe),
        scale=drawing.usual_scale,
    )


def pdf_file(
    drawing: Drawing, *, title: str, background: Colour | None = None, recipe: str = ""
) -> bytes:
    """A PDF of one page, the drawing's box in its usual size, in device RGB.

    Args:
        recipe: stands in its keywords.

    Raises:
        NoVectorForm: the drawing has pictures in it.
    """
    _insist_on_areas(drawing)
    information = {
        "Title": _xml_text(title) or "Logo",
        "Subject": "Logo",
        "Creator": PRODUCER,
        "Producer": PRODUCER,
    }
    if recipe:
        information["Keywords"] = _xml_text(recipe)
    page = _in_usual_size(drawing)
    return page_of_areas(_painted(page, background), page.width, page.height, information)


def write_information(canvas: Canvas, *, title: str, recipe: str) -> None:
    """The information dictionary of a PDF: title, producer, and the recipe as its keywords."""
    canvas.setTitle(_xml_text(title) or "Logo")
    canvas.setAuthor(PRODUCER)
    canvas.setCreator(PRODUCER)
    canvas.setSubject("Logo")
    if recipe:
        canvas.setKeywords(_xml_text(recipe))


def fill_outline(canvas: Canvas, outline: Outline, fill: Colour) -> None:
    """Fills an area by the non-zero rule, in the canvas's present coordinates."""
    path = canvas.beginPath()
    for segment in outline.segments:
        match segment.verb:
            case "M":
                path.moveTo(*segment.points)
            case "L":
                path.lineTo(*segment.points)
            case "C":
                path.curveTo(*segment.points)
            case _:
                path.close()
    canvas.setFillColor(Color(*(channel / 255 for channel in fill.rgb)))
    canvas.drawPath(path, stroke=0, fill=1, fillMode=1)


def eps_file(
    drawing: Drawing, *, title: str, background: Colour | None = None, recipe: str = ""
) -> bytes:
    """An encapsulated PostScript file (EPSF-3.0) in RGB; the recipe stands in comments.

    Raises:
        NoVectorForm: the drawing has pictures in it.
    """
    _insist_on_areas(drawing)
    page = _in_usual_size(drawing)
    width, height = page.width, page.height
    # A comment that ended its line would be executed: only what cannot is let through.
    name = "".join(sign for sign in title if " " <= sign <= "~")[:200]
    lines = [
        "%!PS-Adobe-3.0 EPSF-3.0",
        f"%%Creator: {PRODUCER}",
        f"%%Title: {name or 'Logo'}",
        f"%%BoundingBox: 0 0 {math.ceil(width)} {math.ceil(height)}",
        f"%%HiResBoundingBox: 0 0 {width:.4f} {height:.4f}",
        "%%LanguageLevel: 2",
        "%%DocumentData: Clean7Bit",
        "%%Pages: 1",
        *eps_comments(recipe),
        "%%EndComments",
        "%%Page: 1 1",
        "gsave",
    ]
    for layer in _painted(page, background):
        lines.extend(_postscript(layer, height))
    lines += ["grestore", "showpage", "%%EOF", ""]
    return "\n".join(lines).encode("ascii")


def _in_usual_size(drawing: Drawing) -> Drawing:
    scale = drawing.usual_scale
    return drawing.placed(0, 0, scale, drawing.width * scale, drawing.height * scale)


def _insist_on_areas(drawing: Drawing) -> None:
    if not drawing.is_vector:
        raise NoVectorForm(
            "the mark is made of pixels; there is a PNG of it, but no SVG, PDF or EPS"
        )


def _painted(drawing: Drawing, background: Colour | None) -> Iterator[Layer]:
    if background is not None:
        yield Layer(rectangle(0, 0, drawing.width, drawing.height), background)
    yield from (layer for layer in drawing.layers if not layer.outline.is_empty)


_OPERATORS = {"M": "moveto", "L": "lineto", "C": "curveto", "Z": "closepath"}


def _postscript(layer: Layer, height: float) -> Iterator[str]:
    """Fills one area; PostScript's y grows upwards."""
    yield "{:.5f} {:.5f} {:.5f} setrgbcolor".format(*(channel / 255 for channel in layer.fill.rgb))
    yield "newpath"
    for segment in layer.outline.transformed((1, 0, 0, -1, 0, height)).segments:
        numbers = " ".join(f"{value:.4f}" for value in segment.points)
        yield f"{numbers} {_OPERATORS[segment.verb]}".lstrip()
    yield "fill"


def _xml_text(text: str) -> str:
    """Without the characters that no XML document may hold, halves of surrogate pairs included."""
    return "".join(sign for sign in text if _is_xml(ord(sign)))


def _is_xml(code: int) -> bool:
    """The production Char of XML 1.0."""
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or code > 0xFFFF
