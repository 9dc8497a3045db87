"""Planes: how far each colour covers each pixel. Cut-outs and outlines are both taken from them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from backend.branding.regions import grown, regions_of
from backend.domain.brief import Colour

Cover = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as areas with soft edges.

    Attributes:
        cover: (K, H, W) float32 in 0..1, the part of each pixel in each colour of the palette, the
            ground's first. They sum to 1, or to less where there is nothing.
        palette: the K colours.
    """

    cover: Cover
    palette: tuple[Colour, ...]

    @property
    def alpha(self) -> Cover:
        """(H, W) in 0..1, how much of each pixel is painted at all."""
        return np.asarray(np.clip(self.cover.sum(axis=0), 0, 1))

    @property
    def labels(self) -> NDArray[np.int32]:
        """(H, W) the colour that covers most of each pixel; -1 where nothing does."""
        nothing = 1 - self.cover.sum(axis=0, keepdims=True)
        labels = np.argmax(np.concatenate([nothing, self.cover]), axis=0) - 1
        return np.asarray(labels, np.int32)

    def opened(self, *, keep_holes: bool) -> Planes:
        """Without the ground: all of it, or with keep_holes that which reaches the edge."""
        cover = self.cover.copy()
        cover[0] = self._holes() if keep_holes else 0
        return replace(self, cover=cover)

    def _holes(self) -> Cover:
        labels = self.labels
        regions = regions_of(labels)
        enclosed = (regions.labels == 0) & ~regions.at_border
        hole = enclosed[regions.ids]
        if not hole.any():
            return np.zeros_like(self.cover[0])
        outside = (labels == 0) & ~hole
        # The soft edge of a hole lies within two pixels of it and belongs to the neighbouring ink.
        return np.where(grown(hole, 2) & ~outside, self.cover[0], 0)

    def blurred(self, radius_px: float) -> Planes:
        """With softer edges, by a Gaussian: what is left of the pixel grid in them goes."""
        blur = ImageFilter.GaussianBlur(radius_px)
        planes = [
            np.asarray(Image.fromarray(np.round(plane * 255).astype(np.uint8)).filter(blur))
            for plane in self.cover
        ]
        return replace(self, cover=np.stack(planes).astype(np.float32) / np.float32(255))

    def worn(self, colours: tuple[Colour, ...]) -> Planes:
        """In other colours, in the palette's order; may be fewer, the rest keep theirs."""
        return replace(self, palette=(*colours, *self.palette[len(colours) :])[: len(self.palette)])

    def image(self) -> Image.Image:
        """RGBA with straight alpha: inks un-mixed from the ground, so no trace of it is left."""
        height, width = self.cover.shape[1:]
        inks = np.array([colour.rgb for colour in self.palette], np.float32)
        alpha = self.alpha
        painted = np.tensordot(inks.T, self.cover, axes=1)
        # Where nothing is, the colour is that of the heaviest ink: resampling then finds no ground.
        usual = inks[int(np.argmax(self.cover.sum(axis=(1, 2))))]
        solid = alpha > 1 / 512
        with np.errstate(divide="ignore", invalid="ignore"):
            colour = np.where(solid, painted / alpha, usual[:, None, None])
        pixels = np.empty((height, width, 4), np.uint8)
        pixels[..., :3] = np.clip(np.round(np.moveaxis(colour, 0, -1)), 0, 255)
        pixels[..., 3] = np.round(np.where(solid, alpha, 0) * 255)
        return Image.fromarray(pixels, "RGBA")
