"""The fixed drafts that every training's samples are restyled from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

from backend.datasets.captions import restyle_prompt
from backend.domain.brief import Colour, Palette
from backend.vector.finishes import Finish, finished_svg
from backend.vector.glyphs import GlyphLibrary
from backend.vector.layouts import Layout, build_scene
from backend.vector.render import render_svg

# Plain things in plain colours, so that what an adapter adds is seen.
_SUBJECTS = (
    ("mdi:rocket", "rocket", "#FFFFFF", "#1F3A68"),
    ("mdi:leaf", "leaf", "#FFFFFF", "#2E9E4F"),
    ("mdi:cat", "cat", "#F3E5AB", "#36454F"),
    ("mdi:coffee", "coffee", "#FFFFFF", "#C0392B"),
    ("mdi:anchor", "anchor", "#D6F0FF", "#0F52BA"),
    ("mdi:fish", "fish", "#FFFFFF", "#E2725B"),
    ("mdi:home", "home", "#FFFFFF", "#6B4FA0"),
    ("mdi:bird", "bird", "#FDE8EF", "#C2185B"),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A picture as a draft of the chain is, and the prompt that would come with it."""

    image: Image.Image
    prompt: str
    subject: str


def fixed_drafts(library: Path, size_px: int) -> list[Draft]:
    """Eight drafts, the same for ever; simple shapes where the glyph library is not there."""
    try:
        glyphs = {glyph.id: glyph for glyph in _library(library).glyphs}
    except FileNotFoundError:
        return _shapes(size_px)
    drafts = []
    for key, subject, ground, ink in _SUBJECTS:
        if key not in glyphs:
            continue
        palette = Palette(*(Colour.from_hex(each) for each in (ground, ink, ink)))
        svg = finished_svg(build_scene(Layout.MARK, [glyphs[key]]), palette, Finish.FLAT)
        prompt = restyle_prompt(subject, Layout.MARK, Finish.FLAT, palette)
        drafts.append(Draft(render_svg(svg, size_px).convert("RGB"), prompt, subject))
    return drafts or _shapes(size_px)


@cache
def _library(folder: Path) -> GlyphLibrary:
    return GlyphLibrary.load(folder)


def _shapes(size_px: int) -> list[Draft]:
    low, high = size_px // 4, size_px * 3 // 4
    drafts = []
    for subject in ("disc", "square"):
        image = Image.new("RGB", (size_px, size_px), "#FFFFFF")
        paint = ImageDraw.Draw(image)
        (paint.ellipse if subject == "disc" else paint.rectangle)(
            (low, low, high, high), fill="#1F3A68"
        )
        drafts.append(Draft(image, f"navy {subject} simple mark, white background", subject))
    return drafts
