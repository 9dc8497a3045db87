"""Two files of one format side by side: the same bytes, the same pixels, or how much alike."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from io import BytesIO
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from backend.domain.errors import UnreadableImage
from backend.utils.decoding import check_pixels, opened, plain_mode
from backend.utils.ssim import ssim

_SVG_PX = 768
_PDF_PX = 2_000
_HEAD_CHARACTERS = 4_096
_VIEW_BOX = re.compile(r'<svg[^>]*? viewBox="0 0 (\d{1,6}(?:\.\d{1,4})?) (\d{1,6}(?:\.\d{1,4})?)"')
_TALLEST = 20
_SECONDS = 60
_GROUNDS = ((255, 255, 255, 255), (0, 0, 0, 255))


def picture_of(content: bytes) -> Image.Image | None:
    """What a PNG, SVG or PDF file shows, as RGBA.

    Returns:
        None if it is of another format, cannot be drawn, or is a PDF and pdftoppm is not installed.
    """
    if content.startswith(b"%PDF-"):
        return _of_pdf(content)
    if content.lstrip()[:1] == b"<":
        return _of_svg(content)
    try:
        with opened(content, ("PNG",)) as image:
            check_pixels(image)
            image.load()
            return plain_mode(image).convert("RGBA")
    except UnreadableImage:
        return None


def same_pixels(first: Image.Image, second: Image.Image) -> bool:
    """Whether two RGBA pictures look the same; what is fully transparent may have any colour."""
    if first.size != second.size:
        return False
    a, b = (np.asarray(image.convert("RGBA")) for image in (first, second))
    seen = (a[..., 3] > 0) | (b[..., 3] > 0)
    return bool((a[seen] == b[seen]).all())


def likeness(first: Image.Image, second: Image.Image) -> float:
    """SSIM of two RGBA pictures on white or black, whichever shows more of a difference.

    Returns:
        0 for pictures of different sizes, and for those too small to compare.
    """
    try:
        return min(ssim(_on(first, ground), _on(second, ground)) for ground in _GROUNDS)
    except ValueError:
        return 0.0


def _on(image: Image.Image, ground: tuple[int, int, int, int]) -> Image.Image:
    rgba = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", rgba.size, ground), rgba).convert("L")


def _of_svg(content: bytes) -> Image.Image | None:
    try:
        text = content.decode("utf-8")
        size = _size_of(text)
        if size is None:
            return None
        png = resvg_py.svg_to_bytes(svg_string=text, width=size[0], height=size[1])
        return Image.open(BytesIO(bytes(png))).convert("RGBA")
    except (ValueError, OSError):
        return None


def _size_of(svg: str) -> tuple[int, int] | None:
    """Pixels to draw a document in; None where its box is missing or hardly one."""
    found = _VIEW_BOX.search(svg[:_HEAD_CHARACTERS])
    if found is None:
        return None
    width, height = float(found[1]), float(found[2])
    if not 0 < height <= _TALLEST * width:
        return None
    return _SVG_PX, max(1, round(_SVG_PX * height / width))


def _of_pdf(content: bytes) -> Image.Image | None:
    program = shutil.which("pdftoppm")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.pdf"
        path.write_bytes(content)
        stem = str(path.with_suffix(""))
        command = [program, "-png", "-singlefile", "-scale-to", str(_PDF_PX)]
        command += [str(path), stem]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
            with Image.open(path.with_suffix(".png")) as image:
                return image.convert("RGBA")
        except (
            OSError, subprocess.SubprocessError, ValueError, Image.DecompressionBombError
        ):  # fmt: skip
            return None
