from __future__ import annotations

from PIL import Image

from backend.utils.ssim import ssim


def likeness(first: Image.Image, second: Image.Image) -> float:
    """SSIM of two pictures laid on white; the second is brought to the first one's size."""
    pictures = [_on_white(first), _on_white(second)]
    if pictures[0].size != pictures[1].size:
        differences = [abs(a - b) for a, b in zip(pictures[0].size, pictures[1].size, strict=True)]
        assert max(differences) <= 2, (first.size, second.size)
        pictures[1] = pictures[1].resize(pictures[0].size, Image.Resampling.LANCZOS)
    return ssim(*pictures)


def _on_white(image: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")
