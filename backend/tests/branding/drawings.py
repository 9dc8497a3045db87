from __future__ import annotations

import math
from io import BytesIO

from PIL import Image, ImageDraw

from backend.branding.drawing import Drawing, Layer, PlacedPicture
from backend.branding.outlines import Outline, Segment, combined, rectangle, within, without
from backend.domain.brief import Colour

NAVY = Colour(18, 53, 91)
SKY = Colour(47, 164, 199)
RED = Colour(228, 87, 46)
CREAM = Colour(247, 240, 230)
WHITE = Colour(255, 255, 255)


def circle(x: float, y: float, radius: float) -> Outline:
    k = 0.5522847498 * radius
    left, right, top, bottom = x - radius, x + radius, y - radius, y + radius
    return Outline(
        (
            Segment("M", (right, y)),
            Segment("C", (right, y + k, x + k, bottom, x, bottom)),
            Segment("C", (x - k, bottom, left, y + k, left, y)),
            Segment("C", (left, y - k, x - k, top, x, top)),
            Segment("C", (x + k, top, right, y - k, right, y)),
            Segment("Z"),
        )
    )


def polygon(*points: tuple[float, float]) -> Outline:
    steps = [Segment("M" if i == 0 else "L", point) for i, point in enumerate(points)]
    return Outline((*steps, Segment("Z")))


def star(x: float, y: float, radius: float) -> Outline:
    return polygon(
        *(
            (
                x + radius * (1 if i % 2 == 0 else 0.45) * math.sin(math.pi * i / 5),
                y - radius * (1 if i % 2 == 0 else 0.45) * math.cos(math.pi * i / 5),
            )
            for i in range(10)
        )
    )


def mountain() -> Drawing:
    """A sky disc with a navy mountain and a red sun that touches both: disjoint areas."""
    disc = circle(500, 500, 500)
    peak = within(disc, polygon((100, 1000), (420, 330), (560, 600), (640, 480), (960, 1000)))
    sun = without(circle(640, 420, 130), peak)
    sky = without(without(disc, peak), sun)
    return Drawing(1000, 1000, (Layer(sky, SKY), Layer(peak, NAVY), Layer(sun, RED)))


def halves() -> Drawing:
    """A disc of two halves that only touch each other."""
    disc = circle(500, 500, 500)
    left, right = rectangle(0, 0, 500, 1000), rectangle(500, 0, 1000, 1000)
    return Drawing(1000, 1000, (Layer(within(disc, left), NAVY), Layer(within(disc, right), SKY)))


def badge() -> Drawing:
    """A navy shield with a white star on top of it, painted over."""
    shield = polygon((0, 0), (800, 0), (800, 560), (400, 1000), (0, 560))
    return Drawing(800, 1000, (Layer(shield, NAVY), Layer(star(400, 400, 260), WHITE)))


def lettering() -> Drawing:
    """Plain strokes that stand for a word."""
    bars = [rectangle(140 * i, 40 * (i % 3), 140 * i + 90, 300) for i in range(8)]
    return Drawing(1070, 300, (Layer(combined(bars), NAVY),))


def beside(mark: Drawing, word: Drawing) -> Drawing:
    """A mark with a word to the right of it."""
    scale = mark.height / 2 / word.height
    width = mark.width * 1.2 + word.width * scale
    left = mark.placed(0, 0, 1, width, mark.height)
    right = word.placed(mark.width * 1.2, mark.height / 4, scale, width, mark.height)
    return Drawing(
        width,
        mark.height,
        (*left.layers, *right.layers),
        (*left.pictures, *right.pictures),
    )


def pixels() -> Drawing:
    """A mark that could not become areas."""
    image = Image.new("RGBA", (96, 96), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((4, 4, 91, 91), fill=(20, 60, 120, 255))
    pen.ellipse((30, 30, 60, 60), fill=(250, 220, 120, 255))
    stream = BytesIO()
    image.save(stream, "PNG")
    return Drawing(1000, 1000, (), (PlacedPicture(stream.getvalue(), 0, 0, 1000, 1000),))
