"""A brand as scenes see it: its colours for surfaces, and its drawings legible on them."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from backend.branding.drawing import Drawing
from backend.branding.scenes.figures import Figure
from backend.branding.scenes.rims import Rim
from backend.branding.variants import WHITE, reversed_on, varied
from backend.domain.branding import Variant
from backend.domain.brief import Colour
from backend.vector.colour import colour_difference, contrast_ratio, lab_from_srgb
from backend.vector.palette import INK

_GREY_CHROMA = 14.0
# Of a drawing's rim: how much may be hardly seen on a surface (the brand's own pale colours on
# white), and from what contrast on most of it is read at a glance (WCAG 2.2, 1.4.11, asks 3).
_UNSEEN_CONTRAST, _UNSEEN_SHARE = 1.5, 0.12
_READ_CONTRAST, _READ_SHARE = 3.4, 0.8
_LARGE_CONTRAST, _LETTERING_CONTRAST = 2.9, 4.5
_LIT_CONTRAST, _TOLD_APART = 5.0, 12.0
_DEEP_LIGHTNESS = 32.0


@dataclass(frozen=True)
class Brand:
    """A lockup and its mark, and what surfaces they may stand on.

    Attributes:
        ground: what the drawings were made for.
        palette: colours of the mark, its ground first.
    """

    lockup: Drawing
    mark: Drawing
    ground: Colour
    palette: tuple[Colour, ...]
    _kept: dict[tuple[int, Colour], Figure] = field(default_factory=dict, compare=False)
    _plain: dict[int, tuple[Figure, Rim]] = field(default_factory=dict, compare=False)

    @property
    def accent(self) -> Colour:
        """The colour that people would name: the strongest of the mark's, else of the palette's.

        Where all are grey, the darkest.
        """
        inks = self.mark.fills or self.palette[1:] or (INK,)
        for colours in (inks, self.palette):
            strongest = max(colours, key=_strength, default=INK)
            if _chroma(strongest) >= _GREY_CHROMA:
                return strongest
        return min((*inks, self.ground), key=lightness_of)

    @property
    def surface(self) -> Colour:
        """The accent as a large area, a little stronger where it would hardly differ from white."""
        return toned(self.accent, lightness=min(lightness_of(self.accent), 92.0))

    @property
    def is_one_ink(self) -> bool:
        """Whether the mark can change its colour without becoming another one."""
        return self.mark.is_vector and len(self.mark.fills) == 1

    @property
    def tile(self) -> Colour:
        """The ground of icons: the accent if the mark is one ink, else what it was made for."""
        return self.surface if self.is_one_ink else self.ground

    @property
    def stand(self) -> Colour:
        """The ground of signs and of cards' backs.

        The accent if the mark is one ink; its other colours would clash with the accent, so marks
        of several stand on the brand's dark colour, or where they are not read there on their own
        ground.
        """
        if self.is_one_ink:
            return self.surface
        _, rim = self._as_it_is(self.mark)
        turned = self._turned(self.mark, self.deep)
        is_fine = turned is not None or _is_read(rim.contrasts(self.deep))
        return self.deep if is_fine else self.ground

    @property
    def deep(self) -> Colour:
        """The brand's darkest colour if it is dark enough for a ground, else a dark accent."""
        candidates = (*self.palette, *self.mark.fills, self.ground)
        darkest = min(candidates, key=lightness_of)
        if 4 < lightness_of(darkest) <= _DEEP_LIGHTNESS:
            return darkest
        return toned(self.accent, lightness=15.0)

    @property
    def tint(self) -> Colour:
        """A paper that has heard of the accent."""
        return mixed(WHITE, self.accent, 0.08)

    def lockup_on(self, surface: Colour) -> Figure:
        """The lockup in the variant that is read on a surface."""
        return self._on(self.lockup, surface)

    def mark_on(self, surface: Colour) -> Figure:
        """The mark in the variant that is read on a surface."""
        return self._on(self.mark, surface)

    def silhouette_on(self, surface: Colour) -> Figure:
        """The mark in black or white, to be set faintly on a surface."""
        variant = Variant.WHITE if ink_on(surface) == WHITE else Variant.BLACK
        return Figure(varied(self.mark, variant, ground=self.ground)[0])

    def _on(self, drawing: Drawing, surface: Colour) -> Figure:
        key = (id(drawing), surface)
        if key not in self._kept:
            self._kept[key] = self._suited(drawing, surface)
        return self._kept[key]

    def _as_it_is(self, drawing: Drawing) -> tuple[Figure, Rim]:
        if id(drawing) not in self._plain:
            self._plain[id(drawing)] = Figure(drawing), Rim.of(drawing)
        return self._plain[id(drawing)]

    def _suited(self, drawing: Drawing, surface: Colour) -> Figure:
        figure, rim = self._as_it_is(drawing)
        contrasts = rim.contrasts(surface)
        is_at_home = contrast_ratio(surface, self.ground) < 1.25
        unseen = float((contrasts < _UNSEEN_CONTRAST).mean())
        if (is_at_home and unseen <= _UNSEEN_SHARE) or _is_read(contrasts):
            return figure
        is_light = contrast_ratio(INK, surface) >= contrast_ratio(WHITE, surface)
        turned = None if is_light else self._turned(drawing, surface)
        return Figure(turned or self._inked(drawing, surface, is_light=is_light))

    def _turned(self, drawing: Drawing, surface: Colour) -> Drawing | None:
        """The brand's colours lightened for a dark surface; None where they are not read there.

        A single ink is not lightened: there it changes places with its paper.
        """
        if drawing.is_vector and len(drawing.fills) == 1:
            return None
        turned = reversed_on(drawing, surface, made_for=self.ground)
        for candidate in (turned, _lit(turned, surface)):
            if candidate is not None and _is_read(Rim.of(candidate).contrasts(surface)):
                return candidate
        return None

    def _inked(self, drawing: Drawing, surface: Colour, *, is_light: bool) -> Drawing:
        variant = Variant.BLACK if is_light else Variant.WHITE
        inked, _ = varied(drawing, variant, ground=self.ground)
        own = self.deep if is_light else self.ground
        if drawing.is_vector and contrast_ratio(own, surface) >= _LETTERING_CONTRAST:
            return inked.painted(lambda _: own)
        return inked


def _lit(drawing: Drawing, surface: Colour) -> Drawing | None:
    """Every colour light enough to be read; None where two of them would become alike."""
    worn = {fill: _lighter(fill, surface) for fill in drawing.fills}
    lit = list(dict.fromkeys(colour for fill, colour in worn.items() if fill != surface))
    if any(colour_difference(a, b) < _TOLD_APART for a, b in combinations(lit, 2)):
        return None
    return drawing.painted(lambda fill: worn[fill])


def _lighter(fill: Colour, surface: Colour) -> Colour:
    if fill == surface:
        return fill
    lightness = lightness_of(fill)
    while contrast_ratio(fill, surface) < _LIT_CONTRAST and lightness < 96:
        lightness += 3
        fill = toned(fill, lightness=lightness)
    return fill


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """share: of the second, 0..1."""
    pairs = zip(first.rgb, second.rgb, strict=True)
    return Colour(*(round(a + (b - a) * share) for a, b in pairs))


def toned(colour: Colour, *, lightness: float) -> Colour:
    """The same hue at another L* (0..100); very dark tones are a little duller."""
    hue, _, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour.rgb))
    saturation = min(saturation, 0.75) if lightness < 30 else saturation
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        tone = _from_hls(hue, middle, saturation)
        low, high = (middle, high) if lightness_of(tone) < lightness else (low, middle)
    return colour if abs(lightness_of(colour) - lightness) < 0.5 else tone


def ink_on(surface: Colour) -> Colour:
    """White where it is read, as on most strong colours; else near-black."""
    return WHITE if contrast_ratio(WHITE, surface) >= _LARGE_CONTRAST else INK


def _is_read(contrasts: NDArray[np.float64]) -> bool:
    return float((contrasts >= _READ_CONTRAST).mean()) >= _READ_SHARE


def _from_hls(hue: float, lightness: float, saturation: float) -> Colour:
    return Colour(*(round(255 * c) for c in colorsys.hls_to_rgb(hue, lightness, saturation)))


def lightness_of(colour: Colour) -> float:
    """L*, 0..100."""
    return float(lab_from_srgb(colour.rgb)[0])


def _strength(colour: Colour) -> float:
    return _chroma(colour) - 0.35 * abs(lightness_of(colour) - 48)


def _chroma(colour: Colour) -> float:
    _, a, b = lab_from_srgb(colour.rgb)
    return float(np.hypot(a, b))
