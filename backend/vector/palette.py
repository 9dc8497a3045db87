"""Palettes: which colour plays which part, and what to wear when nobody said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from backend.domain.brief import Colour, Palette
from backend.vector.colour import colour_difference, contrast_ratio, lab_from_srgb

WHITE = Colour(255, 255, 255)
INK = Colour(24, 28, 36)
MIN_CONTRAST = 1.9
# Two inks share the work, so on white one of them may be as light as a sky blue.
MIN_GROUND_CONTRAST = 1.4


@dataclass(frozen=True, slots=True)
class NamedPalette:
    """A palette with words for what it suits; the words are matched to a brief by meaning."""

    name: str
    mood: str
    palette: Palette


def _named(name: str, mood: str, background: str, primary: str, secondary: str) -> NamedPalette:
    colours = (Colour.from_hex(digits) for digits in (background, primary, secondary))
    return NamedPalette(name, mood, Palette(*colours))


PALETTES: tuple[NamedPalette, ...] = (
    _named("Roastery", "coffee, bakery, chocolate, cafe, craft", "F7F0E6", "5B3A29", "C98B4B"),
    _named("Harbour", "sea, sailing, travel, trust, navigation", "FFFFFF", "12355B", "2FA4C7"),
    _named("Orchard", "fruit, farm, organic, fresh food", "FBFAF3", "2F7D4F", "E4572E"),
    _named("Meadow", "nature, eco, plants, garden, sustainability", "F6FAF1", "3B7A57", "A6C36F"),
    _named("Clinic", "medicine, health, dental, care, pharmacy", "FFFFFF", "0E7C86", "7FD1C7"),
    _named("Ledger", "finance, bank, insurance, law, consulting", "FFFFFF", "1B2A49", "B08D57"),
    _named(
        "Circuit",
        "technology, software, data, artificial intelligence",
        "0F1724",
        "4CC9F0",
        "7B61FF",
    ),
    _named("Signal", "startup, app, internet, communication", "FFFFFF", "3355FF", "FF7A59"),
    _named("Arcade", "games, esports, streaming, entertainment", "161225", "F72585", "4CC9F0"),
    _named("Nursery", "children, toys, kindergarten, family", "FFF8EC", "F28F3B", "4D9DE0"),
    _named("Paw", "pets, dogs, cats, veterinary, animals", "FFF7EF", "8A4F2D", "F2A65A"),
    _named(
        "Forge", "metal, industry, construction, engineering, tools", "F4F4F2", "2B2D33", "E07A1F"
    ),
    _named(
        "Voltage", "energy, electricity, electric cars, batteries", "101820", "FEE715", "FFFFFF"
    ),
    _named("Sunrise", "travel, adventure, outdoors, sun, optimism", "FFF6E9", "E4572E", "F3A712"),
    _named("Summit", "mountains, hiking, sport, camping", "F3F6F8", "1F3A4D", "5FA8A0"),
    _named("Pitch", "football, fitness, sport team, gym", "FFFFFF", "C1121F", "14213D"),
    _named("Boutique", "fashion, jewellery, beauty, luxury", "FAF5F2", "2A2326", "C08A7D"),
    _named("Blossom", "flowers, wedding, cosmetics, spa", "FFF7F9", "B5446E", "F2A7B9"),
    _named("Vineyard", "wine, restaurant, cheese, gourmet", "FBF6EF", "6B1E3A", "7A8B3C"),
    _named("Bazaar", "spices, street food, market, kitchen", "FFF9EC", "B23A1E", "E9B44C"),
    _named("Studio", "design, art, photography, creative agency", "FFFFFF", "111111", "FF4F5E"),
    _named("Chorus", "music, concert, radio, podcast", "FFFDF8", "4B2E83", "FF9F1C"),
    _named(
        "Scholar", "school, university, books, science, education", "FDFBF5", "1D3557", "E0A030"
    ),
    _named("Frost", "ice, water, cleaning, winter, dairy", "F5FBFF", "1E6091", "89C2D9"),
    _named("Midnight", "night, bar, cinema, club, mystery", "14121F", "E8D5B7", "B23A48"),
    _named("Desert", "pottery, hotel, architecture, interior", "FAF3E8", "A44A3F", "D4A373"),
    _named(
        "Monochrome", "minimal, timeless, architecture, publishing", "FFFFFF", "15171A", "8A8F98"
    ),
)


def palettes_from_colours(colours: Sequence[Colour]) -> list[Palette]:
    """All good ways to wear the colours that were asked for, best first.

    Every palette uses only those colours, and white or a dark ink where one or two leave a part
    unfilled: a lone red gets a white ground, a lone pale yellow a dark one. Three or more that
    cannot be told from each other's ground, such as pastels, are worn in pairs on such a ground.
    With one or two colours primary and secondary may be equal.

    Args:
        colours: one or more, by preference; only the first five are used.

    Returns:
        At least one palette, without repeats.
    """
    distinct = _distinct(colours)[:5]
    if len(distinct) == 1:
        ink = distinct[0]
        ground = WHITE if contrast_ratio(ink, WHITE) >= MIN_CONTRAST else INK
        return [Palette(ground, ink, ink), Palette(ink, ground, ground)]
    if len(distinct) == 2:
        return _palettes_of_two(*distinct)
    orders = [Palette(*triple) for triple in permutations(distinct, 3)]
    if usable := [palette for palette in orders if _readable(palette)]:
        return sorted(usable, key=_ground_fitness, reverse=True)
    pairs = [palette for pair in combinations(distinct, 2) for palette in _palettes_of_two(*pair)]
    return list(dict.fromkeys(pairs))


def _palettes_of_two(first: Colour, second: Colour) -> list[Palette]:
    ground = _ground_for(first, second)
    on_ground = [Palette(ground, first, second), Palette(ground, second, first)] if ground else []
    if contrast_ratio(first, second) < MIN_CONTRAST:
        return on_ground
    if _is_neutral(first) or _is_neutral(second):
        light, dark = sorted((first, second), key=lambda c: -float(lab_from_srgb(c.rgb)[0]))
        return [Palette(light, dark, dark), Palette(dark, light, light)]
    return [*on_ground, Palette(second, first, first), Palette(first, second, second)]


def _ground_for(first: Colour, second: Colour) -> Colour | None:
    """A ground on which both inks show: white or ink, or None for a dark and a pale colour.

    Two colours too close to carry each other are both pale or both dark, so they always have one.
    """
    if min(contrast_ratio(first, WHITE), contrast_ratio(second, WHITE)) >= MIN_GROUND_CONTRAST:
        return WHITE
    if min(contrast_ratio(first, INK), contrast_ratio(second, INK)) >= MIN_CONTRAST:
        return INK
    return None


def inverted(palette: Palette) -> Palette | None:
    """Light on dark for dark on light, or None when the second ink would drown."""
    swapped = Palette(palette.primary, palette.background, palette.secondary)
    if palette.secondary == palette.primary:
        swapped = Palette(palette.primary, palette.background, palette.background)
    return swapped if _readable(swapped) else None


def _readable(palette: Palette) -> bool:
    inks = {palette.primary, palette.secondary}
    return all(contrast_ratio(palette.background, ink) >= MIN_CONTRAST for ink in inks) and (
        len(inks) == 1 or colour_difference(palette.primary, palette.secondary) > 12
    )


def _ground_fitness(palette: Palette) -> float:
    lightness, *chroma = (float(value) for value in lab_from_srgb(palette.background.rgb))
    quiet = -(abs(chroma[0]) + abs(chroma[1])) / 4
    return lightness / 2 + quiet + 4 * contrast_ratio(palette.background, palette.primary)


def _is_neutral(colour: Colour) -> bool:
    _, a, b = lab_from_srgb(colour.rgb)
    return bool(abs(a) + abs(b) < 16)


def _distinct(colours: Sequence[Colour]) -> list[Colour]:
    """Colours that differ to the eye, first mention first."""
    kept: list[Colour] = []
    for colour in colours:
        if all(colour_difference(colour, other) > 2 for other in kept):
            kept.append(colour)
    return kept
