"""Canned pictures of the stub API."""

from __future__ import annotations

import io
import math

from PIL import Image, ImageDraw, ImageFilter

PALETTES = (
    ("#FFF1E6", "#D9531E", "#2B2A33"),
    ("#EAF5EE", "#1F6F54", "#8CC9A1"),
    ("#14213D", "#FCA311", "#7C8CE0"),
    ("#EAF3F8", "#1F4E79", "#7FB7D6"),
    ("#FBEFF3", "#A02C5A", "#F2A65A"),
    ("#FFFFFF", "#16181D", "#9AA0A6"),
    ("#F4EEDD", "#6B4E2E", "#C9A227"),
    ("#E9E6FB", "#4B3BA6", "#F2A65A"),
)


def drawing(motif: int, palette: tuple[str, str, str], size: int = 512) -> Image.Image:
    """One of six simple marks, drawn at four times the size and reduced."""
    ground, main, accent = palette
    image = Image.new("RGB", (1024, 1024), ground)
    draw = ImageDraw.Draw(image)
    if motif == 0:  # mountains
        draw.ellipse((560, 230, 760, 430), fill=accent)
        draw.polygon([(160, 780), (430, 300), (700, 780)], fill=main)
        draw.polygon([(480, 780), (660, 500), (860, 780)], fill=accent)
    elif motif == 1:  # leaf in a rounded square
        draw.rounded_rectangle((192, 192, 832, 832), 140, fill=main)
        draw.pieslice((330, 280, 900, 850), 150, 270, fill=ground)
        draw.line((400, 700, 620, 480), fill=main, width=26)
    elif motif == 2:  # planet
        draw.ellipse((270, 270, 754, 754), fill=main)
        draw.arc((130, 400, 894, 624), -20, 200, fill=accent, width=44)
    elif motif == 3:  # bird of two arcs
        draw.chord((200, 260, 700, 760), 20, 200, fill=main)
        draw.chord((420, 200, 860, 640), 60, 240, fill=accent)
        draw.ellipse((600, 330, 640, 370), fill=ground)
    elif motif == 4:  # sun
        draw.ellipse((352, 352, 672, 672), fill=main)
        for ray in range(12):
            x, y = math.cos(ray * math.pi / 6), math.sin(ray * math.pi / 6)
            start, end = (512 + 210 * x, 512 + 210 * y), (512 + 310 * x, 512 + 310 * y)
            draw.line((*start, *end), fill=accent, width=40)
    else:  # letter-like rings
        draw.ellipse((220, 300, 640, 720), outline=main, width=90)
        draw.ellipse((400, 300, 820, 720), outline=accent, width=90)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def restyled(image: Image.Image, share: float, size: int) -> Image.Image:
    """The picture as a restyle leaves it after a share of its steps: noisy, then glossy."""
    image = image.resize((size, size))
    glow = image.filter(ImageFilter.GaussianBlur(size / 20))
    glossy = Image.blend(image, glow, 0.35)
    if share >= 1:
        return glossy
    noise = Image.effect_noise((size, size), 90).convert("RGB")
    return Image.blend(noise, glossy, share)


def encoded(image: Image.Image, format: str) -> bytes:
    """The picture as a file."""
    buffer = io.BytesIO()
    image.save(buffer, format)
    return buffer.getvalue()
