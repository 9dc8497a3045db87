"""The brand sheet: one page that tells a stranger how to use the logo."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.branding.brand_colours import BrandColour
from backend.branding.drawing import Drawing
from backend.branding.fonts import Face, Family, family
from backend.branding.icons import unseen_share
from backend.branding.kit_words import Words
from backend.branding.lockups import Lockup
from backend.branding.sheet_page import (
    HEIGHT,
    LINE,
    QUIET,
    TEXT,
    WHITE,
    WIDTH,
    Frame,
    Page,
    embedded,
    sets,
    shortened,
    width_of,
    wrapped,
)
from backend.branding.variants import all_variants, dark_ground
from backend.domain.branding import KitLanguage, LockupKind, Variant
from backend.domain.brief import Colour
from backend.vector.colour import contrast_ratio

_MARGIN, _GAP = 36.0, 10.0
_POINTS_PER_MM = 72 / 25.4
_BODY_FAMILY = "manrope"
_BODY_CATEGORIES = ("sans",)
_CYRILLIC = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
_LATIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789"
_PALE = 0.10
_UNSEEN_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """What stands on a brand sheet.

    Attributes:
        name: of the brand; may be empty.
        lockups: the main one first.
        made_for: the ground that the colours were chosen for.
        colours: of the brand, by part.
        family, weight: of the name.
        faces: of the lettering, the name's first.
        credits: licences, a line each.
        words: of the kit's language.
    """

    name: str
    lockups: Mapping[LockupKind, Lockup]
    made_for: Colour | None
    colours: tuple[BrandColour, ...]
    family: Family
    weight: int
    faces: Sequence[Face]
    credits: Sequence[str]
    words: Words

    @property
    def main(self) -> Lockup:
        """The lockup that is shown large."""
        return next(iter(self.lockups.values()))


@dataclass(frozen=True, slots=True)
class _Type:
    """Names of registered fonts: of the brand, and of plain text in two weights."""

    brand: str
    plain: str
    strong: str


def brand_sheet(order: SheetOrder, recipe: str = "") -> bytes:
    """A PDF of one A4 page, landscape; equal orders give equal bytes.

    Args:
        recipe: stands in the file's keywords.
    """
    fonts = _fonts(order)
    words = order.words
    title = words("sheet.title", name=order.name) if order.name else words("sheet")
    page = Page(title, recipe, fonts.plain, str(words.language))
    inner = WIDTH - 2 * _MARGIN
    _header(page, order, fonts, Frame(_MARGIN, 30, inner, 22))
    hero, side = Frame(_MARGIN, 64, inner, 200).columns((1.62, 1), _GAP)
    _hero(page, order, hero)
    _variants(page, order, fonts, side)
    _colours(page, order, fonts, Frame(_MARGIN, 284, inner, 118))
    parts = [(1.15, _clear_space), (1.25, _lockups), (0.8, _smallest), (1.1, _typography)]
    if not order.name:
        parts = [(1.0, _clear_space), (1.0, _smallest)]
    frames = Frame(_MARGIN, 420, inner, 118).columns([share for share, _ in parts], 22)
    for (_, section), frame in zip(parts, frames, strict=True):
        section(page, order, fonts, frame)
    _footer(page, order, fonts)
    return page.content()


def body_family(brand: Family) -> Family:
    """What plain text beside a brand's lettering is set in: the same if it is easily read."""
    return brand if brand.category in _BODY_CATEGORIES else family(_BODY_FAMILY)


def _fonts(order: SheetOrder) -> _Type:
    body = body_family(order.family)
    return _Type(embedded(order.family, order.weight), embedded(body, 400), embedded(body, 700))


def _header(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    sheet = order.words("sheet")
    name = " ".join(order.name.split()) or sheet
    font = fonts.brand if sets(fonts.brand, name) else fonts.strong
    size = max(9.0, min(16.0, 16 * 0.75 * frame.width / max(1.0, width_of(name, font, 16))))
    baseline = frame.y + 17
    page.text(frame.x, baseline, shortened(name, font, size, 0.75 * frame.width), font, size)
    if order.name:
        right = frame.x + frame.width
        page.text(right, baseline, sheet, fonts.plain, 8.5, colour=QUIET, align_right=True)


def _label(page: Page, fonts: _Type, frame: Frame, text: str) -> Frame:
    """A heading with a hairline; gives what is left of the frame."""
    page.text(frame.x, frame.y + 5, text, fonts.strong, 7.2)
    page.line(frame.x, frame.y + 11, frame.x + frame.width, frame.y + 11, LINE)
    return Frame(frame.x, frame.y + 20, frame.width, frame.height - 20)


def _hero(page: Page, order: SheetOrder, frame: Frame) -> None:
    ground = order.made_for or WHITE
    page.panel(frame, ground, stroke=LINE if _is_pale(ground) else None)
    page.centred(order.main.drawing, frame, within=(0.7, 0.58))


def _variants(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    """Reversed above; black and white below, white on the brand's strongest colour."""
    half = (frame.height - _GAP) / 2
    top = Frame(frame.x, frame.y, frame.width, half)
    below = Frame(frame.x, frame.y + half + _GAP, frame.width, half)
    left, right = below.columns((1, 1), _GAP)
    shapes = all_variants(order.main.drawing, ground=order.made_for)
    dark = dark_ground(order.main.drawing, order.made_for)
    tiles = ((Variant.REVERSED, top), (Variant.BLACK, left), (Variant.WHITE, right))
    for variant, tile in tiles:
        drawing = shapes[variant]
        ground = WHITE if variant is Variant.BLACK else dark
        if variant is Variant.WHITE:
            strong = [one.colour for one in order.colours if one.on_white >= 3]
            ground = next((colour for colour in strong if colour != ground), ground)
        page.panel(tile, ground, stroke=LINE if _is_pale(ground) else None)
        shown = Frame(tile.x, tile.y, tile.width, tile.height - 8)
        page.centred(drawing, shown, within=(0.68, 0.56))
        quiet = QUIET if _is_pale(ground) else _mixed(WHITE, ground, 0.7)
        caption = order.words(f"variant.{variant}")
        page.text(tile.x + 8, tile.y + tile.height - 7, caption, fonts.plain, 6, colour=quiet)


def _colours(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    words = order.words
    inner = _label(page, fonts, frame, words("colours"))
    shown = order.colours[:8]
    if not shown:
        return
    columns = inner.columns([1.0] * len(shown), _GAP)
    for colour, column in zip(shown, columns, strict=True):
        _swatch(page, words, fonts, colour, column)
    note = words("colours.note", profile=words("profile"))
    if any(not one.inks.is_printable for one in shown):
        note += "  " + words("colours.dull")
    page.text(
        frame.x + frame.width, frame.y + 5, note, fonts.plain, 5.6, colour=QUIET, align_right=True
    )


def _swatch(page: Page, words: Words, fonts: _Type, one: BrandColour, column: Frame) -> None:
    block = Frame(column.x, column.y, column.width, 40)
    page.panel(block, one.colour, radius=4, stroke=LINE if _is_pale(one.colour) else None)
    on_it = WHITE if contrast_ratio(one.colour, WHITE) >= 3 else TEXT
    part, _, number = one.role.partition(" ")
    told = f"{words(f'role.{part}')} {number}".rstrip()
    role = shortened(told, fonts.strong, 6.5, column.width - 14)
    page.text(block.x + 7, block.y + 12, role, fonts.strong, 6.5, colour=on_it)
    star = "" if one.inks.is_printable else " *"
    facts = (
        ("RGB", " ".join(str(value) for value in one.colour.rgb)),
        ("CMYK", " ".join(str(value) for value in one.inks.percents) + star),
        (words("colours.contrast"), words.figure(f"{one.on_white:.1f} / {one.on_black:.1f}")),
    )
    y = block.y + block.height + 13
    indent = max(33.0, 4 + max(width_of(what, fonts.plain, 6.2) for what, _ in facts))
    page.text(column.x, y, one.colour.hex, fonts.strong, 9)
    for place, (what, value) in enumerate(facts):
        line = y + 12 + 9.6 * place
        page.text(column.x, line, what, fonts.plain, 6.2, colour=QUIET)
        page.text(column.x + indent, line, value, fonts.plain, 6.6)


def _clear_space(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    inner = _label(page, fonts, frame, order.words("space"))
    lockup = order.main
    free = lockup.clear_space
    whole = lockup.drawing.with_margin(free)
    area = Frame(inner.x, inner.y, inner.width, inner.height - 16)
    scale = min(area.width / whole.width, area.height / whole.height)
    x, y = area.x, area.y + (area.height - whole.height * scale) / 2
    zone = Frame(x, y, whole.width * scale, whole.height * scale)
    accent = Colour(214, 51, 108)
    page.panel(zone, _mixed(accent, WHITE, _PALE), radius=0)
    ink = zone.inset(free * scale)
    page.panel(ink, _behind(order, lockup.drawing) or WHITE, radius=0)
    page.drawing(whole, x, y, scale)
    for left in (ink.x, ink.x + ink.width):
        page.line(left, zone.y, left, zone.y + zone.height, accent, dashed=True)
    for top in (ink.y, ink.y + ink.height):
        page.line(zone.x, top, zone.x + zone.width, top, accent, dashed=True)
    size = max(4.0, min(8.0, free * scale * 0.6))
    middle = free * scale / 2
    across = width_of("x", fonts.strong, size) / 2
    for left in (zone.x + middle, zone.x + zone.width - middle):
        for top in (zone.y + middle, zone.y + zone.height - middle):
            page.text(left - across, top + size / 4, "x", fonts.strong, size, colour=accent)
    caption = order.words("space.mark" if lockup.mark_box else "space.letters")
    page.text(inner.x, inner.y + inner.height, caption, fonts.plain, 6.2, colour=QUIET)


def _lockups(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    inner = _label(page, fonts, frame, order.words("lockups"))
    kinds = list(order.lockups)
    # All or none: single cells in colour would look as if they meant something.
    ground = next(
        filter(None, (_behind(order, order.lockups[kind].drawing) for kind in kinds)), None
    )
    rows = 1 if len(kinds) <= 2 else 2
    per_row = -(-len(kinds) // rows)
    height = (inner.height - 6 * (rows - 1)) / rows
    for row in range(rows):
        strip = Frame(inner.x, inner.y + row * (height + 6), inner.width, height)
        for kind, cell in zip(
            kinds[row * per_row : (row + 1) * per_row],
            strip.columns([1.0] * per_row, 8),
            strict=False,
        ):
            drawing = order.lockups[kind].drawing
            room = Frame(cell.x, cell.y, cell.width, cell.height - 11)
            scale = min(room.width / drawing.width, room.height / drawing.height)
            top = room.y + (room.height - drawing.height * scale) / 2
            if ground is not None:
                page.panel(room, ground, radius=3)
                page.centred(drawing, room, within=(0.8, 0.7))
            else:
                page.drawing(drawing, room.x, top, scale)
            called = order.words(f"lockup.{kind}")
            page.text(cell.x, cell.y + cell.height, called, fonts.plain, 6.2, colour=QUIET)


def _smallest(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    """Drawn in real size where that fits, which the heading then says."""
    mark = order.lockups.get(LockupKind.MARK, order.main)
    shown = (order.main,) if mark is order.main else (order.main, mark)
    room = (frame.width - 40 * (len(shown) - 1), frame.height - 40)
    width = order.main.smallest_width_mm * _POINTS_PER_MM
    height = width * order.main.drawing.height / order.main.drawing.width
    shrink = min(1.0, room[0] / width, room[1] / height)
    words = order.words
    inner = _label(page, fonts, frame, words("smallest" if shrink < 1 else "smallest.real"))
    x, y, taken = inner.x, inner.y, 0.0
    for lockup in shown:
        width = lockup.smallest_width_mm * _POINTS_PER_MM * shrink
        height = width * lockup.drawing.height / lockup.drawing.width
        if y > inner.y and y + height + 20 > inner.y + inner.height:
            x, y = max(x + taken + 14, inner.x + 0.6 * inner.width), inner.y
        ground = _behind(order, lockup.drawing)
        if ground is not None:
            page.panel(Frame(x - 4, y - 4, width + 8, height + 8), ground, radius=3)
        page.drawing(lockup.drawing, x, y, width / lockup.drawing.width)
        taken = width
        caption = (
            words("smallest.mm", width=words.figure(f"{lockup.smallest_width_mm:g}")),
            words("smallest.px", width=lockup.smallest_width_px),
        )
        for number, line in enumerate(caption):
            page.text(x, y + height + 12 + 8 * number, line, fonts.plain, 6.2, colour=QUIET)
        y += height + 30


def _typography(page: Page, order: SheetOrder, fonts: _Type, frame: Frame) -> None:
    inner = _label(page, fonts, frame, order.words("typeface"))
    one = order.family
    is_cyrillic = _shows_cyrillic(order, fonts)
    sample = "Aa Жж" if is_cyrillic else "Aa"
    size = 34.0
    size *= min(1.0, inner.width / width_of(sample, fonts.brand, size))
    page.text(inner.x, inner.y + 26, sample, fonts.brand, size)
    page.text(inner.x, inner.y + 45, f"{one.name} {one.nearest(order.weight)}", fonts.strong, 7.5)
    if len(order.faces) > 1:
        told = order.words("typeface.tagline", name=order.faces[-1].name)
        right = inner.x + inner.width
        page.text(right, inner.y + 45, told, fonts.plain, 6.2, colour=QUIET, align_right=True)
    y = inner.y + 58
    for letters in (*([_CYRILLIC] if is_cyrillic else []), _LATIN):
        shown = min(7.5, 7.2 * inner.width / width_of(letters, fonts.brand, 7.5))
        page.text(inner.x, y, letters, fonts.brand, shown)
        y += 11
    terms = order.words("typeface.terms", author=one.author, licence=one.licence)
    for line in wrapped(terms, fonts.plain, 6.2, inner.width)[:3]:
        y += 8
        page.text(inner.x, y - 5, line, fonts.plain, 6.2, colour=QUIET)


def _shows_cyrillic(order: SheetOrder, fonts: _Type) -> bool:
    """Whether the brand, or who reads of it, has a use for Cyrillic letters."""
    is_used = order.words.language is KitLanguage.RUSSIAN or any(
        unicodedata.name(sign, "").startswith("CYRILLIC") for sign in order.name
    )
    return is_used and sets(fonts.brand, _CYRILLIC)


def _footer(page: Page, order: SheetOrder, fonts: _Type) -> None:
    text = " ".join(f"{line.rstrip('.')}." for line in order.credits)
    text += " " + order.words("sheet.clearance")
    legible = "".join(sign if sets(fonts.plain, sign) else "?" for sign in text)
    lines = wrapped(legible, fonts.plain, 5.4, WIDTH - 2 * _MARGIN)[-3:]
    for number, line in enumerate(reversed(lines)):
        page.text(_MARGIN, HEIGHT - 24 - 7 * number, line, fonts.plain, 5.4, colour=QUIET)


def _behind(order: SheetOrder, drawing: Drawing) -> Colour | None:
    """What a drawing needs behind it that would not be seen on the paper, else None."""
    if order.made_for is None or unseen_share(drawing, WHITE) < _UNSEEN_SHARE:
        return None
    return order.made_for


def _is_pale(colour: Colour) -> bool:
    return contrast_ratio(colour, WHITE) < 1.25


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    """So much of the first colour in the second."""
    return Colour(
        *(round(share * a + (1 - share) * b) for a, b in zip(first.rgb, second.rgb, strict=True))
    )
