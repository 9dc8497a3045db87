"""What a brand wears in mock-ups: its colours by the part they play, its drawing for any ground."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from backend.branding.drawing import Drawing
from backend.branding.variants import WHITE, reversed_on, varied
from backend.domain.branding import Variant
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference, contrast_ratio, lab_from_srgb
from backend.vector.palette import INK

# WCAG 2.2, 1.4.11: graphics need 3:1.
_LEGIBLE = 3.0
_SAME_COLOUR = 3.0
_DARK_LIGHTNESS = 45.0
_LIGHT_LIGHTNESS = 90.0


@dataclass(frozen=True)
class Look:
    """A brand as the scenes need it.

    Attributes:
        lockup, mark: as they were ordered, made for `ground`.
        paper: a light ground: the brand's own or white.
        deep: a dark ground: the brand's own or its strongest hue, very dark.
        accent: the most colourful colour that buttons and the like wear.
        name: the brand's name, "" for none.
    """

    lockup: Drawing
    mark: Drawing
    ground: Colour
    paper: Colour
    deep: Colour
    accent: Colour
    name: str
    _worn: dict[tuple[bool, Colour], Drawing] = field(default_factory=dict, repr=False)

    def lockup_on(self, ground: Colour) -> Drawing:
        """The lockup in colours that show on a ground."""
        return self._on(self.lockup, ground, is_lockup=True)

    def mark_on(self, ground: Colour) -> Drawing:
        """The mark in colours that show on a ground."""
        return self._on(self.mark, ground, is_lockup=False)

    def in_white(self, drawing: Drawing) -> Drawing:
        """A drawing in white alone."""
        return varied(drawing, Variant.WHITE, ground=self.ground)[0]

    def _on(self, drawing: Drawing, ground: Colour, *, is_lockup: bool) -> Drawing:
        key = (is_lockup, ground)
        if key not in self._worn:
            self._worn[key] = shown_on(drawing, ground, made_for=self.ground)
        return self._worn[key]


def look_of(
    lockup: Drawing, mark: Drawing, ground: Colour, palette: Sequence[Colour], name: str
) -> Look:
    """Casts a brand's colours. palette: those that it wears, in any order; may be empty."""
    colours = tuple(dict.fromkeys((*palette, *mark.fills, *lockup.fills)))
    accent = max((*colours, INK), key=_strength)
    paper = ground if lightness(ground) >= _LIGHT_LIGHTNESS else WHITE
    return Look(lockup, mark, ground, paper, _deep(colours, ground, accent), accent, name)


def shown_on(drawing: Drawing, ground: Colour, *, made_for: Colour) -> Drawing:
    """A drawing in its own colours where they are legible on a ground, else in nearest ones."""
    own = [fill for fill in drawing.fills if colour_difference(fill, made_for) > _SAME_COLOUR]
    if lightness(ground) <= _DARK_LIGHTNESS:
        if lightness(made_for) <= _DARK_LIGHTNESS and all(
            contrast_ratio(fill, ground) >= _LEGIBLE for fill in own
        ):
            return _with_paper(drawing, made_for, ground)
        worn_dark = reversed_on(drawing, ground, made_for=made_for)
        return (
            varied(drawing, Variant.WHITE, ground=made_for)[0]
            if _drowns(drawing, worn_dark)
            else worn_dark
        )
    worn = {fill: fill for fill in drawing.fills}
    low = sorted(
        (fill for fill in own if contrast_ratio(fill, ground) < _LEGIBLE),
        key=lambda fill: contrast_ratio(fill, ground),
    )
    if lightness(made_for) <= _DARK_LIGHTNESS:
        # Made for the dark: its ground becomes the ink of what would not show.
        for fill in low:
            is_first = fill == low[0]
            worn[fill] = made_for if is_first else _darkened(fill, ground)
    else:
        inks = [fill for fill in own if fill not in low]
        for fill in low if not inks else ():
            worn[fill] = _darkened(fill, ground)
    return _with_paper(drawing.painted(lambda fill: worn[fill]), made_for, ground, kept=set(worn))


def _drowns(before: Drawing, after: Drawing) -> bool:
    """Whether two inks that were told apart no longer are."""
    pairs = zip(before.layers, after.layers, strict=True)
    worn = {old.fill: new.fill for old, new in pairs}
    return any(
        contrast_ratio(first, second) >= 2 > contrast_ratio(worn[first], worn[second])
        for first, second in combinations(worn, 2)
    )


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two. share: of the second, 0..1."""
    return Colour(*(round(a + (b - a) * share) for a, b in zip(first.rgb, second.rgb, strict=True)))


def lightness(colour: Colour) -> float:
    """L* of a colour, 0..100."""
    return float(lab_from_srgb(colour.rgb)[0])


def is_dark(colour: Colour) -> bool:
    """Whether white is more legible on a colour than a dark ink."""
    return contrast_ratio(colour, WHITE) >= _LEGIBLE


def ink_on(button: Colour) -> Colour:
    """White or ink, whichever words on a button would wear."""
    return WHITE if contrast_ratio(button, WHITE) >= 2.6 else INK


def button_ink(look: Look, ground: Colour) -> Colour:
    """The accent if it shows on a ground, else what does."""
    if contrast_ratio(look.accent, ground) >= 2.2:
        return look.accent
    return WHITE if lightness(ground) < 50 else look.deep


def _with_paper(
    drawing: Drawing, made_for: Colour, ground: Colour, kept: set[Colour] | None = None
) -> Drawing:
    """Painted holes in the old ground's colour take on the new one."""
    if kept is not None and made_for not in kept:
        return drawing
    if lightness(made_for) <= _DARK_LIGHTNESS < lightness(ground):
        return drawing
    return drawing.painted(
        lambda fill: ground if colour_difference(fill, made_for) <= _SAME_COLOUR else fill
    )


def _darkened(fill: Colour, ground: Colour) -> Colour:
    if float(_chroma(fill)) < 12:
        return INK
    hue, light, saturation = colorsys.rgb_to_hls(*(value / 255 for value in fill.rgb))
    while light > 0.05:
        light -= 0.02
        darker = Colour(
            *(round(255 * value) for value in colorsys.hls_to_rgb(hue, max(light, 0), saturation))
        )
        if contrast_ratio(darker, ground) >= _LEGIBLE:
            return darker
    return INK


def _deep(colours: Sequence[Colour], ground: Colour, accent: Colour) -> Colour:
    darkest = min((*colours, ground), key=lightness)
    if lightness(darkest) <= 30:
        return darkest
    hue, _, saturation = colorsys.rgb_to_hls(*(value / 255 for value in accent.rgb))
    tinted = colorsys.hls_to_rgb(hue, 0.11, min(saturation, 0.42))
    return Colour(*(round(255 * value) for value in tinted))


def _chroma(colour: Colour) -> float:
    _, a, b = lab_from_srgb(colour.rgb)
    return float((a * a + b * b) ** 0.5)


def _strength(colour: Colour) -> float:
    """Colourful, and neither pale nor black."""
    return _chroma(colour) - 0.6 * abs(lightness(colour) - 50)
