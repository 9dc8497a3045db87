"""A brand as scenes see it: its colours for surfaces, and its drawings legible on them."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backend.branding.drawing import Drawing
from backend.branding.rasters import render_drawing
from backend.branding.scenes.stage import Figure
from backend.branding.variants import BLACK, WHITE, reversed_on, varied
from backend.domain.brief import Colour
from backend.domain.branding import Variant
from backend.vector.colour import contrast_ratio, lab_from_srgb, linear_from_srgb
from backend.vector.palette import INK

_LOOK_PX = 360
_GREY_CHROMA = 14.0
# Of a drawing's rim: how much may be hardly seen on a surface (the brand's own pale colours on
# white), and from what contrast on most of it is read at a glance (WCAG 2.2, 1.4.11, asks 3).
_UNSEEN_CONTRAST, _UNSEEN_SHARE = 1.5, 0.12
_READ_CONTRAST, _READ_SHARE = 3.4, 0.8
_LARGE_CONTRAST = 2.9
_DEEP_LIGHTNESS = 30.0


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

    @property
    def accent(self) -> Colour:
        """The colour that people would name: the strongest of the mark's, else its darkest."""
        inks = self.mark.fills or self.palette[1:] or (INK,)
        strongest = max(inks, key=lambda ink: _chroma(ink) - 0.35 * abs(_lightness(ink) - 48))
        return strongest if _chroma(strongest) >= _GREY_CHROMA else min(inks, key=_lightness)

    @property
    def surface(self) -> Colour:
        """The accent as a large area, a little stronger where it would hardly differ from white."""
        return toned(self.accent, lightness=min(_lightness(self.accent), 88.0))

    @property
    def tile(self) -> Colour:
        """The ground of icons: the accent if the mark is one colour, else what it was made for."""
        if len(self.mark.fills) == 1 and self.mark.is_vector:
            return self.surface
        return self.ground

    @property
    def deep(self) -> Colour:
        """The brand's darkest colour if it is dark enough for a ground, else its accent at night."""
        candidates = (*self.palette, *self.mark.fills, self.ground)
        darkest = min(candidates, key=_lightness)
        if 4 < _lightness(darkest) <= _DEEP_LIGHTNESS:
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

    def mark_in(self, ink: Colour) -> Figure:
        """The silhouette of the mark in one ink."""
        drawing, _ = varied(self.mark, Variant.BLACK, ground=self.ground)
        return Figure(drawing.painted(lambda _: ink))

    def _on(self, drawing: Drawing, surface: Colour) -> Figure:
        key = (id(drawing), surface)
        if key not in self._kept:
            self._kept[key] = Figure(self._suited(drawing, surface))
        return self._kept[key]

    def _suited(self, drawing: Drawing, surface: Colour) -> Drawing:
        contrasts = rim_contrasts(drawing, surface)
        is_light = _lightness(surface) > 60
        is_at_home = contrast_ratio(surface, self.ground) < 1.25
        unseen = float((contrasts < _UNSEEN_CONTRAST).mean())
        if (is_at_home and unseen <= _UNSEEN_SHARE) or _is_read(contrasts):
            return drawing
        if not is_light:
            turned = reversed_on(drawing, surface, made_for=self.ground)
            if _is_read(rim_contrasts(turned, surface)):
                return turned
        inked, _ = varied(drawing, Variant.BLACK if is_light else Variant.WHITE, ground=self.ground)
        dark = self.deep
        if is_light and drawing.is_vector and contrast_ratio(dark, surface) >= 4.5:
            return inked.painted(lambda _: dark)
        return inked


def rim_contrasts(drawing: Drawing, surface: Colour) -> NDArray[np.float64]:
    """Contrasts to a surface of those pixels of a drawing that it is seen beside.

    What other colours enclose, such as the white of an eye, does not count.

    Returns:
        (N,) WCAG contrast ratios, at least one.
    """
    pixels = np.asarray(render_drawing(drawing, width_px=_LOOK_PX), np.float64)
    solid = np.pad(pixels[..., 3] > 110, 1)
    inside = solid[:-2, 1:-1] & solid[2:, 1:-1] & solid[1:-1, :-2] & solid[1:-1, 2:]
    rim = pixels[solid[1:-1, 1:-1] & ~inside][:, :3]
    if not len(rim):
        return np.ones(1)
    weights = np.array([0.2126, 0.7152, 0.0722])
    light = linear_from_srgb(rim) @ weights
    other = float(linear_from_srgb(surface.rgb) @ weights)
    return np.asarray((np.maximum(light, other) + 0.05) / (np.minimum(light, other) + 0.05))


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """share: of the second, 0..1."""
    pairs = zip(first.rgb, second.rgb, strict=True)
    return Colour(*(round(a + (b - a) * share) for a, b in pairs))


def toned(colour: Colour, *, lightness: float) -> Colour:
    """The same hue at another L* (0..100); darker tones are a little duller."""
    hue, _, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in colour.rgb))
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = (low + high) / 2
        tone = _from_hls(hue, middle, min(saturation, 0.75))
        low, high = (middle, high) if _lightness(tone) < lightness else (low, middle)
    return colour if abs(_lightness(colour) - lightness) < 0.5 else tone


def ink_on(surface: Colour) -> Colour:
    """White where it is read, as on most strong colours; else near-black."""
    return WHITE if contrast_ratio(WHITE, surface) >= _LARGE_CONTRAST else INK


def _is_read(contrasts: NDArray[np.float64]) -> bool:
    return float((contrasts >= _READ_CONTRAST).mean()) >= _READ_SHARE


def _from_hls(hue: float, lightness: float, saturation: float) -> Colour:
    return Colour(*(round(255 * c) for c in colorsys.hls_to_rgb(hue, lightness, saturation)))


def _lightness(colour: Colour) -> float:
    return float(lab_from_srgb(colour.rgb)[0])


def _chroma(colour: Colour) -> float:
    _, a, b = lab_from_srgb(colour.rgb)
    return float(np.hypot(a, b))


__all__ = ["BLACK", "WHITE", "Brand", "ink_on", "mixed", "rim_contrasts", "toned"]
