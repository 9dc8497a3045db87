"""The page that a brand sheet is set on: text, panels and drawings, measured from the top left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from backend.branding.drawing import Drawing, PlacedPicture
from backend.branding.fonts import Family
from backend.branding.vector_files import fill_outline, write_information
from backend.domain.brief import Colour

WIDTH, HEIGHT = landscape(A4)

TEXT, QUIET, LINE = Colour(31, 36, 45), Colour(107, 114, 128), Colour(226, 229, 234)
WHITE = Colour(255, 255, 255)
_LARGEST_PICTURE_PX = 1000


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle on the page, in points from its top left corner."""

    x: float
    y: float
    width: float
    height: float

    def columns(self, shares: Sequence[float], gap: float) -> list[Frame]:
        """The rectangle side by side in parts of these relative widths."""
        room = self.width - gap * (len(shares) - 1)
        frames, x = [], self.x
        for share in shares:
            width = room * share / sum(shares)
            frames.append(Frame(x, self.y, width, self.height))
            x += width + gap
        return frames

    def inset(self, by: float) -> Frame:
        """Smaller on all sides."""
        return Frame(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


class Page:
    """One A4 page, landscape; written with `content`.

    Fonts are named by the hash of their files, so that a process may set many brands; the page
    begins with the one that it is made with.
    """

    def __init__(self, title: str, recipe: str, font: str, language: str) -> None:
        self._stream = BytesIO()
        self._canvas = Canvas(
            self._stream,
            pagesize=(WIDTH, HEIGHT),
            invariant=1,
            pageCompression=1,
            # Otherwise a Helvetica that is not embedded is named on the page.
            initialFontName=font,
            # Of its text, for those who have it read aloud.
            lang=language,
        )
        write_information(self._canvas, title=title, recipe=recipe)

    def content(self) -> bytes:
        """The PDF; ends the page."""
        self._canvas.showPage()
        self._canvas.save()
        return self._stream.getvalue()

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        font: str,
        size: float,
        *,
        colour: Colour = TEXT,
        tracking: float = 0.0,
        align_right: bool = False,
    ) -> None:
        """One line. tracking: points between letters."""
        self._canvas.setFillColor(_rgb(colour))
        if align_right:
            x -= width_of(text, font, size) + tracking * len(text)
        self._canvas.setFont(font, size)
        self._canvas.drawString(x, HEIGHT - baseline, text, charSpace=tracking)

    def panel(
        self, frame: Frame, fill: Colour | None, *, radius: float = 6, stroke: Colour | None = None
    ) -> None:
        """A round-cornered rectangle."""
        canvas = self._canvas
        if fill is not None:
            canvas.setFillColor(_rgb(fill))
        if stroke is not None:
            canvas.setStrokeColor(_rgb(stroke))
            canvas.setLineWidth(0.6)
        canvas.roundRect(
            frame.x,
            HEIGHT - frame.y - frame.height,
            frame.width,
            frame.height,
            radius,
            stroke=int(stroke is not None),
            fill=int(fill is not None),
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: Colour, *, dashed: bool = False
    ) -> None:
        """A hairline."""
        canvas = self._canvas
        canvas.setStrokeColor(_rgb(colour))
        canvas.setLineWidth(0.5)
        canvas.setDash([2, 2] if dashed else [])
        canvas.line(x1, HEIGHT - y1, x2, HEIGHT - y2)
        canvas.setDash([])

    def drawing(self, drawing: Drawing, x: float, y: float, scale: float) -> None:
        """A drawing with its upper left corner at a point; scale: points per unit."""
        canvas = self._canvas
        canvas.saveState()
        canvas.transform(scale, 0, 0, -scale, x, HEIGHT - y)
        for picture in drawing.pictures:
            self._picture(picture)
        for layer in drawing.layers:
            if not layer.outline.is_empty:
                fill_outline(canvas, layer.outline, layer.fill)
        canvas.restoreState()

    def centred(self, drawing: Drawing, frame: Frame, *, within: tuple[float, float]) -> float:
        """A drawing in the middle of a frame, as large as the given shares of it allow.

        Returns:
            The scale that it got.
        """
        scale = min(
            frame.width * within[0] / drawing.width, frame.height * within[1] / drawing.height
        )
        x = frame.x + (frame.width - drawing.width * scale) / 2
        y = frame.y + (frame.height - drawing.height * scale) / 2
        self.drawing(drawing, x, y, scale)
        return scale

    def _picture(self, picture: PlacedPicture) -> None:
        image = Image.open(BytesIO(picture.png)).convert("RGBA")
        image.thumbnail((_LARGEST_PICTURE_PX, _LARGEST_PICTURE_PX))
        canvas = self._canvas
        canvas.saveState()
        canvas.transform(1, 0, 0, -1, picture.x, picture.y + picture.height)
        canvas.drawImage(ImageReader(image), 0, 0, picture.width, picture.height, mask="auto")
        canvas.restoreState()


def embedded(family: Family, weight: int) -> str:
    """Registers a font file and gives the name that text is set in."""
    name = f"{family.id}-{family.nearest(weight)}-{family.sha256(weight)[:12]}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(family.font_path(weight))))
    return name


def sets(font: str, text: str) -> bool:
    """Whether a registered font has all characters of a text."""
    glyphs = pdfmetrics.getFont(font).face.charToGlyph
    return all(ord(sign) in glyphs for sign in text)


def width_of(text: str, font: str, size: float) -> float:
    """In points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def shortened(text: str, font: str, size: float, room: float) -> str:
    """The text, or as much of it as fits with three dots."""
    if width_of(text, font, size) <= room:
        return text
    while text and width_of(text + "...", font, size) > room:
        text = text[:-1]
    return text.rstrip() + "..."


def wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    """The text in lines; a word that is longer than a line is shortened."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, font, size) <= room:
            lines[-1] = longer
        else:
            lines.append(shortened(word, font, size, room))
    return lines


def _rgb(colour: Colour) -> Color:
    return Color(*(channel / 255 for channel in colour.rgb))
