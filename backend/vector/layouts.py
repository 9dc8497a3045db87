"""Layouts: where a glyph stands and what frames it. Pure geometry, deterministic from a seed."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backend.domain.brief import Colour, Palette
from backend.vector.glyphs import GLYPH_UNITS, Glyph
from backend.vector.svg import CANVAS_UNITS, Role, Scene, Shape

_CENTRE = CANVAS_UNITS / 2
_PRIMARY, _SECONDARY, _BACKGROUND = Role.PRIMARY, Role.SECONDARY, Role.BACKGROUND


class Layout(StrEnum):
    """The arrangements that a draft can take."""

    MARK = "mark"
    DISC = "disc"
    RING = "ring"
    ROUNDED_SQUARE = "rounded-square"
    SHIELD = "shield"
    HEXAGON = "hexagon"
    NEGATIVE = "negative"
    TWO_COLOUR = "two-colour"
    BACKDROP = "backdrop"
    ECHO = "echo"
    OUTLINE = "outline"
    PAIR = "pair"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class LayoutFacts:
    """What a layout needs and how captions call it.

    Attributes:
        caption: words for it in captions.
        two_inks: primary and secondary both show, so they should differ.
        shows_secondary: the secondary ink is to be seen, whether or not it has to differ.
        glyphs: how many glyphs it places; LETTER takes the letter first.
        max_complexity: drawings more intricate than this lose too much in it.
    """

    caption: str
    two_inks: bool = False
    shows_secondary: bool = False
    glyphs: int = 1
    max_complexity: float = 99.0


FACTS: dict[Layout, LayoutFacts] = {
    Layout.MARK: LayoutFacts("simple mark"),
    Layout.DISC: LayoutFacts("in a circle"),
    Layout.RING: LayoutFacts("in a ring"),
    Layout.ROUNDED_SQUARE: LayoutFacts("in a rounded square"),
    Layout.SHIELD: LayoutFacts("on a shield", max_complexity=30),
    Layout.HEXAGON: LayoutFacts("in a hexagon", max_complexity=30),
    Layout.NEGATIVE: LayoutFacts("negative space"),
    Layout.TWO_COLOUR: LayoutFacts("split in two colours", two_inks=True, shows_secondary=True),
    Layout.BACKDROP: LayoutFacts("over a disc", two_inks=True, shows_secondary=True),
    Layout.ECHO: LayoutFacts(
        "with a flat shadow", two_inks=True, shows_secondary=True, max_complexity=26
    ),
    Layout.OUTLINE: LayoutFacts("outline", max_complexity=18),
    Layout.PAIR: LayoutFacts("pair of symbols", shows_secondary=True, glyphs=2, max_complexity=26),
    Layout.LETTER: LayoutFacts(
        "letter with a symbol", shows_secondary=True, glyphs=2, max_complexity=26
    ),
}


def build_scene(layout: Layout, glyphs: Sequence[Glyph], seed: int = 0) -> Scene:
    """Sets glyphs into a layout.

    Args:
        layout: the arrangement.
        glyphs: at least `FACTS[layout].glyphs` of them.
        seed: varies proportions a little.

    Raises:
        ValueError: too few glyphs for the layout.
    """
    if len(glyphs) < FACTS[layout].glyphs:
        raise ValueError(f"layout {layout} needs {FACTS[layout].glyphs} glyphs, got {len(glyphs)}")
    return Scene(_BUILDERS[layout](glyphs, random.Random(seed)))


def fits(layout: Layout, glyph: Glyph) -> bool:
    """Whether a drawing stays readable in a layout."""
    return glyph.complexity <= FACTS[layout].max_complexity


def suits_colours(layout: Layout, palette: Palette, asked: Collection[Colour]) -> bool:
    """Whether a layout has room for the palette's inks, and hides none that was asked for."""
    if palette.primary == palette.secondary:
        return not FACTS[layout].two_inks
    return FACTS[layout].shows_secondary or palette.secondary not in asked


def disc_path(x: float, y: float, radius: float) -> str:
    """Path data of a circle."""
    return (
        f"M{x - radius:g} {y:g}a{radius:g} {radius:g} 0 1 0 {2 * radius:g} 0"
        f"a{radius:g} {radius:g} 0 1 0 {-2 * radius:g} 0Z"
    )


def rounded_square_path(size: float, corner: float) -> str:
    """Path data of a centred square with round corners."""
    low, run = _CENTRE - size / 2, size - 2 * corner
    arc = f"a{corner:g} {corner:g} 0 0 1"
    return (
        f"M{low + corner:g} {low:g}"
        f"h{run:g}{arc} {corner:g} {corner:g}v{run:g}{arc} {-corner:g} {corner:g}"
        f"h{-run:g}{arc} {-corner:g} {-corner:g}v{-run:g}{arc} {corner:g} {-corner:g}Z"
    )


def rounded_polygon_path(corners: Sequence[tuple[float, float]], rounding: float) -> str:
    """Path data of a polygon whose corners are cut by quadratic curves of the given length."""
    parts = []
    for i, (x, y) in enumerate(corners):
        before, after = corners[i - 1], corners[(i + 1) % len(corners)]
        start, end = _towards((x, y), before, rounding), _towards((x, y), after, rounding)
        parts.append(
            f"{'M' if i == 0 else 'L'}{start[0]:g} {start[1]:g}Q{x:g} {y:g} {end[0]:g} {end[1]:g}"
        )
    return "".join(parts) + "Z"


SHIELD_PATH = (
    "M500 70C610 150 740 180 860 180V480C860 720 700 860 500 940"
    "C300 860 140 720 140 480V180C260 180 390 150 500 70Z"
)


def _hexagon_path(radius: float) -> str:
    corners = [
        (
            _CENTRE + radius * math.cos(math.radians(60 * k - 90)),
            _CENTRE + radius * math.sin(math.radians(60 * k - 90)),
        )
        for k in range(6)
    ]
    return rounded_polygon_path(corners, radius * 0.16)


def _towards(
    start: tuple[float, float], end: tuple[float, float], length: float
) -> tuple[float, float]:
    span = math.dist(start, end)
    return (
        round(start[0] + (end[0] - start[0]) * length / span, 2),
        round(start[1] + (end[1] - start[1]) * length / span, 2),
    )


def _placed(
    glyph: Glyph,
    role: Role,
    *,
    size: float,
    centre: tuple[float, float] = (_CENTRE, _CENTRE),
    stroke_width: float | None = None,
    clip: str | None = None,
) -> Shape:
    """A glyph with `size` as its longer side, between its box's centre and its centre of mass."""
    scale = size / GLYPH_UNITS
    anchor_x = glyph.width / 2 * 0.7 + glyph.centroid[0] * 0.3
    anchor_y = glyph.height / 2 * 0.7 + glyph.centroid[1] * 0.3
    matrix = (
        scale,
        0,
        0,
        scale,
        round(centre[0] - anchor_x * scale, 2),
        round(centre[1] - anchor_y * scale, 2),
    )
    stroke = stroke_width / scale if stroke_width else None
    return Shape(glyph.path, role, matrix, stroke, clip)


def _in_circle(
    glyph: Glyph, role: Role, radius: float, centre: tuple[float, float] = (_CENTRE, _CENTRE)
) -> Shape:
    """The largest placement whose farthest ink stays inside a circle."""
    size = min(radius / max(glyph.reach, 1) * GLYPH_UNITS, radius * 1.72)
    return _placed(glyph, role, size=size, centre=centre)


def _mark_size(glyph: Glyph) -> float:
    """Dense drawings look larger than open ones: they are set a little smaller."""
    return 800 - 160 * glyph.ink


def _mark(glyphs: Sequence[Glyph], _rng: random.Random) -> tuple[Shape, ...]:
    return (_placed(glyphs[0], _PRIMARY, size=_mark_size(glyphs[0])),)


def _disc(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    radius = rng.uniform(410, 440)
    return (
        Shape(disc_path(_CENTRE, _CENTRE, radius), _PRIMARY),
        _in_circle(glyphs[0], _BACKGROUND, radius * 0.74),
    )


def _ring(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    width = rng.uniform(28, 52)
    ink = rng.choice((_PRIMARY, _SECONDARY))
    return (
        Shape(disc_path(_CENTRE, _CENTRE, 440 - width / 2), _PRIMARY, stroke_width=round(width, 1)),
        _in_circle(glyphs[0], ink, 310),
    )


def _rounded_square(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    return (
        Shape(rounded_square_path(820, round(rng.uniform(120, 260))), _PRIMARY),
        _placed(glyphs[0], _BACKGROUND, size=_mark_size(glyphs[0]) * 0.74),
    )


def _shield(glyphs: Sequence[Glyph], _rng: random.Random) -> tuple[Shape, ...]:
    return (Shape(SHIELD_PATH, _PRIMARY), _in_circle(glyphs[0], _BACKGROUND, 285, (_CENTRE, 475)))


def _hexagon(glyphs: Sequence[Glyph], _rng: random.Random) -> tuple[Shape, ...]:
    return (Shape(_hexagon_path(460), _PRIMARY), _in_circle(glyphs[0], _BACKGROUND, 300))


def _negative(glyphs: Sequence[Glyph], _rng: random.Random) -> tuple[Shape, ...]:
    canvas = f"M0 0H{CANVAS_UNITS}V{CANVAS_UNITS}H0Z"
    return (
        Shape(canvas, _PRIMARY),
        _placed(glyphs[0], _BACKGROUND, size=_mark_size(glyphs[0]) * 0.92),
    )


def _two_colour(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    cut = rng.choice(
        (
            "M500 0H1000V1000H500Z",
            "M0 520H1000V1000H0Z",
            "M1000 0V1000H0Z",
        )
    )
    size = _mark_size(glyphs[0])
    return (
        _placed(glyphs[0], _PRIMARY, size=size),
        _placed(glyphs[0], _SECONDARY, size=size, clip=cut),
    )


def _backdrop(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    radius = rng.uniform(290, 350)
    angle = rng.uniform(0, 2 * math.pi)
    centre = (round(_CENTRE + 70 * math.cos(angle)), round(_CENTRE + 70 * math.sin(angle)))
    return (
        Shape(disc_path(*centre, round(radius)), _SECONDARY),
        _placed(glyphs[0], _PRIMARY, size=_mark_size(glyphs[0]) * 0.95),
    )


def _echo(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    size, shift = _mark_size(glyphs[0]) * 0.94, rng.uniform(26, 44)
    return (
        _placed(glyphs[0], _SECONDARY, size=size, centre=(_CENTRE + shift, _CENTRE + shift)),
        _placed(glyphs[0], _PRIMARY, size=size, centre=(_CENTRE - shift / 3, _CENTRE - shift / 3)),
    )


def _outline(glyphs: Sequence[Glyph], rng: random.Random) -> tuple[Shape, ...]:
    return (
        _placed(glyphs[0], _PRIMARY, size=_mark_size(glyphs[0]), stroke_width=rng.uniform(24, 34)),
    )


def _pair(glyphs: Sequence[Glyph], _rng: random.Random) -> tuple[Shape, ...]:
    first, second = glyphs[:2]
    return (
        _placed(first, _PRIMARY, size=600, centre=(400, 440)),
        _placed(second, _BACKGROUND, size=380, centre=(720, 700), stroke_width=56),
        _placed(second, _BACKGROUND, size=380, centre=(720, 700)),
        _placed(second, _SECONDARY, size=380, centre=(720, 700)),
    )


def _letter(glyphs: Sequence[Glyph], _rng: random.Random) -> tuple[Shape, ...]:
    letter, glyph = glyphs[:2]
    return (
        _placed(letter, _PRIMARY, size=640, centre=(420, 540)),
        _placed(glyph, _BACKGROUND, size=340, centre=(730, 290), stroke_width=52),
        _placed(glyph, _SECONDARY, size=340, centre=(730, 290)),
    )


_BUILDERS: dict[Layout, Callable[[Sequence[Glyph], random.Random], tuple[Shape, ...]]] = {
    Layout.MARK: _mark,
    Layout.DISC: _disc,
    Layout.RING: _ring,
    Layout.ROUNDED_SQUARE: _rounded_square,
    Layout.SHIELD: _shield,
    Layout.HEXAGON: _hexagon,
    Layout.NEGATIVE: _negative,
    Layout.TWO_COLOUR: _two_colour,
    Layout.BACKDROP: _backdrop,
    Layout.ECHO: _echo,
    Layout.OUTLINE: _outline,
    Layout.PAIR: _pair,
    Layout.LETTER: _letter,
}
