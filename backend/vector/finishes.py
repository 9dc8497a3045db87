"""Finishes: how the flat shapes of a scene are painted, as SVG gradients and filters."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from xml.sax.saxutils import escape

from backend.domain.brief import Colour, Palette
from backend.vector.colour import lab_from_srgb
from backend.vector.colour_names import shifted
from backend.vector.svg import CANVAS_UNITS, Role, Scene, palette_fills, scene_to_svg


class Finish(StrEnum):
    """Paint styles that the diffusion model learns by their captions."""

    FLAT = "flat"
    GRADIENT = "gradient"
    SOFT_SHADOW = "soft-shadow"
    LONG_SHADOW = "long-shadow"
    GLOSSY = "glossy"
    NEON = "neon"
    PAPER_CUT = "paper-cut"
    HAND_DRAWN = "hand-drawn"


@dataclass(frozen=True, slots=True)
class FinishFacts:
    """Words for a finish in captions, and the style words of a brief that ask for it."""

    caption: str
    words: tuple[str, ...]


FACTS: dict[Finish, FinishFacts] = {
    Finish.FLAT: FinishFacts(
        "flat vector", ("flat", "minimalist", "minimal", "simple", "clean", "vector", "modern")
    ),
    Finish.GRADIENT: FinishFacts(
        "smooth gradient",
        ("gradient", "gradients", "soft gradients", "smooth", "vibrant", "colourful", "colorful"),
    ),
    Finish.SOFT_SHADOW: FinishFacts(
        "soft shadow", ("soft", "shadow", "sticker", "friendly", "material")
    ),
    Finish.LONG_SHADOW: FinishFacts("long shadow", ("long shadow",)),
    Finish.GLOSSY: FinishFacts(
        "glossy 3d", ("glossy", "3d", "shiny", "embossed", "metallic", "bevel", "luxury")
    ),
    Finish.NEON: FinishFacts(
        "neon glow", ("neon", "glow", "glowing", "cyberpunk", "retrowave", "synthwave")
    ),
    Finish.PAPER_CUT: FinishFacts(
        "paper cut", ("paper", "papercut", "paper cut", "origami", "layered")
    ),
    Finish.HAND_DRAWN: FinishFacts(
        "hand drawn",
        (
            "hand drawn",
            "hand-drawn",
            "sketch",
            "sketchy",
            "doodle",
            "chalk",
            "watercolor",
            "watercolour",
            "rustic",
            "vintage",
        ),
    ),
}


def finish_named_in(text: str) -> Finish | None:
    """The finish whose words stand in a text, the longest words first; None when there are none."""
    plain = f" {re.sub(r'[^a-z0-9]+', ' ', text.lower())} "
    names = [
        (word, finish)
        for finish, facts in FACTS.items()
        for word in (str(finish), facts.caption, *facts.words)
    ]
    for word, finish in sorted(names, key=lambda pair: -len(pair[0])):
        if f" {word.replace('-', ' ')} " in plain:
            return finish
    return None


def finished_svg(
    scene: Scene, palette: Palette, finish: Finish, seed: int = 0, *, title: str = ""
) -> str:
    """A scene painted in a finish.

    Args:
        scene: what to draw.
        palette: its colours; NEON darkens a light background.
        finish: how to paint.
        seed: varies gradient directions and jitter.
        title: accessible title, escaped.
    """
    head, mark, body = _painted(scene, palette, finish, seed).partition(">")
    return f"{head}{mark}<title>{escape(title)}</title>{body}" if title else head + mark + body


def _painted(scene: Scene, palette: Palette, finish: Finish, seed: int) -> str:
    if finish is Finish.FLAT:
        return scene_to_svg(scene, palette_fills(palette))
    if finish is Finish.LONG_SHADOW:
        return _long_shadow(scene, palette)
    if finish is Finish.NEON:
        return _filtered(_as_lines(scene, 17), _on_dark(palette), "")
    if finish is Finish.HAND_DRAWN:
        return _hand_drawn(scene, palette, seed)
    if finish is Finish.PAPER_CUT:
        return _paper_cut(scene, palette)
    if finish is Finish.SOFT_SHADOW:
        return _filtered(scene, palette, _SOFT_SHADOW)
    definitions, fills = _gradients(
        palette, strength=28 if finish is Finish.GRADIENT else 14, seed=seed
    )
    if finish is Finish.GLOSSY:
        return _filtered(scene, palette, _GLOSSY, definitions, fills)
    return _with_definitions(scene_to_svg(scene, fills), definitions)


_REGION = 'x="-20%" y="-20%" width="140%" height="140%" color-interpolation-filters="sRGB"'
_SOFT_SHADOW = (
    '<feDropShadow dx="0" dy="22" stdDeviation="20" flood-color="#000" flood-opacity="0.38"/>'
)
_GLOSSY = (
    '<feGaussianBlur in="SourceAlpha" stdDeviation="14" result="b"/>'
    '<feSpecularLighting in="b" surfaceScale="9" specularConstant="0.9" specularExponent="16" '
    'lighting-color="#fff" result="s"><feDistantLight azimuth="235" elevation="42"/>'
    "</feSpecularLighting>"
    '<feComposite in="s" in2="SourceAlpha" operator="in" result="s"/>'
    '<feDiffuseLighting in="b" surfaceScale="7" diffuseConstant="1.05" lighting-color="#fff" '
    'result="d">'
    '<feDistantLight azimuth="235" elevation="55"/></feDiffuseLighting>'
    '<feComposite in="SourceGraphic" in2="d" operator="arithmetic" k1="0.75" k2="0.35" result="m"/>'
    '<feComposite in="m" in2="s" operator="arithmetic" k2="1" k3="0.75" result="l"/>'
    '<feComposite in="l" in2="SourceAlpha" operator="in" result="l"/>'
    '<feDropShadow in="l" dx="0" dy="12" stdDeviation="9" flood-color="#000" flood-opacity="0.3"/>'
)
_GLOW = (
    '<feGaussianBlur in="SourceGraphic" stdDeviation="36" result="far"/>'
    '<feGaussianBlur in="SourceGraphic" stdDeviation="13" result="near"/>'
    '<feMerge><feMergeNode in="far"/><feMergeNode in="far"/>'
    '<feMergeNode in="near"/><feMergeNode in="near"/>'
    '<feMergeNode in="SourceGraphic"/></feMerge>'
)
_SHEET = '<feDropShadow dx="8" dy="16" stdDeviation="11" flood-color="#000" flood-opacity="0.42"/>'


def _filtered(
    scene: Scene,
    palette: Palette,
    primitives: str,
    definitions: str = "",
    fills: dict[Role, str] | None = None,
) -> str:
    """All inks as one group under a filter; shapes in the ground's colour stay opaque paint."""
    svg = scene_to_svg(scene, fills or palette_fills(palette))
    head, ground, body = _split(svg)
    defs = f'<defs>{definitions}<filter id="finish" {_REGION}>{primitives or _GLOW}</filter></defs>'
    return f'{head}{defs}{ground}<g filter="url(#finish)">{body}</g></svg>'


def _split(svg: str) -> tuple[str, str, str]:
    """A document's head (with definitions), ground rectangle, and the rest without the end tag."""
    start = svg.index('<path d="M0 0H')
    end = svg.index("/>", start) + 2
    return svg[:start], svg[start:end], svg[end:].removesuffix("</svg>")


def _with_definitions(svg: str, definitions: str) -> str:
    head, ground, body = _split(svg)
    return f"{head}<defs>{definitions}</defs>{ground}{body}</svg>"


def _as_lines(scene: Scene, width: float) -> Scene:
    """Every shape as its outline; shapes cut out of the ink take the second ink, halos vanish."""
    lines = []
    for shape in scene.shapes:
        canvas = shape.path.startswith(f"M0 0H{CANVAS_UNITS}V")
        halo = shape.role is Role.BACKGROUND and shape.stroke_width is not None
        if canvas or halo:
            continue
        role = Role.SECONDARY if shape.role is Role.BACKGROUND else shape.role
        stroke = shape.stroke_width or width / abs(shape.transform[0])
        lines.append(replace(shape, role=role, stroke_width=stroke))
    return Scene(tuple(lines))


def _hand_drawn(scene: Scene, palette: Palette, seed: int) -> str:
    """A pale wash under three outlines that nearly agree."""
    rng = random.Random(seed)
    pale = Palette(
        palette.background, *(_mixed(ink, palette.background, 0.45) for ink in palette.colours[1:])
    )
    head, ground, body = _split(scene_to_svg(scene, palette_fills(pale)))
    strokes = []
    for _ in range(3):
        _, _, lines = _split(scene_to_svg(_as_lines(scene, 9), palette_fills(palette)))
        turn, dx, dy = rng.uniform(-1.4, 1.4), rng.uniform(-9, 9), rng.uniform(-9, 9)
        strokes.append(
            f'<g transform="translate({dx:.1f} {dy:.1f}) rotate({turn:.2f} 500 500)">{lines}</g>'
        )
    shift = rng.uniform(-14, 14)
    shifted_body = f'<g transform="translate({shift:.1f} 8)">{body}</g>'
    return f"{head}{ground}{shifted_body}{''.join(strokes)}</svg>"


def _paper_cut(scene: Scene, palette: Palette) -> str:
    """Each shape is a sheet that throws a shadow on those below."""
    head, ground, body = _split(scene_to_svg(scene, palette_fills(palette)))
    sheets = body.replace("<path ", '<path filter="url(#finish)" ')
    return (
        f'{head}<defs><filter id="finish" {_REGION}>{_SHEET}</filter></defs>{ground}{sheets}</svg>'
    )


def _gradients(palette: Palette, *, strength: float, seed: int) -> tuple[str, dict[Role, str]]:
    x1, x2, y2 = ((0, 1000, 1000), (0, 0, 1000), (1000, 0, 1000))[seed % 3]
    parts, fills = [], {Role.BACKGROUND: palette.background.hex}
    for role, colour in ((Role.PRIMARY, palette.primary), (Role.SECONDARY, palette.secondary)):
        parts.append(
            f'<linearGradient id="{role}" gradientUnits="userSpaceOnUse"'
            f' x1="{x1}" y1="0" x2="{x2}" y2="{y2}">'
            f'<stop offset=".1" stop-color="{shifted(colour, strength).hex}"/>'
            f'<stop offset=".9" stop-color="{shifted(colour, -strength * 0.8).hex}"/>'
            "</linearGradient>"
        )
        fills[role] = f"url(#{role})"
    return "".join(parts), fills


def _long_shadow(scene: Scene, palette: Palette) -> str:
    dark = float(lab_from_srgb(palette.background.rgb)[0]) < 20
    shade = shifted(palette.background, 12 if dark else -9).hex
    _, _, cast = _split(scene_to_svg(scene, dict.fromkeys(Role, shade)))
    head, ground, body = _split(scene_to_svg(scene, palette_fills(palette)))
    steps = "".join(f'<use href="#cast" x="{6 * k}" y="{6 * k}"/>' for k in range(1, 78))
    return f'{head}<defs><g id="cast">{cast}</g></defs>{ground}{steps}{body}</svg>'


def _on_dark(palette: Palette) -> Palette:
    """Neon needs night: a light ground becomes a dark shade of the primary, dark inks light up."""
    ground = palette.background
    if float(lab_from_srgb(ground.rgb)[0]) > 25:
        ground = shifted(palette.primary, -44)
    return Palette(ground, _lit(palette.primary), _lit(palette.secondary))


def _lit(colour: Colour) -> Colour:
    lightness = float(lab_from_srgb(colour.rgb)[0])
    return shifted(colour, min(36.0, 62 - lightness)) if lightness < 55 else colour


def _mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    red, green, blue = (
        round(a * share + b * (1 - share)) for a, b in zip(colour.rgb, ground.rgb, strict=True)
    )
    return Colour(red, green, blue)
