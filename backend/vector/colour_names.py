"""Names that people give to colours, mapped to sRGB."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

import numpy as np
from PIL import ImageColor

from backend.domain.brief import Colour
from backend.vector.colour import delta_e_2000, lab_from_srgb

# Everyday names that CSS lacks or paints differently from what people mean.
_EVERYDAY = """
amber FFBF00, apricot FBCEB1, aubergine 472C4C, azure blue 007FFF, baby blue 89CFF0,
baby pink F4C2C2, blush F2B8B5, brick BC4A3C, brick red B03A2E, bronze CD7F32, burgundy 800020,
burnt orange CC5500, butter FFF1A6, camel C19A6B, candy pink E4717A, canary FFEF00, caramel C68E17,
cerulean 2A52BE, champagne F7E7CE, charcoal 36454F, cherry D2042D, chestnut 954535, cobalt 0047AB,
cocoa 5C4033, coffee 6F4E37, copper B87333, cream FFFDD0, denim 1560BD, electric blue 2C75FF,
emerald 1FA055, espresso 4B3621, forest 228B22, fuchsia pink FF77FF, grape 6F2DA8, graphite 383838,
honey EBA937, hot red FF2400, ice blue D6F0FF, jade 00A86B, jet black 0A0A0A, lemon FFF44F,
lilac C8A2C8, lime green 32CD32, mahogany C04000, mauve E0B0FF, midnight 191970, milk FDFFF5,
mint 98E0C4, mocha 967259, moss 8A9A5B, mustard E1AD01, navy blue 1F3A68, neon green 39FF14,
neon pink FF10F0, ochre CC7722, off white FAF9F6, olive green 6B8E23, onyx 353839, peach FFCBA4,
peacock 005F69, pearl F0EAD6, pine 01796F, pistachio 93C572, plum purple 8E4585,
powder blue B0E0E6, raspberry E30B5C, rose E8607A, rose gold B76E79, royal purple 7851A9,
ruby 9B111E, rust B7410E, saffron F4C430, sage 9CAF88, sand D8C29D, sapphire 0F52BA,
scarlet FF2400, sea green 2E8B57, seafoam 9FE2BF, sky 87CEEB, slate 708090, strawberry FC5A8D,
sunflower FFC512, tangerine F28500, taupe 8B7E74, terracotta E2725B, tomato red FF6347,
turquoise blue 00C5CD, ultramarine 3F00FF, vanilla F3E5AB, vermilion E34234, walnut 5C4432,
watermelon FC6C85, wine 722F37
"""
# Words that start a CSS name written as one word; the longer ones before those they begin with.
_COMPOUND = re.compile(
    r"^(alice|antique|blanched|blue|burly|cadet|cornflower|corn|dark|deep|dim|dodger|fire|floral|"
    r"forest|ghost|goldenrod|green|hot|indian|lavender|lawn|lemon|light|lime|medium|midnight|mint|"
    r"misty|navajo|old|olive|orange|pale|papaya|peach|powder|rebecca|rosy|royal|saddle|sandy|sea|"
    r"sky|slate|spring|steel|violet|white|yellow)(?=[a-z])"
)
# Shades whose CSS values surprise: "green" in CSS is dark, "darkgrey" lighter than "grey".
_MEANT = {
    "green": "2E9E4F", "purple": "7D3C98", "gold": "D4A017", "silver": "BFC3C7", "brown": "7B4B2A",
    "pink": "F48FB1", "dark grey": "4A4D52", "dark gray": "4A4D52",
}  # fmt: skip
# What a brief means by the names of screen primaries: nobody who asks for blue wants #0000FF.
# Captions and data sets keep CSS's, which the networks were trained with.
_IN_BRIEFS = {
    "red": "D92D27", "orange": "F28C0F", "yellow": "FFDB1A", "lime": "9BD026", "cyan": "00AFD1",
    "aqua": "2BC4C9", "blue": "1F5AD8", "navy": "172A6B", "navy blue": "172A6B",
    "violet": "7F4FC9", "magenta": "D6189B", "fuchsia": "E0218A", "dark blue": "14327A",
    "dark red": "9E1B1B", "dark orange": "C9650A", "dark green": "1B5E20", "light green": "8FD19E",
    "pale green": "C3E6CB", "light yellow": "FCE588", "sky blue": "4FB0E8", "sky": "4FB0E8",
}  # fmt: skip
# How far towards the grey of its own lightness a colour goes; below 0 away from it.
_GREYED = {
    "muted": 0.4, "dusty": 0.4, "calm": 0.4, "quiet": 0.4, "subdued": 0.4, "faded": 0.4,
    "bright": -0.2, "vivid": -0.2,
}  # fmt: skip
_MODIFIERS = {
    "dark": -22, "deep": -16, "light": 20, "pale": 28, "soft": 14, "bright": 8, "pastel": 28,
}  # fmt: skip
_MODIFIED = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "teal", "turquoise",
    "grey", "gray",
)  # fmt: skip


@cache
def named_colours() -> Mapping[str, Colour]:
    """Every known name in lower case: all CSS names, joined and spaced, and everyday ones."""
    names: dict[str, Colour] = {}
    for name, value in ImageColor.colormap.items():
        colour = Colour(*ImageColor.getrgb(value if isinstance(value, str) else name)[:3])
        names[name] = colour
        names[_spaced(name)] = colour
    for entry in _EVERYDAY.replace("\n", " ").split(","):
        name, _, digits = entry.strip().rpartition(" ")
        names[name] = Colour.from_hex(digits)
    names.update({name: Colour.from_hex(digits) for name, digits in _MEANT.items()})
    for modifier, lightness in _MODIFIERS.items():
        for base in _MODIFIED:
            names.setdefault(f"{modifier} {base}", shifted(names[base], lightness))
    return names


@cache
def colours_in_briefs() -> Mapping[str, Colour]:
    """Every known name with what a brief means by it, also muted and vivid ones."""
    names = dict(named_colours())
    names.update({name: Colour.from_hex(digits) for name, digits in _IN_BRIEFS.items()})
    for base in (*_MODIFIED, "gold", "violet", "olive"):
        for modifier, lightness in _MODIFIERS.items():
            if base in _IN_BRIEFS and f"{modifier}{base}" not in ImageColor.colormap:
                names[f"{modifier} {base}"] = shifted(names[base], lightness)
        for modifier, share in _GREYED.items():
            names[f"{modifier} {base}"] = _greyed(names[base], share)
    return names


def _greyed(colour: Colour, share: float) -> Colour:
    """A colour mixed with the grey of its lightness (Rec. 601), or taken away from it."""
    pixel = np.array(colour.rgb, float)
    grey = pixel @ (0.299, 0.587, 0.114)
    red, green, blue = (int(value) for value in np.clip(pixel + (grey - pixel) * share, 0, 255))
    return Colour(red, green, blue)


def shifted(colour: Colour, lightness: float) -> Colour:
    """A tint or shade: the colour mixed with white or black, never to the end.

    Args:
        colour: what to start from.
        lightness: 40ths of white if positive, 50ths of black if negative; at most 92 % is mixed in.
    """
    goal = 255 if lightness > 0 else 0
    share = abs(lightness) / 50 if lightness < 0 else lightness / 40
    share = min(share, 0.92)
    red, green, blue = (round(channel + (goal - channel) * share) for channel in colour.rgb)
    return Colour(red, green, blue)


CAPTION_NAMES = (
    "black", "white", "grey", "charcoal", "red", "burgundy", "orange", "terracotta", "yellow",
    "mustard", "cream", "brown", "beige", "green", "mint", "olive", "emerald", "teal",
    "turquoise", "blue", "navy", "sky blue", "purple", "lavender", "pink", "magenta", "gold",
    "coral",
)  # fmt: skip


def caption_name(colour: Colour) -> str:
    """The name nearest to a colour by CIEDE2000, as captions that the networks know have it."""
    return CAPTION_NAMES[_nearest(colour, _caption_lab())]


def everyday_name(colour: Colour) -> str:
    """The name nearest to a colour by CIEDE2000, for people: most blues are far from #0000FF."""
    return CAPTION_NAMES[_nearest(colour, _everyday_lab()) % len(CAPTION_NAMES)]


def _nearest(colour: Colour, lab: np.ndarray) -> int:
    return int(np.argmin(delta_e_2000(lab_from_srgb(colour.rgb)[None], lab)))


@cache
def _caption_lab() -> np.ndarray:
    names = named_colours()
    return lab_from_srgb([names[name].rgb for name in CAPTION_NAMES])


@cache
def _everyday_lab() -> np.ndarray:
    names = colours_in_briefs()
    return np.concatenate([_caption_lab(), lab_from_srgb([names[n].rgb for n in CAPTION_NAMES])])


def _spaced(name: str) -> str:
    match = _COMPOUND.match(name)
    if match is None:
        return name
    rest = name[match.end() :]
    return f"{match[1]} {_spaced(rest)}"
