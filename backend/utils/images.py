"""The only place where pictures change their form: PIL, numpy, tensor, and the ranges between them.

| where | type | layout | range |
|---|---|---|---|
| between stages, storage, API | PIL.Image RGB or RGBA | H x W x C | 0..255 |
| cGAN inside | float tensor | N x C x 8 x 8 | standardised latents |
| out of the layer codec | float tensor | N x 3 x H x W | 0..1, summing to 1 |
| diffusion inside | float tensor | N x 3 x H x W | -1..1 |
| Real-ESRGAN inside | float array | 3 x H x W | 0..1 |

Tensors are handled without importing torch here: `models` converts with `torch.from_numpy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from backend.domain.brief import Palette

FloatArray = NDArray[np.float32]


def to_unit_chw(image: Image.Image) -> FloatArray:
    """RGB picture to (3, H, W) float32 in 0..1."""
    pixels = np.asarray(image.convert("RGB"), dtype=np.float32) / 255
    return np.ascontiguousarray(np.moveaxis(pixels, -1, 0))


def from_unit_chw(array: FloatArray) -> Image.Image:
    """(3, H, W) float in 0..1, clipped, to an RGB picture."""
    pixels = np.moveaxis(np.clip(array, 0, 1), 0, -1)
    return Image.fromarray(np.round(pixels * 255).astype(np.uint8), "RGB")


def from_signed_nchw(array: FloatArray) -> list[Image.Image]:
    """(N, 3, H, W) float in -1..1, clipped, to RGB pictures."""
    return [from_unit_chw(picture / 2 + 0.5) for picture in array]


def to_signed_nchw(images: Sequence[Image.Image]) -> FloatArray:
    """RGB pictures of one size to (N, 3, H, W) float32 in -1..1."""
    return np.stack([to_unit_chw(image) for image in images]) * 2 - 1


def compose_layers(layers: FloatArray, palette: Palette) -> Image.Image:
    """Paints soft layers with a palette.

    Args:
        layers: (3, S, S) in 0..1, summing to 1: background, primary, secondary.
        palette: a colour for each layer.

    Returns:
        An RGB picture of S x S; where one layer is 1, exactly its colour.
    """
    colours = np.array([colour.rgb for colour in palette.colours], np.float32)
    pixels = np.einsum("khw,kc->hwc", layers, colours)
    return Image.fromarray(np.clip(np.round(pixels), 0, 255).astype(np.uint8), "RGB")


def decided_layers(layers: FloatArray, margin: float = 0.12) -> FloatArray:
    """Soft layers with nearly decided pixels fully decided, so that flat areas wear exact colours.

    Args:
        layers: (3, S, S), summing to 1.
        margin: shares below it vanish; what remains is stretched to sum to 1 again.
    """
    stretched = np.clip((layers - margin) / (1 - 2 * margin), 0, 1)
    return np.asarray(stretched / stretched.sum(axis=0, keepdims=True), np.float32)


def resized(image: Image.Image, size_px: int) -> Image.Image:
    """A square picture at another size; Lanczos, or the picture itself."""
    if image.size == (size_px, size_px):
        return image
    return image.resize((size_px, size_px), Image.Resampling.LANCZOS)


def squared(image: Image.Image) -> Image.Image:
    """Any picture on a square of its own corner colour, RGB; transparency becomes white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba)
    rgb = image.convert("RGB")
    if rgb.width == rgb.height:
        return rgb
    side = max(rgb.size)
    square = Image.new("RGB", (side, side), rgb.getpixel((0, 0)))
    square.paste(rgb, ((side - rgb.width) // 2, (side - rgb.height) // 2))
    return square


def png_bytes(image: Image.Image) -> bytes:
    """The picture as PNG without metadata, quick rather than small."""
    stream = BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def jpeg_bytes(image: Image.Image, quality: int = 80) -> bytes:
    """The picture as JPEG, for previews."""
    stream = BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def is_blank(image: Image.Image) -> bool:
    """Whether a picture shows nothing at all: every channel is constant."""
    extrema = image.convert("RGB").getextrema()
    return all(low == high for low, high in extrema)  # type: ignore[misc]
